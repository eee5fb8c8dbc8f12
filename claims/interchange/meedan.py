"""CSV exports of Meedan Check, of three kinds, told apart by their headers.

The headers are those of check-api: of items (`CheckSearch.get_exported_data`; a workspace's own
questions follow as more columns), of what a feed shares, and of fact-checks (`FactCheck`).
"""

import csv
from typing import NamedTuple

from sources.cells import unguarded
from sources.characters import objection

ITEMS = [
    *["Claim", "Item page URL", "Status", "Created by", "Submitted at"],
    *["Social Media Posted at", "Report Published at", "Number of media", "Tags"],
]
SHARED = [
    *["Fact-check title", "Fact-check summary", "Fact-check URL", "Tags", "Workspace"],
    *["Updated at", "Rating"],
]
FACT_CHECKS = ["ID", "Title", "Summary", "URL", "Language", "Report Status", "Imported?"]
# The columns that are read, by what they are here.
READ = {
    tuple(ITEMS): {
        "words": "Claim",
        "address": "Item page URL",
        "status": "Status",
        "tags": "Tags",
    },
    tuple(SHARED): {
        **{"words": "Fact-check title", "summary": "Fact-check summary"},
        **{"address": "Fact-check URL", "status": "Rating", "tags": "Tags"},
    },
    tuple(FACT_CHECKS): {
        **{"words": "Title", "summary": "Summary", "address": "URL", "language": "Language"},
        **{"number": "ID"},
    },
}
LONGEST = 1000  # of a claim's words
UNKNOWN = {"", "und"}  # languages that Check does not know


class Item(NamedTuple):
    """A row. Of fact-checks, `words` is the title, which may be none of the claim's."""

    row: int  # as a spreadsheet counts: the header is the first
    words: str
    is_title: bool
    summary: str
    address: str  # of the item in Check, or of the published fact-check
    status: str  # theirs, in their words
    tags: str
    language: str  # "" where the file does not say
    number: str


class Unreadable(Exception):
    """The file is none of the three, or rows cannot be taken: `lines` says why, row by row."""

    def __init__(self, lines):
        super().__init__("\n".join(lines))
        self.lines = lines


def read(file):
    """The rows of an open text file (`newline=""`), as Items. Raises Unreadable, for all rows."""
    try:
        rows = list(csv.reader(file, strict=True))
    except (csv.Error, UnicodeDecodeError) as error:
        raise Unreadable([f"this is no CSV in UTF-8: {error}"]) from error
    header = [cell.strip().removeprefix("\ufeff") for cell in rows[0]] if rows else []
    known = next((names for names in READ if header[: len(names)] == list(names)), None)
    if known is None:
        kinds = "; ".join(", ".join(names) for names in READ)
        raise Unreadable([f"row 1: these are not the columns of an export of Check: {kinds}"])
    columns = {name: header.index(column) for name, column in READ[known].items()}
    found, faults = [], []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        item = _item(number, cells, columns) if len(cells) == len(header) else None
        problem = _problem(item) if item else f"it has {len(cells)} cells, not {len(header)}"
        if problem:
            faults.append(f"row {number}: {problem}")
        else:
            found.append(item)
    if faults:
        raise Unreadable(faults)
    return found


def _item(row, cells, columns):
    values = {name: unguarded(cells[at]).strip() for name, at in columns.items()}
    values["language"] = "" if values.get("language", "") in UNKNOWN else values["language"]
    blank = dict.fromkeys(Item._fields, "")
    one_line = {"words": " ".join(values["words"].split())}
    said = blank | values | one_line | {"row": row, "is_title": "summary" in columns}
    return Item(**said)


def _problem(item):
    if not item.words:
        return "there are no words of a claim in it"
    if len(item.words) > LONGEST:
        return f"its claim has {len(item.words)} characters; at most {LONGEST} will do"
    return objection(item.words) or objection(item.summary)
