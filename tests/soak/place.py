"""Where the soaked site lives, and the processes that a newsroom's machine would run."""

import contextlib
import http.client
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

CODE = Path(__file__).resolve().parents[2]
HOST = "facts.example.org"
DISK = "400m"
WORKERS = 2
# As docs/deploy/factcheck.service has them; nginx stands in nobody's way here.
GRANIAN = f"""-m granian --interface wsgi --host 127.0.0.1 --workers {WORKERS} --blocking-threads 4
--respawn-failed-workers --respawn-interval 15 --workers-kill-timeout 30 --log-level warning
factcheck.wsgi:application""".split()
TOKEN = secrets.token_urlsafe(24)


class Place:
    """Its folders: `disk` is the site's VAR, `notes` what the clients wrote down, off that disk."""

    def __init__(self, folder):
        self.disk, self.notes = folder / "disk", folder / "notes"
        self.data = self.disk / "postgres"

    def mount(self):
        """A disk of its own, so that it can be filled; else the sentence that says why not."""
        self.unmount()
        self.disk.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "soak", self.disk]
        if not shutil.which("mount"):
            return "The disk was not filled: there is no program to mount a small one."
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            return f"The disk was not filled: no small one may be mounted ({done.stderr.strip()})."
        return ""

    def unmount(self):
        while os.path.ismount(self.disk):  # as an earlier soak left it, if that was killed
            subprocess.run(["umount", "--lazy", self.disk], check=True)
        shutil.rmtree(self.disk, ignore_errors=True)

    def environment(self, no_disk):
        """Of a site behind a proxy with TLS, and of nothing that this machine has set."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        asked = {name: os.environ[name] for name in ("SECONDS", "SEED") if name in os.environ}
        return kept | asked | {
            "PYTHONPATH": str(CODE), "DJANGO_SETTINGS_MODULE": "factcheck.settings",
            "VAR": str(self.disk), "TMPDIR": str(self.notes),
            "NOTES": str(self.notes), "NO_DISK": no_disk,
            "SECRET_KEY": secrets.token_urlsafe(50), "METRICS_TOKEN": TOKEN,
            "DEBUG": "false", "HTTPS": "true", "SITE_URL": f"https://{HOST}",
            "ALLOWED_HOSTS": HOST, "CAPTURE": "false",
        }  # fmt: skip


class Service:
    """A process that is started again whenever it ends, as systemd does (`Restart=always`)."""

    def __init__(self, *arguments, log):
        self.command = [sys.executable, *arguments]
        self.log = log
        self.starts = 0
        self.ended = threading.Event()
        self.process = None
        self._start()
        self.keeper = threading.Thread(target=self._keep, daemon=True)
        self.keeper.start()

    def _start(self):
        with open(self.log, "ab") as log:
            self.process = psutil.Popen(
                self.command, cwd=CODE, stdout=log, stderr=log, start_new_session=True
            )
        self.starts += 1

    def _keep(self):
        while not self.ended.wait(0.1):
            if self.process.poll() is not None:
                self._start()

    def workers(self):
        """The processes it started that live: those of the site answer, the first only listens."""
        with contextlib.suppress(psutil.Error):
            return [
                child
                for child in self.process.children()
                if child.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in _said(child)
            ]
        return []

    def end(self):
        self.ended.set()
        self.keeper.join()
        family = [self.process]
        with contextlib.suppress(psutil.Error):
            family += self.process.children(recursive=True)
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.process.wait()


def _said(process):
    return " ".join(process.cmdline())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Line:
    """One client's connection to the site, as a proxy would speak for it."""

    def __init__(self, port):
        self.port = port
        self.open = None

    def ask(self, path, *, method="GET", body=None, address="192.0.2.1", **headers):
        """`(status, headers, body)`; None where there was no whole answer."""
        sent = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": address}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            if self.open is None:
                self.open = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self.open.request(method, path, body=body, headers=sent)
            answer = self.open.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return None

    def close(self):
        if self.open is not None:
            self.open.close()
            self.open = None


def answers(port, path="/api/v1/claims/"):
    """Does somebody who was not there before get an answer?"""
    line = Line(port)
    # The limit is for each address, and who waits asks often.
    found = line.ask(path, address=f"10.{os.getpid() % 256}.{time.time_ns() % 251}.9")
    line.close()
    return found is not None and found[0] == 200


def wait(condition, seconds):
    """How long it took, in seconds; None if it did not come in time."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() > began + seconds:
            return None
        time.sleep(0.02)
    return time.monotonic() - began
