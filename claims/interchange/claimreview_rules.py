"""What a ClaimReview must keep to be read and believed: one function a rule.

The rules are those of schema.org, of the guidelines of search engines and of the programs that
collect fact-checks. Errors make a review unreadable or untrue; warnings need a person's look.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from claims.languages import occurs
from sources import dates

from .claimreview import CONTEXT, TYPE, web
from .webpage import Page, one_line

# Search engines cut a claim that is longer.
LONG = 75


class Problem(NamedTuple):
    """One thing that is wrong with a ClaimReview, or that a person should look at."""

    rule: str
    message: str
    stops: bool


@dataclass(frozen=True)
class Seen:
    """What rules look at: the markup, where its page is, and the page itself."""

    markup: dict
    page_url: str
    page: Page | None

    def get(self, *path):
        value = self.markup
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def all(self, *path):
        value = self.get(*path)
        return value if isinstance(value, list) else [value] if value else []


class Rule(NamedTuple):
    check: Callable
    stops: bool
    needs_page: bool


RULES = {}


def rule(name, *, stops=True, needs_page=False):
    """Register a rule: a function of `Seen` that returns a sentence, or None if all is well."""

    def register(check):
        RULES[name] = Rule(check, stops, needs_page)
        return check

    return register


def problems(found, *, page_url, html=None):
    """What is wrong with the markup of the page at `page_url`, errors first.

    With the page's `html`, also whether it carries just this markup, safely written, and shows all
    that it says. `found` is None for a page that should carry none.
    """
    page = None if html is None else Page(html, page_url)
    if found is None:
        carries = _("The page should carry no ClaimReview: nothing of it is in force.")
        # Other markup is welcome: the home page says who publishes.
        has_one = page is not None and any(TYPE in block for block in page.blocks)
        return [Problem("in-force", carries, True)] if has_one else []
    return judged(found, page_url, page)


def judged(found, page_url, page):
    """The same of markup that there is, and a page that was read already, or None."""
    seen = Seen(found, page_url, page)
    said = [
        Problem(name, message, rule.stops)
        for name, rule in RULES.items()
        if (page or not rule.needs_page) and (message := rule.check(seen))
    ]
    return sorted(said, key=lambda problem: not problem.stops)


@rule("type")
def is_a_claim_review(seen):
    if seen.get("@type") != TYPE or seen.get("@context") != CONTEXT:
        return _("The top level is not a ClaimReview of schema.org.")


@rule("once", needs_page=True)
def page_carries_it_once(seen):
    blocks = seen.page.blocks
    if len(blocks) != 1:
        return _("The page carries %(n)d pieces of linked data, not one.") % {"n": len(blocks)}
    try:
        carried = json.loads(blocks[0])
    except ValueError:
        return _("The linked data of the page is not JSON.")
    return None if carried == seen.markup else _("The page carries another markup than this one.")


@rule("url")
def url_is_that_of_the_page(seen):
    if not web(seen.get("url")) or seen.get("url") != seen.page_url:
        return _("The address is not that of the page: %(url)s.") % {"url": seen.page_url}


@rule("canonical", needs_page=True)
def page_says_the_same_address(seen):
    if seen.page.canonical != seen.get("url"):
        return _("The page names another address as its own.")


@rule("claim")
def claim_is_there(seen):
    return None if seen.get("claimReviewed") else _("The claim has no words.")


@rule("claim-long", stops=False)
def claim_is_short(seen):
    length = len(seen.get("claimReviewed") or "")
    if length > LONG:
        return _("The claim has %(n)d characters; after %(max)d it may be cut.") % {
            "n": length,
            "max": LONG,
        }


@rule("claim-verdict", stops=False)
def claim_is_free_of_the_verdict(seen):
    if occurs(seen.get("reviewRating", "alternateName"), seen.get("claimReviewed") or ""):
        return _("The claim has the words of its verdict in it.")


@rule("rating-name")
def rating_is_told_in_words(seen):
    return None if seen.get("reviewRating", "alternateName") else _("There is no rating in words.")


@rule("rating-numbers")
def rating_has_all_numbers_or_none(seen):
    names = ["worstRating", "ratingValue", "bestRating"]
    numbers = [seen.get("reviewRating", name) for name in names]
    if numbers == [None, None, None]:
        return None
    if not all(isinstance(number, int | float) for number in numbers):
        return _("A rating has its value, the worst and the best, or none of the three.")
    worst, value, best = numbers
    if not 1 <= worst < best or not worst <= value <= best:
        return _("The numbers of the rating do not fit: 1 ≤ worst ≤ value ≤ best, worst < best.")


@rule("author")
def author_is_this_newsroom(seen):
    if not seen.get("author", "name"):
        return _("The newsroom has no name.")
    if _host(seen.get("author", "url")) != _host(seen.page_url):
        return _("The newsroom's address is not on this host.")


@rule("item")
def reviewed_is_a_claim(seen):
    if seen.get("itemReviewed", "@type") != "Claim" or not seen.get("itemReviewed", "text"):
        return _("What is reviewed is not a Claim with its text.")


@rule("claimant")
def claimant_has_a_name(seen):
    if seen.get("itemReviewed", "author") and not seen.get("itemReviewed", "author", "name"):
        return _("The claimant has no name. Leave out who is not known.")


@rule("appearance")
def claim_appeared_elsewhere(seen):
    places = [*seen.all("itemReviewed", "firstAppearance"), *seen.all("itemReviewed", "appearance")]
    if not places:
        return _("It does not say where the claim was made.")
    if any(_host(place.get("url")) == _host(seen.page_url) for place in places):
        return _("The claim was made on our own site: we would be checking ourselves.")


@rule("dates")
def dates_are_dates_in_order(seen):
    given = [seen.get("itemReviewed", "datePublished")]
    given += [seen.get("datePublished"), seen.get("dateModified")]
    given = [date for date in given if date]
    try:
        known = [dates.parse(date)[0] for date in given]
    except ValueError as error:
        return str(error)
    if not seen.get("datePublished"):
        return _("The review has no date.")
    # A date known to the month or year begins where it begins.
    return None if known == sorted(known) else _("The claim is younger than its review.")


# How a page shows the value of a property.
SHOWN = {
    **dict.fromkeys(
        ["claimReviewed", "reviewBody", "alternateName", "ratingExplanation", "text"],
        lambda page, value: one_line(value) in page.text,
    ),
    **dict.fromkeys(["name", "headline"], lambda page, value: one_line(value) in page.text),
    **dict.fromkeys(["url", "archivedAt", "sdLicense"], lambda page, value: value in page.links),
    **dict.fromkeys(
        ["datePublished", "dateModified", "sdDatePublished"],
        lambda page, value: any(day.startswith(value) for day in page.days),
    ),
    "inLanguage": lambda page, value: value == page.language,
    "ratingValue": lambda page, value: str(value) in page.numbers,
}


@rule("shown", needs_page=True)
def page_shows_all_that_it_says(seen):
    # Two addresses have rules of their own: the page's and the newsroom's.
    said = seen.markup | {"url": None, "author": {"name": seen.get("author", "name")}}
    silent = [
        f"{key}: {value}"
        for key, value in _values(said)
        if key in SHOWN and value and not SHOWN[key](seen.page, value)
    ]
    if silent:
        return _("The page does not show this: %(values)s") % {"values": "; ".join(silent)}


@rule("escaped", needs_page=True)
def no_text_can_close_the_script(seen):
    if any(sign in block for block in seen.page.blocks for sign in "<>&\u2028\u2029"):
        return _("The linked data of the page is not escaped.")


@rule("indexed", needs_page=True)
def page_is_for_the_public(seen):
    if "noindex" in seen.page.robots:
        return _("The page wants to stay out of search engines: it is no review in force.")


def _host(url):
    return urlsplit(url).hostname if isinstance(url, str) else None


def _values(node):
    """Every value with its key, however deep."""
    for key, value in node.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from _values(one)
            else:
                yield key, one
