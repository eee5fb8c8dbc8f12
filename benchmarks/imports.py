"""How fast published reviews are taken in, how much memory it takes, and whether all is counted.

    make bench-import         250,000 reviews; on a database of its own
    python benchmarks/imports.py 25000

Makes a feed (benchmarks/feed.py), imports it by the command, holds the counts against what the
feed was made with, and imports it again, which must change nothing. The command runs in a process
of its own: what it took at most is the system's figure. Times are for reading, never a test.
"""

import hashlib
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

import django  # noqa: E402
import psutil  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from benchmarks import feed  # noqa: E402
from claims.models import ExternalReview  # noqa: E402

LINE = re.compile(r"^ *(-?[\d,]+)  (.+)$", re.MULTILINE)
COUNTS = ["added", "changed", "unchanged", "repeated", "withdrawn", "refused"]


def main(count):
    if ExternalReview.objects.exists():
        sys.exit("There are external reviews in this database; the benchmark wants an empty one.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed.json"
        expected = feed.write(path, count)
        print(f"{count:,} items, {path.stat().st_size / 1e6:.0f} MB")
        small = Path(folder) / "small.json"
        feed.write(small, count // 10)
        run(small, "--dry-run", title=f"{count // 10:,} of them, nothing written")
        first = run(path, title="first run")
        wrong = {
            name: (first.get(name, 0), expected[name])
            for name in [*COUNTS, *feed.RATES]
            if first.get(name, 0) != (expected[name])
        }
        print("counts as expected" if not wrong else f"WRONG (found, expected): {wrong}")
        before = state()
        second = run(path, title="second run")
        same = before == state() and second["unchanged"] == first["added"]
        print("the second run changed nothing" if same else "THE SECOND RUN CHANGED SOMETHING")
    sys.exit(bool(wrong) or not same)


def run(path, *options, title):
    command = [sys.executable, str(ROOT / "manage.py"), "import_reviews", str(path), *options]
    before = spent()
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    after = spent()
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{title}: {done.stdout.splitlines()[0]}")
    cpu = ", ".join(f"{what} {after[what] - before[what]:.1f} s" for what in after)
    print(f"    CPU: {cpu}; memory of the command so far: {most:.0f} MB at most", flush=True)
    return {name: int(many.replace(",", "")) for many, name in LINE.findall(done.stdout)}


def spent():
    """Seconds of CPU of the commands and of the database's connections so far, by what it was.

    The server knows those of all its connections that are closed; so it must have no other use.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {"command": used.ru_utime + used.ru_stime}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    if psutil.pid_exists(backend):  # it is on this machine
        times = psutil.Process(psutil.Process(backend).ppid()).cpu_times()
        found["database"] = times.children_user + times.children_system
    return found


def state():
    """A hash of every row, and what has been written to the table at all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(md5(r::text), '' ORDER BY id)) FROM claims_externalreview r"
        )
        rows = cursor.fetchone()[0]
        cursor.execute("SELECT md5(string_agg(c::text, '' ORDER BY id)) FROM claims_checker c")
        return hashlib.sha256(f"{rows}{cursor.fetchone()[0]}".encode()).hexdigest()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 250_000)
