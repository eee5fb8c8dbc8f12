"""The evidence on a claim's page: by side, numbered, and reachable after its address has died."""

import pytest

from claims.markdown import to_html
from claims.models import Claim, Evidence
from claims.templatetags.citing import jump, way_to
from sources.models import Source

from . import desk

URL = "https://example.org/a"


def source(url=URL, state="ok", archived=(), copies=()):
    rows = [{"url": url, "archived_at": at} for url, at in archived]
    return {"url": url, "link_state": state, "archived": rows, "copies": list(copies)}


ARCHIVED = [("https://old.example/", "2025-01-01T00:00Z"), ("https://new.example/", "2025-02-01")]


@pytest.mark.parametrize(
    ("fields", "url", "kind"),
    [
        ({"archived": ARCHIVED}, URL, "original"),
        ({"state": "changed", "archived": ARCHIVED}, URL, "original"),
        ({"state": "dead", "archived": ARCHIVED}, "https://new.example/", "archived"),
        ({"state": "dead", "copies": ["https://copy.example/"]}, "https://copy.example/", "copy"),
        ({"state": "dead"}, URL, "original"),
        ({"url": None, "copies": ["https://copy.example/"]}, "https://copy.example/", "copy"),
        ({"url": "ftp://example.org/a", "archived": ARCHIVED}, "https://new.example/", "archived"),
    ],
)
def test_a_source_leads_to_what_can_still_be_read(fields, url, kind):
    assert way_to(source(**fields))[:2] == (url, kind)


def test_a_source_without_any_address_leads_nowhere():
    assert way_to(source(url=None)) is None
    assert jump(source(url=None), "words") == ""


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("a well-known, old & tried way", "a%20well%2Dknown%2C%20old%20%26%20tried%20way"),
        ("it began … and it ended", "it%20began,and%20it%20ended"),
        ("one two three four five six " * 6, "one%20two%20three%20four%20five,"),
        ("桥" * 100, "%E6%A1%A5" * 12 + "," + "%E6%A1%A5" * 12),
    ],
)
def test_a_quotation_is_found_by_its_words(words, place):
    assert jump(source(), words).startswith(f"{URL}#:~:text={place}")


def test_a_fragment_of_the_address_stays_and_a_broken_quotation_leads_nowhere():
    assert jump(source(url=f"{URL}#top"), "x") == f"{URL}#top:~:text=x"
    assert jump(source(), "x", "broken") == ""


def test_numbers_in_the_analysis_lead_to_the_evidence():
    html = to_html(
        "Proved [1, 3]. Not [9], not `[1]`, not [1](https://example.org/).", cites=[1, 3]
    )
    assert (
        'Proved <a href="#evidence-1" rel="noopener nofollow">[1]</a><a href="#evidence-3"' in html
    )
    assert "Not [9], not <code>[1]</code>" in html
    assert html.count("#evidence-1") == 1
    assert "#evidence" not in to_html("Proved [1].")


def test_both_sides_stand_beside_each_other_and_an_empty_one_says_so(client, published):
    published()
    page = client.get("/claims/bridge-cost/").content.decode()
    assert '<div class="sides both">' in page
    assert "We found none." not in page
    assert page.count('id="evidence-1"') == page.count('id="evidence-2"') == 1


def test_a_side_without_evidence_says_so(client, author, reviewer, published):
    published()
    claim = Claim.objects.get()
    draft = desk.make_draft(claim, author=author)
    Evidence.objects.filter(verdict=draft, stance="supports").update(stance="refutes")
    desk.correct(desk.approve(draft, by=reviewer), by=reviewer, accepted=["one-stance"])
    page = client.get("/claims/bridge-cost/").content.decode()
    assert '<div class="sides">' in page
    assert page.count("We found none.") == 1


def test_a_dead_link_gives_way_to_its_archived_copy(client, published):
    copy = "https://archive.example/2026"
    dead = desk.make_source("bridge-cost-refutes", link_state="dead")
    moments = {"requested_at": "2026-01-01T00:00Z", "archived_at": "2026-01-02T00:00Z"}
    dead.archive_copies.create(service="example", url=copy, state="archived", **moments)
    published()
    page = client.get("/claims/bridge-cost/").content.decode()
    assert f'<a class="source-link" href="{copy}"' in page
    assert "The original is gone." in page
    assert "2 January 2026" in page
    assert f'href="{Source.objects.get(slug="bridge-cost-refutes").url}"' in page
    assert "原文已无法访问" in client.get("/zh-hans/claims/bridge-cost/").content.decode()
