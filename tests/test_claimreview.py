"""ClaimReview: made from the document, carried by one page only, alone in the API."""

import json

import pytest
from django.utils import translation

from claims import publishing
from claims.choices import State
from claims.interchange import claimreview
from claims.interchange.claimreview_rules import problems
from claims.models import Claim, PublishedClaim

from . import desk
from .helpers import count_queries, document_of

ORIGIN = "https://facts.example.org"
SITE = claimreview.Site("Example Facts", ORIGIN, "en")
ENDPOINT = "/api/v1/claims/bridge-cost/claimreview/"
BLOCK = b'<script type="application/ld+json">'


URL = f"{ORIGIN}/claims/bridge-cost/"
# What the markup of the fixture's document says, apart from the days on which the test runs.
EXPECTED = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "@id": f"{URL}#review",
    "url": URL,
    "inLanguage": "en",
    "claimReviewed": "The bridge cost 90 million.",
    "reviewBody": "It cost 41 million.",
    "author": {"@type": "Organization", "name": "Example Facts", "url": f"{ORIGIN}/"},
    "reviewRating": {
        "@type": "Rating",
        "alternateName": "Mostly false",
        "ratingExplanation": "It cost 41 million.",
        "ratingValue": 2,
        "worstRating": 1,
        "bestRating": 5,
    },
    "itemReviewed": {
        "@type": "Claim",
        "@id": f"{URL}#claim",
        "text": "The bridge cost 90 million.",
        "datePublished": "2024-02",
        "author": {
            "@type": "Person",
            "name": "Jo Roe",
            "sameAs": "https://www.wikidata.org/wiki/Q4115189",
        },
        "firstAppearance": {
            "@type": "BlogPosting",
            "headline": "The bridge",
            "url": "https://example.org/article",
        },
    },
    "citation": [
        {
            "@type": "NewsArticle",
            "name": "Title of bridge-cost-refutes",
            "url": "https://example.org/bridge-cost-refutes",
            "archivedAt": "https://archive.example/2026-02-01",
        },
        {
            "@type": "NewsArticle",
            "name": "Title of bridge-cost-supports",
            "url": "https://example.org/bridge-cost-supports",
        },
    ],
    "sdLicense": "https://creativecommons.org/licenses/by/4.0/",
}


def test_it_says_what_the_document_says(document):
    published, modified = document["published_at"][:10], document["modified_at"][:10]
    correction = {"datePublished": modified, "text": "The month was wrong."}
    assert claimreview.markup(document, site=SITE) == EXPECTED | {
        "datePublished": published,
        "dateModified": modified,
        "sdDatePublished": modified,
        "correction": [{"@type": "CorrectionComment", **correction}],
    }


def test_each_language_has_its_own_page_and_words_and_the_same_claim(document):
    with translation.override("en"):  # whatever the thread speaks, the call decides
        said = claimreview.markup(document, site=SITE._replace(language="zh-Hans"))
    assert said["url"] == f"{ORIGIN}/zh-hans/claims/bridge-cost/"
    assert said["claimReviewed"] == "bridge-cost 的说法。"
    assert said["reviewBody"] == "It cost 41 million."  # as on the page: there is no other
    assert said["itemReviewed"]["@id"] == f"{ORIGIN}/claims/bridge-cost/#claim"


@pytest.mark.parametrize("slug", ["misleading", "unproven", "outdated"])
def test_a_rating_off_the_scale_has_no_number(published, slug):
    said = claimreview.markup(document_of(published(rating_slug=slug)), site=SITE)["reviewRating"]
    assert said.keys() == {"@type", "alternateName", "ratingExplanation"}


@pytest.mark.parametrize(
    ("subject", "kind"),
    [(None, None), ("person", "Person"), ("organization", "Organization"), ("work", None)],
)
def test_only_who_is_known_by_name_is_the_author_of_the_claim(document, subject, kind):
    document["claimant"]["subject"] |= {"kind": subject} if subject else {}
    if subject is None:
        document["claimant"]["subject"] = None
    said = claimreview.markup(document, site=SITE)["itemReviewed"]
    assert said.get("author", {}).get("@type") == kind


def test_other_places_stand_beside_the_first_and_each_once(document):
    first = document["appearances"][0]
    sources = {row["slug"]: row for row in document["sources"]}
    document["sources"].append(sources["article"] | {"slug": "talk", "type": "interview"})
    document["appearances"] = [
        {**first, "source": "talk", "is_first": False},
        {**first, "quote": "again", "is_first": False},
        first,
    ]
    said = claimreview.markup(document, site=SITE)["itemReviewed"]
    assert said["firstAppearance"]["@type"] == "BlogPosting"
    assert [place["@type"] for place in said["appearance"]] == ["CreativeWork"]
    first["is_first"] = False
    said = claimreview.markup(document, site=SITE)["itemReviewed"]
    assert "firstAppearance" not in said
    assert len(said["appearance"]) == 2


def test_an_address_that_no_browser_follows_is_left_out(document):
    for source in document["sources"]:
        source |= {"url": "javascript:alert(1)", "archived": [], "copies": ["ftp://example.org/"]}
    said = claimreview.markup(document, site=SITE)
    assert said["citation"][0].keys() == {"@type", "name"}


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_only_a_verdict_in_force_has_any(document, state):
    assert claimreview.markup(document | {"state": state.value}, site=SITE) is None


def test_no_text_can_leave_the_script(document):
    evil = "</script><!-- & \u2028\u2029 <b>"
    document["statement"]["en"] = evil
    said = claimreview.markup(document, site=SITE)
    script = claimreview.to_script(said)
    inside = script.removeprefix(BLOCK.decode()).removesuffix("</script>")
    assert not set("<>&\u2028\u2029") & set(inside)
    assert json.loads(inside) == said
    assert json.loads(claimreview.to_json(said))["claimReviewed"] == evil


# --- Where it stands -----------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_claims_page_carries_it_and_no_other_page_does(client, document, prefix, settings):
    assert client.get(f"{prefix}/claims/bridge-cost/").content.count(BLOCK) == 1
    for path in [
        *("/", "/claims/", "/articles/article/", "/subjects/", "/topics/", "/sources/"),
        *("/sources/article/", "/ratings/", "/claims/bridge-cost/v/1/", "/claims/bridge-cost/v/2/"),
    ]:
        html = client.get(prefix + path).content.decode()
        assert problems(None, page_url=settings.SITE_URL + prefix + path, html=html) == [], path


def test_a_page_out_of_force_carries_none(client, document, published, reviewer):
    published("tunnel"), published("road")
    desk.retract(Claim.objects.get(slug="bridge-cost"), by=reviewer)
    tunnel, road = Claim.objects.get(slug="tunnel"), Claim.objects.get(slug="road")
    publishing.merge(tunnel, into=road, by=reviewer)
    publishing.seal("road", rule="Order 12", by=reviewer)
    for path, status in {
        "bridge-cost/": 200,
        "bridge-cost/v/3/": 200,
        "tunnel/": 301,
        "tunnel/v/2/": 200,
        "road/": 410,
        "road/v/1/": 410,
    }.items():
        response = client.get(f"/claims/{path}")
        assert response.status_code == status
        assert BLOCK not in response.content


def test_the_endpoint_sends_what_the_page_carries(client, document):
    for language, prefix in [("en", ""), ("zh-Hans", "/zh-hans")]:
        response = client.get(ENDPOINT, {"language": language})
        assert response["Content-Type"] == "application/ld+json"
        page = client.get(f"{prefix}/claims/bridge-cost/").content
        assert BLOCK + response.content + b"</script>" in page
    assert client.get(ENDPOINT).json()["inLanguage"] == "en"


def test_an_unchanged_one_is_not_sent_again(client, document, author, reviewer):
    etag = client.get(ENDPOINT)["ETag"]
    assert etag != client.get(ENDPOINT, {"language": "zh-Hans"})["ETag"]
    unchanged = lambda: client.get(ENDPOINT, headers={"If-None-Match": etag})  # noqa: E731
    assert unchanged().status_code == 304
    assert count_queries(unchanged) == 1
    assert count_queries(lambda: client.get(ENDPOINT)) == 1
    draft = desk.make_draft(Claim.objects.get(), author=author, summary="It cost 40.")
    desk.correct(desk.approve(draft, by=reviewer), by=reviewer)
    assert unchanged().status_code == 200


def problem(client, path, status):
    response = client.get(path)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert "ETag" not in response
    return response.json()


def test_the_endpoint_says_what_is_wrong(client, document):
    assert problem(client, f"{ENDPOINT}?lang=en", 400)["unknown"] == ["lang"]
    body = problem(client, f"{ENDPOINT}?language=fr", 400)
    assert body["parameter"] == "language"
    assert "en, zh-Hans" in body["detail"]
    problem(client, "/api/v1/claims/nothing/claimreview/", 404)
    assert client.post(ENDPOINT).status_code == 405


def test_a_retracted_one_is_gone_and_the_claim_says_why(client, document, reviewer):
    desk.retract(Claim.objects.get(), by=reviewer)
    body = problem(client, ENDPOINT, 410)
    assert body["type"] == "/problems/retracted/"
    assert client.get(body["claim"]).json()["retraction"]["reason"]["en"] == "We erred."


def test_a_merged_one_leads_on_and_a_sealed_one_is_gone(client, document, published, reviewer):
    published("road")
    road = Claim.objects.get(slug="road")
    publishing.merge(Claim.objects.get(slug="bridge-cost"), into=road, by=reviewer)
    response = client.get(ENDPOINT, {"language": "zh-Hans"})
    assert response.status_code == 301
    assert response["Location"] == "/api/v1/claims/road/claimreview/?language=zh-Hans"
    publishing.seal("road", rule="Order 12", by=reviewer)
    assert not PublishedClaim.objects.exists()
    assert "Order 12" in problem(client, "/api/v1/claims/road/claimreview/", 410)["detail"]
