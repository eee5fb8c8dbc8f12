"""The one door to the record: publish, correct, retract, merge and its undoing, seal.

Nothing else writes Revision, PublishedClaim, PublishedTerm or ClaimRedirect; how they are written
stands in claims.ledger, which only this module calls. Each function checks
the permission and, where a verdict goes out, the gate; takes the record's lock; reads the desk
again under it; and is one transaction. Asked twice, each does its work once.
"""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from sources.constraints import LANGUAGE_TAG
from sources.history import signed
from sources.languages import texts

from . import document, gate, ledger, quotes
from .choices import Action, State, VerdictStatus
from .models import Claim, Correction, Evidence, PublishedClaim, Revision, Verdict
from .models.record import SEALED
from .rules import require

# What a merge changes of the claim that stays.
ABSORBED = {"appearances", "sources", "absorbed", "relations"}


class Refused(Exception):
    """The door stays shut; the text says why, and `findings` what the gate found."""

    def __init__(self, message, findings=()):
        super().__init__(message)
        self.findings = list(findings)


@signed
@transaction.atomic
def publish(verdict, *, by, accepted=()):
    """Make an approved verdict public and return its revision.

    `accepted` names the rules whose warnings a person has read and accepted. Raises
    PermissionDenied, and Refused when the gate finds something or a verdict is public already.
    """
    require(by, "claims.publish_verdict")
    ledger.lock()
    verdict = _fresh_with_quotes(verdict)
    _refuse_merged(verdict.claim)
    if verdict.status == VerdictStatus.PUBLISHED:
        return ledger.latest_of(verdict.claim.slug)
    if verdict.claim.verdicts.filter(status=VerdictStatus.PUBLISHED).exists():
        raise Refused(_("This claim has a published verdict: correct it with the new one."))
    warnings = pass_gate(verdict, accepted)
    at = ledger.moment_for(verdict.claim.slug)
    _put_in_force(verdict, at, warnings)
    return _append_rendered(verdict, Action.PUBLISH, at)


@signed
@transaction.atomic
def correct(correction, *, by, accepted=()):
    """Carry out a correction that somebody else proposed: replace what is public, and say so.

    Raises PermissionDenied, and Refused: also when the proposer asks, or when nothing changes.
    """
    require(by, "claims.correct_verdict")
    ledger.lock()
    correction = Correction.objects.select_for_update(of=["self"]).get(pk=correction.pk)
    verdict = _fresh_with_quotes(correction.verdict)
    _refuse_merged(verdict.claim)
    if correction.revision is not None:
        return Revision.objects.get(seq=correction.revision)
    if correction.proposed_by_id == by.pk:
        raise Refused(_("You proposed this correction: somebody else must carry it out."))
    in_force = verdict.claim.verdicts.filter(status=VerdictStatus.PUBLISHED).first()
    if in_force is None:
        raise Refused(_("Nothing of this claim is public: publish instead."))
    if document.fingerprint(verdict) != correction.proposed_sha256:
        raise Refused(_("It has changed since the correction was proposed: propose it again."))
    warnings = pass_gate(verdict, accepted)
    at = ledger.moment_for(verdict.claim.slug)
    if verdict.pk != in_force.pk:
        in_force.move_to(VerdictStatus.SUPERSEDED)
        _put_in_force(verdict, at, warnings)
    said = {"kind": correction.kind, "text": texts(correction.translations.all(), "text")}
    revision = _append_rendered(verdict, Action.CORRECT, at, correction=said)
    correction.approved_by, correction.revision = by, revision.seq
    correction.save(update_fields=["approved_by", "revision"])
    return revision


@signed
@transaction.atomic
def retract(verdict, *, reason, by):
    """Take back a verdict in force. Its page stays and gives `reason`, a text by language."""
    require(by, "claims.retract_verdict")
    ledger.lock()
    verdict = _fresh(verdict)
    claim = verdict.claim
    _refuse_merged(claim)
    reason = _public_text(reason)
    latest = ledger.latest_of(claim.slug)
    if verdict.status == VerdictStatus.RETRACTED and latest.action == Action.RETRACT:
        return latest
    if verdict.status != VerdictStatus.PUBLISHED:
        raise Refused(_("This verdict is not the one in force."))
    verdict.move_to(VerdictStatus.RETRACTED)
    at = ledger.moment_for(claim.slug)
    return _append(
        document.render_retraction(
            claim,
            number=ledger.next_number(claim.slug),
            at=at,
            previous=ledger.public_document(claim.slug),
            reason=reason,
        ),
        at,
    )


@signed
@transaction.atomic
def merge(claim, *, into, by):
    """Let a published claim lead to another one for ever, which takes over its appearances.

    Returns the revision of the merged claim. Its verdict is superseded by the other's.
    """
    require(by, "claims.merge_claim")
    ledger.lock()
    claim, into = Claim.objects.get(pk=claim.pk), Claim.objects.get(pk=into.pk)
    if claim.merged_into_id == into.pk:
        return ledger.latest_of(claim.slug)
    _refuse_merged(claim)
    _refuse_merged(into)
    if claim.pk == into.pk:
        raise Refused(_("A claim cannot be merged into itself."))
    if not PublishedClaim.objects.filter(slug=claim.slug).exists():
        raise Refused(_("Only a claim that is public can be merged."))
    survivor = document.verdicts_to_render().filter(claim=into, status=VerdictStatus.PUBLISHED)
    if not survivor.exists():
        raise Refused(_("The claim to merge into has no published verdict."))
    for verdict in claim.verdicts.filter(status=VerdictStatus.PUBLISHED):
        verdict.move_to(VerdictStatus.SUPERSEDED)
    Claim.objects.filter(pk=claim.pk).update(merged_into=into)
    claim.merged.update(merged_into=into)
    at = ledger.moment_for(claim.slug, into.slug)
    merged = _append(
        document.render_merge(
            claim,
            number=ledger.next_number(claim.slug),
            at=at,
            previous=ledger.public_document(claim.slug),
            into=into,
        ),
        at,
    )
    absorbed = _fresh(survivor.get())
    _refuse_changed(absorbed)
    _append_rendered(absorbed, Action.ABSORB, at)
    return merged


@signed
@transaction.atomic
def unmerge(claim, *, by):
    """Undo a merge, while neither claim has changed since: the claim has its own page again.

    Returns the claim's revision. Raises PermissionDenied, and Refused when it is too late.
    """
    require(by, "claims.merge_claim")
    ledger.lock()
    claim = Claim.objects.get(pk=claim.pk)
    into = claim.merged_into
    latest = ledger.latest_of(claim.slug)
    if into is None:
        if latest is not None and latest.action == Action.RESTORE:
            return latest
        raise Refused(_("This claim is not merged."))
    absorbed = ledger.latest_of(into.slug)
    if absorbed.action != Action.ABSORB or absorbed.at != latest.at:
        raise Refused(
            _("“%(claim)s” has changed since the merge: it cannot be undone any more.")
            % {"claim": into.slug}
        )
    before = ledger.document_before(latest)
    verdict = claim.verdicts.filter(status=VerdictStatus.SUPERSEDED).order_by("published_at").last()
    if before is None or before["state"] != State.PUBLISHED:
        raise Refused(_("This claim had no verdict in force when it was merged."))
    verdict.move_to(VerdictStatus.PUBLISHED)
    Claim.objects.filter(slug__in=before["absorbed"]).update(merged_into=claim)
    at = ledger.moment_for(claim.slug, into.slug)
    survivor = into.verdicts.get(status=VerdictStatus.PUBLISHED)
    restored = _append_rendered(_fresh(verdict), Action.RESTORE, at, previous=before)
    Claim.objects.filter(pk=claim.pk).update(merged_into=None)  # refused before: see its trigger
    _append_rendered(_fresh(survivor), Action.RESTORE, at)
    return restored


@signed
@transaction.atomic
def seal(slug, *, rule, by, numbers=None):
    """Empty revisions of a claim because a court or somebody's safety demands it.

    Their hashes and their place in the chain stay; a sealing revision says when and under what
    `rule` (public text). Without `numbers`, all of the claim's revisions are sealed. If the latest
    document goes, the claim's page answers 410. Cannot be undone.
    """
    require(by, "claims.seal_claim")
    ledger.lock()
    if not rule.strip():
        raise Refused(_("Say under what rule: readers will see it."))
    revisions = Revision.objects.filter(claim=slug).exclude(action=Action.SEAL)
    known = set(revisions.values_list("number", flat=True))
    if numbers is None:  # a merge says nothing but where the claim went
        numbers = revisions.exclude(action=Action.MERGE).values_list("number", flat=True)
    wanted = set(numbers)
    if not wanted or not wanted <= known:
        raise Refused(_("This claim has no such revision."))
    to_seal = revisions.filter(number__in=wanted).exclude(document=SEALED)
    wanted = set(to_seal.values_list("number", flat=True))
    if not wanted:
        return Revision.objects.filter(claim=slug, action=Action.SEAL).latest("seq")
    at = ledger.moment_for(slug)
    rendered = document.render_seal(
        slug, number=ledger.next_number(slug), at=at, numbers=wanted, rule=rule.strip()
    )
    if objection := gate.objection(rendered):
        raise Refused(objection)
    sealing = ledger.append(rendered, at)
    to_seal.update(document=SEALED)
    if ledger.public_document(slug) is None:
        # Nothing is public any more: a new verdict may be published afresh.
        Verdict.objects.filter(claim__slug=slug, status=VerdictStatus.PUBLISHED).update(
            status=VerdictStatus.RETRACTED
        )
        ledger.project(slug)
    return sealing


# --- Under the lock: the gate and the desk's side ------------------------------


def _fresh(verdict):
    return document.verdicts_to_render().select_for_update(of=["self"]).get(pk=verdict.pk)


def _fresh_with_quotes(verdict):
    """With what is known of its quotes now: a text may have come in that nobody compared yet."""
    quotes.check(Evidence.objects.filter(verdict=verdict.pk))
    return _fresh(verdict)


def _refuse_merged(claim):
    if claim.merged_into_id is not None:
        raise Refused(
            _("This claim was merged into “%(claim)s”.") % {"claim": claim.merged_into.slug}
        )


def hold_record():
    """Take the record's lock before anything else, where a long transaction ends in publishing.

    Taken last, it could deadlock with somebody who publishes one of the rows held meanwhile.
    """
    ledger.lock()


def _refuse_changed(verdict):
    """A merge is no way around a correction: nothing else of what is public may change by it."""
    before = ledger.public_document(verdict.claim.slug)
    aside = ABSORBED | {"published_at"}
    now = document.draft(verdict)
    if not document.says_the_same(document.worded(before), document.worded(now), but=aside):
        raise Refused(
            _("“%(claim)s” has changed on the desk: correct it before the merge.")
            % {"claim": verdict.claim.slug}
        )


def _public_text(text):
    """The text by language, without the languages left empty."""
    written = {tag: value.strip() for tag, value in text.items() if value and value.strip()}
    if unknown := [tag for tag in written if not re.search(LANGUAGE_TAG, tag)]:
        raise Refused(_("“%(tag)s” is not a language tag.") % {"tag": unknown[0]})
    if not written:
        raise Refused(_("Write the public text in at least one language."))
    return written


def pass_gate(verdict, accepted, aside=()):
    """The warnings that somebody accepted; Refused if anything else was found."""
    found = [item for item in gate.findings(verdict) if item.rule not in aside]
    open_findings = [item for item in found if item.stops or item.rule not in accepted]
    if open_findings:
        message = " ".join(str(item.message) for item in open_findings)
        raise Refused(message, open_findings)
    return sorted({item.rule for item in found})


def _put_in_force(verdict, at, warnings):
    verdict.status = VerdictStatus.PUBLISHED
    verdict.published_at = at
    verdict.accepted_warnings = warnings
    verdict.save(update_fields=["status", "published_at", "accepted_warnings"])


def _append_rendered(verdict, action, at, *, correction=None, previous=None):
    previous = previous or ledger.public_document(verdict.claim.slug)
    rendered = document.render(
        verdict,
        number=ledger.next_number(verdict.claim.slug),
        action=action,
        at=at,
        previous=previous,
        correction=correction,
    )
    if action == Action.CORRECT and document.says_the_same(previous, rendered):
        raise Refused(_("Nothing that the public sees would change."))
    return _append(rendered, at)


def _append(rendered, at):
    if objection := gate.objection(rendered):
        raise Refused(objection)
    revision = ledger.append(rendered, at)
    ledger.project(rendered["slug"])
    return revision
