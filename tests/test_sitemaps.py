"""Sitemaps: every page once, in all its languages, with the day it really changed."""

import datetime
import xml.etree.ElementTree as ET

import pytest
import time_machine

from claims import publishing, transparency
from claims.models import Claim, PublishedClaim
from claims.pages import sitemaps

from . import desk
from .helpers import count_queries

NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}


@pytest.fixture
def claims(published):
    for number in range(3):
        published(f"claim-{number}", topics=desk.Topic.objects.all() or [desk.make_topic("money")])


@pytest.fixture
def get(client, settings):
    def get(address):
        response = client.get(address.removeprefix(settings.SITE_URL))
        assert response.status_code == 200
        assert response["Content-Type"] == "application/xml"
        return ET.fromstring(response.content)

    return get


def rows(root, *, of="url"):
    """`{path: lastmod}`"""
    return {
        row.find("s:loc", NAMES).text.partition("8000")[2]: row.findtext("s:lastmod", None, NAMES)
        for row in root.findall(f"s:{of}", NAMES)
    }


def everything(get):
    """All addresses that the index leads to."""
    found = {}
    for path in rows(get("/sitemap.xml"), of="sitemap"):
        shard = rows(get(path))
        assert not shard.keys() & found.keys()
        found |= shard
    return found


def test_robots_txt_leads_to_the_sitemaps(client, settings, db):
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    lines = response.content.decode().splitlines()
    assert "Disallow: /admin/" in lines
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in lines
    assert f"Sitemap: {settings.SITE_URL}/sitemaps/news.xml" in lines


def test_every_address_answers_in_every_language(client, claims, get, reviewer):
    transparency.publish_page(desk.make_page(owner=reviewer), by=reviewer)
    found = everything(get)
    for name in ("claims/claim-0", "topics/money", "publishers/county-records", "about/method"):
        path = f"/{name}/"
        assert path in found
        assert f"/zh-hans{path}" in found
    for path in found:
        response = client.get(path)
        assert response.status_code == 200, path
        assert b'content="noindex' not in response.content


def test_each_entry_names_its_editions_as_the_page_does(client, claims, get, settings):
    for path in ("/sitemaps/claims-0.xml", "/sitemaps/pages.xml"):
        for url in get(path).findall("s:url", NAMES):
            page = client.get(
                url.find("s:loc", NAMES).text.removeprefix(settings.SITE_URL)
            ).content.decode()
            links = [link.attrib for link in url.findall("x:link", NAMES)]
            assert [link["hreflang"] for link in links] == ["en", "zh-Hans", "x-default"]
            for link in links:
                line = f'hreflang="{link["hreflang"]}" href="{link["href"]}"'
                assert f'<link rel="alternate" {line}>' in page


def test_a_claim_is_dated_by_its_last_change(claims, get, author, reviewer):
    before = everything(get)
    draft = desk.make_draft(Claim.objects.get(slug="claim-0"), author=author, summary="New.")
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=3)
    draft = desk.approve(draft, by=reviewer)
    with time_machine.travel(later, tick=False):
        desk.correct(draft, by=reviewer)
    after = everything(get)
    head = PublishedClaim.objects.get(slug="claim-0")
    assert after["/claims/claim-0/"] == f"{head.modified_at:%Y-%m-%dT%H:%M:%SZ}"
    changed = {path for path in after if after[path] != before[path]}
    expected = {"/", "/claims/", "/corrections/", "/claims/claim-0/"}
    assert changed == expected | {f"/zh-hans{path}" for path in expected}


def test_what_is_corrected_moves_to_the_newest_file(claims, get, reviewer, monkeypatch):
    monkeypatch.setattr(sitemaps, "SHARD", 2)
    assert set(rows(get("/sitemap.xml"), of="sitemap")) == {
        "/sitemaps/claims-0.xml",
        "/sitemaps/claims-1.xml",
        "/sitemaps/pages.xml",
    }
    assert len(everything(get)) == len(set(everything(get)))
    desk.retract(Claim.objects.get(slug="claim-0"), by=reviewer)
    index = rows(get("/sitemap.xml"), of="sitemap")
    newest = rows(get("/sitemaps/claims-1.xml"))
    assert "/claims/claim-0/" in newest  # its page says that the verdict was taken back
    assert index["/sitemaps/claims-1.xml"] == newest["/claims/claim-0/"]
    assert "/claims/claim-0/" not in rows(get("/sitemaps/claims-0.xml"))


def test_a_file_without_claims_is_left_out(claims, get, client, reviewer, monkeypatch):
    monkeypatch.setattr(sitemaps, "SHARD", 1)
    publishing.seal("claim-1", rule="Court order 12/26", by=reviewer)
    assert "/claims/claim-1/" not in everything(get)
    assert client.get("/sitemaps/claims-1.xml").status_code == 404
    assert client.get("/sitemaps/claims-99999999999999999999.xml").status_code == 404


def test_news_are_what_was_first_published_in_the_last_two_days(claims, get, settings, reviewer):
    def found():
        return [
            (
                row.findtext("s:loc", None, NAMES).removeprefix(settings.SITE_URL),
                row.findtext(".//n:language", None, NAMES),
                row.findtext(".//n:title", None, NAMES),
            )
            for row in get("/sitemaps/news.xml").findall("s:url", NAMES)
        ]

    assert len(found()) == 6
    assert found()[:2] == [
        ("/claims/claim-2/", "en", "Mostly false: The bridge cost 90 million."),
        ("/zh-hans/claims/claim-2/", "zh-cn", "大体不实：claim-2 的说法。"),
    ]
    now = datetime.datetime.now(datetime.UTC)
    with time_machine.travel(now + datetime.timedelta(hours=47)):
        claim = Claim.objects.get(slug="claim-0")
        claim.translations.filter(language="en").update(statement="Better said.")
        desk.correct(claim.verdicts.get(), by=reviewer)
        assert len(found()) == 6
    with time_machine.travel(now + datetime.timedelta(hours=49)):
        assert found() == []  # corrected since, but no news


PATHS = {
    "/sitemap.xml": 1,
    "/sitemaps/claims-0.xml": 1,
    "/sitemaps/pages.xml": 2,
    "/sitemaps/news.xml": 1,
}


@pytest.mark.parametrize(("path", "expected"), PATHS.items())
def test_it_costs_few_queries_and_nothing_twice(client, claims, path, expected):
    assert count_queries(lambda: client.get(path)) == expected
    etag = client.get(path)["ETag"]
    again = client.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, {"p": 2}).status_code == 400


def test_an_empty_site_has_sitemaps_too(get, db):
    assert set(rows(get("/sitemap.xml"), of="sitemap")) == {"/sitemaps/pages.xml"}
    assert rows(get("/sitemaps/pages.xml"))["/"] is None
    assert rows(get("/sitemaps/news.xml")) == {}
