"""All claims of the first article, published: document, JSON-LD, API, page and feed agree."""

import json
import re

import pytest
from django.conf import settings
from django.utils.html import escape

from claims.choices import VerdictStatus
from claims.dossier import dump, load, reading
from claims.interchange import claimreview
from claims.interchange.claimreview_rules import problems
from claims.models import Claim, Revision, Subject
from sources.models import Source
from tests import desk

from .test_emad_mostaque import FILE

ARTICLE = "emad-mostaque-profile"
PREFIXES = {"en": "", "zh-Hans": "/zh-hans"}


@pytest.fixture(scope="module")
def dossier():
    return reading.read(FILE)


@pytest.fixture(scope="module")
def published(kept, dossier):
    """Once for all of them, because the article takes a while to publish."""
    people = {"author": desk.make_author(), "reviewer": desk.make_reviewer()}
    return load.load(dossier, **people, publish=True)


def test_the_dossier_goes_to_the_desk_and_the_record_and_back(published, dossier, db):
    assert published.counts["verdicts"]["published"] == 123
    assert dump.text(ARTICLE) == FILE.read_text(encoding="utf-8")
    again = load.load(reading.parse(dump.text(ARTICLE), name="dump.yaml"))
    assert again.changed == 0
    assert again.notes == []
    assert Revision.objects.count() == 123
    assert Claim.objects.filter(verdicts__status=VerdictStatus.PUBLISHED).count() == 123
    assert Source.objects.count() == 129
    assert Subject.objects.count() == 54
    documents = [json.loads(bytes(row.document)) for row in Revision.objects.order_by("seq")]
    assert [row["slug"] for row in documents] == [row["slug"] for row in dossier["claims"]]
    copies = {row["url"]: row["copy_of"] for row in dossier["sources"] if "copy_of" in row}
    sealed = {row["slug"] for row in dossier["sources"] if row.get("paywalled")}
    for document in documents:
        text = str(document)
        for url, original in copies.items():
            assert original not in sealed or url not in text


def test_every_claim_says_the_same_at_every_door(client, published, db):
    documents = [json.loads(bytes(row.document)) for row in Revision.objects.order_by("seq")]
    assert len(documents) == 123
    for document in documents:
        for language, prefix in PREFIXES.items():
            address = prefix + document["url"]
            page = client.get(address).content.decode()
            api = client.get(f"/api/v1{document['url']}claimreview/", {"language": language})
            check(document, language, settings.SITE_URL + address, page, api.content)
            check_shared(document, language, page)
    for language, prefix in PREFIXES.items():
        check_feed(documents, language, f"{prefix}/claims/feed.json", client)


def check(document, language, url, page, api):
    site = claimreview.Site(settings.SITE_NAME, settings.SITE_URL, language)
    markup = claimreview.markup(document, site=site)
    assert api == claimreview.to_json(markup), url
    assert page.count(claimreview.to_script(markup)) == 1, url
    assert page.count("<script") == 1, url
    assert markup["reviewRating"].get("ratingValue") == document["verdict"]["rating"]["value"], url
    # Words, numbers, dates and links all stand on the page; some claims are long.
    found = problems(json.loads(api), page_url=url, html=page)
    assert {problem.rule for problem in found} <= {"claim-long"}, (url, found)


def check_shared(document, language, page):
    """What a shared link shows is what the document says."""
    summary = escape(document["verdict"]["summary"][language])
    assert f'<meta property="og:description" content="{summary}">' in page
    title = re.search('<meta property="og:title" content="(.*?)">', page)[1]
    assert title.startswith(escape(document["verdict"]["rating"]["label"][language]))
    assert title.endswith(escape(document["statement"][language]))


def check_feed(documents, language, address, client):
    """Every claim stands in the feed once, with its short answer."""
    found = {}
    while address:
        feed = client.get(address).json()
        for item in feed["items"]:
            assert item["id"] not in found
            found[item["id"]] = (
                item["_claim"]["id"],
                item["_claim"]["verdict"],
                item["content_text"],
            )
        address = feed.get("next_url", "").removeprefix(settings.SITE_URL)
    assert sorted(found.values()) == sorted(
        (row["slug"], row["verdict"]["rating"]["slug"], row["verdict"]["summary"][language])
        for row in documents
    )
