"""What a page costs in queries, which is the same on any number of claims."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import transparency

from . import desk
from .helpers import assert_queries_do_not_grow

PATHS = {
    "/": 2,
    "/claims/": 2,
    "/claims/?rating=mostly-false&topic=money&subject=jane-roe": 2,
    "/claims/?language=en&year=2024&normalized=false&publisher=county-records": 2,
    "/claims/?q=bridge": 3,
    "/claims/?q=bridge&rating=mostly-false&topic=money": 3,
    "/claims/?q=bridhe": 3,
    "/claims/feed.atom?q=bridge&topic=money": 3,
    "/claims/claims.csv?q=bridge": 2,
    "/claims/bridge-cost/": 3,
    "/claims/bridge-cost/v/1/": 2,
    "/claims/bridge-cost/history/": 2,
    "/subjects/": 1,
    "/subjects/jane-roe/": 2,
    "/topics/": 1,
    "/topics/money/": 2,
    "/sources/": 1,
    "/sources/article/": 2,
    "/publishers/": 1,
    "/publishers/county-records/": 2,
    "/claims/?q=https://nowhere.example/": 1,
    "/articles/": 1,
    "/articles/article/": 2,
    "/articles/article/?rating=mostly-false": 2,
    "/claims/bridge-cost/v/1/cite.bib": 1,
    "/corrections/": 1,
    "/ratings/": 1,
    "/about/": 1,
    "/about/method/": 1,
    "/about/method/v/1/": 1,
}


@pytest.mark.parametrize(("path", "expected"), PATHS.items())
def test_a_page_costs_the_same_on_more_claims(client, published, reviewer, path, expected):
    terms = {
        "topics": [desk.make_topic("money")],
        "subjects": [desk.make_subject("jane-roe", name="Jane Roe")],
    }
    published(**terms)
    page = desk.make_page(owner=reviewer)
    transparency.publish_page(page, by=reviewer)

    def make_more():
        page.translations.update(body="We read more.")
        transparency.publish_page(page, by=reviewer)
        for number in range(5):
            published(f"more-{number}", **terms)

    assert assert_queries_do_not_grow(lambda: client.get(path), make_more) == expected


def test_no_public_query_counts_or_skips_rows(client, published):
    published(topics=[desk.make_topic("money")])
    with CaptureQueriesContext(connection) as queries:
        for path in PATHS:
            client.get(path)
    for query in queries:
        assert "COUNT(" not in query["sql"].upper()
        assert "OFFSET" not in query["sql"].upper()


def test_an_unchanged_page_costs_no_more(client, published):
    published()
    etag = client.get("/claims/bridge-cost/")["ETag"]
    with CaptureQueriesContext(connection) as queries:
        client.get("/claims/bridge-cost/", headers={"If-None-Match": etag})
    assert len(queries) == 3
