"""The site as its server runs it, with what keeps answers in front of Django."""

import contextlib

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import RequestFactory

from factcheck.kept import Keeper

LIST = "/api/v1/claims/"
CLAIM = f"{LIST}bridge-cost/"
OTHER = f"{LIST}tunnel-cost/"
ADDRESSES = [
    "/api/v1/",
    LIST,
    f"{LIST}?page_size=1&count=true",
    f"{LIST}?q=bridge&fields=slug",
    f"{LIST}?rating=mostly-false&format=csv",
    CLAIM,
    f"{CLAIM}revisions/",
    f"{CLAIM}revisions/1/",
    f"{CLAIM}claimreview/",
    f"{CLAIM}annotations/",
    "/api/v1/sources/",
    "/api/v1/ratings/mostly-false/",
    "/api/v1/lookup/?url=https://example.org/article",
    "/api/v1/changes/",
    "/api/v1/schema/",
]
PAGE = "/claims/bridge-cost/"
PAGES = [
    "/",
    "/zh-hans/",
    "/claims/",
    "/claims/?rating=mostly-false",
    "/claims/?q=bridge",
    PAGE,
    f"/zh-hans{PAGE}",
    "/articles/article/",
    "/sources/",
    "/sources/article/",
    "/publishers/county-records/",
]


@contextlib.contextmanager
def connection_stays():
    """As Django's test client has it: a test's transaction outlives the request."""
    signals = (request_started, request_finished) if connection.in_atomic_block else ()
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


class Site:
    """The site as one process of the server has it: Django, and what keeps its answers."""

    def __init__(self):
        self.handler = WSGIHandler()
        self.keeper = Keeper(self.django, 10**7)
        self.passed = 0  # requests that came as far as Django

    def django(self, environ, start_response):
        self.passed += 1
        return self.handler(environ, start_response)

    def ask(self, path, *, django=False, method="GET", **client):
        """`(status, headers, body)`; of Django itself, with `django`."""
        environ = RequestFactory(**client).generic(method, path).environ
        environ.setdefault("HTTP_HOST", "testserver")
        said = []
        application = self.handler if django else self.keeper
        response = application(
            environ, lambda status, headers, exc=None: said.extend([status, headers])
        )
        body = b"".join(response)
        if hasattr(response, "close"):
            response.close()
        names = [name for name, _ in said[1]]
        assert len(names) == len(set(names))
        return said[0], {name.lower(): _in_order(name, value) for name, value in said[1]}, body

    def is_kept(self, path, **client):
        """Is it answered without Django?"""
        before = self.passed
        self.ask(path, **client)
        return self.passed == before


def _in_order(name, value):
    """The header as what it means: some are lists whose order and case say nothing."""
    cut = {"vary": ",", "content-security-policy": ";"}.get(name.lower())
    return ", ".join(sorted(part.strip().lower() for part in value.split(cut))) if cut else value
