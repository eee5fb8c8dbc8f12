"""The API: what a program gets, byte for byte, and how it is told that it asked wrongly."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims import publishing
from claims.models import Claim, PublishedClaim, Revision

from . import desk
from .helpers import assert_queries_do_not_grow, count_queries

LIST = "/api/v1/claims/"


def get(client, path, status=200, **kwargs):
    response = client.get(path, **kwargs)
    assert response.status_code == status, response.content
    return response


def slugs(client, path):
    return [card["slug"] for card in get(client, path).json()["results"]]


def problem(client, path, status=400):
    response = get(client, path, status)
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["type"]
    assert body["title"]
    return body


def test_the_root_says_what_there_is(client, db):
    root = get(client, "/api/v1/").json()
    assert root["claims"] == "http://testserver/api/v1/claims/"
    assert root["license"].startswith("https://creativecommons.org/")


def test_a_claim_is_its_document_as_stored(client, published):
    revision = published()
    response = get(client, f"{LIST}bridge-cost/")
    assert response.content == bytes(revision.document)
    assert response["Content-Type"] == "application/json"
    assert response["ETag"] == f'"{revision.sha256}"'


def test_an_unchanged_claim_is_not_sent_again(client, published):
    revision = published()
    etag = f'"{revision.sha256}"'
    response = get(client, f"{LIST}bridge-cost/", 304, headers={"If-None-Match": etag})
    assert response.content == b""
    unchanged = lambda: client.get(f"{LIST}bridge-cost/", headers={"If-None-Match": etag})  # noqa: E731
    assert count_queries(unchanged) == 1


def test_a_list_has_cards_newest_revision_first(client, published):
    for slug in ["one", "two", "three"]:
        published(slug)
    body = get(client, LIST).json()
    assert [card["slug"] for card in body["results"]] == ["three", "two", "one"]
    assert body["license"]
    card = body["results"][0]
    assert card["rating"]["label"]["en"] == "Mostly false"
    assert "evidence" not in card


def test_filters_choose(client, published):
    money, roads = desk.make_topic("money"), desk.make_topic("roads")
    roe = desk.make_subject("roe")
    published("one", topics=[money], subjects=[roe])
    published("two", topics=[roads], rating_slug="false")
    published("three", topics=[money, roads], rating_slug="true", subjects=[roe])
    assert slugs(client, f"{LIST}?rating=false") == ["two"]
    assert slugs(client, f"{LIST}?rating=false&rating=true") == ["three", "two"]
    assert slugs(client, f"{LIST}?topic=money") == ["three", "one"]
    assert slugs(client, f"{LIST}?topic=money&rating=true") == ["three"]
    assert slugs(client, f"{LIST}?subject=roe") == ["three", "one"]
    assert slugs(client, f"{LIST}?topic=nothing") == []


def test_a_misspelt_filter_is_refused_and_explained(client, published):
    published()
    body = problem(client, f"{LIST}?ratng=false&zzz=1")
    assert body["type"] == "/problems/unknown-parameter/"
    assert body["unknown"] == ["ratng", "zzz"]
    assert body["did_you_mean"] == {"ratng": "rating"}


@pytest.mark.parametrize(
    "query",
    [
        "rating=F%21",
        "topic=a%00b",
        "page_size=0",
        "page_size=101",
        "page_size=ten",
        "page_size=%D9%A3",
        "cursor=nonsense",
        "cursor=cD1hYmM%3D",
        "subject=" + "a" * 5000,
    ],
)
def test_bad_values_are_named(client, db, query):
    body = problem(client, f"{LIST}?{query}")
    assert body["parameter"] == query.split("=")[0]


@given(query=st.text(max_size=60))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_string_breaks_the_list(client, db, query):
    for address in (
        f"{LIST}?{query}".split("#", maxsplit=1)[0],
        f"{LIST}?{urlencode({'rating': query})}",
        f"{LIST}?{urlencode({'cursor': query, 'page_size': query})}",
    ):
        response = client.get(address)
        assert response.status_code in {200, 400}
        assert response["Content-Type"].startswith("application/")


def test_unknown_claims_and_addresses_are_problems(client, db):
    assert problem(client, f"{LIST}nothing/", 404)["instance"] == f"{LIST}nothing/"
    problem(client, "/api/v1/elsewhere/", 404)
    response = get(client, "/api/v1/claims?rating=false", 301)
    assert response["Location"] == f"{LIST}?rating=false"


def test_only_reading_is_open(client, db):
    for method in (client.post, client.put, client.patch, client.delete):
        response = method(LIST)
        assert response.status_code == 405
        assert response["Allow"] == "GET, HEAD, OPTIONS"
        assert response["Content-Type"] == "application/problem+json"


def test_head_is_get_without_the_body(client, published):
    published()
    got, head = client.get(f"{LIST}bridge-cost/"), client.head(f"{LIST}bridge-cost/")
    assert head.status_code == 200
    assert head.content == b""
    assert head["ETag"] == got["ETag"]


def test_a_merged_claim_leads_on(client, published, reviewer):
    published("one"), published("two")
    one, two = Claim.objects.order_by("pk")
    publishing.merge(one, into=two, by=reviewer)
    assert get(client, f"{LIST}one/", 301)["Location"] == f"{LIST}two/"


def test_a_retracted_claim_stays_as_a_tombstone(client, published, reviewer):
    published()
    desk.retract(Claim.objects.get(), reason={"en": "We erred."}, by=reviewer)
    body = get(client, f"{LIST}bridge-cost/").json()
    assert (body["state"], body["retraction"]["reason"]["en"]) == ("retracted", "We erred.")
    assert slugs(client, LIST) == []


def test_a_sealed_claim_is_gone(client, published, reviewer):
    published()
    publishing.seal("bridge-cost", rule="Order 12 of the court", by=reviewer)
    assert "Order 12 of the court" in problem(client, f"{LIST}bridge-cost/", 410)["detail"]


def fill(count):
    """Heads straight into the projection: copies of the one there is, each with its revision."""
    head = PublishedClaim.objects.select_related("revision").get(slug="bridge-cost")
    last = Revision.objects.order_by("seq").last().seq
    revisions, heads = [], []
    for seq in range(last + 1, last + 1 + count):
        revisions.append(
            Revision(
                seq=seq, claim=f"claim-{seq}", number=1, action="publish", at=head.modified_at,
                document=head.revision.document, sha256=head.sha256, chain=head.sha256,
            )
        )  # fmt: skip
        copy = {field.attname: getattr(head, field.attname) for field in head._meta.concrete_fields}
        card = json.loads(bytes(head.card)) | {"slug": f"claim-{seq}"}
        copy |= {
            "slug": f"claim-{seq}",
            "revision_id": seq,
            "entry": seq,
            "card": json.dumps(card).encode(),
        }
        heads.append(PublishedClaim(**copy))
    Revision.objects.bulk_create(revisions)
    PublishedClaim.objects.bulk_create(heads)


def test_queries_do_not_grow_with_claims(client, published):
    published()
    one_page = assert_queries_do_not_grow(lambda: client.get(LIST), lambda: fill(200))
    assert one_page <= 2
    assert count_queries(lambda: client.get(f"{LIST}bridge-cost/")) <= 2
    assert count_queries(lambda: client.get(f"{LIST}?rating=mostly-false&page_size=100")) <= 2


@pytest.mark.parametrize("size", [1, 7, 100])
def test_pages_neither_repeat_nor_lose_a_claim_while_claims_are_published(client, published, size):
    published()
    fill(30)
    expected = slugs(client, f"{LIST}?page_size=100")
    seen, address = [], f"{LIST}?page_size={size}"
    while address:
        body = get(client, address).json()
        seen += [card["slug"] for card in body["results"]]
        address = body["next"]
        if len(seen) < 5:
            fill(1)
    assert seen == expected
