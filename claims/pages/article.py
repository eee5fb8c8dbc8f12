"""A source seen through the claims that were made in it, in the order of reading."""

from collections import Counter
from itertools import groupby

from django.utils.translation import gettext as _

from claims.choices import TermKind

from .reading import card, distribution, find_term, heads, marks, term
from .responses import Missing, page, respond

# The strip above the text: one mark a claim, as high as the claim is true.
STRIP_HEIGHT = 20
STEP = 4


@page
def article(request, slug):
    row = find_term(TermKind.SOURCE, slug)
    found = list(heads().filter(articles__contains=[slug]))
    if not found:
        raise Missing(_("No claim made in this source has been checked; others may rest on it."))
    claims = sorted((_as_met(card(head), slug) for head in found), key=_place)
    context = {
        "article": term(row),
        "sections": [(name, list(rows)) for name, rows in groupby(claims, _section)],
        "strip": [_mark(place, claim["rating"]) for place, claim in enumerate(claims)],
        "strip_height": STRIP_HEIGHT,
        "total": len(claims),
        "distribution": distribution(_counted(claims)),
    }
    return respond(request, "claims/article.html", context, read=marks([row, *found]))


def _as_met(claim, article):
    """A card with the place where a reader of the article first meets the claim."""
    places = [place for place in claim["appearances"] if place["source"] == article]
    return claim | {"met": min(places, key=lambda place: place["order"])}


def _place(claim):
    return claim["met"]["order"], claim["slug"]


def _section(claim):
    return claim["met"]["section"]


def _counted(claims):
    """The ratings in the article, in the order of the scale, with how many claims have each."""
    counts = Counter(claim["rating"]["slug"] for claim in claims)
    ratings = {claim["rating"]["slug"]: claim["rating"] for claim in claims}
    in_order = sorted(ratings.values(), key=lambda rating: rating["order"])
    return [rating | {"claims": counts[rating["slug"]]} for rating in in_order]


def _mark(place, rating):
    """A bar on the ground for a rating on the scale; a dash half-way up without one."""
    if rating["value"] is None:
        height, top = STEP, (STRIP_HEIGHT - STEP) // 2
    else:
        height = STEP * rating["value"]
        top = STRIP_HEIGHT - height
    return {"x": place, "y": top, "height": height, "color": rating["color"]}
