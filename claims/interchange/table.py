"""Rows of a list as CSV (RFC 4180): UTF-8, a header, one column for each path into a row.

A path such as `rating.label.en` says where in the row's JSON the value stands; `{language}` in it
makes one column for each language of the site. The first part of a path is a field of the list.
"""

import csv
import io

from django.conf import settings

from claims.choices import TermKind
from claims.languages import tag_of
from sources.cells import guarded

MEDIA_TYPE = "text/csv"

CLAIMS = [
    *["slug", "url", "revision", "state", "language", "statement.{language}"],
    *["claimant.subject.slug", "claimant.subject.name.{language}", "claimant.speaker.{language}"],
    *["claimed_on.date", "claimed_on.precision", "about.from", "about.until", "about.precision"],
    *["rating.slug", "rating.label.{language}", "rating.value", "rating.best", "rating.worst"],
    *["rating.normalized", "rating.scale", "confidence", "summary.{language}"],
    *["subjects", "topics", "appearances"],
    *["corrected.kind", "corrected.at", "corrected.text.{language}"],
    *["published_at", "modified_at"],
]

TERMS = {
    TermKind.SUBJECT: [
        *["slug", "kind", "name.{language}", "description.{language}", "wikidata"],
        "claims",
    ],
    TermKind.TOPIC: ["slug", "name.{language}", "parent", "claims"],
    TermKind.SOURCE: [
        *["slug", "title", "translated_title.{language}", "publisher.slug", "publisher.name"],
        *["authors", "published_on.date", "published_on.precision", "language", "type"],
        *["proximity", "url", "copies", "opened", "identifiers", "link_state", "archived"],
        "claims",
    ],
    TermKind.PUBLISHER: [
        *["slug", "name", "kind", "homepage", "country", "interests", "memberships", "wikidata"],
        "claims",
    ],
    TermKind.RATING: [
        *["slug", "label.{language}", "meaning.{language}", "value", "best", "worst"],
        *["normalized", "color", "symbol", "order", "scale", "claims"],
    ],
}

REVISIONS = ["claim", "revision", "seq", "action", "at", "sha256", "chain", "sealed", "url"]
CHANGES = [
    *["seq", "claim", "revision", "action", "at", "state", "gone", "is_sealed"],
    *["verdict.before", "verdict.after", "correction.kind", "correction.text.{language}"],
    *["reason.{language}", "merged_into", "sealed", "rule", "sha256", "chain", "url"],
]

# What names a thing that stands in a list within a row.
NAMES = ("slug", "source", "url")


def fields(paths):
    return list(dict.fromkeys(path.split(".")[0] for path in paths))


def to_csv(rows, paths, only=None):
    """The rows in columns; with `only`, those of these fields."""
    columns = columns_of(path for path in paths if not only or path.split(".")[0] in only)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows(cells(row, columns) for row in rows)
    return file.getvalue().encode()


def columns_of(paths):
    return [
        path.replace("{language}", tag)
        for path in paths
        for tag in (_languages() if "{language}" in path else [""])
    ]


def cells(row, columns):
    """The cells of one row, none of which is a formula to who opens the file."""
    return [_cell(_value(row, column)) for column in columns]


def _languages():
    return [tag_of(code) for code, _ in settings.LANGUAGES]


def _value(row, path):
    for part in path.split("."):
        row = row.get(part) if isinstance(row, dict) else None
    return row


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return guarded("; ".join(f"{name}={part}" for name, part in sorted(value.items())))
    if isinstance(value, list):
        return guarded("; ".join(str(_name(part)) for part in value))
    return guarded(value) if isinstance(value, str) else value


def _name(part):
    if not isinstance(part, dict):
        return part
    return next(part[name] for name in NAMES if name in part)
