"""The wrappings in which reviews travel, each taken off: what is left is a ClaimReview.

Data Commons: a DataFeed of DataFeedItems. Duke: lists by type, or a table. Google: claims with
their reviews (claims:search), pages with their markups (ClaimReviewMarkupPage).
"""

import csv
import re
from html.parser import HTMLParser

from . import jsonstream
from .jsonstream import Unreadable

# The lists that are read element by element, whatever their length.
LISTS = {
    "datafeed": ["dataFeedElement"],
    "duke-json": ["claimReviews", "mediaReviews"],
    "google": ["claims"],
    "markup-pages": ["claimReviewMarkupPages"],
    "json-ld": ["@graph"],
}
TOO_DEEP = "nested too deep"
PASSED_OVER = "mediaReviews"  # reviews of pictures and films, which review no claim
_APPEARANCE = re.compile(r"itemReviewed\.appearance\.(\d+)\.(url|@type)")


class Gone:
    """A review that its publisher deleted: no more than the address is left."""

    def __init__(self, review):
        self.url = review.get("url") if isinstance(review, dict) else review


def from_json(file, names):
    """`(review or Gone or anything else that stood in its place, problem)` of each."""
    streamed = [key for name in names for key in LISTS[name]]
    for key, value, problem in jsonstream.elements(file, streamed):
        if problem:
            yield None, problem
            continue
        try:
            if key == PASSED_OVER or (key is None and not _holds_reviews(value, streamed)):
                continue  # the head of a feed
            for review in unwrapped(value):
                yield review, ""
        except RecursionError:
            yield None, TOO_DEEP


def _holds_reviews(value, streamed):
    wrapped = {"claimReviewed", "claimReview", "claimReviewMarkups", "item", *streamed}
    return bool(wrapped & set(value)) or "ClaimReview" in str(value.get("@type"))


def unwrapped(value):
    """The reviews in anything that one element may be."""
    if not isinstance(value, dict):
        yield value
    elif "claimReviewMarkups" in value:
        yield from _of_page(value)
    elif "claimReview" in value:
        yield from _of_claim(value)
    elif "item" in value:
        yield from _of_item(value)
    elif lists := [key for keys in LISTS.values() for key in keys if key in value]:
        for key in lists:
            for part in _several(value[key]) if key != PASSED_OVER else ():
                yield from unwrapped(part)
    else:
        yield value


def _of_item(value):
    for review in _several(value["item"]) or [None]:
        yield Gone(review) if value.get("dateDeleted") else review


def _of_claim(claim):
    """Google's Claim: the claim once, and its reviews."""
    for review in _several(claim["claimReview"]):
        if not isinstance(review, dict):
            yield review
            continue
        publisher = _dict(review.get("publisher"))
        yield _known(
            {
                "@type": "ClaimReview",
                "url": review.get("url"),
                "claimReviewed": claim.get("text"),
                "headline": review.get("title"),
                "datePublished": review.get("reviewDate"),
                "inLanguage": review.get("languageCode"),
                "author": _known(
                    {
                        "@type": "Organization",
                        "name": publisher.get("name"),
                        "url": publisher.get("site"),
                    }
                ),
                "reviewRating": _known(
                    {"@type": "Rating", "alternateName": review.get("textualRating")}
                ),
                "itemReviewed": _known(
                    {
                        "@type": "Claim",
                        "datePublished": claim.get("claimDate"),
                        "author": {"@type": "Person", "name": claim.get("claimant")},
                    }
                ),
            }
        )


def _of_page(page):
    """Google's ClaimReviewMarkupPage: the page and its author once, and its markups."""
    for markup in _several(page["claimReviewMarkups"]):
        if not isinstance(markup, dict):
            yield markup
            continue
        said, rating = _dict(markup.get("claimAuthor")), _dict(markup.get("rating"))
        author = _dict(page.get("claimReviewAuthor"))
        works = [
            {"@type": "CreativeWork", "url": url}
            for url in _several(markup.get("claimAppearances"))
        ]
        first = markup.get("claimFirstAppearance")
        yield _known(
            {
                "@type": "ClaimReview",
                "url": markup.get("url") or page.get("pageUrl"),
                "claimReviewed": markup.get("claimReviewed"),
                "datePublished": page.get("publishDate"),
                "author": _renamed(author, "Organization", imageUrl="image"),
                "reviewRating": _renamed(
                    rating, "Rating", textualRating="alternateName", imageUrl="image"
                ),
                "itemReviewed": _known(
                    {
                        "@type": "Claim",
                        "name": markup.get("claimLocation"),
                        "datePublished": markup.get("claimDate"),
                        "author": _renamed(said, "Person", imageUrl="image"),
                        "firstAppearance": first and {"@type": "CreativeWork", "url": first},
                        "appearance": works,
                    }
                ),
            }
        )


def _renamed(value, kind, **names):
    return {"@type": kind} | {names.get(key, key): part for key, part in value.items()}


# --- Duke's table ----------------------------------------------------------------


def from_csv(file):
    """The rows of Fact-Check Insights: a column is the path to a value, such as author.name."""
    head = file.readline()
    delimiter = max(",;\t", key=head.count)
    columns = next(csv.reader([head], delimiter=delimiter), [])
    columns = [column.strip() for column in columns]
    if not {"url", "claimReviewed"} <= set(columns):
        raise Unreadable("The first line names no columns “url” and “claimReviewed”.")
    csv.field_size_limit(jsonstream.LARGEST)
    rows = csv.reader(file, delimiter=delimiter)
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield None, f"no row of a table: {error}"
            continue
        if not any(cells):
            continue
        if len(cells) != len(columns):
            yield None, f"{len(cells)} cells where the first line names {len(columns)} columns"
            continue
        yield _nested(zip(columns, cells, strict=True)), ""


def _nested(cells):
    review, works = {}, {}
    for column, cell in cells:
        if not cell.strip() or column == "id":
            continue
        if found := _APPEARANCE.fullmatch(column):
            works.setdefault(int(found[1]), {})[found[2]] = cell
            continue
        *way, name = column.split(".")
        part = review
        for step in way:
            part = part.setdefault(step, {})
        part["@type" if way[-1:] == ["firstAppearance"] and name == "type" else name] = cell
    if works:
        review.setdefault("itemReviewed", {})["appearance"] = [works[n] for n in sorted(works)]
    return review


# --- A saved page ----------------------------------------------------------------


class _Scripts(HTMLParser):
    """What stands in the page's script elements of JSON-LD."""

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.found = []
        self.inside = False

    def handle_starttag(self, tag, attrs):
        kind = (dict(attrs).get("type") or "").partition(";")[0].strip().lower()
        self.inside = tag == "script" and kind == "application/ld+json"
        if self.inside:
            self.found.append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "script"

    def handle_data(self, data):
        if self.inside:
            self.found[-1] += data


def from_page(text):
    """The ClaimReviews of a page, at the top, in a list or in @graph, beside whatever else."""
    page = _Scripts()
    page.feed(text)
    page.close()
    for number, script in enumerate(page.found, start=1):
        try:
            for value in _of_script(script):
                yield value, ""
        except Unreadable as error:
            yield None, f"script {number} of JSON-LD: {error}"


def _of_script(script):
    script = re.sub(r"^\s*(//)?\s*<!(\[CDATA\[|--)|(//)?\s*(\]\]>|-->)\s*$|;\s*$", "", script)
    for _key, value, problem in jsonstream.elements(_Text(script), ["@graph"]):
        if problem:
            raise Unreadable(problem)
        for review in unwrapped(value):
            if isinstance(review, dict) and "ClaimReview" in str(review.get("@type")):
                yield review


class _Text:
    """A text as a file that is read once."""

    def __init__(self, text):
        self.text = text

    def read(self, size):
        text, self.text = self.text, ""
        return text


def _several(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def _dict(value):
    return value if isinstance(value, dict) else {}


def _known(values):
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}
