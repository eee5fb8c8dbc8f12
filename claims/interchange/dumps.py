"""Files that hold all published claims at once: what each is called, and how it spells a claim.

A dump is made row by row, so that its size is no matter. Whoever writes it to disk puts `head`
first, then the rows of each claim with `between` between any two of them, then `tail`.
"""

import csv
import io
from typing import NamedTuple

import orjson

from . import claimreview, table


class Item(NamedTuple):
    """A claim with a verdict in force."""

    data: bytes  # the document as published
    document: dict
    card: dict
    reviews: list  # its ClaimReview in each language in which the claim is written


class Gone(NamedTuple):
    """A claim that had a verdict and has none any more: retracted, merged or sealed."""

    slug: str
    urls: list  # of the pages that carried its ClaimReview
    created_at: str
    deleted_at: str


class Facts(NamedTuple):
    """What a dump says of itself."""

    site: str
    origin: str
    license: str
    at: str  # the moment of the record's last revision: the same record makes the same bytes


class Dump:
    """A file of an export. A row is bytes; one claim may have several rows, or none."""

    name = media_type = ""
    between = b""
    is_sorted = False  # the rows of the whole file, each once

    def __init__(self, facts):
        self.facts = facts

    def head(self):
        return b""

    def rows(self, item):
        raise NotImplementedError

    def gone(self, gone):
        return []

    def tail(self, count):
        return b""


class Documents(Dump):
    """The documents in force, one a line, each as published."""

    name, media_type = "claims.jsonl", "application/x-ndjson"

    def rows(self, item):
        return [item.data + b"\n"]


class LinkedData(Dump):
    """All ClaimReviews as one graph."""

    name, media_type = "claimreview.jsonld", claimreview.MEDIA_TYPE
    between = b",\n"

    def head(self):
        return b'{"@context":%s,"@graph":[\n' % orjson.dumps(claimreview.CONTEXT)

    def rows(self, item):
        return [claimreview.to_json(without_context(review)) for review in item.reviews]

    def tail(self, count):
        return b"\n]}\n"


class Table(Dump):
    """Rows of CSV (RFC 4180, UTF-8, a header). `paths` are as in claims.interchange.table."""

    media_type = "text/csv"
    paths = ()

    def __init__(self, facts):
        super().__init__(facts)
        self.columns = table.columns_of(self.paths)

    def head(self):
        return csv_line(self.columns)

    def rows(self, item):
        return [csv_line(table.cells(row, self.columns)) for row in self.of(item)]

    def of(self, item):
        """What the table has of a claim, as dicts."""
        raise NotImplementedError


class Wide(Table):
    """One row a claim."""

    name, paths = "claims.csv", table.CLAIMS

    def of(self, item):
        return [item.card]


class Texts(Table):
    """One row for each claim and language: what is said of it in words."""

    name = "texts.csv"
    paths = ["claim", "language", "statement", "speaker", "reason", "summary", "analysis"]

    def of(self, item):
        document = item.document
        texts = {
            "statement": document["statement"],
            "speaker": document["claimant"]["speaker"],
            "reason": document["reason"],
            "summary": document["verdict"]["summary"],
            "analysis": document["verdict"]["analysis"],
        }
        for language in sorted({tag for known in texts.values() for tag in known}):
            said = {name: known.get(language) for name, known in texts.items()}
            yield {"claim": document["slug"], "language": language} | said


SOURCE = ["source.slug", "source.title", "source.url", "source.type", "source.publisher.slug"]


class Evidence(Table):
    """One row for each piece of evidence, with the source it stands in."""

    name = "evidence.csv"
    paths = ["claim", "number", "stance", *SOURCE, "opened", "locator", "finding.{language}"]
    paths += ["quote.exact", "quote.state"]
    part = "evidence"

    def of(self, item):
        document = item.document
        sources = {source["slug"]: source for source in document["sources"]}
        for row in document[self.part]:
            yield row | {"claim": document["slug"], "source": sources[row["source"]]}


class Appearances(Evidence):
    """One row for each place where a claim was made."""

    name, part = "appearances.csv", "appearances"
    paths = ["claim", *SOURCE, "section", "order", "quote", "is_first"]


class Terms(Table):
    """One row for each claim and each subject or topic that it names, and for its claimant."""

    name = "terms.csv"
    paths = ["claim", "role", "slug", "name.{language}", "kind", "wikidata", "parent"]

    def of(self, item):
        document = item.document
        claimant = document["claimant"]["subject"]
        named = [("claimant", claimant)] if claimant else []
        named += [("subject", term) for term in document["subjects"]]
        named += [("topic", term) for term in document["topics"]]
        return [term | {"claim": document["slug"], "role": role} for role, term in named]


class Corrections(Table):
    """One row for each correction of a claim in force."""

    name = "corrections.csv"
    paths = ["claim", "revision", "at", "kind", "text.{language}"]
    paths += ["rating_before.slug", "rating_after.slug"]

    def of(self, item):
        slug = item.document["slug"]
        return [row | {"claim": slug} for row in item.document["corrections"]]


def csv_line(cells):
    file = io.StringIO()
    csv.writer(file).writerow(cells)
    return file.getvalue().encode()


def without_context(review):
    return {key: value for key, value in review.items() if key != "@context"}
