"""Processes that use an embedded PostgreSQL, and what can be seen of its server from outside."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
from django.conf import settings
from django.db import connection

PRELUDE = """
import json, os, pathlib, signal, subprocess, sys, threading
import psycopg
from factcheck import embedded

data = pathlib.Path(sys.argv[1])

def connect():
    entry = embedded.database(data)
    return psycopg.connect(host=entry["HOST"], port=entry["PORT"], user=entry["USER"],
                           dbname=entry["NAME"], autocommit=True)

def ask(sql):
    with connect() as connection:
        return connection.execute(sql).fetchone()
"""
# A client that answers one statement a line, until its input ends.
CLIENT = """
signal.signal(signal.SIGINT, signal.SIG_IGN)
embedded.database(data)
print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    try:
        with connect() as connection:
            cursor = connection.execute(line)
            answer = cursor.fetchone()[0] if cursor.description else None
    except psycopg.OperationalError:
        answer = "no connection"
    print(json.dumps(answer), flush=True)
"""
# After the kernel killed it, a server needs a moment to be back.
PATIENCE = 20


def until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {PATIENCE} s in vain until {what}"
        time.sleep(0.02)
    return found


def environment(**changes):
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "VAR"}}
    merged = kept | {"PYTHONPATH": str(settings.BASE_DIR)} | changes
    return {k: v for k, v in merged.items() if v is not None}


def run(data, code, *, env=None, **options):
    return subprocess.run(
        [sys.executable, "-c", PRELUDE + code, str(data)],
        env=environment() if env is None else env,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


def answer(data, code, **options):
    done = run(data, code, **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def servers(data):
    """The server's main process, if it runs: its children work in the same directory."""
    found = {}
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and process.cwd() == str(data):
                found[process.pid] = process, process.ppid()
        except psutil.Error:
            continue
    return [process for process, parent in found.values() if parent not in found]


def supervisors(data):
    wanted = str(data)
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if wanted in (process.info["cmdline"] or []) and "-P" in process.info["cmdline"]
    ]


def server_pid(data):
    return int((data / "postmaster.pid").read_text().split()[0])


class Client:
    def __init__(self, data, code=CLIENT):
        self.process = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + code, str(data)],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_until_ready(self):
        assert self.process.stdout.readline().strip() == '"ready"'
        return self

    def ask(self, sql):
        self.process.stdin.write(sql + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


def url_of_database(name=None):
    """The address of the database of this test, or of another on its server, for a process."""
    found = connection.settings_dict
    host = found["HOST"] or found["OPTIONS"].get("host", "")
    port = f"&port={found['PORT']}" if found["PORT"] else ""
    who = f"{quote(found['USER'], safe='')}:{quote(found['PASSWORD'], safe='')}"
    return f"postgresql://{who}@/{name or found['NAME']}?host={host}{port}"


def manage(*arguments, env):
    return subprocess.run(
        [sys.executable, Path(settings.BASE_DIR) / "manage.py", *arguments],
        env=env,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def as_nobody(tmp_path):
    """How to run a process as an ordinary user from this run by root, in `tmp_path` of its own."""
    if os.geteuid() != 0:
        pytest.skip("this run is an ordinary user's already; every other test shows it")
    options = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"}
    try:
        subprocess.run([sys.executable, "-c", "import django"], **options, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("another user may not run this Python, it lies in a closed directory")
    for folder in [tmp_path, *tmp_path.parents[:2]]:
        folder.chmod(0o755)
    os.chown(tmp_path, 65534, 65534)
    return options | {"env": environment(HOME=None, XDG_RUNTIME_DIR=None)}
