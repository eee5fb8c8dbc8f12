"""A run over many sources, killed again and again: nothing twice, nothing lost, little memory.

`make evidence` does it on all sources of the dossier, and kills the database as well; the suite
does it on a dozen.
"""

import contextlib
import functools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import psutil
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.utils import Error

from factcheck import embedded
from sources import capture
from sources.models import LinkCheck, Snapshot, Source, Watch

from . import desk, evidence, hostile
from .servers import server_pid, url_of_database

DOSSIER = "claims/dossier/emad-mostaque.yaml"
WHOLE = "SOURCES" in os.environ
MEMORY = 300_000_000
# A few of each kind, and of those nothing that waits for the clock.
FEW = ["text", "gb18030", "article", "moved", "dead", "soft-404", "wall", "bomb", "pdf", "liar"]


@pytest.fixture
def server():
    pages = {f"/deeper/{n}": hostile.deeper for n in range(20)} | {"/": evidence.page("Home")}
    with hostile.site(pages) as server:
        yield server


@pytest.fixture
def thrown(tmp_path, django_db_blocker):
    """A database server of this test's own: the folder of its data. It is the default meanwhile."""
    data = tmp_path / "postgres"
    usual = connections[DEFAULT_DB_ALIAS]
    options = {**usual.settings_dict, "OPTIONS": {}, **embedded.database(data)}
    try:
        with django_db_blocker.unblock():
            connections[DEFAULT_DB_ALIAS] = type(usual)(options, DEFAULT_DB_ALIAS)
            call_command("migrate", verbosity=0)
            yield data
            connection.close()
    finally:
        connections[DEFAULT_DB_ALIAS] = usual
        embedded.leave(data)


@pytest.fixture
def folder(settings, tmp_path):
    """Where the worker keeps its files, and this process looks for them."""
    store = settings.STORAGES["snapshots"] | {"OPTIONS": {"location": tmp_path / "snapshots"}}
    settings.STORAGES = settings.STORAGES | {"snapshots": store}
    return tmp_path


def made_up(server):
    """`{slug: kind}`: each source leads to a page of one kind, at an address of its own."""
    kinds = list(evidence.PAGES) if WHOLE else FEW
    if WHOLE:
        desk.make_user("editor", role="editor")
        desk.make_user("reviewer", role="reviewer")
        call_command("load_dossier", DOSSIER, author="editor", verbosity=0)
    else:
        for kind in FEW:
            desk.make_source(f"source-{kind}")
    found = {}
    for number, source in enumerate(Source.objects.filter(url__isnull=False).order_by("pk")):
        kind = kinds[number % len(kinds)]
        if kind == "slow" and "slow" in found.values():
            kind = "text"  # one of those is enough to wait for
        server.pages[f"/{source.slug}"] = evidence.PAGES[kind][0]
        Source.objects.filter(pk=source.pk).update(url=f"{server.url}/{source.slug}")
        found[source.slug] = kind
    server.pages |= {"/text": evidence.PAGES["text"][0], "/loop": hostile.redirect("/loop")}
    return found


class Memory(threading.Thread):
    """The most that a process and its children had at once, in bytes."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.root, self.most = psutil.Process(pid), 0

    def run(self):
        with contextlib.suppress(psutil.Error):
            while True:
                family = [self.root, *self.root.children(recursive=True)]
                self.most = max(self.most, sum(map(self.used, family)))
                time.sleep(0.02)

    @staticmethod
    def used(process):
        with contextlib.suppress(psutil.Error):
            return process.memory_info().rss
        return 0


def run(server, folder, *, kill_after=None, kill=psutil.Process.kill, command="capture"):
    """One run; with `kill_after` it is killed after so many answers of the server.

    `kill` does it, given the process.
    """
    environment = {
        "DATABASE_URL": url_of_database(),
        "VAR": str(folder),
        "FETCH_ALLOWED": server.host,
        "PATH": "",
    }
    server.got.clear()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command.split()],
        cwd=django_settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    memory = Memory(process.pid)
    memory.start()
    while kill_after is not None and process.poll() is None and len(server.got) < kill_after:
        time.sleep(0.01)
    if kill_after is not None and process.poll() is None:
        time.sleep(random.random() * 0.5)
        kill(psutil.Process(process.pid))
    said = process.communicate()[0]
    return process.returncode, said, memory.most


def assert_whole(kinds):
    """Every source is in its state, with one copy if it has any; all bytes are what rows say."""
    states = dict(Source.objects.filter(slug__in=kinds).values_list("slug", "link_state"))
    assert states == {slug: evidence.PAGES[kind][1] for slug, kind in kinds.items()}
    assert LinkCheck.objects.count() == Watch.objects.count() == len(kinds)
    kept = {slug for slug, kind in kinds.items() if evidence.PAGES[kind][2] is not None}
    copies = Snapshot.objects.values_list("source__slug", flat=True)
    assert Counter(copies) == Counter(kept)
    for copy in Snapshot.objects.all():
        assert capture.digest_of(capture.content(copy)) == copy.sha256
        assert capture.digest_of(capture.stored(copy.warc)) == copy.warc


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_run_that_is_killed_again_and_again_ends_as_one_that_is_not(server, folder):
    kinds = made_up(server)
    most, kills = 0, 8 if WHOLE else 2
    for _ in range(kills):
        code, _said, memory = run(server, folder, kill_after=1 + len(kinds) // (kills + 1))
        most = max(most, memory)
        assert code in {0, -signal.SIGKILL}
    code, said, memory = run(server, folder)
    most = max(most, memory)
    assert code == 0
    assert_whole(kinds)
    assert most < MEMORY
    print(f"{len(kinds)} sources, {kills} kills, at most {most / 1e6:.0f} MB\n{said}")
    code, said, _memory = run(server, folder)
    assert said.startswith("0 visited")


@pytest.mark.skipif(not WHOLE, reason="a server of its own, killed: make evidence")
def test_a_run_whose_database_is_killed_again_and_again_ends_as_one_that_is_not(
    thrown, server, folder
):
    """With the worker and before it: what it was told is written is there when it is back."""
    kinds = made_up(server)
    most, kills, written = 0, 12, set()

    def kill(order, process):
        """Both, one before the other; or the database alone: then the run must end, and say why."""
        connection.close()
        if order == 0:
            process.kill()
        os.kill(server_pid(thrown), signal.SIGKILL)
        if order == 1:
            process.kill()

    for number in range(kills):
        after, how = 1 + len(kinds) // (kills + 1), functools.partial(kill, number % 3)
        code, said, memory = run(server, folder, kill_after=after, kill=how)
        most = max(most, memory)
        assert code in {0, 1, -signal.SIGKILL}
        assert "Traceback" not in said
        before, written = written, seen()
        assert before <= written
    code, said, memory = run(server, folder)
    assert code == 0
    assert_whole(kinds)
    assert max(most, memory) < MEMORY
    named = Snapshot.objects.values_list("sha256", "warc")
    files = {path.name for path in (folder / "snapshots").rglob("*") if path.is_file()}
    spare = len(files - {digest for pair in named for digest in pair})
    print(f"{len(kinds)} sources, {kills} kills of the database, at most {most / 1e6:.0f} MB, ")
    print(f"{spare} files of visits that were not written down\n{said}")
    assert spare <= 2 * kills


def seen():
    """All checks and copies that are written down, as soon as the database is back."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return {
                *LinkCheck.objects.values_list("source__slug", "checked_at"),
                *Snapshot.objects.values_list("source__slug", "sha256", "warc"),
            }
        except Error:
            assert time.monotonic() < deadline
            connection.close()
            time.sleep(0.05)
