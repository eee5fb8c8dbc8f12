"""A minute of `make soak`: published, corrected and read while it is killed, filled and cut off."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from .servers import environment

SECONDS = os.environ.get("SECONDS", "60")


@pytest.mark.long
def test_what_was_acknowledged_stays_whatever_is_killed(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak"],
        env=environment(VAR=str(tmp_path), SECONDS=SECONDS),
        cwd=settings.BASE_DIR,
        check=False,
        capture_output=True,
        text=True,
        timeout=float(SECONDS) + 300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| chain whole |" in done.stdout
