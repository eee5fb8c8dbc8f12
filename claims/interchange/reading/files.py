"""A file of reviews, whatever its format: opened, recognised, and read one review at a time."""

import codecs
import contextlib
import gzip
import io
import re
import zlib
from typing import NamedTuple

from . import review, shapes
from .jsonstream import Unreadable

FORMATS = [*shapes.LISTS, "duke-csv", "html", "urls"]
LARGEST_PAGE = 50 << 20  # bytes of a saved page
_CHARSET = re.compile(rb"charset=[\"']?([\w-]{3,20})", re.IGNORECASE)


class Read(NamedTuple):
    """What one review came to: a row, an address that was given up, or the reason for neither."""

    number: int  # of the review in the file, from 1
    row: review.Row | review.Withdrawn | None
    mended: list
    problem: str = ""
    value: object = None  # as received, where there is a problem


@contextlib.contextmanager
def opened(path):
    """`(text, raw)`: the file as text, unpacked; and its bytes, which tell how far it was read."""
    with open(path, "rb") as raw, _unpacked(raw) as text:
        yield text, raw


@contextlib.contextmanager
def _unpacked(raw):
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    with contextlib.ExitStack() as stack:
        unpacked = stack.enter_context(gzip.open(raw)) if packed else raw
        start = unpacked.read(4096)
        unpacked.seek(0)
        text = io.TextIOWrapper(unpacked, _encoding(start), errors="replace", newline="")
        yield text
        text.detach()


def reviews(text, format=None, *, fetch=None):
    """Each review of an opened file as Read, to the end of the file or to where it breaks off.

    `fetch` takes an address and returns bytes, for a file of addresses. Raises Unreadable, behind
    all that could be read, where something is wrong with the whole.
    """
    try:
        for number, (value, problem) in enumerate(_values(text, format, fetch), start=1):
            yield _read(number, value, problem)
    except (EOFError, gzip.BadGzipFile, zlib.error, OSError) as error:
        raise Unreadable(f"The file cannot be read to its end: {error}") from None


def _values(text, format, fetch):
    format = format or recognised(text)
    if format == "urls":
        return _of_addresses(text, fetch)
    if format == "duke-csv":
        return shapes.from_csv(text)
    if format == "html":
        return shapes.from_page(text.read(LARGEST_PAGE))
    return shapes.from_json(text, shapes.LISTS if format == "json" else [format])


def _of_addresses(lines, fetch):
    """What stands at each address, one a line. One that cannot be read is no end of the others."""
    for line in lines:
        if not (url := line.strip()):
            continue
        found = False
        try:
            with _unpacked(io.BytesIO(fetch(url))) as text:
                if (format := recognised(text)) == "urls":
                    raise Unreadable("It is a list of addresses itself.")
                for found in _values(text, format, fetch):
                    yield found
        except (Unreadable, EOFError, OSError, zlib.error) as error:
            yield None, f"{url}: {error}"
        else:
            if not found:
                yield None, f"{url}: there is no ClaimReview in it"


def _read(number, value, problem):
    if problem:
        return Read(number, None, [], problem)
    try:
        if isinstance(value, shapes.Gone):
            mended = []
            return Read(number, review.Withdrawn(review.web(value.url, mended)), mended)
        row, mended = review.read(value)
        return Read(number, row, mended)
    except review.Refused as refusal:
        return Read(number, None, [], str(refusal), value)
    except RecursionError:
        return Read(number, None, [], shapes.TOO_DEEP)


def recognised(text):
    """`json`, `html`, `duke-csv` or `urls`, by how the file begins. Raises Unreadable."""
    start = text.read(2000).lstrip("\ufeff \t\r\n")
    text.seek(0)
    if start[:1] in {"{", "["}:
        return "json"
    if start[:1] == "<":
        return "html"
    if start.startswith(("https://", "http://")):
        return "urls"
    if "claimReviewed" in start.partition("\n")[0]:
        return "duke-csv"
    raise Unreadable(f"This is none of the formats known: it begins with {start[:40]!r}.")


def _encoding(start):
    """UTF-8, unless it is a page that says it is something else."""
    found = _CHARSET.search(start) if start.lstrip()[:1] == b"<" else None
    with contextlib.suppress(LookupError):
        if found and codecs.lookup(found[1].decode()).name != "utf-8":
            return found[1].decode()
    return "utf-8-sig"
