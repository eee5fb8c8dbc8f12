"""One ClaimReview of somebody else, as it is found in the wild, to one row.

What is meant is taken where it can be told, and each mending has a name, so that an operator sees
how much of what there was. What says too little to stand is refused, with the reason.
schema.org's ClaimReview, Claim and Rating; Google's guidelines; what publishers really write.
"""

import contextlib
import datetime
import html
import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import orjson

from sources import addresses
from sources.characters import HIDDEN
from sources.constraints import LANGUAGE_TAG, WEB_ADDRESS

from .languages import NAMES

UNDETERMINED = "und"  # BCP 47: nobody said
LONGEST_CLAIM = 5000
MOST_PAGES = 50  # on which one claim was made
LONGEST_PAGE = 2000  # bytes: an index takes no more
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
_BREAKS = re.compile(r"[\n\r\t\v\f\x85\u2028\u2029]")
_DAY = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?!\d)")
_YEAR_TOO_LONG = re.compile(r"\s*[+-]?\d{5,}-")
_WEB = re.compile(WEB_ADDRESS)
_TAG_OF_LANGUAGE = re.compile(LANGUAGE_TAG)
_SURROGATE = re.compile("[\ud800-\udfff]")


class Row(NamedTuple):
    """An external review. The names are the columns of ExternalReview."""

    url: str
    claim_reviewed: str
    claimant: str
    claimed_on: datetime.date | None
    publisher_name: str
    publisher_site: str
    title: str
    rating_label: str
    normalized: str  # as its number says where it has no words; else empty
    language: str
    reviewed_on: datetime.date | None
    license: str
    markup: str  # JSON of what was received
    appeared_at: str  # where the claim was made, one page a line, as addresses.same_page has it


class Withdrawn(NamedTuple):
    """What was published at this address is no longer."""

    url: str


class Refused(ValueError):
    """It cannot be taken, for a reason that can be shown."""


def read(value, *, license=""):
    """`(row, names of what had to be mended)`. Raises Refused."""
    mended = []
    review = _object(value, mended)
    if review is None:
        raise Refused("null" if value is None else "not an object")
    kinds = review.get("@type", "ClaimReview")
    if "ClaimReview" not in {str(kind).rpartition("/")[2] for kind in _several(kinds)}:
        raise Refused(f"@type is {_text(kinds, []) or '?'}, not ClaimReview")
    url = web(review.get("url"), mended)
    claim = _object(review.get("itemReviewed"), mended) or {}
    said = _first(
        mended,
        *(review.get("claimReviewed"), claim.get("text"), review.get("description")),
        *(review.get("name"), claim.get("name")),
    )
    if not said:
        raise Refused("it does not say which claim it reviews (claimReviewed)")
    site = host(url)
    publisher = _object(review.get("author"), mended) or _object(review.get("publisher"), mended)
    label, normalized = rating(review.get("reviewRating"), mended)
    row = Row(
        url=url,
        claim_reviewed=_cut(said, LONGEST_CLAIM, mended),
        claimant=_cut(_names(claim.get("author"), mended), 300, mended),
        claimed_on=day(claim.get("datePublished"), mended),
        publisher_name=_cut(_text((publisher or {}).get("name"), mended) or site, 200, mended),
        publisher_site=site,
        title=_cut(_first(mended, review.get("headline"), review.get("name")), 500, mended),
        rating_label=label,
        normalized=normalized,
        language=language(review.get("inLanguage")),
        reviewed_on=day(review.get("datePublished"), mended, after=1990),
        license=_cut(_address(review.get("sdLicense") or license), 300, mended),
        markup=_received(review),
        appeared_at="\n".join(pages(claim)),
    )
    return row, mended


# --- Its parts -------------------------------------------------------------------


def web(value, mended):
    """A whole web address, its fragment too, which names one of several reviews on a page."""
    text = _address(value)
    if not text:
        raise Refused("it has no address (url)")
    if text.startswith("//") or re.match(r"[\w-]+(\.[\w-]+)+(/|$)", text):
        text = f"https://{text.removeprefix('//')}"
        mended.append("address without https://")
    if re.search(r"\s", text):
        text = re.sub(r"\s", lambda space: quote(space[0]), text)
        mended.append("space in an address")
    fragment = text.partition("#")[2]
    try:
        url = addresses.normalise(text) + (f"#{fragment}" if fragment else "")
    except ValueError as error:
        raise Refused(f"url: {error}"[:300]) from None
    if len(url) > 2000 or not _WEB.match(url):
        raise Refused("url: longer than 2000 characters" if len(url) > 2000 else "url: no address")
    return url


def host(url):
    """The host that a publisher is known by, without www., as Google writes it."""
    return (urlsplit(url).hostname or "").removeprefix("www.")[:200]


def pages(claim):
    """Where a claim was made, as far as its markup says so, in the spelling of `same_page`."""
    works = [*_several(claim.get("firstAppearance")), *_several(claim.get("appearance"))]
    found = set()
    for work in works[:MOST_PAGES]:
        if not (address := _address(work)):
            continue
        with contextlib.suppress(ValueError):  # words
            found.add(addresses.same_page(address))
    return sorted(page for page in found if len(page.encode()) <= LONGEST_PAGE)


def rating(value, mended):
    """`(label, "")`, or for a number without words `(2/5, what that comes to)`."""
    found = _object(value, mended)
    if found is None:
        found = {"alternateName": value}
    worst, best, number = (
        _number(found.get(key)) for key in ("worstRating", "bestRating", "ratingValue")
    )
    if worst == best == number == -1:
        mended.append("rating of -1 to -1")
        number = None
    if label := _first(mended, found.get("alternateName"), found.get("name")):
        return _cut(label, 300, mended), ""
    worst, best = 1 if worst is None else worst, 5 if best is None else best
    if number is None or not worst <= number <= best or worst == best:
        raise Refused("it has no rating (reviewRating.alternateName)")
    mended.append("number instead of a label")
    share = (number - worst) / (best - worst)
    normalized = "false" if share <= 0.25 else "true" if share >= 0.75 else "mixed"
    scale = f"/{best:g}" if worst == 1 else f" ({worst:g}–{best:g})"
    return f"{number:g}{scale}", normalized


def day(value, mended, *, after=1000):
    """The day of a date or moment; None for what is no day, which is then named in `mended`."""
    text = value.strip() if isinstance(value, str) else value
    if text in (None, ""):
        return None
    found = _DAY.match(text) if isinstance(text, str) else None
    if found is None:
        is_long = isinstance(text, str) and _YEAR_TOO_LONG.match(text)
        mended.append("year of five digits" if is_long else "date that is no day")
        return None
    try:
        date = datetime.date(*map(int, found.groups()))
    except ValueError:
        mended.append("date that is no day")
        return None
    if not after <= date.year <= datetime.date.today().year + 1:
        mended.append("year that cannot be")
        return None
    return date


def language(value):
    """A BCP 47 tag as our columns hold it; `und` where nobody said."""
    value = next(iter(_several(value)), None)
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("name")
    if not isinstance(value, str):
        return UNDETERMINED
    tag, *more = value.strip().replace("_", "-").split("-")
    tag = NAMES.get(tag.lower(), tag.lower())
    parts = [part.title() if len(part) == 4 else part.upper() for part in more[:2]]
    for found in ("-".join([tag, *parts]), tag):
        if _TAG_OF_LANGUAGE.match(found):
            return found
    return UNDETERMINED


# --- Dirt ------------------------------------------------------------------------


def _object(value, mended):
    """An object, also where a list of them stands, or a name alone; None where there is none."""
    if isinstance(value, list):
        mended.append("list in place of an object")
        value = next((part for part in value if part), None)
    if isinstance(value, str) and value.strip():
        return {"name": value}
    return value if isinstance(value, dict) else None


def _several(value):
    return value if isinstance(value, list) else [value]


def _names(value, mended):
    """Of one or several; a claim may be made by several parties."""
    rows = [{"name": row} if isinstance(row, str) else row for row in _several(value)]
    names = [_text(row.get("name"), mended) for row in rows if isinstance(row, dict)]
    return ", ".join(dict.fromkeys(filter(None, names)))


def _first(mended, *values):
    return next(filter(None, (_text(value, mended) for value in values)), "")


def _text(value, mended):
    """What a person can read, on one line; empty where there is nothing."""
    if isinstance(value, list):
        value = next((part for part in value if part), None)
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:g}" if isinstance(value, float) else str(value)[:40]
    if not isinstance(value, str):
        return ""
    text = value
    if text.isascii() and text.isprintable() and "<" not in text and "&" not in text:
        return " ".join(text.split())
    if "<" in text or "&" in text:
        text = _without_markup(text, mended)
    text = _BREAKS.sub(" ", text)
    if HIDDEN.search(text):
        text = HIDDEN.sub("", text)
        mended.append("characters that nobody sees")
    if _SURROGATE.search(text):
        text = _SURROGATE.sub("\ufffd", text)
    if "\ufffd" in text:
        mended.append("broken UTF-8")
    return " ".join(text.split())


def _without_markup(text, mended):
    plain = html.unescape(_TAG.sub(" ", text))
    plain = _TAG.sub(" ", plain)  # &lt;p&gt; was markup too
    if plain != text:
        mended.append("HTML in a text")
    return plain


def _address(value):
    value = next(iter(_several(value)), None)
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return HIDDEN.sub("", _SURROGATE.sub("\ufffd", value)).strip() if isinstance(value, str) else ""


def _number(value):
    try:
        return float(str(value).replace(",", ".")) if value is not None else None
    except ValueError:
        return None


def _cut(text, length, mended):
    if len(text) <= length:
        return text
    mended.append("text too long, cut")
    return f"{text[: length - 1].rstrip()}…"


def _received(review):
    """As JSON that PostgreSQL takes: without what it has no character for."""
    try:
        text = orjson.dumps(review).decode()
        if "\\u0000" not in text:
            return text
    except TypeError:  # half a pair of surrogates, a number of 30 digits, too deep
        pass
    try:
        return orjson.dumps(_storable(review)).decode()
    except (TypeError, RecursionError) as error:
        raise Refused(f"its markup cannot be kept: {error}"[:300]) from None


def _storable(value):
    if isinstance(value, dict):
        return {_storable(str(key)): _storable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_storable(part) for part in value]
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value).replace("\0", "")
    if isinstance(value, int) and abs(value) >= 1 << 53:
        return float(value) if abs(value) < 1e300 else None
    return value
