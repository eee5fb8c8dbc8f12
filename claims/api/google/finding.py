"""Which claims of the record are asked for, and how they are cut into pages.

Without a question, claims come newest first by their first publication, which never changes: a page
token holds the number of the last claim shown, so nothing is repeated and nothing is lost while
claims are published or corrected. With a question, the index tells at most a thousand claims in
their order; a token holds the last claim shown, and its rank in case the claim is gone by then.
`offset` steps over the first claims once, two thousand at most.

A language stands in no column but in the cards. So a list in one language looks at no more than
SCANNED claims a request, and answers with what it found and a token, a short page if need be.
"""

import datetime
import re
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    JSONField,
    Min,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.utils import timezone

from claims.choices import State
from claims.models.external import ExternalReview, SameClaim
from claims.models.record import ClaimRedirect, PublishedClaim
from claims.search import ranking
from sources.constraints import SLUG

from .parameters import Place

SCANNED = 1000
MOST = 12  # reviews by others of one claim, as on its page


class Asked(NamedTuple):
    """What of the claims is wanted.

    `tags` are those of the site's languages that count, none for all; `language` is the one of
    reviews by others, without script and region; `publisher` is one of them, empty for anybody.
    """

    question: str
    tags: list
    language: str
    publisher: str
    days: int
    with_others: bool


def search(asked, page):
    """`(claims of a page, the place where the next begins)`."""
    claims = in_force().only("card", "entry")
    if asked.with_others:
        claims = claims.annotate(others=reviews_of_others(asked))
    if asked.publisher:
        theirs = SameClaim.objects.filter(review__in=by_others(asked)).annotate(now=now())
        claims = claims.filter(slug__in=theirs.values("now"))
    if asked.days:
        claims = claims.filter(not_older(asked.days))
    if asked.question:
        return ranked(claims, asked.tags, page, asked.question)
    return newest_in(asked.tags, claims, page) if asked.tags else newest(claims, page)


def by_others(asked):
    """What other fact-checkers published, as far as it is wanted."""
    reviews = ExternalReview.objects.shown()
    if asked.publisher:
        reviews = reviews.filter(publisher_site=asked.publisher)
    if asked.language:
        is_written_in = Q(language=asked.language) | Q(language__startswith=f"{asked.language}-")
        reviews = reviews.filter(is_written_in)
    return reviews


def now():
    """The claim that a claim is part of now: itself, unless it was merged."""
    into = ClaimRedirect.objects.filter(slug=OuterRef("claim")).values("to")
    return Coalesce(Subquery(into), F("claim_id"))


def reviews_of_others(asked):
    """Those that an editor named as being about the claim; fetched with it, in its query."""
    columns = ["url", "publisher_name", "publisher_site", "title"]
    columns += ["rating_label", "language", "reviewed_on"]
    claim = OuterRef(OuterRef("slug"))
    merged = ClaimRedirect.objects.filter(to=OuterRef(claim)).values("slug")
    both = Func(ArraySubquery(merged), claim, function="array_append")
    # = ANY(…), not OR: of one list an index can be asked.
    is_it = Func(F("claim_id"), both, template="%(expressions)s)", arg_joiner=" = ANY(")
    named = SameClaim.objects.filter(ExpressionWrapper(is_it, BooleanField()))
    found = by_others(asked).filter(pk__in=named.values("review"))
    found = found.order_by(F("reviewed_on").desc(nulls_last=True), "-pk")
    row = JSONObject(**{name: name for name in columns})
    return ArraySubquery(found.values(as_json=row)[:MOST])


def with_documents(page):
    """The same of all claims, with what their pages say."""
    return newest(in_force().with_document(), page)


def head_of(slug):
    """The claim with this slug, or the one that it was merged into; None where there is none."""
    if not slug or not re.search(SLUG, slug):
        return None
    into = Subquery(ClaimRedirect.objects.filter(slug=slug).values("to"))
    return in_force().with_document().filter(slug=Coalesce(into, Value(slug))).first()


def in_force():
    return PublishedClaim.objects.filter(state=State.PUBLISHED)


def not_older(days):
    """By the day of the claim or of its review, whichever is newer."""
    now = timezone.now()
    try:
        since = now - datetime.timedelta(days=days)
    except OverflowError:  # older than dates go
        return Q()
    return Q(modified_at__gte=since) | Q(claimed_on__gte=since.date())


def reviewed_in(tags):
    """The verdict is there in one of these languages, as google.claim looks at it."""
    card = Func("card", Value("UTF8"), function="convert_from", output_field=TextField())
    said = Q()
    for tag in tags:
        said |= Q(said__statement__has_key=tag, said__summary__has_key=tag)
    return {"said": Cast(card, JSONField())}, said


def ranked(claims, tags, page, question):
    """Two queries: the index's and this."""
    known = ranking.entries(question)
    place = page.place
    start = known.index(place.entry) + 1 if place.entry in known else place.rank
    order = Func(
        Value(known, ArrayField(IntegerField())),
        "entry",
        function="array_position",
        output_field=IntegerField(),
    )
    claims = claims.filter(entry__in=known[start:]).annotate(rank=order).order_by("rank")
    if tags:
        card, said = reviewed_in(tags)
        claims = claims.alias(**card).filter(said)
    rows, is_more = sliced(claims, page)
    return rows, Place(rows[-1].entry, rows[-1].rank) if is_more else None


def newest(claims, page):
    """One query."""
    rows, is_more = sliced(after(claims, page.place), page)
    return rows, Place(rows[-1].entry) if is_more else None


def newest_in(tags, claims, page):
    """Two queries: how far this request looks, and what is in the language up to there."""
    most = page.place.skip + SCANNED
    card, said = reviewed_in(tags)
    window = after(claims, page.place).values("entry")[:most]
    if page.place.skip:  # how many were stepped over is told only by reading them all
        read = PublishedClaim.objects.filter(entry__in=window).alias(**card)
        fitting = Count("entry", filter=said)
        seen = read.aggregate(last=Min("entry"), many=Count("entry"), fitting=fitting)
    else:
        seen = window.aggregate(last=Min("entry"), many=Count("entry")) | {"fitting": 0}
    claims = after(claims, page.place).filter(entry__gte=seen["last"] or 0)
    rows, is_more = sliced(claims.alias(**card).filter(said), page)
    if is_more:
        return rows, Place(rows[-1].entry)
    if seen["many"] < most:
        return rows, None
    return rows, Place(seen["last"], skip=max(0, page.place.skip - seen["fitting"]))


def after(claims, place):
    claims = claims.order_by("-entry")
    return claims if place.entry is None else claims.filter(entry__lt=place.entry)


def sliced(claims, page):
    """`(the page, are there more)`."""
    start = page.place.skip
    rows = list(claims[start : start + page.size + 1])
    return rows[: page.size], len(rows) > page.size
