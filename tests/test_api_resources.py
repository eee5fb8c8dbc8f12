"""What the API has besides the list of claims: terms, revisions, other formats, look-up."""

import json
import re

import pytest

from claims import publishing
from claims.models import Claim, PublishedTerm, Revision
from sources.addresses import same_page

from . import desk
from .helpers import count_queries
from .test_api import LIST, get, problem

KINDS = {
    "subjects": "roe",
    "topics": "roads",
    "sources": "one-refutes",
    "publishers": "county-records",
    "ratings": "mostly-false",
}


@pytest.fixture
def named(published):
    published("one", topics=[desk.make_topic("roads")], subjects=[desk.make_subject("roe")])


@pytest.mark.parametrize(("plural", "slug"), KINDS.items())
def test_terms_are_listed_and_stand_alone_with_the_number_of_their_claims(
    client, named, plural, slug
):
    body = get(client, f"/api/v1/{plural}/?count=true&page_size=100").json()
    assert body["count"] == len(body["results"])
    row = next(row for row in body["results"] if row["slug"] == slug)
    assert row["claims"] == 1
    assert get(client, f"/api/v1/{plural}/{slug}/").json() == row
    problem(client, f"/api/v1/{plural}/nothing/", 404)
    assert count_queries(lambda: client.get(f"/api/v1/{plural}/{slug}/")) == 1
    assert count_queries(lambda: client.get(f"/api/v1/{plural}/")) == 1


def test_terms_can_be_ordered_by_how_many_claims_name_them(client, named, published):
    published("two", subjects=[desk.make_subject("doe"), desk.make_subject("poe")])
    published("three", subjects=[])
    PublishedTerm.objects.filter(slug="roe").update(claims=3)
    PublishedTerm.objects.filter(slug="doe").update(claims=2)
    address, seen = "/api/v1/subjects/?ordering=-claims&page_size=1", []
    while address:
        body = get(client, address).json()
        seen += [row["slug"] for row in body["results"]]
        address = body["next"]
    assert seen == ["roe", "doe", "poe"]


def test_a_term_that_nothing_public_names_is_not_there(client, named):
    desk.make_subject("draft-only")
    problem(client, "/api/v1/subjects/draft-only/", 404)


def test_the_revisions_of_a_claim_and_each_of_them(client, published, reviewer):
    published()
    claim = Claim.objects.get()
    claim.translations.filter(language="en").update(reason="Another reason.")
    desk.correct(claim.verdicts.get(), text={"en": "The reason was wrong."}, by=reviewer)
    rows = get(client, f"{LIST}bridge-cost/revisions/").json()["results"]
    assert [(row["revision"], row["action"]) for row in rows] == [(2, "correct"), (1, "publish")]
    for row in rows:
        revision = Revision.objects.get(claim="bridge-cost", number=row["revision"])
        answer = get(client, row["url"])
        assert answer.content == bytes(revision.document)
        assert answer["ETag"] == f'"{row["sha256"]}"'
    problem(client, f"{LIST}bridge-cost/revisions/3/", 404)
    problem(client, f"{LIST}nothing/revisions/", 404)
    problem(client, f"{LIST}bridge-cost/revisions/{10**30}/", 404)


def test_a_sealed_revision_is_gone_and_says_why(client, published, reviewer):
    published()
    publishing.seal("bridge-cost", rule="Order 12 of the court", by=reviewer)
    rows = get(client, f"{LIST}bridge-cost/revisions/").json()["results"]
    assert [row["sealed"] for row in rows] == [False, True]
    assert "Order 12" in problem(client, f"{LIST}bridge-cost/revisions/1/", 410)["detail"]
    assert get(client, f"{LIST}bridge-cost/revisions/2/").json()["rule"] == "Order 12 of the court"


# --- Annotations ---------------------------------------------------------------


def test_annotations_say_what_evidence_quotes_and_where_the_claim_was_made(client, document):
    answer = get(client, f"{LIST}bridge-cost/annotations/")
    assert answer["Content-Type"].startswith("application/ld+json; profile=")
    found = answer.json()
    items = found["first"]["items"]
    assert found["total"] == len(items) == 3
    assert [item["motivation"] for item in items] == ["identifying", "assessing", "assessing"]
    place, refutes, _ = items
    assert place["target"]["selector"]["exact"] == "quote of bridge-cost"
    assert refutes["body"][0]["value"] == "refutes"
    assert refutes["target"]["state"]["cached"] == "https://archive.example/2026-02-01"
    assert len({item["id"] for item in items}) == 3
    assert all(item["target"]["source"].startswith("https://") for item in items)


def test_a_retracted_claim_has_no_annotations_any_more(client, published, reviewer):
    published()
    desk.retract(Claim.objects.get(), reason={"en": "We erred."}, by=reviewer)
    problem(client, f"{LIST}bridge-cost/annotations/", 410)
    problem(client, f"{LIST}bridge-cost/claimreview/", 410)


def test_a_merged_claim_leads_on_from_all_its_addresses(client, published, reviewer):
    published("one"), published("two")
    one, two = Claim.objects.order_by("pk")
    publishing.merge(one, into=two, by=reviewer)
    for rest in ("", "claimreview/", "annotations/"):
        answer = get(client, f"{LIST}one/{rest}", 301)
        assert answer["Location"] == f"{LIST}two/{rest}"
        assert "max-age=0" in answer["Cache-Control"]  # a merge can be undone
    assert get(client, f"{LIST}one/revisions/").json()["results"][0]["action"] == "merge"


# --- Look-up -------------------------------------------------------------------

SPELLINGS = [
    "https://example.org/article",
    "http://example.org/article",
    "https://www.example.org/article/",
    "HTTPS://EXAMPLE.ORG:443/article#top",
    "https://example.org/article?utm_source=news&fbclid=1",
    "https://example.org/%61rticle",
    "https://web.archive.org/web/20260101000000/https://example.org/article",
    "https://web.archive.org/web/20260101000000id_/http:/example.org/article",
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_claims_are_found_by_the_page_whatever_the_spelling(client, published, url):
    published("one"), published("two")
    body = get(client, "/api/v1/lookup/", data={"url": url}).json()
    assert [row["slug"] for row in body["results"]] == ["two", "one"]
    assert body["sources"] == ["article"]
    assert count_queries(lambda: client.get("/api/v1/lookup/", {"url": url})) == 2


def test_a_page_that_is_only_evidence_carries_no_claim(client, published):
    published()
    body = get(client, "/api/v1/lookup/?url=https://example.org/bridge-cost-refutes").json()
    assert body["results"] == []
    body = get(client, "/api/v1/lookup/?url=https://example.org/unheard-of").json()
    assert (body["results"], body["sources"]) == ([], [])


@pytest.mark.parametrize(
    "query", ["", "url=", "url=bridge", "url=ftp://a/", "url=https://a/&url=b"]
)
def test_look_up_wants_one_address(client, db, query):
    assert problem(client, f"/api/v1/lookup/?{query}")["parameter"] == "url"


def test_pages_are_told_apart_by_what_servers_tell_apart():
    keys = {
        same_page(f"https://example.org{rest}")
        for rest in ("/a", "/A", "/a/b", "/a?id=1", "/a?id=2", "/a?id=1&x=", "/a%2Fb?")
    }
    assert len(keys) == 6  # an escaped slash is taken for one
    assert same_page("https://example.org/?b=2&a=1") == same_page("http://example.org?a=1&b=2")


# --- CSV -----------------------------------------------------------------------


def test_every_list_is_to_be_had_as_csv(client, named):
    for plural in ("claims", *KINDS, "claims/one/revisions", "changes"):
        answer = get(client, f"/api/v1/{plural}/?format=csv")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        _header, *rows = answer.content.decode().splitlines()
        assert len(rows) == len(get(client, f"/api/v1/{plural}/").json()["results"])
    by_header = get(client, LIST, headers={"Accept": "text/csv"})
    assert by_header.content == get(client, f"{LIST}?format=csv").content
    assert by_header["ETag"] != get(client, LIST)["ETag"]
    assert "Accept" in by_header["Vary"]


def test_csv_has_the_fields_asked_for_and_says_where_the_next_page_is(client, published):
    published("one"), published("two")
    answer = get(client, f"{LIST}?format=csv&fields=slug,rating&page_size=1")
    header, row = answer.content.decode().split("\r\n")[:2]
    assert header.startswith("slug,rating.slug,rating.label.en,rating.label.zh-Hans,rating.value")
    assert row.startswith("two,mostly-false,Mostly false")
    assert 'rel="next"' in answer["Link"]


def test_csv_carries_the_filters_from_page_to_page(client, published):
    for slug, rating in {"one": "true", "two": "false", "three": "true", "four": "true"}.items():
        published(slug, rating_slug=rating)
    address, seen = f"{LIST}?format=csv&rating=true&fields=slug&page_size=2", []
    while address:
        answer = get(client, address)
        seen += answer.content.decode().split()[1:]
        address = dict(re.findall(r'<([^>]+)>; rel="(\w+)"', answer["Link"])[::-1])
        address = {rel: url for url, rel in address.items()}.get("next")
    assert seen == ["four", "three", "one"]


def test_no_cell_is_a_formula(client, published):
    published(statement="=HYPERLINK(1)")
    text = get(client, f"{LIST}?format=csv").content.decode()
    assert ",'=HYPERLINK(1)," in text


def test_terms_of_one_slug_stay_apart_by_kind(client, published):
    published(topics=[desk.make_topic("roe")], subjects=[desk.make_subject("roe", name="Jo")])
    assert get(client, "/api/v1/subjects/roe/").json()["kind"] == "person"
    assert "kind" not in get(client, "/api/v1/topics/roe/").json()
    assert json.loads(get(client, "/api/v1/ratings/").content)["license"]
