"""A program of the newsroom that has a key, and the least that it can say."""

import json

from django.test import Client

from claims import keys
from claims.choices import Scope
from claims.models import (
    Appearance,
    Claim,
    ClaimTranslation,
    Evidence,
    Verdict,
    VerdictTranslation,
)
from sources.models import Source

from . import desk

DESK = "/api/v1/desk/"
JSON = "application/json"
CLAIM = {
    "slug": "tower-height",
    "statement": {"en": "The tower is 90 metres high."},
    "speaker": {"en": "the article"},
    "reason": {"en": "The council votes on it."},
    "language": "en",
    "kind": "documentary",
}
SOURCE = {
    "slug": "tower-plan",
    "title": "The plan",
    "publisher": "county-records",
    "language": "en",
    "type": "government",
    "proximity": "primary",
    "url": "https://example.org/plan",
}
EVIDENCE = {"source": "tower-plan", "stance": "refutes", "finding": {"en": "It says 80."}}


class Program:
    """Sends JSON with its key, and remembers the ETag of the last answer."""

    def __init__(self, user, scopes=Scope.values, **client):
        self.user = user
        self.row, self.key = keys.make(name="CMS", scopes=scopes, days=30, by=user)
        self.client = Client(headers={"Authorization": f"Bearer {self.key}"}, **client)
        self.browser = Client()
        self.etag = ""

    def get(self, path, status=200, **headers):
        return self._answer(self.client.get(f"{DESK}{path}", headers=headers), status)

    def post(self, path, body=None, status=201, **headers):
        return self._send(self.client.post, path, body or {}, status, headers)

    def patch(self, path, body, status=200, etag=None, **headers):
        headers = {"If-Match": self.etag if etag is None else etag} | headers
        return self._send(self.client.patch, path, body, status, headers)

    def delete(self, path, status=204):
        response = self.client.delete(f"{DESK}{path}", headers={"If-Match": self.etag})
        return self._answer(response, status)

    def submit(self, path, status=200, etag=None):
        return self.post(f"{path}submit/", status=status, **{"If-Match": etag or self.etag})

    def _send(self, call, path, body, status, headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = call(f"{DESK}{path}", data, content_type=JSON, headers=headers)
        return self._answer(response, status)

    def _answer(self, response, status):
        """The body, which is JSON whatever has happened."""
        assert response.status_code == status, response.content.decode()
        assert response["Cache-Control"] == "private, no-store"
        if status in {204, 304}:
            return None
        kind = JSON if status < 400 else "application/problem+json"
        assert response["Content-Type"] == kind
        body = json.loads(response.content)
        if status >= 400:
            assert body["status"] == status
            assert body["detail"]
        else:
            self.etag = response["ETag"]
            assert not self.etag.startswith("W/")
        return body


def contributor(name="con", scopes=Scope.values):
    return Program(desk.make_user(name, role="contributor"), scopes)


def with_a_draft(program):
    """The program's own source, claim and verdict; the verdict's address."""
    desk.make_publisher()
    program.post("sources/", SOURCE)
    program.post("claims/", CLAIM)
    made = program.post("verdicts/", {"claim": "tower-height", "rating": "mostly-false"})
    return f"verdicts/{made['id']}/"


def pointers(problem):
    return [error["pointer"] for error in problem["errors"]]


def kind(problem):
    return problem["type"].removeprefix("/problems/").rstrip("/")


def written():
    """All rows of the desk, to see that none has changed."""
    tables = [Source, Claim, ClaimTranslation, Appearance, Verdict, VerdictTranslation, Evidence]
    return [list(table.objects.order_by("pk").values()) for table in tables]
