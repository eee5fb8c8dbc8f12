"""What lists cost the database at size: every filter and every order by an index.

ROWS=100000 for the full size (`make plans`); the suite takes fewer.
"""

import os
import re
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.api.views import NAMED_BY
from claims.models import PublishedTerm, SearchPosting, SearchTerm
from claims.pages.claim import related
from claims.search import index

from .heads import make_heads
from .test_api import LIST, get

ROWS = int(os.environ.get("ROWS", "20000"))
COLUMNS = {
    "language": "CASE WHEN n % 100 = 0 THEN 'zh-Hans' ELSE 'en' END",
    "claimant": "'person-' || n % 500",
    "claimed_on": "CASE WHEN n % 10 = 0 THEN NULL ELSE date '2000-01-01' + (n % 9000)::int END",
    "published_at": "timestamptz '2020-01-01' + (n * 7919 % 100003) * interval '1 minute'",
    "modified_at": "timestamptz '2020-01-01' + n * interval '1 minute'",
    "rating": "(array['true', 'false', 'mixture', 'unproven'])[1 + n % 4]",
    "normalized": "(array['true', 'false', 'mixed', 'other'])[1 + n % 4]",
    "topics": "array['topic-' || n % 50, 'all']",
    "subjects": "array['subject-' || n % 2000]",
    "sources": "array['source-' || n % 5000]",
    "publishers": "array['publisher-' || n % 300]",
    "articles": "array['article-' || n % 400]",
}
QUERIES = [
    "",
    *["rating=true", "rating=true&rating=mixture", "normalized=false"],
    *[
        "topic=topic-7",
        "topic=all",
        "topic=topic-7&topic=nothing",
        "subject=subject-7",
        "claimant=person-7",
    ],
    *["source=source-7", "publisher=publisher-7", "appeared_in=article-7"],
    *["language=zh-Hans", "language=en", "language=fr"],
    *["claimed_after=2024-08-01", "claimed_before=2000-01-09"],
    *["published_after=2020-03-10", "published_before=2020-01-02"],
    *["modified_after=2020-01-14", "modified_before=2020-01-02"],
    "topic=topic-7&rating=true&claimed_after=2020-01-01",
]
ORDERINGS = ["-modified", "modified", "-published", "published", "-claimed", "claimed"]


@pytest.fixture(scope="module")
def many(django_db_setup, django_db_blocker):
    """Heads for all tests of this file, made once and taken away after the last."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        make_heads(1, ROWS, **COLUMNS)
        cursor.execute("ANALYZE claims_publishedclaim")
        terms = PublishedTerm.objects.bulk_create(named())
        yield
        PublishedTerm.objects.filter(key__in=[term.key for term in terms]).delete()
        cursor.execute("TRUNCATE claims_publishedclaim, claims_revision")


def named():
    """What the filters name, so that it counts as known; of “nothing”, nothing is."""
    asked = {pair for query in QUERIES for pair in parse_qsl(query)}
    keys = {(NAMED_BY[name], slug) for name, slug in asked if name in NAMED_BY}
    return [
        PublishedTerm(key=f"{kind}:{slug}", kind=kind, slug=slug, document=b"{}", claims=1)
        for kind, slug in sorted(keys)
        if slug != "nothing"
    ]


def plan(client, query):
    return plan_of(lambda: get(client, f"{LIST}?{query}"))


def plan_of(ask):
    with CaptureQueriesContext(connection) as queries:
        ask()
    (sql,) = [row["sql"] for row in queries if "claims_publishedclaim" in row["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {sql}")
        return "\n".join(line for (line,) in cursor)


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("query", QUERIES)
def test_every_filter_in_every_order_goes_by_an_index(many, db, client, query, ordering):
    text = plan(client, f"{query}&ordering={ordering}".lstrip("&"))
    assert "Seq Scan" not in text, text
    if not query:
        assert "Sort" not in text, text
    if os.environ.get("SHOW"):
        took = re.search(r"Execution Time: ([0-9.]+) ms", text)[1]
        print(f"{float(took):8.2f} ms  {query or 'all'} {ordering}")


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_a_page_far_down_costs_what_the_first_does(many, db, client, ordering):
    """Ties or not: the index is entered at the cursor's place."""
    address = f"{LIST}?ordering={ordering}&page_size=100"
    for _ in range(30):
        address = get(client, address).json()["next"]
    text = plan(client, address.partition("?")[2])
    assert "Sort" not in text, text
    assert int(re.search(r"actual .*rows=([0-9]+)", text)[1]) <= 101
    removed = re.search(r"Rows Removed by Filter: ([0-9]+)", text)
    assert removed is None, text


def test_a_question_that_finds_many_reads_the_claims_of_the_page(many, db, client):
    found = range(1, 501)
    SearchTerm.objects.create(term=index.EVERYWHERE, claims=ROWS)
    SearchTerm.objects.create(term="bridg", claims=len(found))
    entries = [index.packed(entry, 9) for entry in found]
    SearchPosting.objects.create(term="bridg", block=0, entries=entries)
    address = f"{LIST}?q=bridge&page_size=10"
    for _ in range(2):  # the first page, and the one behind a cursor
        text = plan(client, address.partition("?")[2])
        assert int(re.search(r"Scan .*claims_publishedclaim.* rows=([0-9]+)", text)[1]) <= 22, text
        assert "Rows Removed" not in text, text
        address = get(client, address).json()["next"]


def test_claims_related_to_one_are_found_by_an_index(many, db):
    """Also where hardly any claim has relations, and the planner thinks that many have."""
    text = plan_of(lambda: related({"slug": "claim-7"}))
    assert "Index Scan on claims_published_related" in text, text
