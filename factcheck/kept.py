"""Answers of the public API, kept whole in memory for as long as the record stays as it is.

They stand in front of Django, as do those of the pages that are read most. What an answer depends
on is its key, and the edition of the record (claims.models.edition), which is asked of the database
for each request and before Django reads: so a kept answer is never older than what Django would
say. Without the database there is none. Kept is what Django lets everybody keep, of requests
without cookie or key; limits count all alike. Django is told the edition, for what it may remember
as long as that lasts.
"""

import re
import threading
import weakref
from collections import OrderedDict
from types import SimpleNamespace
from typing import NamedTuple

import psycopg
from django.conf import settings
from django.db import Error, connections
from django.utils.cache import cc_delim_re, get_conditional_response
from django.utils.http import http_date, parse_http_date
from django_http_compression.middleware import best_coding
from psycopg.pq import ExecStatus

from claims.api.throttling import AddressThrottle
from claims.release import EDITION

from .replicas import serving

ASK = b"SELECT name::text FROM claims_edition"
CLAIM = re.compile("/api/v1/claims/([-a-z0-9]+)/")
DOCUMENT = b"""
SELECT name::text, head.sha256, floor(extract(epoch FROM modified_at))::bigint, document
FROM claims_edition, claims_publishedclaim AS head JOIN claims_revision ON seq = revision_id
WHERE slug = $1"""
PUBLIC, DESK = "/api/v1/", "/api/v1/desk/"
# Home, lists, and what stands below them: nothing that asks the clock, and nothing that is written.
PREFIXES = "|".join(f"/{code}" for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE)
PAGE = re.compile(
    rf"(?:{PREFIXES})?/(?:(?:claims|articles|subjects|topics|sources|publishers)/(?:[-a-z0-9]+/)?)?"
)
# Where one of these is sent, Django answers: they speak of a person, a part or a change.
ASIDE = ["HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_TRANSFER_ENCODING"]
ASIDE += ["HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_ACCEPT_DATETIME"]
# What of a request is in the key, or no part of it, as Vary calls it. A page's language is that of
# its path.
KEYED = {"accept", "accept-encoding", "accept-datetime", "origin"}
KEYED_OF_PAGES = KEYED - {"accept"} | {"accept-language"}
ORIGIN = re.compile(r"null|https?://[a-z0-9.:-]{1,255}", re.IGNORECASE | re.ASCII)
LONGEST_KEY = 2000
LARGEST = 512 * 1024
AROUND = 2000  # bytes that an answer takes beside its body: key, headers, and the objects
COUNTED = {"ratelimit", "ratelimit-policy"}
OF_A_BODY = {"content-type", "content-length", "content-encoding", "permissions-policy"}


class Kept(NamedTuple):
    """One answer; `unchanged` are the headers of a 304 in its place."""

    edition: bytes
    status: str
    headers: list
    unchanged: list
    body: bytes
    etag: str | None
    modified: int | None

    @property
    def size(self):
        return len(self.body) + AROUND


class Shelf:
    """Kept answers of one process, no more than fit; those not asked for longest go first."""

    def __init__(self, most):
        self.most = most
        self.size = 0
        self.answers = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key):
        with self.lock:
            found = self.answers.get(key)
            if found is not None:
                self.answers.move_to_end(key)
            return found

    def put(self, key, answer):
        with self.lock:
            if before := self.answers.pop(key, None):
                self.size -= before.size
            self.answers[key] = answer
            self.size += answer.size
            while self.size > self.most:
                self.size -= self.answers.popitem(last=False)[1].size


class Keeper:
    """The WSGI application `application`, with its public answers kept."""

    def __init__(self, application, most):
        """`most` is in bytes, for this process."""
        self.application = application
        self.shelf = Shelf(most)

    def __call__(self, environ, start_response):
        environ.pop(EDITION, None)  # that of a standby which failed at this request
        key = key_of(environ)
        edition, found = self._find(key) if key else (None, None)
        if not edition:
            return self.application(environ, start_response)
        if found is None:
            return self._ask(environ, start_response, key, edition)
        limits = limits_of(environ) if key[0].startswith(PUBLIC) else []
        if limits is None:  # Django says no, and when to come back
            return self.application(environ, start_response)
        if is_known(environ, found):
            start_response("304 Not Modified", found.unchanged + limits)
            return [b""]
        start_response(found.status, found.headers + limits)
        return [found.body]

    def _ask(self, environ, start_response, key, edition):
        seen = []

        def listen(status, headers, exc_info=None):
            seen[:] = [status, headers]
            return start_response(status, headers, exc_info)

        environ[EDITION] = edition
        response = self.application(environ, listen)
        if environ["REQUEST_METHOD"] == "GET" and (
            answer := to_keep(edition, key, *seen, response)
        ):
            self.shelf.put(key, answer)
            if (pattern := pattern_of(key)) and serves_as_pattern(answer, key):
                self.shelf.put(pattern, answer)
        return response

    def _find(self, key):
        """`(the record's edition now, the answer of it)`; None for what there is not."""
        edition, found = None, self.shelf.get(key)
        if found is not None:
            edition = edition_of_record()
            if found.edition == edition:
                return edition, found
        # A claim that nobody asked for yet, said as Django said another one.
        pattern = self.shelf.get(pattern_of(key))
        if pattern is not None and (row := document_of(CLAIM.fullmatch(key[0])[1])):
            edition, *said = row
            if pattern.edition == edition:
                answer = another(pattern, *said)
                self.shelf.put(key, answer)
                return edition, answer
        return edition or edition_of_record(), None


def keep(application):
    """`application`, which keeps as many megabytes as KEPT_MEGABYTES says, or none."""
    most = settings.KEPT_MEGABYTES * 1024 * 1024
    return Keeper(application, most) if most else application


def key_of(environ):
    """All that a public answer depends on beside the record; None where Django must answer."""
    path = environ.get("PATH_INFO", "")
    is_page = PAGE.fullmatch(path) is not None
    if path.startswith(DESK) or not (is_page or path.startswith(PUBLIC)):
        return None
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or any(map(environ.get, ASIDE)):
        return None
    origin, host = environ.get("HTTP_ORIGIN"), environ.get("HTTP_HOST")
    if not host or (origin and not ORIGIN.fullmatch(origin)) or has_body(environ):
        return None
    key = (
        path,
        environ.get("QUERY_STRING", ""),
        host,
        environ["wsgi.url_scheme"],
        environ.get("HTTP_X_FORWARDED_PROTO", ""),
        environ.get("SCRIPT_NAME", ""),
        "" if is_page else environ.get("HTTP_ACCEPT", ""),
        best_coding(environ.get("HTTP_ACCEPT_ENCODING", "")),
        "an origin" if origin else "",
    )
    return key if sum(map(len, key)) <= LONGEST_KEY else None


def has_body(environ):
    return environ.get("CONTENT_LENGTH", "") not in {"", "0"}


def edition_of_record():
    """The edition that readers see now; None where the database does not say.

    By libpq itself on Django's own connection: through Django's cursor this one row would cost as
    much as all else here. A connection that is broken is Django's to replace.
    """
    try:
        found = _connection().pgconn.exec_(ASK)
    except (Error, psycopg.Error):
        return None
    if found.status != ExecStatus.TUPLES_OK or not found.ntuples:
        return None
    return found.get_value(0, 0)


prepared = weakref.WeakSet()  # the connections on which DOCUMENT is


def _connection():
    """That of the database which serves this request."""
    connection = connections[serving()]
    connection.ensure_connection()
    return connection.connection


def document_of(slug):
    """`(edition, hash, seconds of its moment, document)` of a claim; None where Django must say.

    A statement that is prepared once a connection: to plan it takes longer than to run it.
    """
    try:
        raw = _connection()
        if raw not in prepared:
            raw.pgconn.prepare(b"factcheck_document", DOCUMENT)
            prepared.add(raw)
        found = raw.pgconn.exec_prepared(b"factcheck_document", [slug.encode()], result_format=1)
    except (Error, psycopg.Error):
        return None
    if found.status != ExecStatus.TUPLES_OK:
        prepared.discard(raw)  # as behind a pooler that hands out another connection each time
        return None
    if not found.ntuples:
        return None
    edition, sha256, seconds, document = (found.get_value(0, at) for at in range(4))
    return edition, sha256.decode(), int.from_bytes(seconds, "big", signed=True), document


def pattern_of(key):
    """Where the answer stands whose headers all claims share; None of what is no whole claim."""
    path, query, *others, coding, origin = key
    if not CLAIM.fullmatch(path) or query or coding != "identity":
        return None
    return ("a claim", *others, coding, origin)


def serves_as_pattern(answer, key):
    """Do its headers name no claim?"""
    slug = CLAIM.fullmatch(key[0])[1]
    return answer.status[:3] == "200" and not any(slug in value for _, value in answer.headers)


def another(pattern, sha256, seconds, document):
    """The answer for a claim of this hash, moment and document, as the one in `pattern`."""
    etag = f'"{sha256}"'
    changed = {"etag": etag, "last-modified": http_date(seconds)}
    changed["content-length"] = str(len(document))
    short = changed | {"content-length": "0"}
    return pattern._replace(
        headers=[(name, changed.get(name.lower(), value)) for name, value in pattern.headers],
        unchanged=[(name, short.get(name.lower(), value)) for name, value in pattern.unchanged],
        body=document,
        etag=etag,
        modified=seconds,
    )


def limits_of(environ):
    """The headers that tell the limit, once this request is counted; None when it is too much."""
    proxied = {"x-forwarded-for": environ.get("HTTP_X_FORWARDED_FOR")}
    request = SimpleNamespace(META=environ, headers=proxied, limits={})
    if not AddressThrottle().allow_request(request, None):
        return None
    return list(request.limits.items())


def is_known(environ, kept):
    """Does the asker have this answer already?"""
    asked = "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ
    if not asked or kept.status[:3] != "200":
        return False
    request = SimpleNamespace(META=environ, method=environ["REQUEST_METHOD"])
    return get_conditional_response(request, kept.etag, kept.modified) is not None


def to_keep(edition, key, status, headers, response):
    """The answer as it will be given again; None if it is not everybody's, or not to be kept."""
    if status[:3] not in {"200", "301"} or getattr(response, "streaming", True):
        return None
    said = {name.lower(): value for name, value in headers}
    directives = {part.partition("=")[0] for part in _parts(said.get("cache-control", ""))}
    varies = {name.lower() for name in _parts(said.get("vary", ""))}
    if "public" not in directives or directives & {"no-store", "private"}:
        return None
    keyed = KEYED if key[0].startswith(PUBLIC) else KEYED_OF_PAGES
    if "set-cookie" in said or not varies <= keyed or len(response.content) > LARGEST:
        return None
    headers = [(name, value) for name, value in headers if name.lower() not in COUNTED]
    # Compressed or not, the validator is that of what was compressed.
    etag = said.get("etag", "").removeprefix("W/")
    unchanged = [
        (name, etag if name.lower() == "etag" else value)
        for name, value in headers
        if name.lower() not in OF_A_BODY
    ]
    unchanged.append(("Content-Length", "0"))
    modified = said.get("last-modified")
    modified = parse_http_date(modified) if modified else None
    return Kept(edition, status, headers, unchanged, response.content, etag or None, modified)


def _parts(header):
    return [part for part in cc_delim_re.split(header.strip()) if part]


def database_answers(get_response):
    """Middleware: where the keeper has just had an answer, Django need not ask for another one."""

    def answer(request):
        if EDITION in request.META:
            connections[serving()].health_check_done = True
        return get_response(request)

    return answer
