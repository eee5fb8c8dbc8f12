"""A list of claims as CSV (RFC 4180), in one language."""

import csv

from claims.languages import choose
from sources.cells import guarded

TYPE = "text/csv; charset=utf-8"
COLUMNS = [
    *("slug", "url", "rating", "verdict", "statement", "claimant", "claimed_on", "summary"),
    *("confidence", "topics", "subjects", "language", "published_at", "modified_at", "revision"),
]


class _Line:
    """Gives back what csv writes, so that the file goes out as it is made."""

    def write(self, line):
        return line


def lines(cards, origin):
    """The lines of the file, made one by one. A mark first, by which Excel knows the encoding."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for card in cards:
        yield writer.writerow([guarded(str(cell)) for cell in _row(card, origin)])


def _row(card, origin):
    claimant = card["claimant"]
    subject = claimant["subject"] or {"name": {}}
    return [
        card["slug"],
        origin + card["url"],
        card["rating"]["slug"],
        _words(card["rating"]["label"]),
        _words(card["statement"]),
        _words(subject["name"]) or _words(claimant["speaker"]),
        (card["claimed_on"] or {"date": ""})["date"],
        _words(card["summary"]),
        card["confidence"],
        "; ".join(_words(topic["name"]) for topic in card["topics"]),
        "; ".join(_words(subject["name"]) for subject in card["subjects"]),
        card["language"],
        card["published_at"],
        card["modified_at"],
        card["revision"],
    ]


def _words(texts):
    words = choose(texts)
    return words.text if words else ""
