"""The public log: what was corrected, retracted or sealed, and why."""

import re

import pytest

from claims import publishing, review
from claims.models import Claim
from claims.pages import reading

from . import desk


def lines(response):
    found = re.findall(r'<li>\s*(<p class="meta">.*?)</li>', response.content.decode(), re.S)
    return [re.sub(r"<[^>]+>|\s+", " ", line) for line in found]


def verdict_of(slug):
    return Claim.objects.get(slug=slug).verdicts.get()


def new_verdict(slug, *, author, reviewer, **fields):
    draft = desk.make_draft(Claim.objects.get(slug=slug), author=author, **fields)
    return desk.approve(draft, by=reviewer)


def test_an_empty_log_says_so(client, published):
    published()
    assert "Nothing has been corrected yet" in client.get("/corrections/").content.decode()


def test_the_newest_stands_first_with_its_kind_its_text_and_both_verdicts(
    client, published, author, reviewer
):
    published("first")
    published("second")
    successor = new_verdict("first", author=author, reviewer=reviewer, rating_slug="true")
    desk.correct(successor, by=reviewer, kind="substantial", text={"en": "We misread page 2."})
    desk.retract(Claim.objects.get(slug="second"), by=reviewer, reason={"en": "Forged letter."})
    retraction, correction = lines(client.get("/corrections/"))
    assert "Retracted" in retraction
    assert "Forged letter." in retraction
    assert "Substantial" in correction
    assert "We misread page 2." in correction
    assert re.search("changed:.*Mostly false.*became.*True", correction)


def test_each_line_leads_to_the_words_of_then(client, published, reviewer):
    published()
    Claim.objects.get().translations.update(statement="The bridge cost 91 million.")
    desk.correct(verdict_of("bridge-cost"), by=reviewer, text={"en": "We had misheard."})
    page = client.get("/corrections/").content.decode()
    assert "The bridge cost 91 million." in page
    assert 'href="/claims/bridge-cost/v/2/"' in page


def test_a_sealing_is_told_and_its_words_are_gone(client, published, reviewer):
    published()
    Claim.objects.get().translations.update(statement="Words that must go.")
    desk.correct(verdict_of("bridge-cost"), by=reviewer, text={"en": "Told too much."})
    publishing.seal("bridge-cost", rule="Order of the court", numbers=[2], by=reviewer)
    page = client.get("/corrections/").content.decode()
    assert "Order of the court" in page
    assert "Told too much" not in page
    assert "Words that must go" not in page


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_pages_follow_one_another(client, published, reviewer, monkeypatch, prefix):
    for number in range(5):
        published(f"claim-{number}")
        desk.retract(Claim.objects.get(slug=f"claim-{number}"), by=reviewer)
    monkeypatch.setattr(reading, "PAGE", 2)
    seen, address = [], f"{prefix}/corrections/"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r'<h2><a href="[^"]*/claims/([^/"]+)/">', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following and f"{prefix}/corrections/{following[1]}"
    assert seen == [f"claim-{number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("query", ["after=0", "after=x", "after=-1", "after=", "afer=3"])
def test_addresses_that_make_no_sense_are_told_so(client, db, query):
    assert client.get(f"/corrections/?{query}").status_code == 400


def test_nothing_of_a_proposal_shows(client, published, author):
    published()
    review.propose_correction(
        verdict_of("bridge-cost"), kind="minor", text={"en": "Not yet public."}, by=author
    )
    assert "Not yet public" not in client.get("/corrections/").content.decode()


def test_unchanged_it_costs_a_304(client, published, reviewer):
    published()
    etag = client.get("/corrections/")["ETag"]
    assert client.get("/corrections/", headers={"If-None-Match": etag}).status_code == 304
    desk.retract(Claim.objects.get(), by=reviewer)
    assert client.get("/corrections/", headers={"If-None-Match": etag}).status_code == 200
