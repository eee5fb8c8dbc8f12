"""Figures for Prometheus: what all processes of the server answered, and how the site is doing.

Each process of the server counts in files of its own, which whichever process is asked adds up
(prometheus_client's multiprocess mode). The files live as long as the server does, in a folder that
its processes find by their parent: those of a process that ended stay, or the sums would fall. A
server lives while a process of it holds its folder locked; no moment says so, for clocks are set.
"""

import contextlib
import fcntl
import functools
import os
import shutil
import stat
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import Error
from django.db.models import Count, Max
from django.urls import Resolver404, resolve
from django.utils import translation
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from claims.models import Revision
from sources.models import ArchiveCopy, Source

from . import readiness

_held = {}  # folder -> its open handle, and so the lock
PREFIX = f"factcheck-figures-{os.geteuid()}-"
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}

requests = Counter("factcheck_requests", "Requests answered", ["method", "route", "status"])
seconds = Histogram(
    "factcheck_request_seconds",
    "Seconds until an answer was ready; of a stream, until it began",
    ["route"],
    buckets=[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
)


def begin(folder=None):
    """Count from here on in `folder`, by default the one that all processes of this server share.

    Those of servers that ended without doing so are taken away. Raises OSError where somebody else
    has made a folder of its name: nothing is written there.
    """
    folder = folder or Path(tempfile.gettempdir()) / f"{PREFIX}{os.getppid()}"
    _hold(folder)
    for other in folder.parent.glob(f"{PREFIX}*"):
        if other != folder:
            _take_away(other)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    values.ValueClass = values.MultiProcessValue()  # chosen at its import, without the folder


def _hold(folder):
    """Make it, and keep it locked as long as this process lives."""
    while folder not in _held:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise OSError(f"{folder} is somebody else's; take it away.")
        with contextlib.suppress(FileNotFoundError):  # another server's process took it away
            handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
            fcntl.flock(handle, fcntl.LOCK_SH)
            if folder.exists() and os.path.samestat(os.fstat(handle), folder.lstat()):
                _held[folder] = handle
            else:
                os.close(handle)


def _take_away(folder):
    """Unless somebody holds it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)


def count(environ, status, took):
    """Of one request, which was answered with `status` in `took` seconds."""
    route = environ.get("factcheck.route")
    if route is None:  # an answer that was kept, and never came to Django
        route = route_of(environ.get("PATH_INFO", ""))
    method = environ["REQUEST_METHOD"]
    answered, lasted = _counters(method if method in METHODS else "other", route, status)
    answered.inc()
    lasted.observe(took)


@functools.cache  # as many as there are routes; the library takes longer to find them
def _counters(method, route, status):
    return requests.labels(method, route, status), seconds.labels(route)


@functools.lru_cache(4096)
def route_of(path):
    """The pattern that answers there; the language stands in the path."""
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            return resolve(path).route
        except Resolver404:
            return ""


class Figures:
    """What the database and the disk say, asked anew each time."""

    def collect(self):
        found = readiness.look(readiness.NEEDED + readiness.OTHERS)
        well = GaugeMetricFamily("factcheck_check_ok", "1 if all is well", labels=["check"])
        for name, check in found.items():
            well.add_metric([name], 0 if check.trouble else 1)
            for what, figure in check.figures.items():
                yield GaugeMetricFamily(f"factcheck_{name}_{what}", f"At /readyz: {name}", figure)
        yield well
        try:
            yield from self.of_the_database()
        except Error:
            return  # as factcheck_check_ok says already

    def of_the_database(self):
        last = Revision.objects.aggregate(last=Max("seq"))["last"] or 0
        yield CounterMetricFamily(
            "factcheck_revisions", "Publications, corrections and all else in the record", last
        )
        for name, told, model, field in [
            ("sources", "Sources by what the last visit found", Source, "link_state"),
            ("archive_copies", "Copies asked of archives", ArchiveCopy, "state"),
        ]:
            gauge = GaugeMetricFamily(f"factcheck_{name}", told, labels=["state"])
            rows = model.objects.order_by().values_list(field).annotate(n=Count("pk"))
            for state, number in rows:
                gauge.add_metric([state], number)
            yield gauge


def told():
    """`(bytes, media type)` of all figures."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    registry.register(Figures())
    return generate_latest(registry), CONTENT_TYPE_LATEST
