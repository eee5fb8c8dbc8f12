"""The examples in the description of the API: answers to real questions about a real claim."""

import datetime
import json
import os
from urllib.parse import urlsplit

import jsonschema
import pytest
import time_machine
from django.conf import settings

from claims.api.description import EXAMPLES
from claims.api.validate import SENT as SHOWN
from claims.dossier import load, reading

from . import desk
from .dossier.test_emad_mostaque import FILE
from .test_api_description import described, operations, resolved  # noqa: F401

CLAIM = "oxford-ma-automatic"
SITE = "https://facts.example.org"
MOMENT = datetime.datetime(2026, 11, 20, 9, 30, tzinfo=datetime.UTC)
ONE = f"/api/v1/claims/{CLAIM}/"
ASKED = {
    "/api/v1/": "/api/v1/",
    "/api/v1/claims/": "/api/v1/claims/?topic=education&rating=mostly-false",
    "/api/v1/claims/{slug}/": ONE,
    "/api/v1/claims/{slug}/revisions/": f"{ONE}revisions/",
    "/api/v1/claims/{slug}/revisions/{number}/": f"{ONE}revisions/1/",
    "/api/v1/claims/{slug}/claimreview/": f"{ONE}claimreview/?language=zh-Hans",
    "/api/v1/claims/{slug}/annotations/": f"{ONE}annotations/",
    "/api/v1/claims/{slug}/wikidata/": f"{ONE}wikidata/",
    "/api/v1/claims/{slug}/elsewhere/": f"{ONE}elsewhere/",
    "/api/v1/lookup/": "/api/v1/lookup/?url=https://www.new.ox.ac.uk/oxford-ma",
    "/api/v1/changes/": "/api/v1/changes/?after=0",
    "/api/v1/chain/": "/api/v1/chain/",
    **{
        f"/api/v1/{plural}/": f"/api/v1/{plural}/"
        for plural in ("subjects", "topics", "sources", "publishers", "ratings")
    },
    "/api/v1/subjects/{slug}/": "/api/v1/subjects/university-of-oxford/",
    "/api/v1/topics/{slug}/": "/api/v1/topics/education/",
    "/api/v1/sources/{slug}/": "/api/v1/sources/oxford-ma/",
    "/api/v1/publishers/{slug}/": "/api/v1/publishers/new-college-oxford/",
    "/api/v1/ratings/{slug}/": "/api/v1/ratings/mostly-false/",
}
SENT = {
    "/api/v1/match/": {"text": "He got his MA at Oxford automatically, some years later."},
    "/api/v1/validate/": SHOWN["example"],
}


@pytest.fixture
def one_claim(author, reviewer):
    """The first article with one claim of it, published at one moment, and checked elsewhere."""
    whole = reading.read(FILE)
    claim = next(claim for claim in whole["claims"] if claim["slug"] == CLAIM) | {"related": []}
    article = whole.article["slug"]
    named = {article, *(row["source"] for row in claim["evidence"])}
    sources = [source for source in whole["sources"] if source["slug"] in named]
    whole.data.update(claims=[claim], sources=sources)
    with time_machine.travel(MOMENT, tick=False):
        load.load(whole, author=author, reviewer=reviewer, publish=True)
    review = desk.make_external_review(
        url="https://checks.example.net/oxford-ma",
        claim="Graduates of Oxford are given a master's degree for a further year of study.",
        publisher_name="Example Checks",
        publisher_site="checks.example.net",
        rating_label="Not quite",
        normalized="mixed",
        reviewed_on="2026-10-01",
    )
    review.same.create(claim_id=CLAIM)


def answers(client):
    found = {}
    replies = {path: (address, client.get(address)) for path, address in ASKED.items()}
    for path, body in SENT.items():
        replies[path] = (path, client.post(path, body, content_type="application/json"))
    for path, (address, reply) in replies.items():
        text = reply.content.decode()
        for own in ("http://testserver", settings.SITE_URL):
            text = text.replace(own, SITE)
        found[path] = {"asked": f"{SITE}{address}", "answer": json.loads(text)}
    return found


def test_examples_are_what_the_api_answers(client, one_claim):
    """`UPDATE=1 python -m pytest tests/test_api_examples.py` writes them anew."""
    found = answers(client)
    if os.environ.get("UPDATE"):
        text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True)
        EXAMPLES.write_text(f"{text}\n")
    assert json.loads(EXAMPLES.read_text()) == found


def test_every_address_has_an_example_as_it_is_described(described):  # noqa: F811
    for path, operation in operations(described).items():
        content = operation["responses"]["200"]["content"]
        for media_type, answer in content.items():
            if "json" not in media_type or path == "/api/v1/schema/":
                continue
            (example,) = answer["examples"].values()
            assert urlsplit(example["summary"]).path.startswith("/api/v1/"), path
            jsonschema.validate(example["value"], resolved(described, answer["schema"]))
