"""The whole record as JSON lines: written for who leaves, and read by who takes it in.

The first line says what the file is and what must be in it; then comes each revision in order, then
each version of the pages about us. A document stands there as JSON and not as bytes: since it has
one canonical spelling (claims.chain), its bytes and so its hash come back from it.
"""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

import orjson

from claims.chain import canonical, moment
from claims.models.record import SEALED, PublishedPage, Revision

NAME, MEDIA_TYPE = "record.jsonl", "application/x-ndjson"
FORMAT, VERSION = "factcheck-record", 1


class Contents(NamedTuple):
    """What a file of the record says that it holds."""

    revisions: int
    head: str | None  # the chain hash of the last revision
    pages: int


class Damaged(Exception):
    """The file cannot be what was written. The text says where and what."""


# --- Writing ------------------------------------------------------------------


def first_line(contents, *, license, site):
    said = {"format": FORMAT, "version": VERSION, "site": site, "license": license}
    return orjson.dumps(said | contents._asdict()) + b"\n"


def revision_line(revision):
    header = {
        "seq": revision.seq,
        "claim": revision.claim,
        "revision": revision.number,
        "action": revision.action,
        "at": moment(revision.at),
        "sha256": revision.sha256,
        "chain": revision.chain,
    }
    data = bytes(revision.document)
    return _line(header, None if data == SEALED else data)


def page_line(page):
    header = {
        "page": page.slug,
        "version": page.number,
        "at": moment(page.at),
        "sha256": page.sha256,
    }
    return _line(header, bytes(page.document))


def _line(header, data):
    return orjson.dumps(header | {"document": data and orjson.Fragment(data)}) + b"\n"


# --- Reading ------------------------------------------------------------------


def read(lines) -> tuple[Contents, Iterator[Revision | PublishedPage]]:
    """What the file says it holds, and its rows as models that are not saved, one by one.

    Raises Damaged, the rows as they are read.
    """
    numbered = enumerate(lines, start=1)
    _number, first = next(numbered, (1, b""))
    said = _parsed(1, first)
    if said.get("format") != FORMAT:
        raise Damaged(f"line 1: this is no file of a record; it would say {FORMAT!r} there")
    if said.get("version") != VERSION:
        raise Damaged(f"line 1: version {said.get('version')!r} of the format is not known here")
    contents = Contents(*(said.get(name) for name in Contents._fields))
    counts = [contents.revisions, contents.pages]
    if not all(type(count) is int for count in counts) or not isinstance(contents.head, str | None):
        raise Damaged("line 1: it does not say how many revisions and pages follow, and the head")
    return contents, (_row(number, line) for number, line in numbered)


def _parsed(number, line):
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise Damaged(f"line {number}: this is not JSON; the file may be cut short") from None
    if not isinstance(found, dict):
        raise Damaged(f"line {number}: this is no object")
    return found


_OF_REVISION = {"seq": int, "claim": str, "revision": int, "action": str, "chain": str}
_OF_PAGE = {"page": str, "version": int}


def _row(number, line):
    said = _parsed(number, line)
    wanted = (_OF_PAGE if "page" in said else _OF_REVISION) | {"at": str, "sha256": str}
    for name, kind in wanted.items():
        if type(said.get(name)) is not kind:
            raise Damaged(f"line {number}: {name!r} is missing, or is not what it should be")
    if "document" not in said or not isinstance(said["document"], dict | None):
        raise Damaged(f"line {number}: 'document' is missing, or is no object")
    common = {
        "at": _moment(number, said["at"]),
        "sha256": said["sha256"],
        "document": SEALED if said["document"] is None else canonical(said["document"]),
    }
    if "page" in said:
        return PublishedPage(slug=said["page"], number=said["version"], **common)
    names = {"seq", "claim", "action", "chain"}
    return Revision(number=said["revision"], **common, **{name: said[name] for name in names})


def _moment(number, text):
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Damaged(f"line {number}: {text!r} is not a moment")
    return at
