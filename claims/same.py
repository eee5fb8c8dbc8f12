"""The same claim elsewhere: which reviews of others seem to be about a claim of ours.

A program suggests, by the page where the claim was made and by the words; an editor accepts or
refuses. What was decided is kept with what was shown (MatchDecision), and never suggested again.
"""

import hashlib
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from sources.addresses import is_web, same_page
from sources.history import signed
from sources.languages import texts
from sources.models import Source

from . import rules
from .choices import MatchReason, TermKind
from .models import (
    Claim,
    ClaimRedirect,
    ExternalReview,
    MatchDecision,
    PublishedClaim,
    PublishedTerm,
    SameClaim,
)
from .review import ReviewError
from .search import match

SHOWN = 5  # suggestions at a time
LOOKED_AT = 200  # what was said at one page
LATEST = 1000  # reviews that came in last, for the start page


class Suggestion(NamedTuple):
    """A review and a claim that seem to be about the same; `score` is of words alone."""

    review: ExternalReview
    claim: Claim
    reason: MatchReason
    score: float | None
    why: tuple

    @property
    def statement(self):
        return _statement(self.review, self.claim)

    @property
    def shown(self):
        digest = _digest(self.review, self.claim)
        return Shown(self.review.pk, self.claim.slug, self.reason.value, self.score, digest)


class Shown(NamedTuple):
    """What of a suggestion an editor had before them; `digest` stands for the words of both."""

    review: int
    claim: str
    reason: str
    score: float | None
    digest: str


# --- Suggestions -------------------------------------------------------------------


def for_review(review):
    """Published claims of ours that it seems to be about, of those that nobody decided on."""
    pages = review.appeared_at.split()
    there = set()
    if pages:
        sources = PublishedTerm.objects.filter(kind=TermKind.SOURCE, addresses__overlap=pages)
        slugs = list(sources.values_list("slug", flat=True))
        heads = PublishedClaim.objects.listed().filter(articles__overlap=slugs)
        there = set(heads.values_list("slug", flat=True)[:LOOKED_AT])
    hits = {
        hit.card["slug"]: hit for hit in match.ours_like(" ".join(review.claim_reviewed.split()))
    }
    known = _decided(review=review)
    ranked = _ranked(there - known, {slug: hit for slug, hit in hits.items() if slug not in known})
    claims = Claim.objects.filter(slug__in=[slug for slug, *_why in ranked], merged_into=None)
    claims = {row.slug: row for row in claims.prefetch_related("translations")}
    return [Suggestion(review, claims[slug], *why) for slug, *why in ranked if slug in claims]


def for_claim(claim):
    """Reviews of others that seem to be about it, of those that nobody decided on."""
    if claim.merged_into_id:
        return []
    said = [" ".join(row.statement.split()) for row in claim.translations.all()]
    hits = {}
    for several in match.others_like(said):
        for hit in several:
            known = hits.get(hit.review.pk, hit)
            hits[hit.review.pk] = max(hit, known, key=lambda one: one.probability)
    there = {}
    if pages := _pages_of(claim):
        rows = ExternalReview.objects.shown().appearing_at(pages).defer("markup")
        # In no order: the planner would walk through all of them in it.
        there = {row.pk: row for row in rows.order_by()[:LOOKED_AT]}
    reviews = there | {pk: hit.review for pk, hit in hits.items()}
    decided = _decided(claim=claim)
    ranked = _ranked(there.keys() - decided, {pk: hits[pk] for pk in hits.keys() - decided})
    return [Suggestion(reviews[pk], claim, *why) for pk, *why in ranked]


def _pages_of(claim):
    """Where it was made, and where copies of that are."""
    sources = Source.objects.filter(appearances__claim=claim).distinct()
    urls = set()
    for source in sources.prefetch_related("copies", "archive_copies"):
        urls |= {source.url, *(row.url for row in source.copies.all())}
        urls |= {row.url for row in source.archive_copies.all()}
    return {same_page(url) for url in urls if url and is_web(url)}


def _ranked(there, hits):
    """`[(key, reason, score, why)]`: of the same page first, the likeliest words before others."""
    rows = [
        (
            key,
            MatchReason.APPEARANCE if key in there else MatchReason.WORDS,
            round(hits[key].probability, 3) if key in hits else None,
            tuple(reason.text for reason in hits[key].reasons) if key in hits else (),
        )
        for key in there | hits.keys()
    ]
    rows.sort(key=lambda row: (row[1] != MatchReason.APPEARANCE, -(row[2] or 0), str(row[0])))
    return rows[:SHOWN]


def _decided(*, review=None, claim=None):
    """Claims of a review, or reviews of a claim, on which somebody decided.

    A decision on a claim holds for the one that it was merged into.
    """
    if review:
        named = set(review.same.values_list("claim", flat=True))
        named |= set(review.decisions.values_list("claim", flat=True))
        into = ClaimRedirect.objects.filter(slug__in=named).values_list("to", flat=True)
        return named | set(into)
    slugs = {
        claim.slug,
        *ClaimRedirect.objects.filter(to=claim.slug).values_list("slug", flat=True),
    }
    named = set(SameClaim.objects.filter(claim__in=slugs).values_list("review", flat=True))
    decisions = MatchDecision.objects.filter(claim__in=slugs)
    return named | set(decisions.values_list("review", flat=True))


# --- Decisions ---------------------------------------------------------------------


@signed
@transaction.atomic
def decide(shown, accept, *, by):
    """Accept or refuse what was shown; returns the decision, or None if it was taken before.

    Raises PermissionDenied, ReviewError if either changed meanwhile or a colleague said
    otherwise, DoesNotExist.
    """
    rules.require(by, "claims.change_externalreview")
    review = ExternalReview.objects.select_for_update().get(pk=shown.review)
    claim = Claim.objects.select_related("merged_into").get(slug=shown.claim)
    is_named = review.same.filter(claim=claim).exists()
    if is_named or review.decisions.filter(claim=claim.slug).exists():
        if is_named == accept:
            return None
        raise ReviewError(
            _("It was refused meanwhile. Name the claim on the page of the review if it is wrong.")
            if accept
            else _("It was accepted meanwhile. Take the claim off the page of the review.")
        )
    if claim.merged_into_id:
        raise ReviewError(_("The claim was merged into another one meanwhile: look again."))
    if shown.digest != _digest(review, claim):
        raise ReviewError(_("The words have changed meanwhile: look again."))
    if accept:
        SameClaim.objects.create(review=review, claim=claim)
    return _note(review, claim, accept, by, MatchReason(shown.reason), shown.score)


@signed
@transaction.atomic
def noted_by_hand(review, before, *, by):
    """Keep what an editor changed of the claims that a review names: `before` are their slugs."""
    after = set(review.same.values_list("claim", flat=True))
    claims = Claim.objects.filter(slug__in=after ^ before).order_by("slug")
    return [
        _note(review, claim, claim.slug in after, by, MatchReason.HAND, None) for claim in claims
    ]


def _note(review, claim, accept, by, reason, score):
    return MatchDecision.objects.create(
        review=review,
        claim=claim.slug,
        is_accepted=accept,
        reason=reason,
        score=score,
        text=review.claim_reviewed,
        statement=_statement(review, claim),
        by=by,
    )


def _statement(review, claim):
    """In the language of the review if it is there, else in the claim's own."""
    said = texts(claim.translations.all(), "statement")
    own = said.get(claim.original_language) or next(iter(said.values()), "")
    return said.get(review.language) or own


def _digest(review, claim):
    said = texts(claim.translations.all(), "statement")
    words = [review.claim_reviewed, *(f"{tag} {said[tag]}" for tag in sorted(said))]
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]


def pairs():
    """The last decision of each pair: what match can learn from."""
    pair = ["review_id", "claim"]
    return MatchDecision.objects.order_by(*pair, "-pk").distinct(*pair)


# --- What waits --------------------------------------------------------------------

# However many there are, a thousand are looked at. Of a review that somebody decided on once the
# rest is on its page: an article may have a hundred claims, and nobody refuses them one by one.
_WAITING = """
WITH latest AS MATERIALIZED (
    SELECT id, claim_reviewed, publisher_name, publisher_site, withdrawn_at,
        string_to_array(appeared_at, E'\\n') AS places
    FROM claims_externalreview WHERE NOT appeared_at = '' ORDER BY id DESC LIMIT %s
), known AS MATERIALIZED (  -- in one look at the index, not a thousand
    SELECT slug, addresses FROM claims_publishedterm WHERE kind = 'source'
        AND addresses && ARRAY(SELECT DISTINCT place FROM latest, unnest(places) AS place)
), ours AS MATERIALIZED (
    SELECT array_agg(address) AS addresses FROM known, unnest(addresses) AS address WHERE EXISTS (
        SELECT FROM claims_publishedclaim
        WHERE articles @> ARRAY[known.slug] AND state = 'published'
    )
)
SELECT id, claim_reviewed, publisher_name FROM latest, ours
WHERE places && addresses AND withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT FROM claims_checker WHERE site = publisher_site AND standing = 'hidden'
    )
    AND NOT EXISTS (SELECT FROM claims_sameclaim WHERE review_id = latest.id)
    AND NOT EXISTS (SELECT FROM claims_matchdecision WHERE review_id = latest.id)
ORDER BY id DESC LIMIT %s
"""


def waiting(many):
    """The newest reviews of claims that were made on a page of ours, as nobody has looked at."""
    return list(ExternalReview.objects.raw(_WAITING, [LATEST, many]))
