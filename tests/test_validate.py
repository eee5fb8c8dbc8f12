"""Our own validator: whatever is pasted is judged or refused in words, at all three doors."""

import json
import random
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from claims.interchange import claimreview
from claims.interchange.claimreview_check import DEEPEST, LONGEST, Unreadable, check, number_of
from claims.interchange.claimreview_reasons import NUMBERS, REASONS, WORDS
from claims.interchange.claimreview_rules import RULES
from claims.interchange.vocabulary import properties_of

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
API, PAGE = "/api/v1/validate/", "/tools/claimreview/"
URL = "https://facts.example.org/claims/412/"
GOOD = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "url": URL,
    "datePublished": "2026-03-02",
    "claimReviewed": "The new bridge cost the city 90 million euros.",
    "author": {
        "@type": "Organization",
        "name": "Example Facts",
        "url": "https://facts.example.org/",
    },
    "reviewRating": {
        "@type": "Rating",
        "alternateName": "Mostly false",
        "ratingValue": 2,
        "worstRating": 1,
        "bestRating": 5,
    },
    "itemReviewed": {
        "@type": "Claim",
        "text": "The new bridge cost the city 90 million euros.",
        "datePublished": "2026-02-27",
        "author": {"@type": "Person", "name": "Jane Roe"},
        "appearance": {"@type": "NewsArticle", "url": "https://news.example/bridge"},
    },
}


def told(review, **options):
    [found] = check(review if isinstance(review, str) else json.dumps(review), **options)
    return [problem.rule for problem in found.problems]


def changed(*path, value):
    review = json.loads(json.dumps(GOOD))
    node = review
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return review


# --- What is found, and judged ------------------------------------------------------


def test_every_check_belongs_to_a_rule_with_its_reason():
    assert NUMBERS.keys() == {*RULES, "in-force", "form", "words"}
    assert list(REASONS) == [*range(1, 13), WORDS]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda review: review,
        lambda review: [review],
        lambda review: {"@context": "http://schema.org/", "@graph": [{"@type": "Thing"}, review]},
        lambda review: {
            "@context": "https://schema.org",
            "@type": "DataFeed",
            "dataFeedElement": [None, {"@type": "DataFeedItem", "item": [None, review]}],
        },
    ],
)
def test_a_good_one_is_found_wherever_it_stands(wrap):
    bare = {key: value for key, value in GOOD.items() if key != "@context"}
    found = wrap(GOOD)
    assert told(found) == []
    if found is not GOOD and isinstance(found, dict):
        assert told(wrap(bare)) == []  # the context of what is around it is its own


@pytest.mark.parametrize(
    ("review", "rules"),
    [
        (changed("url", value="https://other.example/"), ["author"]),
        (changed("claimReviewed", value=["x"]), ["claim", "form"]),
        (changed("claimReviewed", value="It is mostly false that he left."), ["claim-verdict"]),
        (changed("author", value="Us"), ["author", "form"]),
        (changed("author", value=[GOOD["author"]]), []),
        (changed("reviewRating", "ratingValue", value="2"), []),
        (changed("reviewRating", "ratingValue", value="two"), ["form", "rating-numbers"]),
        (changed("reviewRating", "ratingValue", value="-1"), ["rating-numbers"]),
        (changed("reviewRating", "ratingValue", value="nan"), ["rating-numbers"]),
        (changed("reviewRating", value=[]), ["rating-name"]),
        (changed("itemReviewed", "author", value=[{"name": "A"}, {}]), ["claimant"]),
        (changed("itemReviewed", "@type", value="CreativeWork"), ["item", "words"]),
        (changed("itemReviewed", "appearance", value=[]), ["appearance"]),
        (changed("itemReviewed", "appearance", value="https://x.example/"), []),
        (changed("itemReviewed", "appearance", value=URL), ["appearance"]),
        (changed("itemReviewed", "datePublished", value="2026-03-02T10:00:00+02:00"), []),
        (changed("itemReviewed", "datePublished", value="12026-01-01"), ["dates"]),
        (changed("itemReviewed", "datePublished", value="2026-03-03"), ["dates"]),
        (changed("claimreviewed", value="x"), ["words"]),
        (changed("itemReviewed", "appearance", value={"@type": "Newsarticle"}), ["words"]),
        (changed("@type", value=["ClaimReview"]), []),
        (changed("@type", value="https://schema.org/ClaimReview"), []),
        (changed("@context", value="https://example.org/"), ["type"]),
    ],
)
def test_what_is_wrong_is_told_by_its_rule(review, rules):
    assert sorted(told(review)) == rules


def test_a_misspelt_word_is_told_with_what_was_meant():
    [found] = check(json.dumps(changed("claimreviewed", value="x")))
    assert "Did you mean “claimReviewed”?" in found.problems[0].message


def test_the_vocabulary_has_what_stands_in_our_own_markup():
    assert {"claimReviewed", "reviewRating", "url", "correction"} <= properties_of("ClaimReview")
    assert "archivedAt" in properties_of("VideoObject")
    assert properties_of("Nonsense") is None


def test_what_we_publish_passes(client, document, settings):
    settings.SITE_URL, settings.SITE_NAME = "https://facts.example.org", "Example Facts"
    html = client.get("/claims/bridge-cost/").content.decode()
    assert told(html) == []
    site = claimreview.Site("Example Facts", settings.SITE_URL, "en")
    assert told(claimreview.markup(document, site=site)) == []


def of_page(block, head=""):
    return f'<html><head>{head}</head><body><script type="application/ld+json">{block}</script>'


def test_of_a_page_also_what_it_shows_is_compared():
    html = of_page(json.dumps(GOOD), f'<link rel="canonical" href="{URL}">')
    [found] = check(html)
    assert [(row.rule, row.stops) for row in found.problems] == [("shown", False)]
    assert told(of_page(json.dumps(GOOD)), url=URL) == ["canonical", "shown"]
    robots = f'<meta name="robots" content="noindex"><link rel="canonical" href="{URL}">'
    assert told(of_page(json.dumps(GOOD), robots)) == ["indexed", "shown"]


def test_a_page_with_two_is_told_so_of_each():
    found = check(of_page(json.dumps([GOOD, GOOD])), url=URL)
    assert [one.problems[0].rule for one in found] == ["once", "once"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing in it"),
        ("{", "not JSON: line 1, column"),
        ("[]", "no ClaimReview in it"),
        ('"ClaimReview"', "no ClaimReview in it"),
        ("<p>Hello</p>", "no ClaimReview in it"),
        (of_page("{"), "not JSON"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "too deep"),
        ("[" * 5000, "not JSON"),
        (json.dumps([0] * 6000), "too long"),
        (json.dumps([GOOD] * 21), "at most 20"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_words(text, said):
    with pytest.raises(Unreadable, match=said):
        check(text)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=4)
    | st.just(URL),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@type", "name", "url", "text", "author"]), inner)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from([*GOOD, "citation"]), VALUES),
    st.dictionaries(
        st.sampled_from([*GOOD["itemReviewed"], *GOOD["reviewRating"], "firstAppearance"]), VALUES
    ),
    st.booleans(),
)
def test_no_form_of_a_review_breaks_it(top, inner, as_page):
    """Arrays where objects should be, numbers where texts should be, and so on."""
    review = GOOD | top | {"@type": "ClaimReview"}
    for key in ("itemReviewed", "reviewRating"):
        if isinstance(review.get(key), dict):
            review[key] = review[key] | inner
    text = json.dumps(review)
    for found in check(of_page(text) if as_page else text):
        assert all(number_of(problem) in REASONS for problem in found.problems)


# --- The doors -------------------------------------------------------------------------


def paste(client, text, prefix="", url=""):
    return client.post(prefix + PAGE, urlencode({"text": text, "url": url}), FORM)


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_page_answers_without_cookie_and_keeps_nothing(client, prefix):
    answer = paste(client, json.dumps(changed("claimReviewed", value=None)), prefix)
    html = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert not answer.cookies
    assert 'href="#rule-3"' in html
    assert html.count('id="rule-3"') == 1
    assert "<script" not in html.replace('type="application/ld+json"', "")


@pytest.mark.parametrize(
    ("date", "told"), [("May", "不是日期"), ("2026-02-30", "日历上没有 &#x27;2026-02-30&#x27;")]
)
def test_what_is_wrong_with_a_date_is_said_in_the_language_of_the_page(client, date, told):
    answer = paste(client, json.dumps(changed("datePublished", value=date)), "/zh-hans")
    assert told in answer.content.decode()


def test_what_was_pasted_is_text_and_nothing_else(client):
    text = json.dumps(changed("claimReviewed", value="</textarea><script>alert(1)</script>"))
    assert "<script>alert" not in paste(client, text).content.decode()


@pytest.mark.parametrize(
    ("text", "url", "status"),
    [("{", "", 400), (json.dumps(GOOD), "x", 400), (json.dumps(GOOD), "http://[", 400)],
)
def test_the_page_says_what_is_wrong_with_what_was_pasted(client, text, url, status):
    answer = paste(client, text, url=url)
    assert answer.status_code == status
    assert 'role="alert"' in answer.content.decode()


def test_too_much_and_too_often_are_refused(client, settings):
    assert paste(client, "x" * (LONGEST + 1)).status_code == 413
    settings.ACCOUNT_RATE_LIMITS = {"validate": "1/m/ip"}
    assert paste(client, json.dumps(GOOD)).status_code == 200
    again = paste(client, json.dumps(GOOD))
    assert (again.status_code, again["Retry-After"]) == (429, "60")


def send(client, body):
    body = body if isinstance(body, str) else json.dumps(body)
    return client.post(API, body, content_type="application/json")


def test_the_api_answers_with_the_reason_of_each(client, settings):
    text = json.dumps(changed("reviewRating", "alternateName", value=""))
    answer = send(client, {"text": text, "url": URL})
    [review] = answer.json()["reviews"]
    assert (answer.status_code, review["valid"]) == (200, False)
    [problem] = review["problems"]
    assert [problem["rule"], problem["severity"], problem["number"]] == ["rating-name", "error", 4]
    assert problem["reason"] == f"{settings.SITE_URL}{PAGE}#rule-4"
    assert answer.json()["rules"]["4"]["why"]


def test_the_api_says_why_there_is_nothing_to_judge(client):
    answer = send(client, {"text": "{", "url": URL})
    assert (answer.status_code, answer.json()["reviews"]) == (200, [])
    assert answer.json()["unreadable"].startswith("This is not JSON: line 1")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ([], 400),
        ({}, 400),
        ({"text": 1}, 400),
        ({"text": json.dumps(GOOD), "url": "x"}, 400),
        *(({"text": "{}", "url": url}, 400) for url in ("", "https://0*", "https://[", "ftp://a/")),
        ({"text": json.dumps(GOOD), "page": URL}, 400),
        ({"text": "x" * (LONGEST + 1)}, 413),
    ],
)
def test_the_api_refuses_with_a_problem(client, body, status):
    answer = send(client, body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_the_command_exits_with_an_error_if_there_is_one(tmp_path, capsys):
    path = tmp_path / "review.json"
    path.write_text(json.dumps(GOOD))
    call_command("validate_claimreview", str(path), url=URL)
    assert "no problems" in capsys.readouterr().out
    path.write_text(json.dumps(changed("author", "name", value=None)))
    with pytest.raises(CommandError, match="1 of 1 ClaimReviews have errors"):
        call_command("validate_claimreview", str(path))
    assert "error, rule 6" in capsys.readouterr().out
    path.write_bytes(random.Random(1).randbytes(50))
    with pytest.raises(CommandError):
        call_command("validate_claimreview", str(path))
