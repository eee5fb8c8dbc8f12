"""The reads of the record that pages share, and what rows become for templates."""

import re
from collections import Counter
from typing import NamedTuple

import orjson
from django.db.models import Q
from django.utils.translation import gettext as _

from claims.choices import TermKind
from claims.filters import unknown_parameters
from claims.models.links import links, overlay
from claims.models.record import PublishedClaim, PublishedTerm, Revision
from sources.constraints import SLUG

from .responses import BadAddress, Missing

PAGE = 25
TERMS_PAGE = 60
# Put behind links by those who count clicks. They ask nothing of us.
TRACKERS = ("utm_", "fbclid", "gclid", "dclid", "msclkid", "mc_", "igshid", "spm", "ref_src")


class Cut(NamedTuple):
    """One page of a list: what is on it, and the cursor of the next, if there is one."""

    rows: list
    next: str | None


def asked(request, *known):
    """The parameters of a list, after refusing those it does not know."""
    names = [name for name in request.GET if not name.startswith(TRACKERS)]
    problems = []
    for name, meant in unknown_parameters(names, ["after", *known]).items():
        if meant:
            text = _("“%(name)s” is not a parameter of this page. Did you mean “%(meant)s”?")
        else:
            text = _("“%(name)s” is not a parameter of this page.")
        problems.append(text % {"name": name, "meant": meant})
    if problems:
        raise BadAddress(problems)
    return request.GET


def cut_claims(heads, after, size=None):
    """One page of head rows, newest revision first."""
    return _cut_newest(heads, "revision_id", after, size)


def cut_log(after, size=None):
    """One page of the log of corrections, newest first."""
    return _cut_newest(Revision.objects.logged(), "seq", after, size)


def _cut_newest(rows, column, after, size):
    size = size or PAGE
    found = list(before(rows, column, after)[: size + 1])
    cut = found[:size]
    return Cut(cut, str(getattr(cut[-1], column)) if len(found) > size else None)


def before(rows, column, after):
    """The rows that stand after a cursor in a list, newest first. It is a revision's number."""
    if after is None:
        return rows
    if not re.fullmatch("[0-9]{1,18}", after) or int(after) == 0:
        raise BadAddress([bad_cursor(after)])
    return rows.filter(**{f"{column}__lt": int(after)})


def cut_terms(kind, after):
    """One page of terms, those that most claims name first. The cursor is `<claims>.<slug>`."""
    terms = PublishedTerm.objects.filter(kind=kind).order_by("-claims", "slug")
    if after is not None:
        claims, _dot, slug = after.partition(".")
        if not (re.fullmatch("[0-9]{1,9}", claims) and re.search(SLUG, slug) and len(slug) <= 80):
            raise BadAddress([bad_cursor(after)])
        terms = terms.filter(Q(claims__lt=claims) | Q(claims=claims, slug__gt=slug))
    rows = list(terms[: TERMS_PAGE + 1])
    cut = rows[:TERMS_PAGE]
    last = cut[-1] if len(rows) > TERMS_PAGE else None
    return Cut(cut, f"{last.claims}.{last.slug}" if last else None)


def bad_cursor(after):
    return _("“%(after)s” is not a place in this list. Start again at its beginning.") % {
        "after": after[:40]
    }


def heads(*columns):
    """Head rows with what lists need, and `columns`, newest first."""
    listed = PublishedClaim.objects.listed()
    return listed.only("slug", "revision_id", "articles", "card", *columns)


def card(head):
    """A head row as a card for templates."""
    return orjson.loads(bytes(head.card))


def cards(rows):
    return [card(row) for row in rows]


def term(row):
    """A term row as its document, with the number of claims that name it."""
    return orjson.loads(bytes(row.document)) | {"claims": row.claims}


def terms_by_kind(rows):
    """`{kind: [term, …]}`, ratings in the order of their scale, topics by how much there is."""
    found = {kind.value: [] for kind in TermKind}
    for row in rows:
        found[row.kind].append(term(row))
    found[TermKind.RATING].sort(key=lambda rating: rating["order"])
    for kind in set(TermKind) - {TermKind.RATING, TermKind.MEANING}:
        found[kind].sort(key=lambda term: (-term["claims"], term["slug"]))
    return found


def find_source(slug):
    """The row of a source, and the source with its link as it is today."""
    rows = PublishedTerm.objects.annotate(links=links(slug="slug"))
    row = find_term(TermKind.SOURCE, slug, rows)
    return row, overlay([term(row)], row.links)[0]


def find_term(kind, slug, rows=None):
    """The row of a term. `Missing` when no published claim names it."""
    rows = PublishedTerm.objects.all() if rows is None else rows
    row = rows.filter(key=f"{kind}:{slug}").first()
    if row is None:
        raise unknown_term()
    return row


def unknown_term():
    return Missing(_("No published claim names what stands at this address."))


def marks(rows):
    """What tells one state of these rows from another, for ETags."""
    for row in rows:
        if isinstance(row, PublishedTerm):
            yield f"{row.key} {row.claims}"
            yield row.document
        else:
            yield f"{row.slug} {row.revision_id}"
            yield row.card


def counted(claims):
    """The ratings of these cards, in the order of the scale, with how many claims have each."""
    counts = Counter(claim["rating"]["slug"] for claim in claims)
    ratings = {claim["rating"]["slug"]: claim["rating"] for claim in claims}
    in_order = sorted(ratings.values(), key=lambda rating: rating["order"])
    return [rating | {"claims": counts[rating["slug"]]} for rating in in_order]


def distribution(ratings):
    """Ratings with the width of their bars, in hundredths of the largest."""
    largest = max((rating["claims"] for rating in ratings), default=1)
    return [rating | {"width": f"{100 * rating['claims'] / largest:.1f}"} for rating in ratings]
