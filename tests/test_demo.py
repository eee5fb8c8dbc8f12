"""`manage.py demo` from an empty directory: it serves, says so, and leaves nothing behind."""

import http.server
import io
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from django.conf import settings
from django.core.management import CommandError

from claims.dossier import reading
from factcheck.management.commands.demo import ARTICLE, DOSSIER, Command, wait_until_answered
from sources.models import Source

from .desk import make_source

SECONDS_TO_START = 240


def start(var, port):
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "SITE_URL"}}
    return subprocess.Popen(
        [sys.executable, Path(settings.BASE_DIR) / "manage.py", "demo"],
        env=kept | {"VAR": str(var), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def lines_until_ready(demo):
    watchdog = threading.Timer(SECONDS_TO_START, demo.kill)
    watchdog.start()
    lines = []
    for line in demo.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith("Ready:"):
            break
    watchdog.cancel()
    return lines


def processes_of(var):
    found = []
    for process in psutil.process_iter():
        try:
            if any(str(var) in part for part in process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def group_is_gone(number):
    try:
        os.killpg(number, 0)
    except ProcessLookupError:
        return True
    return False


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_dossier_is_loaded_once_and_never_over_an_editors_work(db):
    """Another start finds the article on the desk, and leaves every word of it alone."""
    assert reading.read(DOSSIER).data["article"] == ARTICLE
    make_source(ARTICLE, title="As an editor left it")
    said = io.StringIO()
    Command(stdout=said).load("the file")
    assert said.getvalue().count("\n") == 1
    assert "on the desk already; manage.py load_dossier brings the file's state" in said.getvalue()
    assert list(Source.objects.values_list("title", flat=True)) == ["As an editor left it"]


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def served(var, port, stop):
    """What the demo says and what is under its addresses, before `stop` ends it."""
    demo = start(var, port)
    try:
        lines = lines_until_ready(demo)
        assert lines[-1] == f"Ready: http://127.0.0.1:{port}/", "\n".join(lines)
        answers = [fetch(f"http://127.0.0.1:{port}/{path}") for path in ("healthz", "readyz", "")]
        servers = psutil.Process(demo.pid).children(recursive=True)
        assert any("work" in child.cmdline() for child in servers)
        os.killpg(demo.pid, stop) if stop == signal.SIGINT else demo.send_signal(stop)
        rest, _ = demo.communicate(timeout=60)
        assert servers
        assert [process for process in servers if process.is_running()] == []
    finally:
        demo.kill()
        demo.wait()
        demo.stdout.close()  # left open, another test would be blamed for it
    return lines, answers, rest, demo


@pytest.mark.long
def test_demo_serves_and_stops(tmp_path, port):
    lines, answers, rest, demo = served(tmp_path, port, signal.SIGINT)
    assert [status for status, _ in answers] == [200, 200, 200]
    assert "123" in answers[2][1]
    assert demo.returncode == 0, rest
    assert rest == "Stopped.\n"  # no worker refused to go
    assert group_is_gone(demo.pid)
    assert processes_of(tmp_path) == []

    passwords = tmp_path / "demo-accounts.json"
    kept = json.loads(passwords.read_text())
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    for name in ("editor", "reviewer"):
        assert f"Sign in at /admin/ as {name}, password {kept[name]}" in lines

    # A second time, ended by a service manager: the same passwords, and nothing is loaded.
    again, answers, rest, demo = served(tmp_path, port, signal.SIGTERM)
    assert [line for line in again if "password" in line] == [
        line for line in lines if "password" in line
    ]
    assert any("on the desk already" in line for line in again)
    assert not [line for line in again if "updated" in line]
    assert answers[0][0] == 200
    assert demo.returncode == 0, rest
    assert group_is_gone(demo.pid)
    assert processes_of(tmp_path) == []


class Answers(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        type(self).asked += 1
        self.send_error(400)

    def log_message(self, *args):
        pass


def test_a_server_that_is_not_well_is_asked_once():
    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.handle_request).start()
        running = SimpleNamespace(poll=lambda: None)
        with pytest.raises(CommandError, match="answers /healthz with 400 instead of 200"):
            wait_until_answered(running, server.server_port)
    assert Answers.asked == 1


def refused(var, port):
    demo = start(var, port)
    output, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert "Traceback" not in output
    assert processes_of(var) == []
    return output


def test_taken_port(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert re.search(rf"Port {port} is used by another program.*PORT=", refused(tmp_path, port))


@pytest.mark.parametrize("value", ["eighty", "0", "65536", "-1"])
def test_port_that_is_none(tmp_path, value):
    assert f"PORT is '{value}'; write a number from 1 to 65535." in refused(tmp_path, value)
