"""One revision, one truth: the document, the API and the page say the same."""

import html
import re

import pytest

from claims import publishing
from claims.models import Claim
from sources.models import Publisher

from . import desk
from .helpers import document_of


def words(response):
    """The page's visible words, without markup."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(html.unescape(text).split())


@pytest.fixture
def corrected(published, author, reviewer):
    published(topics=[desk.make_topic("money")], subjects=[desk.make_subject("roe", name="Jo Roe")])
    verdict = desk.make_draft(
        Claim.objects.get(), author=author, rating_slug="false", summary="It cost 41.2 million."
    )
    return desk.correct(
        desk.approve(verdict, by=reviewer),
        kind="substantial",
        text={"en": "The first version left out the ramp."},
        by=reviewer,
    )


def test_the_api_sends_the_document_itself(client, corrected):
    assert client.get("/api/v1/claims/bridge-cost/").content == bytes(corrected.document)


def test_the_card_says_what_the_document_says(client, corrected):
    document = document_of(corrected)
    [card] = client.get("/api/v1/claims/").json()["results"]
    shared = (card.keys() & document.keys()) - {"subjects", "topics"}
    assert {key: card[key] for key in shared} == {key: document[key] for key in shared}
    assert card["summary"] == document["verdict"]["summary"]
    assert card["rating"].items() <= document["verdict"]["rating"].items()


@pytest.mark.parametrize(("prefix", "tag"), [("", "en"), ("/zh-hans", "zh-Hans")])
def test_the_page_shows_what_the_document_says(client, corrected, prefix, tag):
    document = document_of(corrected)
    page = words(client.get(f"{prefix}/claims/bridge-cost/"))
    verdict = document["verdict"]
    for text in [
        document["statement"][tag],
        verdict["rating"]["label"][tag],
        verdict["summary"]["en"],
        "The accounts say so.",  # the analysis, its Markdown rendered
        "It refutes.",
        "It supports.",
        "Title of bridge-cost-refutes",
        "The first version left out the ramp.",
        "Ann",
        "Ben",
    ]:
        assert text in page
    [correction] = document["corrections"]
    assert page.count(correction["rating_before"]["label"][tag]) == 1  # in the notice, only there


def test_the_page_shows_what_the_codes_of_principles_ask_for(client, author, reviewer):
    """Why we checked it, whom we asked, what binds those who sign, and what the sources want."""
    claim = desk.make_claim(claimant=desk.make_subject("roe", name="Jo Roe"))
    draft = desk.make_draft(claim, author=author)
    draft.conflict_of_interest = "Ann once worked for the county."
    draft.save()
    draft.contacts.update(answer="We stand by it.")
    desk.make_publisher()
    Publisher.objects.update(interests="Owned by the county.")
    revision = publishing.publish(desk.approve(draft, by=reviewer), by=reviewer)
    document, page = document_of(revision), words(client.get("/claims/bridge-cost/"))
    verdict, source = document["verdict"], document["sources"][0]
    for text in [
        document["reason"]["en"],
        verdict["conflict_of_interest"],
        verdict["contacts"][0]["whom"],
        verdict["contacts"][0]["answer"],
        source["publisher"]["interests"],
    ]:
        assert text in page
