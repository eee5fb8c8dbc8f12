"""The feed of changes: in order, complete, to wait for, and enough for a mirror."""

import contextlib
import importlib.util
import json
import os
import random
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from django.db import connection

from claims import publishing
from claims.api import changes
from claims.choices import Action, State
from claims.models import Claim, ClaimRedirect, PublishedClaim, Revision

from . import desk
from .helpers import assert_queries_do_not_grow
from .test_api import get, problem

FEED = "/api/v1/changes/"
STEPS = int(os.environ.get("STEPS", "40"))

_spec = importlib.util.spec_from_file_location(
    "mirror", Path(__file__).resolve().parent.parent / "docs" / "mirror.py"
)
mirror = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(mirror)


def feed(client, query=""):
    return get(client, f"{FEED}?{query}").json()["results"]


def correct(slug, reviewer):
    """A correction of the reason why the claim was checked."""
    claim = Claim.objects.get(slug=slug)
    claim.translations.filter(language="en").update(reason=f"Reason {random.random()}.")
    in_force = claim.verdicts.get(status="published")
    return desk.correct(in_force, text={"en": "It was wrong."}, by=reviewer)


def test_changes_say_what_was_done_and_what_the_verdict_was(client, published, reviewer):
    published("one"), published("two", rating_slug="true")
    correct("one", reviewer)
    one, two = Claim.objects.order_by("pk")
    publishing.merge(one, into=two, by=reviewer)
    publishing.unmerge(one, by=reviewer)
    desk.retract(two, reason={"en": "We erred."}, by=reviewer)
    rows = feed(client)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    said = [
        (row["claim"], row["action"], row["verdict"]["before"], row["verdict"]["after"])
        for row in rows
    ]
    assert said == [
        ("one", "publish", None, "mostly-false"),
        ("two", "publish", None, "true"),
        ("one", "correct", "mostly-false", "mostly-false"),
        ("one", "merge", "mostly-false", None),
        ("two", "absorb", "true", "true"),
        ("one", "restore", None, "mostly-false"),
        ("two", "restore", "true", "true"),
        ("two", "retract", "true", None),
    ]
    assert rows[2]["correction"]["kind"] == "update"
    assert rows[2]["correction"]["text"] == {"en": "It was wrong."}
    assert [row["claim"] for row in rows if row["gone"]] == ["one", "two"]
    assert rows[3]["merged_into"] == "two"
    assert rows[-1]["reason"] == {"en": "We erred."}


def test_a_sealing_leaves_a_tombstone_and_no_words(client, published, reviewer):
    published()
    publishing.seal("bridge-cost", rule="Order 12 of the court", by=reviewer)
    first, seal = feed(client, "documents=true")
    assert (first["is_sealed"], first["document"], first["gone"]) == (True, None, False)
    assert (seal["sealed"], seal["rule"], seal["gone"]) == ([1], "Order 12 of the court", True)


def test_changes_go_on_where_one_stopped(client, published):
    for slug in ("one", "two", "three"):
        published(slug)
    body = get(client, f"{FEED}?page_size=2").json()
    assert (len(body["results"]), body["more"]) == (2, True)
    body = get(client, body["next"]).json()
    assert ([row["claim"] for row in body["results"]], body["more"]) == (["three"], False)
    assert get(client, body["next"]).json()["results"] == []


def test_queries_do_not_grow_with_changes(client, published, reviewer):
    published("one")
    more = lambda: [correct("one", reviewer) for _ in range(3)]  # noqa: E731
    assert assert_queries_do_not_grow(lambda: client.get(FEED), more) == 1


@pytest.mark.parametrize("query", ["after=-1", "after=x", "wait=31", "wait=1.5", "documents=1"])
def test_places_that_are_none_are_refused(client, db, query):
    assert problem(client, f"{FEED}?{query}")["parameter"] == query.split("=")[0]


# --- Waiting -------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_who_waits_is_told_as_soon_as_something_changes(client, author, reviewer):
    def publish():
        desk.make_published("one", author=author, reviewer=reviewer)
        connection.close()

    threading.Timer(0.2, publish).start()
    start = time.monotonic()
    answer = get(client, f"{FEED}?wait=20")
    assert [row["claim"] for row in answer.json()["results"]] == ["one"]
    assert time.monotonic() - start < 15
    assert answer["Cache-Control"] == "no-store"


def test_nobody_waits_where_every_place_is_taken(client, db, monkeypatch):
    monkeypatch.setattr(changes, "PLACES", threading.BoundedSemaphore(1))
    with changes.PLACES:
        start = time.monotonic()
        answer = get(client, f"{FEED}?wait=30")
        assert time.monotonic() - start < 5
    assert answer["Retry-After"] == "5"
    assert "Retry-After" not in get(client, f"{FEED}?wait=1")  # the place is free again


def stream(client, query="", **headers):
    response = client.get(
        f"{FEED}stream/?{query}", headers={"Accept": "text/event-stream"} | headers
    )
    assert response["Content-Type"] == "text/event-stream"
    assert response["Cache-Control"] == "no-store"
    return b"".join(response.streaming_content).decode()


def test_the_stream_has_one_event_a_change(client, published):
    published("one"), published("two")
    events = stream(client).split("\n\n")
    assert events[0] == "retry: 1000"
    assert events[1].startswith("id: 1\nevent: publish\ndata: {")
    assert json.loads(events[2].partition("data: ")[2])["claim"] == "two"
    later = stream(client, "after=0", **{"Last-Event-ID": "1"})
    assert "id: 2\n" in later
    assert "id: 1\n" not in later


def test_a_stream_without_a_place_says_what_there_is_and_when_to_come_back(
    client, published, monkeypatch
):
    monkeypatch.setattr(changes, "PLACES", threading.BoundedSemaphore(1))
    published()
    with changes.PLACES:
        text = stream(client)
    assert text.startswith("retry: 5000")
    assert "id: 1\n" in text


def test_a_stream_that_is_never_read_takes_no_place(client, db, monkeypatch):
    monkeypatch.setattr(changes, "PLACES", threading.BoundedSemaphore(1))
    client.get(f"{FEED}stream/").close()
    assert changes.PLACES.acquire(blocking=False)


# --- The mirror ----------------------------------------------------------------


def assert_equal_to_origin(db):
    mirrored = {slug: json.loads(text) for slug, text in db.execute("SELECT * FROM claim")}
    merged = {
        slug: document["merged_into"]
        for slug, document in mirrored.items()
        if document["state"] == State.MERGED
    }
    ends = {slug: end_of(merged, slug) for slug in merged}
    assert ends == dict(ClaimRedirect.objects.values_list("slug", "to"))
    heads = PublishedClaim.objects.with_document()
    public = {head.slug: bytes(head.revision.document) for head in heads}
    kept = dict(db.execute("SELECT slug, document FROM claim"))
    assert {slug: kept[slug] for slug in kept.keys() - merged} == public
    texts = dict(db.execute("SELECT seq, document FROM revision"))
    assert texts == {row.seq: bytes(row.document) or None for row in Revision.objects.all()}


def end_of(merged, slug):
    while slug in merged:
        slug = merged[slug]
    return slug


def one_step(rng, number, author, reviewer):
    """Something that a newsroom does, to any of the claims that it can be done to."""
    public = list(PublishedClaim.objects.listed().values_list("slug", flat=True))
    action = rng.choice(["publish", "publish", "correct", "correct", "retract", "merge", "seal"])
    if action == "publish" or len(public) < 2:
        return desk.make_published(f"claim-{number}", author=author, reviewer=reviewer)
    slug = rng.choice(public)
    claim = Claim.objects.get(slug=slug)
    if action == "correct":
        return correct(slug, reviewer)
    if action == "retract":
        return desk.retract(claim, reason={"en": "We erred."}, by=reviewer)
    if action == "merge":
        into = Claim.objects.get(slug=rng.choice([other for other in public if other != slug]))
        merged = publishing.merge(claim, into=into, by=reviewer)
        return publishing.unmerge(claim, by=reviewer) if rng.random() < 0.3 else merged
    numbers = Revision.objects.filter(claim=slug).exclude(action=Action.SEAL)
    some = rng.choice([None, [numbers.order_by("number").first().number]])
    return publishing.seal(slug, rule="Order 12", by=reviewer, numbers=some)


@pytest.fixture
def copied():
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        yield db


def test_a_mirror_stays_equal_whatever_the_newsroom_does(client, copied, author, reviewer):
    """STEPS=1000 for the long run: `make mirror`."""
    rng = random.Random(STEPS)
    fetched = lambda url: get(client, url).json()  # noqa: E731
    for number in range(STEPS):
        one_step(rng, number, author, reviewer)
        if rng.random() < 0.2:
            mirror.sync(copied, "", get=fetched)
    mirror.sync(copied, "", get=fetched)
    assert_equal_to_origin(copied)


def test_a_mirror_stops_where_the_chain_breaks(client, copied, published):
    published("one"), published("two")

    def tampered(url):
        page = get(client, url).json()
        page["results"][1]["claim"] = "someone-else"
        return page

    with pytest.raises(ValueError, match="chain breaks at 2"):
        mirror.sync(copied, "", get=tampered)


def test_a_mirror_refuses_words_that_were_not_published(client, copied, published):
    published()

    def tampered(url):
        page = get(client, url).json()
        page["results"][0]["document"]["statement"]["en"] = "Another."
        return page

    with pytest.raises(ValueError, match="not the one"):
        mirror.sync(copied, "", get=tampered)
