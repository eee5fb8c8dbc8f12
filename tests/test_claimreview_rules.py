"""The rules of ClaimReview: from markup with which nothing is wrong, one thing is broken."""

import copy

import pytest

from claims.interchange import claimreview
from claims.interchange.claimreview_rules import RULES, problems

ORIGIN = "https://facts.example.org"
SITE = claimreview.Site("Example Facts", ORIGIN, "en")


@pytest.fixture
def good(client, document, settings):
    """Markup and its page, with which nothing is wrong."""
    settings.SITE_URL, settings.SITE_NAME = ORIGIN, "Example Facts"
    html = client.get("/claims/bridge-cost/").content.decode()
    return claimreview.markup(document, site=SITE), html


def told(markup, html=None):
    return [
        row.rule for row in problems(markup, page_url=f"{ORIGIN}/claims/bridge-cost/", html=html)
    ]


def test_nothing_is_wrong_with_what_we_publish(good):
    assert told(*good) == []


def put(*path, value):
    def change(markup):
        *above, last = path
        for key in above:
            markup = markup[key]
        if value is None:
            del markup[last]
        else:
            markup[last] = value

    return change


BREAK = {
    "type": [put("@type", value="Review"), put("@context", value=None)],
    "url": [put("url", value=f"{ORIGIN}/claims/other/"), put("url", value=None)],
    "claim": [put("claimReviewed", value=None)],
    "claim-long": [put("claimReviewed", value="x" * 76)],
    "claim-verdict": [put("claimReviewed", value="It is mostly false that he left.")],
    "rating-name": [put("reviewRating", "alternateName", value=None)],
    "rating-numbers": [
        put("reviewRating", "bestRating", value=None),
        put("reviewRating", "ratingValue", value=-1),
        put("reviewRating", "ratingValue", value="2"),
        put("reviewRating", "worstRating", value=0),
        put("reviewRating", "bestRating", value=1),
    ],
    "author": [put("author", "name", value=None), put("author", "url", value="https://x.example/")],
    "item": [
        put("itemReviewed", "text", value=None),
        put("itemReviewed", "@type", value="CreativeWork"),
    ],
    "claimant": [put("itemReviewed", "author", "name", value=None)],
    "appearance": [
        put("itemReviewed", "firstAppearance", value=None),
        put("itemReviewed", "firstAppearance", "url", value=f"{ORIGIN}/articles/article/"),
        put("itemReviewed", "appearance", value=[{"url": f"{ORIGIN}/x/"}]),
    ],
    "dates": [
        put("datePublished", value=None),
        put("datePublished", value="yesterday"),
        put("dateModified", value="2020-01-01"),
        put("itemReviewed", "datePublished", value="2999"),
    ],
}


def test_a_broken_rule_is_named(good, subtests):
    for rule, changes in BREAK.items():
        for number, change in enumerate(changes):
            broken = copy.deepcopy(good[0])
            change(broken)
            with subtests.test(rule=rule, number=number):
                assert told(broken) == [rule]


PAGES = {
    "once": [
        lambda page: page.replace("<h1>", '<script type="application/ld+json">{}</script><h1>')
    ],
    "canonical": [lambda page: page.replace('<link rel="canonical"', "<link")],
    "shown": [
        lambda page: page.replace("It cost 41 million.</p>", "It cost nothing.</p>"),
        lambda page: page.replace('<data value="2">', '<data value="3">'),
        lambda page: page.replace('<html lang="en"', '<html lang="fr"'),
        lambda page: page.replace('href="https://archive.example/2026-02-01"', ""),
        lambda page: page.replace('datetime="2024-02"', 'datetime="2024-03"'),
        lambda page: page.replace("The month was wrong.</p>", "</p>"),
    ],
    "escaped": [lambda page: page.replace('"Jo Roe"', '"<b>"')],
    "indexed": [
        lambda page: page.replace("<meta", '<meta name="robots" content="noindex"><meta', 1)
    ],
}


def test_a_page_that_breaks_a_rule_is_named(good, subtests):
    markup, html = good
    for rule, changes in PAGES.items():
        for number, change in enumerate(changes):
            broken = change(html)
            with subtests.test(rule=rule, number=number):
                assert broken != html
                assert rule in told(markup, broken)


def test_every_rule_was_broken_once():
    assert RULES.keys() == BREAK.keys() | PAGES.keys()


def test_a_page_that_should_carry_none_is_named(good):
    html = good[1]
    assert told(None, html) == ["in-force"]
    assert told(None, "<p>A list.</p>") == []


def test_warnings_come_last_and_stop_nothing(good):
    broken = copy.deepcopy(good[0]) | {"claimReviewed": "x" * 76, "@type": "Review"}
    found = problems(broken, page_url=broken["url"])
    assert [row.stops for row in found] == [True, False]
    assert "76" in found[1].message
