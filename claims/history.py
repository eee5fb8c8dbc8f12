"""Earlier states of the desk brought back: always as a draft, never over what two people signed."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from sources.history import signed
from sources.timeline import CannotRestore, latest, state

from . import quotes
from .choices import QuoteState
from .models import (
    Claim,
    ClaimSubject,
    ClaimTopic,
    ClaimTranslation,
    Contact,
    Evidence,
    EvidenceTranslation,
    Verdict,
    VerdictTranslation,
)
from .rules import OPEN_TO_REVIEWER, may_change_claim, may_restore_verdict, require

CLAIM_FIELDS = [
    "original_language", "claimant", "kind", "claimed_on", "claimed_precision",
    "about_from", "about_until", "about_precision",
]  # fmt: skip
VERDICT_FIELDS = ["claim", "rating", "confidence", "conflict_of_interest"]


@signed
@transaction.atomic
def restore_verdict(pk, moment, *, by):
    """Write a new draft of `by` that says what the verdict `pk` said at `moment`; return it.

    Rating, confidence, texts, evidence with its findings, and contacts. Nobody has signed it, and
    its quotes are to be verified again. Raises PermissionDenied and CannotRestore.
    """
    require(by, "claims.add_verdict")
    if not may_restore_verdict(by, None):
        raise PermissionDenied(_("You may not see this verdict."))
    then = _state(Verdict, pk, moment)
    evidence = then.of(Evidence)
    _need([then.root], "claim")
    _need([then.root], "rating")
    _need(evidence, "source")
    _refuse_merged(Claim.objects.select_for_update(of=["self"]).get(pk=then.root.claim_id))
    draft = _write(Verdict(author=by), then.root, VERDICT_FIELDS)
    for event in then.of(VerdictTranslation):
        _write(VerdictTranslation(), event, of=draft)
    for event in evidence:
        row = _write(Evidence(), event, verdict=draft, quote_state=_not_verified(event))
        for finding in then.of(EvidenceTranslation, owner=event.id):
            _write(EvidenceTranslation(), finding, of=row)
    for event in then.of(Contact):
        _write(Contact(), event, verdict=draft)
    quotes.check(draft.evidence.all())
    connection.check_constraints()
    return draft


@signed
@transaction.atomic
def restore_claim(pk, moment, *, by, seen=None):
    """Let the claim say again what it said at `moment`: fields, statements, subjects and topics.

    Its slug, its appearances and relations stay as they are, and so does what readers see, until
    somebody corrects it. `seen` is the latest moment that the person knew of: if somebody has saved
    since, nothing is written over that. Raises PermissionDenied and CannotRestore.
    """
    require(by, "claims.add_claim")
    claim = Claim.objects.select_for_update(of=["self"]).filter(pk=pk).first()
    if claim is None:
        raise CannotRestore(_("The claim itself has been deleted since."))
    if not may_change_claim(by, claim):
        raise PermissionDenied(_("This claim is somebody else's, or with a reviewer."))
    _refuse_merged(claim)
    if claim.verdicts.filter(status__in=OPEN_TO_REVIEWER).exists():
        raise CannotRestore(
            _("A reviewer has a verdict on this claim, or has signed one: send that back first.")
        )
    if seen is not None and seen != latest(Claim, pk):
        raise CannotRestore(_("It was saved meanwhile. Look at its history again."))
    then = _state(Claim, pk, moment)
    _need([then.root], "claimant")
    _need(then.of(ClaimSubject), "subject")
    _need(then.of(ClaimTopic), "topic")
    _write(claim, then.root, CLAIM_FIELDS)
    texts = then.of(ClaimTranslation)
    claim.translations.exclude(language__in=[event.language for event in texts]).delete()
    now = {row.language: row for row in claim.translations.all()}
    for event in texts:
        _write(now.get(event.language) or ClaimTranslation(), event, of=claim)
    claim.subjects.set([event.subject_id for event in then.of(ClaimSubject)])
    claim.topics.set([event.topic_id for event in then.of(ClaimTopic)])
    connection.check_constraints()
    return claim


def _state(model, pk, moment):
    then = state(model, pk, moment)
    if then is None:
        raise CannotRestore(_("At that moment there was nothing here to go back to."))
    return then


def _refuse_merged(claim):
    if claim.merged_into_id is not None:
        raise CannotRestore(_("This claim was merged into another one: work on that."))


def _need(events, name):
    """What the old rows point at must still be there."""
    if not events:
        return
    field = events[0]._meta.get_field(name)
    model = field.related_model
    wanted = {getattr(event, field.attname) for event in events} - {None}
    gone = wanted - set(model.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    for number in sorted(gone):
        last = model.pgh_event_model.objects.filter(id=number).order_by("pgh_id").last()
        raise CannotRestore(
            _("That state needs the %(kind)s “%(name)s”, which has been deleted since.")
            % {"kind": model._meta.verbose_name, "name": last.slug if last else number}
        )


def _not_verified(event):
    """Broken stays broken; what was verified then may have broken since."""
    broken = event.quote_state == QuoteState.BROKEN
    return QuoteState.BROKEN if broken else QuoteState.UNVERIFIED


def _write(row, event, fields=None, **changes):
    """Let the row say what the event does, apart from its number and from `changes`."""
    recorded = {field.name for field in event._meta.fields} - {"id", *changes}
    for field in row._meta.concrete_fields:
        if field.name in (fields or recorded) and field.name in recorded:
            setattr(row, field.attname, getattr(event, field.attname))
    for name, value in changes.items():
        setattr(row, name, value)
    try:
        row.full_clean()
    except ValidationError as error:
        raise CannotRestore(" ".join(error.messages)) from error
    row.save()
    return row
