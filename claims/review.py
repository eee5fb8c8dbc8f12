"""A verdict's way across the desk, up to the door of the record.

Submit, send back, approve; assign, remark, look again; set topics; propose a correction.
"""

import re

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from sources.constraints import LANGUAGE_TAG
from sources.history import signed

from . import document, rules
from .choices import CommentKind, CorrectionKind, VerdictStatus
from .models import Comment, Correction, CorrectionTranslation, Verdict


class ReviewError(Exception):
    """This step cannot be taken now; the text says why."""


NOT_HANDED_IN = {"submitted_by": None, "submitted_sha256": ""}


@signed
@transaction.atomic
def submit(verdict, *, by):
    """Hand a draft to a reviewer: one's own, or anybody's for those who edit all.

    What stands there then is kept: the reviewer signs that and nothing else, so that nobody's words
    go out that a second person has not stood behind. Raises ReviewError, PermissionDenied.
    """
    rules.require(by, "claims.add_verdict")
    return _move(
        verdict,
        {VerdictStatus.DRAFT},
        VerdictStatus.IN_REVIEW,
        by=by,
        may=rules.may_submit,
        signs="submitted_sha256",
        submitted_by=by,
    )


@signed
def take_back(verdict, *, by):
    """The author takes a verdict out of review to go on writing: until then its words are fixed."""
    rules.require(by, "claims.add_verdict")
    if verdict.author_id != by.pk:
        raise ReviewError(_("Only its author takes a verdict back; a reviewer sends it back."))
    return _move(
        verdict,
        {VerdictStatus.IN_REVIEW},
        VerdictStatus.DRAFT,
        by=by,
        may=rules.may_take_back,
        **NOT_HANDED_IN,
    )


@signed
@transaction.atomic
def send_back(verdict, *, by, reason):
    """Hand a verdict back to its author as a draft, and say why; also if it was scheduled."""
    rules.require(by, "claims.approve_verdict")
    if not reason.strip():
        raise ReviewError(_("Say what is to be mended."))
    row = _move(
        verdict,
        rules.OPEN_TO_REVIEWER,
        VerdictStatus.DRAFT,
        by=by,
        may=rules.may_send_back,
        **NOT_HANDED_IN,
        reviewer=None,
        approved_sha256="",
        scheduled_by=None,
        schedule_refusal="",
        accepted_warnings=[],
    )
    Comment.objects.create(verdict=row, author=by, kind=CommentKind.SENT_BACK, text=reason.strip())
    return row


@signed
@transaction.atomic
def approve(verdict, *, by, seen=None):
    """Sign a verdict as its reviewer. Neither its author nor who handed it in can do so.

    `seen` is the document.fingerprint() of what the reviewer read: if readers would see anything
    else by now, nothing is signed. What is signed is kept, and the gate holds on to it.

    Raises ReviewError for a verdict that is not in review, has no rating, or is one's own.
    """
    rules.require(by, "claims.approve_verdict")
    row = Verdict.objects.select_for_update(of=["self"]).get(pk=verdict.pk)
    if row.author_id == by.pk:
        raise ReviewError(_("You wrote this verdict: somebody else must approve it."))
    if row.submitted_by_id == by.pk:
        raise ReviewError(_("You handed this verdict in: somebody else must approve it."))
    row = _move(
        verdict,
        {VerdictStatus.IN_REVIEW},
        VerdictStatus.APPROVED,
        by=by,
        may=rules.may_approve,
        signs="approved_sha256",
        reviewer=by,
    )
    if seen is not None and seen != row.approved_sha256:
        raise ReviewError(_("It has changed since you opened it. Read it again."))
    if row.approved_sha256 != row.submitted_sha256:
        raise ReviewError(_("It has changed since it was handed in: send it back."))
    return row


@signed
@transaction.atomic
def assign(verdict, *, to, due_on=None, by):
    """Say whose work a verdict is, and until when. `to` None takes the assignment back."""
    rules.require(by, "claims.change_verdict")
    _refuse_closed(verdict, rules.may_assign, by)
    if to is not None and not rules.may_work_on(to, verdict):
        raise ReviewError(_("%(name)s may not work on this verdict.") % {"name": to.get_username()})
    Verdict.objects.filter(pk=verdict.pk).update(assignee=to, due_on=due_on)


@signed
@transaction.atomic
def look_again(verdict, *, on, by):
    """Bring a verdict in force back to a worklist on a day, or never if `on` is None."""
    rules.require(by, "claims.change_verdict")
    _refuse_closed(verdict, rules.may_look_again, by)
    Verdict.objects.filter(pk=verdict.pk).update(recheck_on=on)


@signed
def remark(verdict, *, text, by):
    """Leave a remark for colleagues. It never leaves the desk."""
    rules.require(by, "claims.view_verdict")
    if not text.strip():
        raise ReviewError(_("Write something."))
    return Comment.objects.create(verdict=verdict, author=by, text=text.strip())


@signed
@transaction.atomic
def set_topics(claim, *, add=(), remove=(), by):
    """Add topics to a claim and take others away, whatever topics it has besides."""
    rules.require(by, "claims.add_claim")
    if not rules.may_change_claim(by, claim):
        raise PermissionDenied(_("This claim is somebody else's: an editor can do this."))
    claim.topics.add(*add)
    claim.topics.remove(*remove)


@signed
@transaction.atomic
def propose_correction(verdict, *, kind, text, by):
    """Propose to make this verdict the public one, or to publish what was mended around it.

    `kind` is a CorrectionKind, `text` what readers will be told, by language. Somebody else carries
    it out with publishing.correct(). Raises ReviewError.
    """
    rules.require(by, "claims.change_verdict")
    row = Verdict.objects.select_for_update(of=["self"]).get(pk=verdict.pk)
    written = {tag: value.strip() for tag, value in text.items() if value and value.strip()}
    if not written:
        raise ReviewError(_("Write the public text in at least one language."))
    if kind not in CorrectionKind.values:
        raise ReviewError(_("Say what kind of correction it is."))
    if unknown := [tag for tag in written if not re.search(LANGUAGE_TAG, tag)]:
        raise ReviewError(_("“%(tag)s” is not a language tag.") % {"tag": unknown[0]})
    if row.corrections.filter(revision=None).exists():
        raise ReviewError(_("A correction of this verdict is proposed already."))
    if row.status not in {VerdictStatus.APPROVED, VerdictStatus.PUBLISHED}:
        raise ReviewError(_("A reviewer approves the verdict before it can correct another."))
    in_force = row.claim.verdicts.filter(status=VerdictStatus.PUBLISHED).first()
    if in_force is None:
        raise ReviewError(_("Nothing of this claim is public: publish instead."))
    if kind == CorrectionKind.MINOR and row.rating_id != in_force.rating_id:
        raise ReviewError(_("Another rating is no minor correction."))
    correction = Correction.objects.create(
        verdict=row, kind=kind, proposed_by=by, proposed_sha256=_fingerprint(row)
    )
    CorrectionTranslation.objects.bulk_create(
        CorrectionTranslation(of=correction, language=tag, text=value)
        for tag, value in sorted(written.items())
    )
    return correction


@signed
@transaction.atomic
def withdraw_correction(correction, *, by):
    """Take back a proposal that nobody has carried out."""
    rules.require(by, "claims.change_verdict")
    row = Correction.objects.select_for_update().get(pk=correction.pk)
    if row.revision is not None:
        raise ReviewError(_("This correction is public already."))
    row.delete()


def foremost(verdicts):
    """The verdict that stands for its claim: the one in force, else the newest, else None."""
    in_force = [row for row in verdicts if row.status == VerdictStatus.PUBLISHED]
    return max(in_force or verdicts, key=lambda row: row.pk, default=None)


def _refuse_closed(verdict, may, by):
    """Is the step open to the row as it is now?"""
    row = Verdict.objects.select_for_update(of=["self"]).get(pk=verdict.pk)
    if not may(by, row):
        raise ReviewError(_not_open(row))


def _not_open(row):
    return _("This verdict is %(status)s; the step is not open to it.") % {
        "status": row.get_status_display()
    }


def _fingerprint(verdict):
    return document.fingerprint(document.verdicts_to_render().get(pk=verdict.pk))


@transaction.atomic
def _move(verdict, before, after, *, by, may, signs=None, **changes):
    """Change the status of the row as it is now, not as the caller once read it.

    `signs` names the column that keeps a hash of what readers would see of it.
    """
    row = Verdict.objects.select_for_update(of=["self"]).get(pk=verdict.pk)
    if after == VerdictStatus.APPROVED and row.rating_id is None:
        raise ReviewError(_("Choose a rating before the verdict is approved."))
    if row.status not in before:
        raise ReviewError(_not_open(row))
    if not may(by, row):
        raise PermissionDenied(_("This verdict is somebody else's: an editor can do this."))
    if signs:
        changes[signs] = _fingerprint(row)
    row.status = after
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["status", *changes])
    return row
