"""Make a place for the site, on a small disk of its own if that may be had, and soak it there."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from ..servers import servers, supervisors
from .place import CODE, Place

SOAK = "import django; django.setup(); from tests.soak import run; run.main()"


def main():
    place = Place(Path(os.environ.get("VAR", "var")).resolve() / "soak")
    shutil.rmtree(place.notes, ignore_errors=True)
    place.notes.mkdir(parents=True)
    no_disk = place.mount()
    # Ended from outside, it still ends what it started and takes its disk away again.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    command = [sys.executable, "-c", SOAK]
    soak = subprocess.Popen(command, cwd=CODE, env=place.environment(no_disk))
    try:
        code = soak.wait()
    finally:
        soak.terminate()
        soak.wait()
        for process in [*supervisors(place.data), *servers(place.data)]:
            process.kill()  # a server that outlived its soak would meet the next one
        place.unmount()
    sys.exit(code)


if __name__ == "__main__":
    main()
