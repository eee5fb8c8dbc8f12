"""What readers get: the pages of what is published, in both languages."""

import re

import pytest

from claims import ledger
from claims.models import Claim

from . import desk

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/claims/",
    "/claims/bridge-cost/",
    "/claims/bridge-cost/v/1/",
    "/claims/bridge-cost/history/",
    "/subjects/",
    "/subjects/jane-roe/",
    "/topics/",
    "/topics/money/",
    "/sources/",
    "/sources/bridge-cost-refutes/",
    "/publishers/",
    "/publishers/county-records/",
    "/articles/",
    "/articles/article/",
    "/corrections/",
    "/ratings/",
]
LANGUAGES = pytest.mark.parametrize(("prefix", "tag"), [("", "en"), ("/zh-hans", "zh-Hans")])


@pytest.fixture(scope="module")
def site(published_once):
    topic, subject = desk.make_topic("money"), desk.make_subject("jane-roe", name="Jane Roe")
    published_once(topics=[topic], subjects=[subject])
    published_once("tunnel-length", topics=[topic], rating_slug="unproven")


@LANGUAGES
@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_in_its_language(client, site, path, prefix, tag):
    response = client.get(prefix + path)
    page = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{tag}" dir="ltr">' in page
    assert page.count("<h1") == 1
    assert re.search(r"<title>\s*\S", page)
    assert re.search(r'<meta name="description" content="[^"]', page)


@LANGUAGES
@pytest.mark.parametrize("path", PAGES)
def test_no_page_sets_a_cookie_or_carries_script_or_inline_style(client, site, path, prefix, tag):
    response = client.get(prefix + path)
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    html = response.content.decode().replace('<script type="application/ld+json">', "")
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_names_its_other_languages(client, site, path, settings):
    page = client.get(path).content.decode()
    if "/v/" in path:  # old words are for those who were sent to them
        assert '<meta name="robots" content="noindex">' in page
        return
    for tag, start in [("en", ""), ("zh-Hans", "/zh-hans"), ("x-default", "")]:
        address = f"{settings.SITE_URL}{start}{path}"
        assert f'<link rel="alternate" hreflang="{tag}" href="{address}">' in page
    assert f'<link rel="canonical" href="{settings.SITE_URL}{path}">' in page


def test_the_language_switch_keeps_the_page_and_its_filters(client, site):
    page = client.get("/claims/?rating=unproven&topic=money").content.decode()
    assert 'href="/zh-hans/claims/?rating=unproven&amp;topic=money"' in page
    page = client.get("/zh-hans/claims/?rating=unproven").content.decode()
    assert 'href="/claims/?rating=unproven"' in page


@pytest.mark.parametrize("path", PAGES)
def test_an_unchanged_page_answers_304_in_a_few_bytes(client, site, path):
    first = client.get(path)
    assert first["ETag"].startswith('"')
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_changes_a_page_changes_its_etag(client, site, published):
    before = {path: client.get(path)["ETag"] for path in ("/", "/claims/", "/topics/money/")}
    published("road-width", topics=[desk.Topic.objects.get(slug="money")])
    for path, etag in before.items():
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_home_counts_every_claim_once(client, site):
    page = client.get("/").content.decode()
    assert "<strong>2</strong> claims checked" in page
    assert "?rating=mostly-false" in page
    assert "?rating=unproven" in page


def test_a_text_that_lacks_the_readers_language_is_marked(client, site):
    page = client.get("/zh-hans/claims/bridge-cost/").content.decode()
    marked = '<span lang="en" dir="auto">It cost 41 million.</span>'
    assert f'{marked} <small class="in-language">英语</small>' in page
    english = client.get("/claims/bridge-cost/").content.decode()
    assert "in-language" not in english


def test_evidence_against_stands_before_evidence_for(client, site):
    page = client.get("/claims/bridge-cost/").content.decode()
    assert page.index("Evidence against") < page.index("Evidence for")
    assert 'rel="noopener nofollow"' in page


def test_a_source_that_nobody_opened_is_said_to_be_so(client, published):
    desk.make_source(
        "ferry-price-refutes", retrieved=False, url=None, no_url_reason="behind a wall"
    )
    published("ferry-price")
    page = client.get("/claims/ferry-price/").content.decode()
    assert "cited, not opened" in page
    assert "https://example.org/ferry-price-refutes" not in page


def test_the_article_shows_its_claims_in_the_order_of_reading(client, site):
    page = client.get("/articles/article/").content.decode()
    assert page.index('id="bridge-cost"') < page.index('id="tunnel-length"')
    assert "quote of bridge-cost" in page


def test_a_source_that_only_serves_as_evidence_is_no_article(client, site):
    assert client.get("/articles/bridge-cost-refutes/").status_code == 404


def test_the_legend_keeps_the_meaning_that_older_verdicts_were_given_in(client, published):
    published("old", rating_slug="false")
    assert "Earlier" not in client.get("/ratings/").content.decode()
    desk.new_scale("2026.10", "false", "Wrong in every part.")
    published("new", rating_slug="false")
    page = client.get("/ratings/").content.decode()
    new, old = page.split("Earlier: version 2026.1 of the ratings")
    assert "Wrong in every part." in new
    assert "2 claims" in new
    assert "The evidence contradicts the claim." in old
    assert "1 claim<" in old
    assert ledger.rebuild(dry_run=True) == 0


def test_an_older_version_leaves_the_legend_with_the_last_verdict_in_it(
    client, published, reviewer
):
    published("old", rating_slug="false")
    desk.new_scale("2026.10", "false", "Wrong in every part.")
    published("new", rating_slug="false")
    desk.retract(Claim.objects.get(slug="old"), by=reviewer)
    assert "Earlier" not in client.get("/ratings/").content.decode()
    desk.retract(Claim.objects.get(slug="new"), by=reviewer)
    assert ledger.rebuild(dry_run=True) == 0


def test_the_legend_shows_the_ratings_in_use_and_no_other(client, site):
    page = client.get("/ratings/").content.decode()
    assert "Mostly false" in page
    assert "2 of 5, where 5 is true" in page
    assert "off the scale" in page
    assert "Misleading" not in page


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_another_method_is_told_which_ones_there_are(client, site, method):
    response = getattr(client, method)("/claims/")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert "This page takes GET, HEAD only." in response.content.decode()
