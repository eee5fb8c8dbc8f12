"""Our card on other sites: how they ask for it, what it says, and what it may not do there."""

import json
import re
import xml.etree.ElementTree as ET
from html import unescape
from urllib.parse import urlencode

import pytest

from claims import publishing
from claims.models import Claim

from . import desk
from .helpers import count_queries


@pytest.fixture
def ask(client, settings):
    """Ask oEmbed for a page of ours, by its path, or for any other address."""

    def ask(path, **more):
        url = path if "://" in path else f"{settings.SITE_URL}{path}"
        return client.get("/oembed/", {"url": url} | more)

    return ask


def words(response):
    text = re.sub(r"<title>.*?</title>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(unescape(text).split())


def frame(found):
    """The attributes of the frame that oEmbed hands out."""
    assert re.fullmatch('<iframe( [a-z]+="[^"<>]*")*></iframe>', found["html"])
    return {name: unescape(value) for name, value in re.findall('(\\w+)="(.*?)"', found["html"])}


# --- oEmbed ----------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_claims_page_leads_to_its_card(client, published, settings, prefix):
    published()
    page = client.get(f"{prefix}/claims/bridge-cost/").content.decode()
    links = dict(
        re.findall(
            r'<link rel="alternate" type="([^"]+oembed)" href="([^"]+)" title="[^"]+">', page
        )
    )
    assert set(links) == {"application/json+oembed", "text/xml+oembed"}
    paths = {kind: unescape(url).removeprefix(settings.SITE_URL) for kind, url in links.items()}
    found = client.get(paths["application/json+oembed"]).json()
    assert found["version"] == "1.0"
    assert found["type"] == "rich"
    assert found["provider_name"] == settings.SITE_NAME
    verdict = {"": "Mostly false: ", "/zh-hans": "大体不实："}[prefix]
    assert found["title"].startswith(verdict)
    as_xml = client.get(paths["text/xml+oembed"])
    assert as_xml["Content-Type"].startswith("text/xml")
    root = ET.fromstring(as_xml.content)
    assert {child.tag: child.text for child in root} == {
        name: str(value) for name, value in found.items()
    }
    attributes = frame(found)
    assert attributes["title"] == found["title"]
    assert attributes["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert (attributes["width"], attributes["height"]) == ("600", "320")
    card = client.get(attributes["src"].removeprefix(settings.SITE_URL))
    assert card.status_code == 200
    assert attributes["src"] == f"{settings.SITE_URL}{prefix}/embed/bridge-cost/"


def test_it_obeys_the_room_there_is(ask, published):
    published()
    found = ask("/claims/bridge-cost/").json()
    assert (found["thumbnail_width"], found["thumbnail_height"]) == (1200, 630)
    found = ask("/claims/bridge-cost/", maxwidth=400, maxheight=200).json()
    assert (found["width"], found["height"]) == (400, 200)
    assert (frame(found)["width"], frame(found)["height"]) == ("400", "200")
    assert "thumbnail_url" not in found
    assert ask("/claims/bridge-cost/", maxwidth=5000).json()["width"] == 600
    # The same words take more lines where there is less room.
    narrow = [ask("/claims/bridge-cost/", maxwidth=width).json() for width in (600, 400, 320, 240)]
    assert [found["height"] for found in narrow] == [320, 430, 530, 690]


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/claims/bridge-cost/", {}, 200),
        ("/claims/bridge-cost/?utm_source=x#evidence-1", {}, 200),
        ("/embed/bridge-cost/", {}, 200),
        ("/zh-hans/claims/bridge-cost/", {"dnt": "1"}, 200),
        ("/claims/bridge-cost/", {"format": "yaml"}, 501),
        ("/claims/bridge-cost/", {"format": ""}, 501),
        ("/claims/bridge-cost/", {"maxwidth": "wide"}, 400),
        ("/claims/bridge-cost/", {"maxheight": "0"}, 400),
        ("/claims/nothing/", {}, 404),
        ("/claims/", {}, 404),
        ("/claims/bridge-cost/v/1/", {}, 404),  # the card shows what is in force
        ("/admin/", {}, 404),
        ("https://elsewhere.example/claims/bridge-cost/", {}, 404),
        ("http://127.0.0.1:8000@elsewhere.example/claims/bridge-cost/", {}, 404),
        ("javascript://127.0.0.1:8000/claims/bridge-cost/", {}, 404),
        ("http://[", {}, 404),
    ],
)
def test_it_answers_for_our_own_claims_only(ask, published, path, more, status):
    published()
    response = ask(path, **more)
    assert response.status_code == status
    assert status == 200 or response["Content-Type"].startswith("text/plain")


def test_without_an_address_there_is_nothing_to_find(client, db):
    assert client.get("/oembed/").status_code == 404


def test_a_draft_is_not_known(ask, approved):
    assert ask("/claims/bridge-cost/").status_code == 404


def test_a_merged_claim_is_that_which_took_it_over(client, ask, published, reviewer):
    published()
    published("survivor", statement="It cost much.")
    survivor = Claim.objects.get(slug="survivor")
    publishing.merge(Claim.objects.get(slug="bridge-cost"), into=survivor, by=reviewer)
    assert ask("/claims/bridge-cost/").json()["title"] == "Mostly false: It cost much."
    moved = client.get("/zh-hans/embed/bridge-cost/")
    assert (moved.status_code, moved["Location"]) == (301, "/zh-hans/embed/survivor/")


def test_oembed_asks_once_and_is_not_made_again(client, ask, published, settings):
    published()
    first = ask("/claims/bridge-cost/")
    assert first["Access-Control-Allow-Origin"] == "*"
    assert count_queries(lambda: ask("/claims/bridge-cost/")) == 1
    query = urlencode({"url": f"{settings.SITE_URL}/claims/bridge-cost/"})
    again = client.get(f"/oembed/?{query}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert ask("/zh-hans/claims/bridge-cost/")["ETag"] != first["ETag"]


def test_no_title_breaks_out_of_the_frame(ask, published):
    published(statement='"><script>alert(1)</script> & \ufffe')
    found = ask("/claims/bridge-cost/").json()
    assert "<script>" not in found["html"]
    assert frame(found)["title"] == found["title"]
    ET.fromstring(ask("/claims/bridge-cost/", format="xml").content)


# --- The card --------------------------------------------------------------------


def test_only_the_card_may_stand_on_other_sites(client, published):
    published()
    card = client.get("/embed/bridge-cost/")
    policy = dict(
        part.strip().partition(" ")[::2] for part in card["Content-Security-Policy"].split(";")
    )
    assert policy["frame-ancestors"] == "*"
    assert policy["default-src"] == "'none'"
    assert policy["form-action"] == "'none'"
    assert policy["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert "X-Frame-Options" not in card
    for path in ("/", "/claims/", "/claims/bridge-cost/", "/claims/bridge-cost/v/1/", "/oembed/"):
        page = client.get(path)
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert page["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_card_says_what_the_page_says(client, published, prefix):
    document = json.loads(bytes(published().document))
    card = client.get(f"{prefix}/embed/bridge-cost/")
    html, tag = card.content.decode(), "zh-Hans" if prefix else "en"
    assert f'<html lang="{tag}"' in html
    for texts in (document["statement"], document["verdict"]["rating"]["label"]):
        assert texts[tag] in words(card)
    assert "It cost 41 million." in words(card)
    assert f'href="{prefix}/claims/bridge-cost/" target="_blank" rel="noopener"' in html
    assert '<meta name="robots" content="noindex">' in html
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|<form|<img", html)
    assert not card.cookies


def test_the_card_says_when_the_verdict_was_corrected(client, published, author, reviewer):
    published()
    draft = desk.make_draft(Claim.objects.get(), author=author, rating_slug="true")
    desk.correct(desk.approve(draft, by=reviewer), kind="substantial", by=reviewer)
    card = words(client.get("/embed/bridge-cost/"))
    assert "Corrected on" in card
    assert "True" in card
    assert "更正于" in words(client.get("/zh-hans/embed/bridge-cost/"))


def test_the_card_says_that_the_verdict_was_taken_back(client, ask, published, reviewer):
    published()
    desk.retract(Claim.objects.get(), reason={"en": "Our source was forged."}, by=reviewer)
    response = client.get("/embed/bridge-cost/")
    card = words(response)
    assert response.status_code == 200
    assert "Retracted on" in card
    assert "Our source was forged." in card
    assert "Mostly false" not in card
    assert "It cost 41 million." not in card
    assert ask("/claims/bridge-cost/").json()["title"].startswith("Retracted: ")


def test_a_sealed_card_names_the_rule(client, ask, published, reviewer):
    published()
    publishing.seal("bridge-cost", rule="Court order 12/26", by=reviewer)
    card = client.get("/embed/bridge-cost/")
    assert card.status_code == 410
    assert "Court order 12/26" in words(card)
    assert "90 million" not in words(card)
    assert "frame-ancestors *" in card["Content-Security-Policy"]
    assert ask("/claims/bridge-cost/").status_code == 404


def test_the_card_costs_a_query_and_changes_with_the_claim(client, published, reviewer):
    published()
    first = client.get("/embed/bridge-cost/")
    assert count_queries(lambda: client.get("/embed/bridge-cost/")) == 1
    fresh = {"If-None-Match": first["ETag"]}
    assert client.get("/embed/bridge-cost/", headers=fresh).status_code == 304
    assert client.get("/embed/bridge-cost/?theme=dark").status_code == 400
    assert client.get("/embed/nothing/").status_code == 404
    desk.retract(Claim.objects.get(), by=reviewer)
    assert client.get("/embed/bridge-cost/", headers=fresh).status_code == 200
