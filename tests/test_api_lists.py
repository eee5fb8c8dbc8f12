"""Lists of the API: filters, orders, pages and fields."""

import itertools

import orjson
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims import projection
from claims.interchange import table
from claims.models import Claim, PublishedClaim, PublishedTerm

from . import desk
from .heads import make_heads
from .helpers import count_queries
from .test_api import LIST, get, problem, slugs

ORDERINGS = ["modified", "-modified", "published", "-published", "claimed", "-claimed"]


# --- Filters -------------------------------------------------------------------


def test_every_filter_chooses(client, published, db):
    roe, doe = desk.make_subject("roe"), desk.make_subject("doe")
    published("one", claimant=roe, claimed_on="2024-02-01", claimed_precision="month")
    published("two", claimant=doe, rating_slug="true", original_language="zh-Hans")
    moment = PublishedClaim.objects.get(slug="two").published_at.isoformat()
    for query, found in {
        "claimant=roe": ["one"],
        "claimant=roe&claimant=doe": ["two", "one"],
        "normalized=true": ["two"],
        "normalized=false&normalized=true": ["two", "one"],
        "source=two-refutes": ["two"],
        "publisher=county-records": ["two", "one"],
        "appeared_in=article": ["two", "one"],
        "appeared_in=two-refutes": [],
        "language=zh-Hans": ["two"],
        "claimed_after=2024-02-01": ["one"],
        "claimed_after=2024-02-02": [],
        "claimed_before=2024-02-01": ["one"],
        "published_after=2000-01-01": ["two", "one"],
        "published_before=2000-01-01": [],
        "published_after=2000-01-01T00:00-19:30": ["two", "one"],
        "published_after=0001-01-01T00:00%2B19:30": ["two", "one"],
        "published_before=9999-12-31T23:59-19:30": ["two", "one"],
        f"published_after={moment}": ["two"],  # the plus sign comes as a space
        f"published_before={moment}": ["two", "one"],
        "modified_after=2000-01-01T00:00Z": ["two", "one"],
    }.items():
        assert slugs(client, f"{LIST}?{query}") == found, query


def test_a_day_alone_is_the_whole_day(client, published):
    published()
    PublishedClaim.objects.update(modified_at="2026-03-31T23:59:59.5Z")
    assert slugs(client, f"{LIST}?modified_before=2026-03-31&modified_after=2026-03-31")
    assert not slugs(client, f"{LIST}?modified_before=2026-03-30")
    assert not slugs(client, f"{LIST}?modified_after=2026-04-01")


@pytest.mark.parametrize(
    "query",
    [
        "normalized=untrue",
        "ordering=newest",
        "ordering=modified&ordering=claimed",
        "claimed_after=2026-02-30",
        "claimed_after=2026-01-01T00:00Z",
        "modified_after=yesterday",
        "modified_after=2026-01-01&modified_after=2026-01-02",
        "language=english!",
        "count=yes",
        "fields=slug,statment",
        "format=xml",
        "claimant=Jo+Roe",
        "rating=",
        "modified_after=",
    ],
)
def test_values_without_a_meaning_are_refused(client, db, query):
    assert problem(client, f"{LIST}?{query}")["parameter"] == query.split("=")[0]


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("normalized=tru", {"tru": "true"}),
        ("ordering=modifed", {"modifed": "modified"}),
        ("fields=statment", {"statment": "statement"}),
        ("format=cvs", {"cvs": "csv"}),
    ],
)
def test_a_slip_in_a_closed_list_is_told_what_was_meant(client, db, query, meant):
    assert problem(client, f"{LIST}?{query}")["did_you_mean"] == meant


def test_a_list_says_which_values_no_claim_has(client, published):
    published(topics=[desk.make_topic("roads")])
    body = get(client, f"{LIST}?topic=roads&topic=raods&rating=true").json()
    assert body["results"] == []
    assert body["unknown"] == {"topic": ["raods"], "rating": ["true"]}
    assert "unknown" not in get(client, f"{LIST}?topic=roads&rating=mostly-false").json()
    one_of_two = get(client, f"{LIST}?topic=roads&topic=raods").json()
    assert (len(one_of_two["results"]), one_of_two["unknown"]) == (1, {"topic": ["raods"]})


def test_nothing_is_searched_for_what_no_claim_has(client, published):
    published()
    assert count_queries(lambda: client.get(f"{LIST}?topic=raods&count=true")) == 1
    assert count_queries(lambda: client.get(f"{LIST}?q=bridge&topic=raods")) == 2


def test_a_count_is_given_on_request_only(client, published):
    published("one"), published("two")
    assert "count" not in get(client, LIST).json()
    assert get(client, f"{LIST}?count=true&page_size=1").json()["count"] == 2
    assert count_queries(lambda: client.get(f"{LIST}?count=true&page_size=1")) == 1
    assert count_queries(lambda: client.get(f"{LIST}?count=true")) == 1


def test_fields_make_a_list_light(client, published):
    published()
    body = get(client, f"{LIST}?fields=slug,rating").json()
    assert [set(card) for card in body["results"]] == [{"slug", "rating"}]


def test_the_fields_of_lists_are_those_of_their_rows(published, document):
    published("two", topics=[desk.make_topic("roads")])
    known = set(table.fields(table.CLAIMS))
    assert set(projection.card(document)) == known
    for kind in table.TERMS:
        row = orjson.loads(bytes(PublishedTerm.objects.filter(kind=kind).first().document))
        assert {*row, "claims"} == set(table.fields(table.TERMS[kind])), kind


# --- Orders and pages ----------------------------------------------------------


def walk(client, query, between=lambda: None):
    address, seen = f"{LIST}?{query}", []
    while address:
        body = get(client, address).json()
        seen.append([card["slug"] for card in body["results"]])
        address = body["next"]
        between()
    return seen


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_lists_are_ordered_and_claims_of_no_day_come_last(client, db, ordering):
    make_heads(
        1, 6, claimed_on="CASE WHEN n > 4 THEN NULL ELSE date '2026-01-01' + (n % 2)::int END"
    )
    seen = list(itertools.chain(*walk(client, f"ordering={ordering}&page_size=2")))
    assert len(seen) == len(set(seen)) == 6
    rows = {head.slug: head for head in PublishedClaim.objects.all()}
    if ordering.endswith("claimed"):
        assert {"claim-5", "claim-6"} == set(seen[4:])
        keys = [rows[slug].claimed_on for slug in seen[:4]]
    else:
        keys = [getattr(rows[slug], f"{ordering.removeprefix('-')}_at") for slug in seen]
    assert keys == sorted(keys, reverse=ordering.startswith("-"))


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_the_way_back_shows_the_same_pages(client, db, ordering):
    make_heads(1, 7, claimed_on="CASE WHEN n > 5 THEN NULL ELSE date '2026-01-01' END")
    address, pages = f"{LIST}?ordering={ordering}&page_size=3", []
    while address:
        body = get(client, address).json()
        pages.append([card["slug"] for card in body["results"]])
        address, last = body["next"], body
    back = [pages[-1]]
    while last["previous"]:
        last = get(client, last["previous"]).json()
        back.append([card["slug"] for card in last["results"]])
    assert back == pages[::-1]


CHANGES = st.tuples(st.sampled_from(["insert", "delete", "touch"]), st.integers(0, 3))


@given(
    ordering=st.sampled_from(ORDERINGS),
    size=st.integers(1, 5),
    ties=st.lists(st.integers(0, 2), min_size=1, max_size=12),
    changes=st.lists(CHANGES, max_size=6),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_claim_is_lost_or_repeated_whatever_happens_between_pages(
    client, db, ordering, size, ties, changes
):
    """Inserted in the middle, taken away, changed: who stayed as they were are all seen once."""
    day = f"('{{{','.join(map(str, ties))}}}'::int[])[n]"
    changes, fresh, moved = iter(changes), itertools.count(len(ties) + 1), set()
    stay = {f"claim-{n}" for n in range(1, len(ties) + 1)}

    def between():
        kind, tie = next(changes, (None, 0))
        if kind == "insert":
            n = next(fresh)
            make_heads(n, n, **on_day(tie))
        elif kind and stay - moved:
            moved.add(slug := min(stay - moved))
            fields = (
                {"state": "retracted"} if kind == "delete" else {"modified_at": "2026-01-03T00:00Z"}
            )
            PublishedClaim.objects.filter(slug=slug).update(**fields)

    with transaction.atomic():
        make_heads(1, len(ties), **on_day(day))
        pages = walk(client, f"ordering={ordering}&page_size={size}", between)
        transaction.set_rollback(True)
    seen = list(itertools.chain(*pages))
    assert stay - moved <= set(seen)
    assert all(seen.count(slug) == 1 for slug in set(seen) - moved)


def on_day(day):
    """Columns of heads with many ties; those of day 0 have no known day."""
    at = f"timestamptz '2026-01-01' + {day} * interval '1 day'"
    date = f"CASE {day} WHEN 0 THEN NULL ELSE date '2026-01-01' + {day} END"
    return {"modified_at": at, "published_at": at, "claimed_on": date}


def test_a_question_goes_on_after_the_last_claim_shown_whatever_is_published(client, published):
    """The newest of equals is the likeliest: each publication shifts the place of all others."""
    for number in range(6):
        published(f"bridge-{number}")
    expected = slugs(client, f"{LIST}?q=bridge")
    fresh = itertools.count()
    between = lambda: published(f"bridge-1{next(fresh)}")  # noqa: E731
    pages = walk(client, "q=bridge&page_size=2", between)
    assert list(itertools.chain(*pages)) == expected


def test_a_question_that_is_filtered_loses_none_however_far_apart_they_stand(client, published):
    for number in range(15):
        published(f"bridge-{number}")
    ranked = slugs(client, f"{LIST}?q=bridge")
    for far in ([], [0, 9, 10, 11, 14], [1, 2], [14]):
        wanted = [ranked[place] for place in far]
        PublishedClaim.objects.update(normalized="other")
        PublishedClaim.objects.filter(slug__in=wanted).update(normalized="true")
        for size in (1, 2):
            pages = walk(client, f"q=bridge&normalized=true&page_size={size}")
            assert list(itertools.chain(*pages)) == wanted
    whole = walk(client, "q=bridge&page_size=2")
    assert list(itertools.chain(*whole)) == ranked
    last = get(client, f"{LIST}?q=bridge&page_size=14").json()["next"]
    back = get(client, last).json()["previous"]
    assert slugs(client, back) == ranked[:14]
    PublishedClaim.objects.exclude(slug__in=ranked[1:13]).update(normalized="mixed")
    last = get(client, f"{LIST}?q=bridge&normalized=mixed&page_size=2").json()["next"]
    assert slugs(client, get(client, last).json()["previous"]) == [ranked[0], ranked[13]]


@pytest.mark.parametrize("is_back", [False, True])
def test_a_question_goes_on_where_it_was_when_the_claim_of_its_cursor_is_gone(
    client, published, reviewer, is_back
):
    for number in range(6):
        published(f"bridge-{number}")
    expected = slugs(client, f"{LIST}?q=bridge")
    page = get(client, f"{LIST}?q=bridge&page_size=2").json()
    if is_back:
        page = get(client, page["next"]).json()
    gone = page["results"][0 if is_back else -1]["slug"]
    desk.retract(Claim.objects.get(slug=gone), by=reviewer)
    then = slugs(client, page["previous" if is_back else "next"])
    assert then == (expected[:2] if is_back else expected[2:4])


def test_a_cursor_is_good_for_its_own_list_only(client, db):
    make_heads(1, 9)
    cursor = get(client, f"{LIST}?page_size=2").json()["next"].split("cursor=")[1].split("&")[0]
    assert get(client, f"{LIST}?page_size=5&cursor={cursor}").json()["results"]
    for query in ("rating=false", "ordering=published", "ordering=modified"):
        assert problem(client, f"{LIST}?{query}&cursor={cursor}")["parameter"] == "cursor"
    problem(client, f"/api/v1/subjects/?cursor={cursor}")


def test_an_altered_cursor_is_refused_wherever_it_was_altered(client, db):
    make_heads(1, 3)
    cursor = get(client, f"{LIST}?page_size=1").json()["next"].split("cursor=")[1].split("&")[0]
    for place in range(0, len(cursor), 5):
        altered = f"{cursor[:place]}{'A' if cursor[place] != 'A' else 'B'}{cursor[place + 1 :]}"
        problem(client, f"{LIST}?page_size=1&cursor={altered}")
    problem(client, f"{LIST}?page_size=1&cursor={cursor[:-1]}")
    problem(client, f"{LIST}?page_size=1&cursor=")


@pytest.mark.parametrize("many", [10, 10_000])
def test_lists_and_details_cost_two_queries_however_many_claims_there_are(client, db, many):
    make_heads(1, many, topics="array['roads']")
    PublishedTerm.objects.create(
        key="topic:roads", kind="topic", slug="roads", document=b"{}", claims=many
    )
    for query in ("", "?topic=roads", "?rating=false&page_size=100", "?ordering=claimed"):
        assert count_queries(lambda query=query: get(client, f"{LIST}{query}")) <= 2, query
    assert count_queries(lambda: get(client, f"{LIST}claim-7/")) == 1
    assert count_queries(lambda: get(client, f"{LIST}?count=true&page_size=5")) == 1
    assert count_queries(lambda: get(client, f"{LIST}?topic=roads&count=true&page_size=5")) == 2


def test_no_list_skips_rows_by_offset_or_counts_them(client, db):
    make_heads(1, 9)
    cursor = get(client, f"{LIST}?page_size=2").json()["next"]
    with CaptureQueriesContext(connection) as queries:
        get(client, cursor)
    text = " ".join(query["sql"] for query in queries)
    assert "OFFSET" not in text
    assert "COUNT" not in text
