"""ClaimReviews of anybody, as pasted: found in JSON-LD or a page's HTML, and judged by the rules.

What comes is not to be trusted in its form, so the rules see a copy that has the values they look
at, each of its kind; what is of another kind is told. The limits keep any text cheap to judge.
"""

import re
from typing import NamedTuple

import orjson
from django.utils.translation import gettext as _

from claims.filters import closest

from .claimreview import CONTEXT, TYPE, to_json
from .claimreview_reasons import NUMBERS
from .claimreview_rules import Problem, judged
from .vocabulary import plain, properties_of
from .webpage import Page

LONGEST = 500_000  # bytes
MOST_VALUES, DEEPEST, MOST_REVIEWS, MOST_TOLD = 5_000, 30, 20, 20
MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9:.Z+-]+")
# What the rules look at, by kind.
TEXTS = {
    (): ["url", "inLanguage", "claimReviewed", "reviewBody", "datePublished", "dateModified"],
    ("author",): ["name", "url"],
    ("reviewRating",): ["alternateName", "ratingExplanation"],
    ("itemReviewed",): ["text", "datePublished"],
    ("itemReviewed", "author"): ["name"],
}
RATING_NUMBERS = ["ratingValue", "bestRating", "worstRating"]
PLACES = ["firstAppearance", "appearance"]


class Unreadable(Exception):
    """There is nothing in it that could be judged; the text says why."""


class Checked(NamedTuple):
    """A ClaimReview, by the claim or address it names, and what is wrong with it, errors first."""

    name: str
    url: str
    problems: list

    @property
    def is_valid(self):
        return not any(problem.stops for problem in self.problems)


def check(text, *, url=""):
    """Every ClaimReview in the text, JSON-LD or HTML, as Checked. `url` is where its page is.

    Raises Unreadable.
    """
    text = text.strip().removeprefix("\ufeff").strip()
    if not text:
        raise Unreadable(_("There is nothing in it. Paste JSON-LD, or the HTML of a page."))
    if not text.startswith("<"):
        return _all_checked([(review, None) for review in _reviews(_parsed(text))], url, None)
    page = Page(text, url)
    found, faults = [], []
    for block in page.blocks:
        try:
            found += [(review, block) for review in _reviews(_parsed(block))]
        except Unreadable as error:
            faults.append(str(error))
    if faults and not found:
        raise Unreadable(faults[0])
    return _all_checked(found, url, page)


def _all_checked(found, url, page):
    if not found:
        raise Unreadable(_("There is no ClaimReview in it, as JSON-LD."))
    if len(found) > MOST_REVIEWS:
        raise Unreadable(
            _("There are %(n)d ClaimReviews in it; at most %(max)d are read at once.")
            % {"n": len(found), "max": MOST_REVIEWS}
        )
    return [_checked(review, block, url, page, len(found)) for review, block in found]


def _parsed(text):
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Unreadable(
            _("This is not JSON: line %(line)d, column %(column)d.")
            % {"line": error.lineno, "column": error.colno}
        ) from error
    waiting, values = [(found, 1)], 0
    while waiting:
        value, depth = waiting.pop()
        values += 1
        if depth > DEEPEST or values > MOST_VALUES:
            raise Unreadable(_("This is too deep or too long to be one review."))
        parts = value.values() if isinstance(value, dict) else value
        waiting += [(part, depth + 1) for part in parts] if isinstance(value, dict | list) else []
    return found


def _reviews(found):
    """Each ClaimReview, wherever it stands, with the context of what is around it."""
    waiting = [(found, None)]
    while waiting:
        value, context = waiting.pop(0)
        if isinstance(value, list):
            waiting += [(part, context) for part in value]
        elif isinstance(value, dict):
            context = value.get("@context", context)
            if TYPE in _types(value):
                yield value | ({"@context": context} if context else {})
            else:
                waiting += [(part, context) for key, part in value.items() if key != "@context"]


def _types(node):
    given = node.get("@type")
    names = given if isinstance(given, list) else [given]
    return [plain(name) for name in names if isinstance(name, str)]


# --- One of them ---------------------------------------------------------------


def _checked(review, block, url, page, many):
    form = _Form()
    clean = form.clean(review)
    page_url = url or (page and page.canonical) or clean.get("url")
    if page:
        page = _seen_alone(page, page_url, clean, many)
    said = [*form.problems, *judged(clean, page_url, page), *_words(review)]
    if block and ("<!--" in block or "</" in block):
        said.append(Problem("escaped", _("The linked data of the page is not escaped."), False))
    # How others show things, no program can tell for sure.
    said = [row._replace(stops=row.stops and row.rule != "shown") for row in said]
    name = clean.get("claimReviewed") or clean.get("url") or TYPE
    return Checked(name, clean.get("url", ""), sorted(said, key=lambda row: not row.stops))


def _seen_alone(page, page_url, clean, many):
    """The page as if this review were its only linked data, where it has no other review."""
    page.address = page_url
    page.blocks = [to_json(clean).decode()] * many
    return page


class _Form:
    """Takes from a review what the rules look at, and tells what is not of its kind."""

    def __init__(self):
        self.problems = []

    def clean(self, review):
        found = {"@type": TYPE, "@context": self._context(review)}
        for path, names in TEXTS.items():
            given = self._object(review, path)
            if given is None:
                continue
            target = found
            for key in path:
                target = target.setdefault(key, {})
            if path:  # there is something, even if nothing of it can be used
                target["@type"] = next(iter(_types(given)), None)
            for name in names:
                self._put(target, given, name, self._text)
        rating, claim = (self._object(review, (key,)) for key in ("reviewRating", "itemReviewed"))
        for name in RATING_NUMBERS if rating else []:
            self._put(found["reviewRating"], rating, name, self._number)
        if claim is not None:
            for name in PLACES:
                found["itemReviewed"][name] = self._places(claim, name)
        return found

    def _context(self, review):
        given = review.get("@context")
        given = given[0] if isinstance(given, list) and given else given
        given = given.get("@vocab") if isinstance(given, dict) else given
        is_ours = isinstance(given, str) and given.rstrip("/") in {CONTEXT, "http://schema.org"}
        return CONTEXT if is_ours else given

    def _object(self, node, path):
        """What stands at a path, of several the first; None where there is nothing."""
        for key in path:
            value = node.get(key)
            if isinstance(value, list):
                # Of several claimants, the one that lacks a name is the one to tell of.
                objects = [one for one in value if isinstance(one, dict)]
                value = min(objects, key=lambda one: bool(one.get("name")), default=None)
            if value is None:
                return None
            if not isinstance(value, dict):
                self._tell(key, _("“%(name)s” is no object."))
                return None
            node = value
        return node

    def _put(self, target, given, name, read):
        if given.get(name) is not None and (value := read(name, given[name])) is not None:
            target[name] = value

    def _text(self, name, value):
        if not isinstance(value, str):
            self._tell(name, _("“%(name)s” is no text."))
            return None
        whole = MOMENT.fullmatch(value) if name.startswith("date") else None
        return whole[1] if whole else value

    def _number(self, name, value):
        try:
            return value if type(value) in (int, float) else float(str(value))
        except ValueError:
            self._tell(name, _("“%(name)s” is no number."))
            return None

    def _places(self, claim, name):
        given = claim.get(name) or []
        places = []
        for value in given if isinstance(given, list) else [given]:
            if isinstance(value, str):
                places.append({"url": value})
            elif isinstance(value, dict):
                url = value.get("url")
                places.append({"url": url} if isinstance(url, str) else {})
            else:
                self._tell(name, _("“%(name)s” is no object."))
        return places

    def _tell(self, name, message):
        problem = Problem("form", message % {"name": name}, True)
        if problem not in self.problems:
            self.problems.append(problem)


def _words(review):
    """Types and properties that schema.org does not have, as far as they are worth telling."""
    found, waiting = [], [review]
    while waiting and len(found) < MOST_TOLD:
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            found += _unknown(value)
            waiting += [part for key, part in value.items() if key != "@context"]
    return [Problem("words", message, False) for message in dict.fromkeys(found)][:MOST_TOLD]


def _unknown(node):
    types = _types(node)
    known = {name: properties_of(name) for name in types}
    for name in types:
        if known[name] is None:
            yield _("schema.org has no type “%(name)s”.") % {"name": name[:80]}
    if not types or None in known.values():
        return
    allowed = frozenset().union(*known.values())
    for key in node:
        if key.startswith("@") or ":" in key or key in allowed:
            continue
        said = {"name": key[:80], "type": types[0], "meant": closest(key[:80], allowed)}
        if said["meant"]:
            yield _("“%(name)s” is no property of %(type)s. Did you mean “%(meant)s”?") % said
        else:
            yield _("“%(name)s” is no property of %(type)s.") % said


def number_of(problem):
    """Which of the rules a problem is about, as claimreview_reasons numbers them."""
    return NUMBERS[problem.rule]
