"""The article as its reader met it: a strip, the numbers behind it, and a filter by verdict."""

import re

import pytest

from claims.pages.article import GAP, _strip, _table
from sources.models import Source

from .helpers import count_queries

FALSE = {"slug": "false", "value": 1, "color": "false"}
UNPROVEN = {"slug": "unproven", "value": None, "color": "unproven"}


def claim(slug, section, rating):
    return {"slug": slug, "rating": rating, "met": {"section": section}}


CLAIMS = [claim("a", "1", FALSE), claim("b", "1", UNPROVEN), claim("c", "2", FALSE)]


def test_the_strip_has_a_mark_for_each_claim_and_gaps_between_sections():
    strip = _strip(CLAIMS, {"a", "b"})
    assert [mark["x"] for mark in strip["marks"]] == [0, 1, 2 + GAP]
    assert [mark["off"] for mark in strip["marks"]] == [False, False, True]
    assert [mark["height"] for mark in strip["marks"]] == [4, 4, 4]
    assert strip["marks"][0]["y"] > strip["marks"][1]["y"]
    assert strip["width"] == 3 + GAP


def test_the_table_says_what_the_strip_shows():
    assert _table(CLAIMS, [FALSE, UNPROVEN]) == [
        {"section": "1", "cells": [1, 1], "total": 2},
        {"section": "2", "cells": [1, 0], "total": 1},
    ]


@pytest.fixture
def site(published):
    published(rating_slug="false")
    published("tunnel-length", rating_slug="unproven")
    published("ferry-price", rating_slug="unproven")


def test_the_filter_keeps_the_strip_whole_and_says_what_it_hides(client, site):
    page = client.get("/articles/article/?rating=unproven").content.decode()
    assert page.count('<rect class="hit"') == 3
    assert page.count('class="off"') == 1
    assert "2 of 3 claims" in page
    assert 'id="bridge-cost"' not in page
    assert page.index('id="tunnel-length"') < page.index('id="ferry-price"')
    assert 'content="noindex, follow"' in page
    assert re.search(r'\?rating=unproven" rel="nofollow" aria-current="true"', page)
    assert "bridge-cost" in client.get("/articles/article/").content.decode()


def test_filters_add_up_and_one_that_finds_nothing_says_so(client, site):
    both = client.get("/articles/article/?rating=unproven&rating=false").content.decode()
    assert "3 of 3 claims" in both
    assert "0 of 3 claims" in client.get("/articles/article/?rating=mixture").content.decode()
    assert client.get("/articles/article/?ratng=false").status_code == 400


def test_the_filter_costs_nothing(client, site):
    plain = count_queries(lambda: client.get("/articles/article/"))
    filtered = count_queries(lambda: client.get("/articles/article/?rating=false"))
    assert filtered <= plain


def test_articles_have_a_list_however_many_claims_came_after(client, published):
    published("first", article="old-article")
    for number in range(8):
        published(f"later-{number}", article="new-article")
    for path in ("/articles/", "/"):
        page = client.get(path).content.decode()
        assert 'href="/articles/old-article/"' in page
        assert page.index("/articles/new-article/") < page.index("/articles/old-article/")


def test_a_source_that_only_serves_as_evidence_is_in_no_list_of_articles(client, published):
    published()
    assert "bridge-cost-refutes" not in client.get("/articles/").content.decode()


def test_an_article_in_another_language_is_called_by_its_translated_title(client, published):
    published()
    Source.objects.filter(slug="article").update(language="fr", title="Le pont")
    Source.objects.get(slug="article").translations.create(language="en", title="The bridge")
    published("other")
    for path in ("/articles/article/", "/sources/article/"):
        page = client.get(path).content.decode()
        assert "<title>The bridge · " in page
        description = re.search('<meta name="description" content="([^"]*)"', page)[1]
        assert "The bridge" in description
        assert "Le pont" not in description
