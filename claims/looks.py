"""Which verdicts in force need another look, and why: their ground has changed under them.

A reason is read off the desk whenever somebody asks: a broken quote, a dead or changed link, a
source taken back, another verdict on a claim that this one depends on. So no job and no door can
forget to raise one. What is stored is that somebody looked, and what they did (`Look`).
"""

import datetime
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import DateTimeField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _

from sources.choices import LinkState
from sources.history import signed

from .choices import Action, CorrectionKind, LookReason, QuoteState, RelationKind, VerdictStatus
from .models import ClaimRelation, Correction, Evidence, Look, Revision, Verdict
from .review import ReviewError
from .rules import may_clear_look, require

LONG_AGO = Value(datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC))
GONE = [LinkState.DEAD, LinkState.CHANGED]
IN_FORCE = Q(verdict__status=VerdictStatus.PUBLISHED)
# What was so before it went out was before those who signed it.
SINCE_IT_WENT_OUT = Q(source__link_state_since__isnull=True) | Q(
    source__link_state_since__gt=F("verdict__published_at")
)


@dataclass(frozen=True)
class Reason:
    """Why one verdict needs another look; `on` is the id of the source, or claim, that changed."""

    verdict: int
    kind: LookReason
    about: int
    since: datetime.datetime
    on: int

    @property
    def key(self):
        return f"{self.kind}:{self.about}:{self.since.isoformat()}"


def reasons(verdicts=None):
    """Every open reason, the latest first; of these verdicts only, where some are given.

    Always the same few queries.
    """
    found = [
        _of_evidence(LookReason.QUOTE, Q(quote_state=QuoteState.BROKEN), "pk", "broken_at"),
        _of_evidence(
            LookReason.LINK,
            Q(source__link_state__in=GONE) & SINCE_IT_WENT_OUT,
            "source_id",
            "source__link_state_since",
        ),
        _of_evidence(
            LookReason.WITHDRAWN,
            Q(source__withdrawn_on__isnull=False),
            "source_id",
            "source__withdrawn_on",
        ),
        _of_evidence(
            LookReason.WITHDRAWN,
            Q(source__copy_of__withdrawn_on__isnull=False),
            "source__copy_of_id",
            "source__copy_of__withdrawn_on",
        ),
        _of_claims(),
    ]
    if verdicts is not None:
        found = [(kind, rows.filter(of__in=verdicts)) for kind, rows in found]
    known = {
        Reason(row[0], kind, *row[1:])
        for kind, rows in found
        for row in rows.order_by().values_list("of", "about", "since", "on")
    }
    return sorted(known, key=lambda one: (-one.since.timestamp(), one.verdict, one.kind, one.about))


@signed
@transaction.atomic
def clear(verdict, *, note, by, seen=None):
    """Log that somebody looked at a verdict again, and what they did about it.

    `seen` are the keys of the reasons that they saw: one that came up since stays open. Raises
    PermissionDenied, ReviewError, and ValidationError without a note.
    """
    require(by, "claims.change_verdict")
    row = Verdict.objects.select_for_update(of=["self"]).get(pk=verdict.pk)
    if not may_clear_look(by, row):
        raise ReviewError(_("Only a verdict in force is looked at again."))
    if not note.strip():
        raise ValidationError(_("Say what was done."))
    found = [one for one in reasons([row.pk]) if seen is None or one.key in seen]
    if not found:
        raise ReviewError(_("Nothing asks for another look any more."))
    return Look.objects.bulk_create(
        Look(
            verdict=row, reason=one.kind, about=one.about, since=one.since, by=by, note=note.strip()
        )
        for one in found
    )


def _of_evidence(kind, condition, about, since):
    rows = Evidence.objects.filter(IN_FORCE, condition).annotate(
        of=F("verdict_id"), about=F(about), since=Coalesce(_moment(since), LONG_AGO)
    )
    return kind, _open(rows, kind).annotate(on=F("source_id"))


def _of_claims():
    """Of what a claim depends on, the last revision that changed a verdict after ours went out.

    Minor corrections change none, and a first publication is none either.
    """
    minor = Correction.objects.filter(kind=CorrectionKind.MINOR, revision__isnull=False)
    changes = (
        Revision.objects.filter(claim=OuterRef("other__slug"), number__gt=1)
        .exclude(action=Action.ABSORB)
        .exclude(Exists(minor.filter(revision=OuterRef("seq"))))
        .order_by("-seq")
    )
    rows = ClaimRelation.objects.filter(
        kind=RelationKind.DEPENDS_ON, claim__verdicts__status=VerdictStatus.PUBLISHED
    ).annotate(
        of=F("claim__verdicts"),
        about=Subquery(changes.values("seq")[:1]),
        since=Subquery(changes.values("at")[:1]),
    )
    rows = rows.filter(since__gt=F("claim__verdicts__published_at"))
    return LookReason.CLAIM, _open(rows, LookReason.CLAIM).annotate(on=F("other_id"))


def _open(rows, kind):
    """Without those that somebody has looked at."""
    looked = Look.objects.filter(
        verdict=OuterRef("of"), reason=kind, about=OuterRef("about"), since=OuterRef("since")
    )
    return rows.exclude(Exists(looked))


def _moment(name):
    return Cast(name, DateTimeField())
