"""What only the desk knows about a dossier: ratings, addresses taken, claims elsewhere.

The data may be malformed, so that these mistakes can be told together with all others.
"""

import re

from claims import drafts
from claims.models import Claim
from sources import addresses
from sources.constraints import SLUG
from sources.models import Source

from . import checks
from .mistakes import Mistake, did_you_mean


def ratings():
    """The ratings of the scale in force, by slug."""
    return {row.slug: row for row in drafts.ratings()}


def violations(data, known_ratings):
    return [
        *_ratings(data, known_ratings),
        *_relations(data),
        *_addresses(data),
        *_copies(data),
    ]


def _ratings(data, known):
    for path, claim in checks.entries(data, "claims"):
        slug = claim.get("rating")
        if _is_slug(slug) and slug not in known:
            yield Mistake(
                f"{path}.rating",
                f"no rating {slug!r}{did_you_mean(slug, known)} (known: {', '.join(known)})",
            )


def _relations(data):
    """A claim may be related to one of another article, if the desk has it."""
    here = checks.slugs(data, "claims")
    named = [
        (f"{path}.{key}[{index}]", slug)
        for path, claim in checks.entries(data, "claims")
        for key in checks.RELATIONS
        for index, slug in enumerate(checks.listed(claim, key))
        if _is_slug(slug) and slug not in here
    ]
    wanted = {slug for _, slug in named}
    desk = set(Claim.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    for path, slug in named:
        if slug not in desk:
            yield Mistake(path, f"no claim {slug!r}{did_you_mean(slug, here)}")


def _addresses(data):
    """An address that another source on the desk has."""
    wanted = {path: _address(row.get("url")) for path, row in checks.entries(data, "sources")}
    rows = Source.objects.filter(url__in=[url for url in wanted.values() if url])
    taken = dict(rows.exclude(slug__in=_slugs(data)).values_list("url", "slug"))
    for path, url in wanted.items():
        if url in taken:
            yield Mistake(f"{path}.url", f"the source {taken[url]!r} has this address already")


def _copies(data):
    """A source that others are copies of on the desk does not become a copy itself."""
    here = _slugs(data)
    rows = Source.objects.filter(copy_of__slug__in=here).exclude(slug__in=here)
    copied = dict(rows.values_list("copy_of__slug", "slug"))
    for path, row in checks.entries(data, "sources"):
        if _is_slug(row.get("slug")) and row["slug"] in copied and row.get("copy_of"):
            yield Mistake(
                f"{path}.copy_of", f"{copied[row['slug']]!r} is a copy of this one on the desk"
            )


def _slugs(data):
    return [slug for slug in checks.slugs(data, "sources") if _is_slug(slug)]


def _is_slug(value):
    return isinstance(value, str) and re.fullmatch(SLUG, value) is not None


def _address(value):
    try:
        return addresses.normalise(value) if isinstance(value, str) else None
    except ValueError:
        return None
