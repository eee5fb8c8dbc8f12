"""Google's Fact Check Tools API on our address: what is found, page by page, and what it costs."""

import datetime
import itertools
import json

import pytest
import time_machine

from claims import publishing
from claims.api.google import finding
from claims.models import Claim, PublishedClaim, VerdictTranslation

from . import desk
from .helpers import assert_queries_do_not_grow, count_queries

SEARCH = "/v1alpha1/claims:search"
OURS = {"reviewPublisherSiteFilter": "127.0.0.1"}


def get(client, path=SEARCH, status=200, **parameters):
    response = client.get(path, parameters)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json; charset=UTF-8"
    return response.json()


def slugs(answer):
    addresses = [claim["claimReview"][0]["url"] for claim in answer.get("claims", [])]
    return [address.rstrip("/").rpartition("/")[2] for address in addresses]


def walk(client, between=lambda: None, **parameters):
    """The claims of all pages, as a client comes by them."""
    found, answer = [], get(client, **parameters)
    while True:
        found.append(slugs(answer))
        if "nextPageToken" not in answer:
            return found
        between()
        answer = get(client, **parameters, pageToken=answer["nextPageToken"])


def in_chinese(claim):
    """A draft of this claim gets its summary in Chinese, too."""
    VerdictTranslation.objects.create(
        of=claim.verdicts.get(),
        language="zh-Hans",
        summary="耗资四千一百万。",
        analysis="账目如此。",
    )


@pytest.fixture
def bilingual(author, reviewer):
    """A claim with a review in both languages of the site, made by somebody with a name."""
    claim = desk.make_claim("tunnel", statement="The tunnel is new.")
    claim.claimant = desk.make_subject("roe", name="Jo Roe")
    claim.claimed_on, claim.claimed_precision = datetime.date(2024, 2, 3), "day"
    claim.save()
    report = desk.make_source("report", url="https://news.example/report")
    claim.appearances.create(source=report, order=1, exact="quote", is_first=True)
    draft = desk.make_draft(claim, author=author)
    in_chinese(claim)
    with time_machine.travel("2026-03-09T10:20:30Z", tick=False):
        publishing.publish(desk.approve(draft, by=reviewer), by=reviewer)
    return claim


def test_a_claim_as_google_says_it(client, bilingual):
    review = {
        "publisher": {"name": "Factcheck", "site": "127.0.0.1"},
        "url": "http://127.0.0.1:8000/claims/tunnel/",
        "title": "Mostly false: The tunnel is new.",
        "reviewDate": "2026-03-09T10:20:30Z",
        "textualRating": "Mostly false",
        "languageCode": "en",
    }
    chinese = review | {
        "url": "http://127.0.0.1:8000/zh-hans/claims/tunnel/",
        "title": "大体不实: tunnel 的说法。",
        "textualRating": "大体不实",
        "languageCode": "zh-Hans",
    }
    claim = {
        "text": "The tunnel is new.",
        "claimant": "Jo Roe",
        "claimDate": "2024-02-03T00:00:00Z",
        "claimReview": [review, chinese],
    }
    assert get(client, query="tunnel") == {"claims": [claim]}
    assert get(client, query="tunnel", languageCode="zh-CN")["claims"] == [
        claim | {"text": "tunnel 的说法。", "claimReview": [chinese]}
    ]


def test_what_is_not_known_is_left_out(client, published, reviewer):
    published()
    claim = Claim.objects.get()
    claim.claimed_on, claim.claimed_precision = datetime.date(2024, 2, 1), "month"
    claim.save()
    desk.correct(claim.verdicts.get(), by=reviewer)
    [found] = get(client, query="bridge")["claims"]
    assert found.keys() == {"text", "claimant", "claimReview"}
    assert found["claimant"] == "the article"  # described, not named


def test_nothing_found_is_an_empty_object(client, published):
    assert get(client, query="bridge") == {}
    published()
    assert get(client, query="zeppelin") == {}
    assert get(client, query="!?") == {}
    assert get(client, query="bridge", languageCode="fr") == {}
    assert get(client, query="bridge", reviewPublisherSiteFilter="nytimes.com") == {}
    assert get(client, query="bridge", offset=5) == {}


def test_reviews_by_others_stand_beside_ours(client, bilingual, published):
    published("alone")
    theirs = {"publisher_site": "www.Example.net", "title": "Not so new", "language": "zh-TW"}
    review = desk.make_external_review(**theirs, reviewed_on=datetime.date(2026, 3, 1))
    review.same.create(claim=bilingual)
    desk.make_external_review(1, publisher_site="example.net").same.create(claim=bilingual)
    desk.make_external_review(2)  # of which nobody said what it is about
    found = [
        {
            "publisher": {"name": "Them", "site": "example.net"},
            "url": "https://example.net/0",
            "title": "Not so new",
            "reviewDate": "2026-03-01T00:00:00Z",
            "textualRating": "Nope",
            "languageCode": "zh-TW",
        },
        {
            "publisher": {"name": "Them", "site": "example.net"},
            "url": "https://example.net/1",
            "textualRating": "Nope",
            "languageCode": "en",
        },
    ]
    [claim] = get(client, query="tunnel")["claims"]
    assert claim["claimReview"][2:] == found
    [claim] = get(client, query="tunnel", languageCode="zh")["claims"]
    assert claim["claimReview"][1:] == found[:1]
    assert len(get(client, query="tunnel", **OURS)["claims"][0]["claimReview"]) == 2
    for by in ({}, {"query": "tunnel"}):
        by |= {"reviewPublisherSiteFilter": "www.example.net"}
        [claim] = get(client, **by)["claims"]
        assert (claim["text"], claim["claimReview"]) == ("The tunnel is new.", found)
        assert get(client, **by, languageCode="en")["claims"][0]["claimReview"] == found[1:]
        assert get(client, **by, languageCode="fr") == {}


def test_the_language_counts_and_the_region_does_not(client, published, bilingual):
    published("english-only")
    for code in ("en", "EN", "en-GB", "en_US", "en-Latn-GB"):
        assert len(slugs(get(client, **OURS, languageCode=code))) == 2
    for code in ("zh", "zh-TW", "zh-Hans", "zh-hans-cn"):
        assert slugs(get(client, **OURS, languageCode=code)) == ["tunnel"]
        assert slugs(get(client, query="bridge tunnel", languageCode=code)) == ["tunnel"]
    for code in ("zh-Hant", "de"):
        assert get(client, **OURS, languageCode=code) == {}


def test_a_claim_in_a_language_without_pages_shows_what_its_page_shows(client, published, reviewer):
    published()
    card = json.loads(bytes(PublishedClaim.objects.get().card))
    card |= {"statement": {"fr": "Le pont."}, "summary": {"fr": "Non."}}
    PublishedClaim.objects.update(card=json.dumps(card).encode())
    [found] = get(client, **OURS)["claims"]
    assert (found["text"], found["claimReview"][0]["languageCode"]) == ("Le pont.", "fr")
    assert found["claimReview"][0]["url"].endswith("8000/claims/bridge-cost/")
    assert get(client, **OURS, languageCode="en") == {}


def test_age_counts_from_the_newer_of_claim_and_review(client, bilingual, published):
    with time_machine.travel("2026-03-19T00:00:00Z", tick=False):
        for days, found in [(9, []), (10, ["tunnel"]), (0, ["tunnel"]), (2**31 - 1, ["tunnel"])]:
            assert slugs(get(client, **OURS, maxAgeDays=days)) == found
            assert slugs(get(client, query="tunnel", maxAgeDays=days)) == found


def test_only_what_is_in_force_is_found(client, published, reviewer):
    published("kept"), published("gone"), published("twin")
    gone, twin = Claim.objects.get(slug="gone"), Claim.objects.get(slug="twin")
    desk.retract(gone, by=reviewer)
    publishing.merge(twin, into=Claim.objects.get(slug="kept"), by=reviewer)
    assert slugs(get(client, **OURS)) == ["kept"]
    assert slugs(get(client, query="bridge")) == ["kept"]


@pytest.mark.parametrize("by", [OURS, {"query": "bridge"}, OURS | {"languageCode": "en"}])
def test_pages_are_cut_without_repeating_or_losing_a_claim(client, published, by):
    for number in range(7):
        published(f"bridge-{number}")
    everything = slugs(get(client, **by))
    assert len(everything) == 7
    for size in (1, 3, 7):
        pages = walk(client, **by, pageSize=size)
        assert [slug for page in pages for slug in page] == everything
        assert all(len(page) == size for page in pages[:-1])
    assert slugs(get(client, **by, offset=5)) == everything[5:]
    assert [s for page in walk(client, **by, offset=2, pageSize=2) for s in page] == everything[2:]
    assert slugs(get(client, **by, pageSize=1000)) == everything


def test_publishing_and_correcting_meanwhile_repeats_and_loses_nothing(client, published, reviewer):
    for number in range(6):
        published(f"bridge-{number}")
    expected = slugs(get(client, **OURS))
    days = (datetime.date(2024, 1, day) for day in range(1, 31))

    def between():
        day = next(days)
        published(f"new-{day}")
        oldest = Claim.objects.order_by("pk").first()
        oldest.claimed_on, oldest.claimed_precision = day, "day"
        oldest.save()
        desk.correct(oldest.verdicts.get(status="published"), by=reviewer)

    assert [slug for page in walk(client, between, **OURS, pageSize=2) for slug in page] == expected


def test_a_question_goes_on_where_it_was_when_the_last_claim_shown_is_gone(
    client, published, reviewer
):
    for number in range(6):
        published(f"bridge-{number}")
    first = get(client, query="bridge", pageSize=2)
    rest = slugs(get(client, query="bridge"))[2:]
    desk.retract(Claim.objects.get(slug=slugs(first)[-1]), by=reviewer)
    then = get(client, query="bridge", pageSize=2, pageToken=first["nextPageToken"])
    assert slugs(then)[0] in rest


def test_a_list_in_a_rare_language_looks_at_so_many_claims_a_request(
    client, published, bilingual, monkeypatch
):
    monkeypatch.setattr(finding, "SCANNED", 3)
    for number in range(7):
        published(f"english-{number}")
    pages = walk(client, **OURS, languageCode="zh")
    assert pages == [[], [], ["tunnel"]]
    assert walk(client, **OURS, languageCode="zh", offset=1)[-1] == []
    english = [s for page in walk(client, **OURS, languageCode="en", offset=4) for s in page]
    assert english == slugs(get(client, **OURS))[4:]


def test_a_page_costs_two_queries_however_many_claims_there_are(client, published):
    published()
    numbers = itertools.count()

    def make_more():
        for _ in range(5):
            slug = published(f"more-{next(numbers)}").claim
            review = desk.make_external_review(slug)
            review.same.create(claim_id=slug)

    asked = [
        (1, OURS),
        (2, {"query": "bridge"}),
        (2, {"query": "bridge", "languageCode": "en", "maxAgeDays": 7}),
        (2, OURS | {"languageCode": "zh"}),
        (1, {"reviewPublisherSiteFilter": "example.net"}),
    ]
    for most, by in asked:
        call = lambda by=by: client.get(SEARCH, by | {"pageSize": 100})  # noqa: E731
        assert assert_queries_do_not_grow(call, make_more) == most
    pages = "/v1alpha1/pages"
    assert count_queries(lambda: client.get(pages, {"organization": "127.0.0.1"})) == 1
    assert count_queries(lambda: client.get(f"{pages}/bridge-cost")) == 1


def test_a_part_of_the_answer(client, bilingual):
    assert get(client, query="tunnel", fields="claims(text,claimReview/languageCode)") == {
        "claims": [
            {
                "text": "The tunnel is new.",
                "claimReview": [{"languageCode": "en"}, {"languageCode": "zh-Hans"}],
            }
        ]
    }
    assert get(client, query="tunnel", fields="nextPageToken") == {}
    whole = get(client, query="tunnel")
    assert get(client, query="tunnel", fields="*") == whole
    assert get(client, query="tunnel", fields="claims/text,claims") == whole


def test_an_unchanged_answer_is_not_sent_again(client, bilingual):
    response = client.get(SEARCH, {"query": "tunnel"})
    assert "no-store" not in response["Cache-Control"]
    headers = {"If-None-Match": response["ETag"]}
    assert client.get(SEARCH, {"query": "tunnel"}, headers=headers).status_code == 304
    head = client.head(SEARCH, {"query": "tunnel"})
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", response["ETag"])


# --- pages ---------------------------------------------------------------------

PAGES = "/v1alpha1/pages"


def test_a_page_as_google_says_it(client, bilingual):
    found = get(client, f"{PAGES}/tunnel")
    logo = found["claimReviewAuthor"].pop("imageUrl")
    assert logo.startswith("http://127.0.0.1:8000/static/icon.")
    assert found == {
        "name": "pages/tunnel",
        "versionId": "1",
        "pageUrl": "http://127.0.0.1:8000/claims/tunnel/",
        "publishDate": "2026-03-09",
        "claimReviewAuthor": {"name": "Factcheck"},
        "claimReviewMarkups": [
            {
                "url": "http://127.0.0.1:8000/claims/tunnel/",
                "claimReviewed": "The tunnel is new.",
                "claimDate": "2024-02-03",
                "claimFirstAppearance": "https://news.example/report",
                "claimAuthor": {"name": "Jo Roe"},
                "rating": {
                    "textualRating": "Mostly false",
                    "ratingValue": 2,
                    "worstRating": 1,
                    "bestRating": 5,
                    "ratingExplanation": "It cost 41 million.",
                },
            }
        ],
    }
    assert get(client, f"{PAGES}/tunnel", fields="name,claimReviewMarkups/rating/ratingValue") == {
        "name": "pages/tunnel",
        "claimReviewMarkups": [{"rating": {"ratingValue": 2}}],
    }


def test_pages_are_found_by_their_address_in_any_spelling(client, bilingual, published, reviewer):
    published("twin")
    publishing.merge(Claim.objects.get(slug="twin"), into=bilingual, by=reviewer)
    for url in (
        "http://127.0.0.1:8000/claims/tunnel/",
        "https://www.127.0.0.1/claims/tunnel",
        "http://127.0.0.1/zh-hans/claims/tunnel/?from=feed#evidence",
        "http://127.0.0.1:8000/claims/twin/",
    ):
        [found] = get(client, PAGES, url=url)["claimReviewMarkupPages"]
        assert found["pageUrl"] == "http://127.0.0.1:8000/claims/tunnel/"
    assert get(client, f"{PAGES}/twin")["name"] == "pages/tunnel"
    for url in ("http://127.0.0.1/claims/", "https://nytimes.com/claims/tunnel/"):
        assert get(client, PAGES, url=url) == {}
    assert get(client, PAGES, organization="nytimes.com") == {}


def test_pages_of_what_was_taken_back_are_gone(client, bilingual, reviewer):
    desk.retract(bilingual, by=reviewer)
    assert get(client, PAGES, url="http://127.0.0.1:8000/claims/tunnel/") == {}
    assert get(client, PAGES, organization="127.0.0.1") == {}
    assert get(client, f"{PAGES}/tunnel", 404)["error"]["status"] == "NOT_FOUND"
