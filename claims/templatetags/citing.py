"""Where a cited source can be read today, and where in it the quoted words stand."""

import re
from typing import NamedTuple
from urllib.parse import quote

from django import template

from claims.choices import QuoteState
from sources.choices import LinkState

from .reading import web

register = template.Library()

# Longer quotations are found by how they begin and end: pages differ in what stands between.
WHOLE = 80
WORDS = 5
CHARACTERS = 12
LEFT_OUT = re.compile(r"…+|\.{3,}")


class Way(NamedTuple):
    """An address of a source. `archived_at` is the moment of an archived copy."""

    url: str
    kind: str  # original, archived, copy
    archived_at: str | None = None


@register.filter
def way_to(source):
    """The original while it answers; once it is gone, the newest archived copy, or any other.

    None where nothing can be followed; a dead address with no copy is better than none.
    """
    original = web(source["url"]) and Way(source["url"], "original")
    if original and source["link_state"] != LinkState.DEAD:
        return original
    archived = [copy for copy in source["archived"] if web(copy["url"])]
    if archived:
        newest = max(archived, key=lambda copy: copy["archived_at"])
        return Way(newest["url"], "archived", newest["archived_at"])
    copies = [url for url in source["copies"] if web(url)]
    return Way(copies[0], "copy") if copies else original or None


@register.simple_tag
def jump(source, words, state=QuoteState.UNVERIFIED):
    """The source's address with the place of the quoted words in it; nothing for a broken quote."""
    way = way_to(source)
    if way is None or not words or state == QuoteState.BROKEN:
        return ""
    return f"{way.url}{'' if '#' in way.url else '#'}:~:text={_place(words)}"


def _place(words):
    """The quote as a text directive: whole if it is short, else `beginning,end`."""
    parts = LEFT_OUT.split(" ".join(words.split()))
    if len(parts) == 1 and len(parts[0]) <= WHOLE:
        return _encoded(parts[0])
    return f"{_encoded(_beginning(parts[0]))},{_encoded(_end(parts[-1]))}"


def _beginning(words):
    """The first words; of a script that does not divide them, the first characters."""
    parts = words.split()
    return " ".join(parts[:WORDS]) if len(parts) > WORDS else words.strip()[:CHARACTERS]


def _end(words):
    parts = words.split()
    return " ".join(parts[-WORDS:]) if len(parts) > WORDS else words.strip()[-CHARACTERS:]


def _encoded(words):
    """`-`, `,` and `&` have a meaning in text directives; `quote` leaves the first as it is."""
    return quote(words.strip(), safe="").replace("-", "%2D")
