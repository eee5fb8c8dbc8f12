"""Duke Fact-Check Insights: the JSON and the CSV of 57 columns that analysts have scripts for."""

import orjson

from sources.cells import guarded

from .claimreview import to_json
from .dumps import Dump, csv_line

PLACES = 15  # of a claim; what appeared in more of them is cut in the CSV
COLUMNS = [
    *["id", "@context", "@type", "claimReviewed", "datePublished", "url", "author.@type"],
    *["author.name", "author.url", "itemReviewed.@type", "itemReviewed.author.name"],
    *["itemReviewed.author.@type", "itemReviewed.author.sameAs", "reviewRating.@type"],
    *["reviewRating.ratingValue", "reviewRating.alternateName", "author.image"],
    *["itemReviewed.name", "itemReviewed.datePublished", "itemReviewed.firstAppearance.url"],
    *["itemReviewed.firstAppearance.type", "itemReviewed.author.image"],
    *["reviewRating.ratingExplanation", "itemReviewed.author.jobTitle"],
    *["reviewRating.bestRating", "reviewRating.worstRating", "reviewRating.image"],
    *[
        f"itemReviewed.appearance.{number}.{part}"
        for number in range(1, PLACES + 1)
        for part in ("url", "@type")
    ],
]
DAY = len("2026-03-02")


class DukeJson(Dump):
    name, media_type = "duke.json", "application/json"
    between = b",\n"

    def head(self):
        return b'{"claimReviews":[\n'

    def rows(self, item):
        return [to_json(as_duke(review)) for review in item.reviews]

    def tail(self, count):
        meta = {
            "retrievedAt": self.facts.at,
            "claimReviewCount": count,
            "mediaReviewCount": 0,
        }
        return b'\n],"mediaReviews":[],"meta":' + orjson.dumps(meta) + b"}\n"


class DukeCsv(Dump):
    name, media_type = "duke.csv", "text/csv"

    def head(self):
        return csv_line(COLUMNS)

    def rows(self, item):
        return [csv_line(_cells(as_duke(review))) for review in item.reviews]


def as_duke(review):
    """The ClaimReview with an `id`. Their dates are days: one known less exactly is left out."""
    claim = dict(review["itemReviewed"])
    if len(claim.get("datePublished", "")) != DAY:
        claim.pop("datePublished", None)
    return {"id": review["@id"]} | review | {"itemReviewed": claim}


def _cells(review):
    return [_cell(review, column) for column in COLUMNS]


def _cell(review, column):
    # They write the type of the first place without its @.
    value = review
    for part in column.replace("firstAppearance.type", "firstAppearance.@type").split("."):
        if isinstance(value, list):
            value = value[int(part) - 1] if int(part) <= len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return guarded(value) if isinstance(value, str) else value
