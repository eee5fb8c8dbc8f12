"""Feeds: every list and every filter, and the log of corrections, in three formats."""

import json
import re
import xml.etree.ElementTree as ET

import feedparser
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import publishing
from claims.models import Claim
from claims.pages import feeds

from . import desk
from .helpers import assert_queries_do_not_grow

pytestmark = pytest.mark.django_db

FORMS = {"atom": "atom10", "rss": "rss20"}
LISTS = [
    "/claims/",
    "/claims/?rating=false&topic=money",
    "/claims/?publisher=county-records&q=money",
    "/topics/money/",
    "/subjects/jane-roe/",
    "/sources/claim-0-refutes/",
    "/articles/article/",
    "/articles/article/?rating=unproven",
    "/publishers/county-records/",
    "/corrections/",
]
WHOLE = {"/claims/", "/articles/article/", "/publishers/county-records/"}


def feed_of(path, form):
    base, mark, query = path.partition("?")
    return f"{base}feed.{form}{mark}{query}"


def read(client, path, form):
    """`(title, [(id, link, title, text)])`, by a real parser."""
    response = client.get(feed_of(path, form))
    assert response.status_code == 200, response.content
    if form == "json":
        feed = json.loads(response.content)
        keys = ("id", "url", "title", "content_text")
        return feed["title"], [tuple(item[key] for key in keys) for item in feed["items"]]
    ET.fromstring(response.content)
    feed = feedparser.parse(response.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == FORMS[form]
    return feed.feed.title, [
        (entry.id, entry.link, entry.title, entry.summary) for entry in feed.entries
    ]


@pytest.fixture(scope="module")
def claims(published_once):
    terms = {"topics": [desk.make_topic("money")]}
    terms["subjects"] = [desk.make_subject("jane-roe", name="Jane Roe")]
    for number, rating in enumerate(["false", "true", "unproven"]):
        published_once(
            f"claim-{number}", statement=f"It cost < {number} & more.", rating_slug=rating
        )
    published_once("claim-3", rating_slug="false", **terms)


def correct(slug, *, by, **fields):
    """As an update of the words, the verdict unchanged."""
    claim = Claim.objects.get(slug=slug)
    claim.translations.filter(language="zh-Hans").update(statement=f"{slug} 的新说法。")
    return desk.correct(claim.verdicts.get(), by=by, **fields)


@pytest.fixture
def corrected(claims, reviewer):
    return correct("claim-3", by=reviewer, text={"en": "The year was wrong."})


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_list_has_the_same_feed_in_three_formats(client, corrected, settings, prefix):
    for path in LISTS:
        title, entries = read(client, prefix + path, "atom")
        assert title.startswith(f"{settings.SITE_NAME} · ")
        for form in ("rss", "json"):
            assert read(client, prefix + path, form) == (title, entries)
        assert len(entries) == (4 if path in WHOLE else 1)
        for _id, link, _title, _text in entries:
            assert link.startswith(f"{settings.SITE_URL}{prefix}/claims/claim-")
            assert client.get(link.removeprefix(settings.SITE_URL)).status_code == 200


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_list_names_its_feeds(client, corrected, prefix):
    for path in LISTS:
        page = client.get(prefix + path).content.decode()
        for form, kind in feeds.feeds.TYPES.items():
            address = (prefix + feed_of(path, form)).replace("&", "&amp;")
            assert f'<link rel="alternate" type="{kind}" title="' in page
            assert f'href="{address}">' in page


def test_an_entry_says_verdict_claim_and_short_answer(client, claims):
    _, entries = read(client, "/claims/", "atom")
    assert [title for _id, _link, title, _text in entries][-1] == "False: It cost < 0 & more."
    assert entries[0][3] == "It cost 41 million."
    _, entries = read(client, "/zh-hans/claims/", "rss")
    assert entries[-1][2] == "不实：claim-0 的说法。"


def test_an_entry_says_in_which_language_its_text_is(client, claims):
    feed = client.get("/zh-hans/claims/feed.json").json()
    assert (feed["language"], feed["items"][0]["language"]) == ("zh-Hans", "en")
    assert b'<entry xml:lang="en">' in client.get("/zh-hans/claims/feed.atom").content


def test_an_entry_keeps_its_identity_when_the_claim_is_corrected(client, claims, reviewer):
    before = {link: key for key, link, *_ in read(client, "/claims/", "atom")[1]}
    correct("claim-0", by=reviewer)
    after = read(client, "/claims/", "atom")[1]
    assert {link: key for key, link, *_ in after} == before
    assert after[0][1].endswith("/claims/claim-0/")  # on top again, updated
    parsed = feedparser.parse(client.get("/claims/feed.atom").content)
    assert parsed.entries[0].updated_parsed >= parsed.entries[0].published_parsed
    assert parsed.feed.updated == parsed.entries[0].updated


def test_the_log_of_corrections_tells_each_change(client, claims, author, reviewer):
    claim = Claim.objects.get(slug="claim-0")
    draft = desk.make_draft(claim, author=author, rating_slug="true")
    text = {"en": "We misread page 2."}
    desk.correct(desk.approve(draft, by=reviewer), kind="substantial", text=text, by=reviewer)
    desk.retract(Claim.objects.get(slug="claim-1"), by=reviewer, reason={"en": "Forged letter."})
    publishing.seal("claim-2", rule="Court order 12/26", by=reviewer)
    seal, retraction, correction = client.get("/corrections/feed.json").json()["items"]
    assert (seal["title"], seal["content_text"]) == ("Sealed: claim-2", "Court order 12/26")
    assert retraction["title"] == "Retracted: It cost < 1 & more."
    assert retraction["content_text"] == "Forged letter."
    assert correction["title"] == "Corrected (substantial): It cost < 0 & more."
    assert correction["content_text"] == (
        "We misread page 2. The verdict changed from “False” to “True”."
    )
    assert correction["_claim"]["verdict"] == "true"
    assert len({item["id"] for item in (seal, retraction, correction)}) == 3
    first = client.get("/corrections/feed.json").json()["items"]
    assert [item["id"] for item in first] == [item["id"] for item in (seal, retraction, correction)]


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
@pytest.mark.parametrize("path", ["/claims/?rating=false", "/corrections/"])
def test_what_is_older_follows(client, claims, reviewer, monkeypatch, settings, path, form):
    for slug in ("claim-0", "claim-3"):
        correct(slug, by=reviewer)
    whole = read(client, path, form)[1]
    assert len(whole) == 2
    monkeypatch.setattr(feeds, "LENGTH", 1)
    seen, address = [], feed_of(path, form)
    while address:
        content = client.get(address).content
        if form == "json":
            feed = json.loads(content)
            following = feed.get("next_url")
            assert feed["feed_url"] == settings.SITE_URL + address
            seen += [item["id"] for item in feed["items"]]
        else:
            feed = feedparser.parse(content)
            links = {link.rel: link.href for link in feed.feed.links}
            following = links.get("next")
            assert links["self"] == settings.SITE_URL + address
            seen += [entry.id for entry in feed.entries]
        address = following and following.removeprefix(settings.SITE_URL)
    assert seen == [key for key, *_ in whole]


def test_an_address_that_makes_no_sense_is_refused(client, corrected):
    for path, status in {
        "/claims/feed.atom?ratng=false": 400,
        "/claims/feed.json?rating=Not%20a%20slug": 400,
        "/claims/feed.rss?after=x": 400,
        "/topics/money/feed.atom?rating=false": 400,
        "/corrections/feed.atom?rating=false": 400,
        "/topics/nothing/feed.atom": 404,
        "/articles/claim-0-refutes/feed.atom": 404,
        "/claims/feed.xml": 404,
        "/claims/feed.atom?utm_source=reader": 200,
    }.items():
        assert client.get(path).status_code == status, path


def test_trackers_do_not_make_another_feed(client, claims):
    plain = client.get("/claims/feed.atom?rating=false").content
    assert client.get("/claims/feed.atom?utm_source=x&rating=false").content == plain


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_an_unchanged_feed_is_not_made_again(client, corrected, monkeypatch, form):
    addresses = [feed_of(path, form) for path in LISTS]
    first = [client.get(address) for address in addresses]
    monkeypatch.setattr(feeds.feeds, "write", None)
    for address, response in zip(addresses, first, strict=True):
        assert response["Content-Type"] == feeds.feeds.TYPES[form]
        assert response["Cache-Control"] == "public, no-cache"
        again = client.get(address, headers={"If-None-Match": response["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", LISTS)
def test_a_feed_costs_two_queries_at_most_and_a_search_three(client, corrected, published, path):
    def make_more():
        for number in range(4, 8):
            published(f"claim-{number}", rating_slug="false", topics=desk.Topic.objects.all())

    found = assert_queries_do_not_grow(lambda: client.get(feed_of(path, "atom")), make_more)
    assert found <= (3 if "q=" in path else 2)
    with CaptureQueriesContext(connection) as queries:
        client.get(feed_of(path, "atom"))
    assert not [q for q in queries if "COUNT(" in q["sql"] or "OFFSET" in q["sql"]]


def test_words_that_xml_cannot_carry_break_no_feed(client, published):
    published(statement="A bell \ufffe rings.")
    for form in ("atom", "rss", "json"):
        _id, _link, title, _text = read(client, "/claims/", form)[1][0]
        assert re.fullmatch("Mostly false: A bell .?.? rings.", title)
