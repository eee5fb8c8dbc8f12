"""One soak, from an empty disk to the report. Django is set up already: see __main__."""

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from factcheck import embedded

from . import judge, writers
from .faults import PATIENCE, Faults
from .place import CODE, GRANIAN, Service, answers, free_port, wait
from .readers import Reader
from .shared import Shared, fork

WRITERS, ADMINS, READERS = 4, 2, 10


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seconds, seed = float(os.environ.get("SECONDS", "60")), os.environ.get("SEED", "1")
    shared = Shared(Path(os.environ["NOTES"]), free_port(), seed)
    prepare()
    services, clients = [], []
    try:
        site, worker = start(shared, services)
        begin(shared, clients)
        faults = Faults(shared, settings.VAR, site, worker, os.environ.get("NO_DISK", ""))
        faults.run(time.monotonic() + seconds)
        shared.stop.set()
        stuck = [client.name for client in clients if not ended(client)]
        found = list(judge.promises(shared))
    finally:
        for process in clients:
            process.kill()
            process.join()
        for service in services:
            service.end()
        shutil.copy(settings.VAR / "postgres.log", shared.notes)
        connections.close_all()
        embedded.leave(settings.VAR / "postgres")
    found.append(("every client ended", f"{len(clients)} clients", stuck))
    late = [told for told in faults.told if None in (told.read, told.written, told.whole)]
    late = [f"{told.fault} {told.remark}" for told in late]
    found.append((f"recovered in {PATIENCE} s", f"{len(faults.told)} faults", late))
    alone = ["see site.log"] * faults.ended_by_themselves()
    found.append(("no process of the site ended by itself", f"{faults.killed} killed", alone))
    report(shared, faults, found, seconds, services)
    sys.exit(any(broken for _, _, broken in found))


def prepare():
    with connection.cursor() as cursor:
        # Of a small disk, the log of changes would else take all by itself.
        for setting in ("max_wal_size = '96MB'", "min_wal_size = '32MB'"):
            cursor.execute(f"ALTER SYSTEM SET {setting}")
        cursor.execute("SELECT pg_reload_conf()")
    for command in ("migrate", "collectstatic"):
        call_command(command, verbosity=0, interactive=False)
    writers.prepare()
    connections.close_all()


def start(shared, services):
    site = [*GRANIAN, "--port", str(shared.port)]
    for name, arguments in (("site", site), ("worker", ["manage.py", "work", "--verbosity", "0"])):
        services.append(Service(*arguments, log=shared.notes / f"{name}.log"))
    if wait(lambda: answers(shared.port), 120) is None:
        sys.exit(f"The site did not answer; see {shared.notes / 'site.log'}")
    return services


def begin(shared, clients):
    names = [f"writer {n}" for n in range(WRITERS)] + [f"admin {n}" for n in range(ADMINS)]
    names += [f"reader {n}" for n in range(READERS)]
    for name in names:
        clients.append(fork.Process(target=live, args=(shared, name), name=name))
        clients[-1].start()


def live(shared, name):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    connections.close_all()
    kind = name.split()[0]
    if kind == "reader":
        client = Reader(shared, name)
    elif kind == "admin":
        client = writers.Admin(shared, name)
    else:
        client = writers.Writer(shared, name, is_skewed=name == "writer 0")
    client.run()


def ended(client):
    """In order: whoever still waits after a minute is a finding."""
    client.join(60)
    if client.is_alive():
        client.kill()
        client.join()
        return False
    return client.exitcode == 0


# --- The report ----------------------------------------------------------------


def report(shared, faults, found, seconds, services):
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=CODE, capture_output=True, text=True,
        check=False,
    ).stdout.strip()  # fmt: skip
    again = Counter(note["why"] for note in shared.notes_of("again"))
    site, worker = services
    print(f"{seconds:.0f} s, seed {shared.seed}, {commit or 'no commit'}, "
          f"{WRITERS} writers by the door, {ADMINS} by the admin, {READERS} readers")  # fmt: skip
    print(f"Asked again by writers: {dict(again)}. The site's server was started {site.starts} "
          f"times, the worker {worker.starts} times.")  # fmt: skip
    times = sorted(one for note in shared.notes_of("counts") for one in note["times"]) or [0]
    print(f"Half of all reads took {statistics.median(times):.2f} s at most, 99 of a hundred "
          f"{times[len(times) * 99 // 100]:.2f} s, all {times[-1]:.2f} s.")  # fmt: skip
    print(faults.no_disk or "The disk is a tmpfs: a killed process is tried, a cut power is not.")
    print("\n| promise | looked at | broken | |\n| --- | --- | --- | --- |")
    for promise, looked_at, broken in found:
        print(f"| {promise} | {looked_at} | {len(broken) or 'no'} | {cell(broken)} |")
    print("\n| fault | times | read again | written again | all processes back | |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind in faults.kinds:
        print(row(kind, [told for told in faults.told if told.fault == kind]))
    (shared.notes / "report.json").write_text(json.dumps([vars(told) for told in faults.told]))


def row(kind, told):
    times = [spread([getattr(one, name) for one in told]) for name in ("read", "written", "whole")]
    remarks = sorted({one.remark for one in told if one.remark})
    return f"| {kind} | {len(told)} | {' | '.join(times)} | {'; '.join(remarks[:4])} |"


def spread(seconds):
    """Median and worst, in seconds."""
    if not seconds:
        return "not reached"
    if None in seconds:
        return f"{seconds.count(None)} × not in {PATIENCE} s"
    return f"{statistics.median(seconds):.1f}, at most {max(seconds):.1f} s"


def cell(broken):
    first = f"{broken[0]:.300}" if broken else ""
    return first.replace("|", "\\|")
