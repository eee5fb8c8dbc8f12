"""What is broken, in an order that the seed draws, and how long until it works again."""

import contextlib
import os
import random
import signal
import time
from dataclasses import dataclass, field

import psutil
import psycopg

from ..servers import server_pid
from .place import WORKERS, answers, wait

PATIENCE = 30  # seconds; what takes longer has not recovered
HELD = 4  # seconds that a disk stays full and a clock wrong
SKEWS = [-3 * 86400, -3600, 3600, 3 * 86400]


@dataclass
class Told:
    """What one fault did. Seconds from its end; None where it did not come in PATIENCE."""

    fault: str
    read: float | None
    written: float | None
    whole: float | None
    remark: str = ""


@dataclass
class Faults:
    shared: object
    disk: object  # the site's VAR
    site: object
    worker: object
    no_disk: str = ""
    told: list = field(default_factory=list)
    killed: int = 0  # processes of the site

    def __post_init__(self):
        self.draw = random.Random(f"{self.shared.seed} faults")
        self.data = self.disk / "postgres"
        self.kinds = {
            "PostgreSQL, kill -9": self.kill_postgres,
            "one process of the site, kill -9": self.kill_one,
            "every connection dropped": self.drop_connections,
            "a full disk": self.fill_disk,
            "PostgreSQL, kill -9, on a full disk": self.kill_postgres_on_a_full_disk,
            "a writer's clock wrong": self.skew,
            "one session of PostgreSQL, kill -9": self.kill_session,
            "all processes of the site, kill -9": self.kill_all,
            "the worker, kill -9": self.kill_worker,
        }
        if self.no_disk:
            self.kinds = {kind: do for kind, do in self.kinds.items() if "full disk" not in kind}

    def run(self, until):
        """Round after round of all kinds, each in another order, until that moment."""
        while True:
            for kind in self.draw.sample(list(self.kinds), len(self.kinds)):
                if self.shared.stop.wait(self.draw.uniform(0.5, 2)) or time.monotonic() > until:
                    return
                remark = self.kinds[kind]()
                self.told.append(self._watch(kind, remark or ""))

    def _watch(self, kind, remark):
        """How long until a stranger reads, a writer who began later is answered, all are back."""
        ended = time.monotonic()
        read = wait(lambda: answers(self.shared.port), PATIENCE)
        written = wait(lambda: self.shared.began.value > ended, PATIENCE)
        if written is not None:
            written = time.monotonic() - ended
        whole = wait(self._all_run, PATIENCE)
        whole = None if whole is None else time.monotonic() - ended
        return Told(kind, read, written, whole, remark)

    def ended_by_themselves(self):
        """Processes of the site that nobody killed, and that are gone all the same."""
        log = (self.shared.notes / "site.log").read_text()
        return max(0, log.count("Unexpected exit from worker") - self.killed)

    def _all_run(self):
        return len(self.site.workers()) == WORKERS and self.worker.process.is_running()

    # --- Each of them ------------------------------------------------------------

    def kill_postgres(self):
        with contextlib.suppress(OSError, ValueError):
            os.kill(server_pid(self.data), signal.SIGKILL)

    def kill_session(self):
        """PostgreSQL then ends all others, for what that one held in memory may be half written."""
        with contextlib.suppress(psutil.Error, OSError, ValueError):
            sessions = filter(_is_session, psutil.Process(server_pid(self.data)).children())
            self.draw.choice(list(sessions) or [psutil.Process(server_pid(self.data))]).kill()

    def kill_one(self):
        self._kill_workers(1)

    def kill_all(self):
        self._kill_workers(WORKERS)

    def _kill_workers(self, many):
        running = self.site.workers()
        for process in self.draw.sample(running, min(many, len(running))):
            with contextlib.suppress(psutil.Error):
                process.kill()
                self.killed += 1

    def kill_worker(self):
        self.worker.process.kill()

    def drop_connections(self):
        with contextlib.suppress(psycopg.Error), self._connect() as connection:
            (many,) = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            ).fetchone()
            return f"{many} connections"

    def _connect(self):
        return psycopg.connect(f"postgresql://postgres@/postgres?host={self.data}", autocommit=True)

    def fill_disk(self, during=None):
        """To the last page, again and again: what is given free meanwhile is taken as well."""
        file = self.disk / "full"
        with open(file, "wb", buffering=0) as filler:
            free = os.statvfs(self.disk)
            with contextlib.suppress(OSError):  # somebody took it first
                os.posix_fallocate(filler.fileno(), 0, (free.f_bavail - 64) * free.f_frsize)
            filler.seek(0, os.SEEK_END)
            end = time.monotonic() + HELD
            while time.monotonic() < end:
                with contextlib.suppress(OSError):
                    while filler.write(bytes(4096)):
                        pass
                if during:
                    during()
                    during = None
                time.sleep(0.002)
        size = file.stat().st_size
        file.unlink()
        return f"{size >> 20} MB for {HELD} s"

    def kill_postgres_on_a_full_disk(self):
        return self.fill_disk(during=self.kill_postgres)

    def skew(self):
        wrong = self.draw.choice(SKEWS)
        self.shared.skew.value = wrong
        time.sleep(HELD)
        self.shared.skew.value = 0
        return f"by {wrong} s for {HELD} s"


def _is_session(process):
    with contextlib.suppress(psutil.Error):
        return "postgres postgres [local]" in " ".join(process.cmdline())
    return False
