"""A run over many sources, killed again and again: nothing twice, nothing lost, little memory.

`make evidence` does it on all sources of the dossier; the suite on a dozen.
"""

import contextlib
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

from sources import capture
from sources.models import LinkCheck, Snapshot, Source, Watch

from . import desk, evidence, hostile
from .servers import url_of_database

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
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


def run(server, folder, *, kill_after=None):
    """One `capture` run; with `kill_after` it is killed after so many answers of the server."""
    environment = {
        "DATABASE_URL": url_of_database(),
        "VAR": str(folder),
        "FETCH_ALLOWED": server.host,
        "PATH": "",
    }
    server.got.clear()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "capture"],
        cwd=django_settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    memory = Memory(process.pid)
    memory.start()
    while kill_after is not None and process.poll() is None and len(server.got) < kill_after:
        time.sleep(0.01)
    if kill_after is not None and process.poll() is None:
        time.sleep(random.random() * 0.5)
        process.send_signal(signal.SIGKILL)
    said = process.communicate()[0]
    return process.returncode, said, memory.most


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
    states = dict(Source.objects.filter(slug__in=kinds).values_list("slug", "link_state"))
    assert states == {slug: evidence.PAGES[kind][1] for slug, kind in kinds.items()}
    assert LinkCheck.objects.count() == Watch.objects.count() == len(kinds)
    kept = {slug for slug, kind in kinds.items() if evidence.PAGES[kind][2] is not None}
    copies = Snapshot.objects.values_list("source__slug", flat=True)
    assert Counter(copies) == Counter(kept)
    for copy in Snapshot.objects.all():
        assert capture.digest_of(capture.content(copy)) == copy.sha256
        assert capture.digest_of(capture.stored(copy.warc)) == copy.warc
    assert most < MEMORY
    print(f"{len(kinds)} sources, {kills} kills, at most {most / 1e6:.0f} MB\n{said}")
    code, said, _memory = run(server, folder)
    assert said.startswith("0 visited")
