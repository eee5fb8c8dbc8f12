"""A source seen through the claims that were made in it, in the order of reading."""

from collections import Counter
from itertools import groupby
from urllib.parse import urlencode

import orjson
from django.utils.translation import gettext as _

from claims.interchange.feeds import links

from .feeds import name_of
from .reading import asked, card, counted, distribution, find_source, heads, marks
from .responses import Missing, page, respond

# The strip above the text: one mark a claim, as high as the claim is true.
STRIP_HEIGHT = 20
STEP = 4
GAP = 2


@page
def article(request, slug):
    chosen = asked(request, "rating").getlist("rating")
    row, today = find_source(slug)
    found = list(heads().filter(articles__contains=[slug]))
    if not found:
        raise Missing(_("No claim made in this source has been checked; others may rest on it."))
    claims = sorted((_as_met(card(head), slug) for head in found), key=_place)
    ratings = counted(claims)
    shown = [claim for claim in claims if not chosen or claim["rating"]["slug"] in chosen]
    context = {
        "article": today,
        "name": name_of(today),
        "sections": [(name, list(rows)) for name, rows in groupby(shown, _section)],
        "strip": _strip(claims, {claim["slug"] for claim in shown}),
        "strip_height": STRIP_HEIGHT,
        "table": _table(claims, ratings),
        "total": len(claims),
        "found": len(shown),
        "chosen": chosen,
        "distribution": distribution(ratings),
        "is_part": bool(chosen),
        "feeds": links(_("Claims"), request.path, urlencode({"rating": chosen}, doseq=True)),
    }
    read = [*marks([row, *found]), orjson.dumps(row.links)]
    return respond(request, "claims/article.html", context, read=read)


def _as_met(claim, article):
    """A card with the place where a reader of the article first meets the claim."""
    places = [place for place in claim["appearances"] if place["source"] == article]
    return claim | {"met": min(places, key=lambda place: place["order"])}


def _place(claim):
    return claim["met"]["order"], claim["slug"]


def _section(claim):
    return claim["met"]["section"]


def _table(claims, ratings):
    """What the strip shows, in numbers: for each section how many claims have each rating."""
    rows = []
    for section, found in groupby(claims, _section):
        counts = Counter(claim["rating"]["slug"] for claim in found)
        cells = [counts[rating["slug"]] for rating in ratings]
        rows.append({"section": section, "cells": cells, "total": sum(cells)})
    return rows


def _strip(claims, shown):
    """The marks of all claims in the order of reading, with a gap between sections."""
    marks, x = [], 0
    for place, claim in enumerate(claims):
        if place and _section(claim) != _section(claims[place - 1]):
            x += GAP
        off = claim["slug"] not in shown
        marks.append(_mark(claim["rating"]) | {"x": x, "claim": claim, "off": off})
        x += 1
    return {"marks": marks, "width": x}


def _mark(rating):
    """A bar on the ground for a rating on the scale; a dash half-way up without one."""
    if rating["value"] is None:
        height, top = STEP, (STRIP_HEIGHT - STEP) // 2
    else:
        height = STEP * rating["value"]
        top = STRIP_HEIGHT - height
    return {"y": top, "height": height, "color": rating["color"]}
