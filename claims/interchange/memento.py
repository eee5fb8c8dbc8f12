"""Versions in time: Memento (RFC 7089) for our own pages, Robust Links for those of others."""

import datetime
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.http import http_date, parse_http_date

from .claimreview import web

TIMEMAP = "application/link-format"


class Version(NamedTuple):
    """One state of a page: where it stays, and since when it is so."""

    url: str
    at: datetime.datetime


class Original(NamedTuple):
    """A page that changes. It is its own gate: asked for a moment, it leads to a version."""

    url: str
    timemap: str


def wanted(headers):
    """The moment asked for, or None. ValueError for what is no moment."""
    given = headers.get("Accept-Datetime")
    return None if given is None else parse_http_date(given)


def version_at(versions, seconds):
    """What was in force then; the first one for whoever asks for earlier. Oldest first."""
    past = [row for row in versions if int(row.at.timestamp()) <= seconds]
    return past[-1] if past else versions[0]


def links(original, mementos):
    """A Link header: the page, its gate and map, and `{relation: version}`."""
    found = [
        f'<{original.url}>; rel="original timegate"',
        f'<{original.timemap}>; rel="timemap"; type="{TIMEMAP}"',
        *(_memento(relation, version) for relation, version in mementos.items()),
    ]
    return ", ".join(found)


def date(version):
    """As Memento-Datetime has it."""
    return http_date(int(version.at.timestamp()))


def timemap(original, versions):
    """All versions, oldest first, in link-format."""
    first, last = versions[0], versions[-1]
    rows = [
        f'<{original.url}>; rel="original timegate"',
        f'<{original.timemap}>; rel="self"; type="{TIMEMAP}"; '
        f'from="{date(first)}"; until="{date(last)}"',
    ]
    for version in versions:
        ends = [name for name, end in (("first", first), ("last", last)) if version == end]
        rows.append(_memento(" ".join([*ends, "memento"]), version))
    return ",\n".join(rows) + "\n"


def _memento(relation, version):
    return f'<{version.url}>; rel="{relation}"; datetime="{date(version)}"'


# --- Robust Links ----------------------------------------------------------------


def robust(source, linked_at=None):
    """Attributes for a link to a source: its own address, and a copy with the day it was made.

    Without a copy, `linked_at` tells in which state we mean it: as it was when we linked there.
    """
    url = web(source["url"])
    copies = [copy for copy in source["archived"] if web(copy["url"])]
    if copies:
        newest = max(copies, key=lambda copy: copy["archived_at"])
        pattern = ' data-originalurl="{}" data-versionurl="{}" data-versiondate="{}"'
        return format_html(pattern, url or "", newest["url"], newest["archived_at"][:10])
    if url and linked_at:
        pattern = ' data-originalurl="{}" data-versiondate="{}"'
        return format_html(pattern, url, linked_at[:10])
    return ""
