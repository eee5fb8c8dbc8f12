"""Which known claims are like this text: our own, drafts too, and those that others reviewed.

How like they are is told by the trigrams of PostgreSQL, which know no words, and so serve any
language. Of our own, an index of trigrams finds the nearest; of the many of others, the index of
words does, which match goes by too.
"""

from dataclasses import dataclass

from django.contrib.postgres.search import (
    TrigramDistance,
    TrigramSimilarity,
    TrigramWordSimilarity,
)
from django.db.models import Prefetch
from django.urls import reverse

from claims.models import Claim, ClaimTranslation, ExternalReview, Rating, Verdict
from claims.review import foremost

from . import features, match

LONGEST = 1000  # characters of a text that are compared: as long as a statement may be
CANDIDATES = 40  # as the index has them: enough, though one claim may be there in each language
LEAST = 0.2  # below it, two texts have nothing to do with each other


@dataclass(frozen=True)
class Match:
    """A known claim that is like a text, in the language in which it is most like it."""

    what: Claim | ExternalReview
    score: float  # 0 (nothing in common) to 1 (the same letters)
    statement: str
    language: str
    verdict: Verdict | None = None  # of our own: the one in force, else the newest

    @property
    def is_ours(self):
        return isinstance(self.what, Claim)

    @property
    def rating(self) -> Rating | None:
        return self.verdict.rating if self.verdict else None

    @property
    def href(self):
        """Where an editor reads on."""
        if self.is_ours:
            return reverse("admin:claims_claim_change", args=[self.what.pk])
        return self.what.url


def similar(text, *, limit=5, exclude=None):
    """The claims most like `text`, the nearest first; `exclude` is a claim that is left out.

    At most six queries, whatever is found.
    """
    text = _comparable(text)
    if not text:
        return []
    found = [*_ours(text, exclude), *_of_others(text)]
    found = [match for match in found if match.score >= LEAST]
    return sorted(found, key=lambda match: -match.score)[:limit]


def _comparable(text):
    """What PostgreSQL takes for text, and no more of it than a statement has."""
    text = text[: LONGEST * 10].replace("\0", " ").encode(errors="replace").decode()
    return " ".join(text.split())[:LONGEST]


def _ours(text, exclude):
    verdicts = Verdict.objects.select_related("rating").prefetch_related("rating__translations")
    rows = (
        _nearest(ClaimTranslation.objects.filter(of__merged_into=None), "statement", text)
        .exclude(of=exclude and exclude.pk)
        .select_related("of")
        .prefetch_related(Prefetch("of__verdicts", verdicts))
    )
    best = {}
    for row in sorted(rows[:CANDIDATES], key=lambda row: (-row.score, row.pk)):
        best.setdefault(row.of_id, row)
    return [
        Match(row.of, row.score, row.statement, row.language, foremost(row.of.verdicts.all()))
        for row in best.values()
    ]


def _of_others(text):
    [found] = match.candidates([features.read(text)], match.OTHERS)
    rows = ExternalReview.objects.defer("markup").filter(pk__in=[pk for pk, _score in found])
    rows = rows.annotate(score=_alike("claim_reviewed", text)).order_by("-score", "pk")
    return [Match(row, row.score, row.claim_reviewed, row.language) for row in rows]


def _nearest(rows, field, text):
    """In the order of the index. Nothing else may be in the order, or the index cannot serve it."""
    return rows.annotate(score=_alike(field, text)).order_by(TrigramDistance(field, text))


def _alike(field, text):
    """Half for the wholes, half for the one within the other: so a half typed sentence counts."""
    return (TrigramSimilarity(field, text) + TrigramWordSimilarity(text, field)) / 2
