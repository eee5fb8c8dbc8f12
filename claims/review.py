"""A verdict's way across the desk, up to the door of the record.

Submit, send back, approve; assign, remark, look again; propose a correction.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from .choices import CommentKind, CorrectionKind, VerdictStatus
from .models import Comment, Correction, CorrectionTranslation, Verdict


class ReviewError(Exception):
    """This step cannot be taken now; the text says why."""


def submit(verdict, *, by):
    """Hand a draft to a reviewer. Raises ReviewError, PermissionDenied."""
    require(by, "claims.change_verdict")
    return _move(verdict, VerdictStatus.DRAFT, VerdictStatus.IN_REVIEW)


@transaction.atomic
def send_back(verdict, *, by, reason):
    """Hand a verdict back to its author as a draft, also one that was approved, and say why."""
    require(by, "claims.approve_verdict")
    if not reason.strip():
        raise ReviewError(_("Say what is to be mended."))
    row = _move(
        verdict,
        (VerdictStatus.IN_REVIEW, VerdictStatus.APPROVED),
        VerdictStatus.DRAFT,
        reviewer=None,
    )
    Comment.objects.create(verdict=row, author=by, kind=CommentKind.SENT_BACK, text=reason.strip())
    return row


def approve(verdict, *, by):
    """Sign a verdict as its reviewer. The author can never do so.

    Raises ReviewError for a verdict that is not in review, has no rating, or is one's own.
    """
    require(by, "claims.approve_verdict")
    if verdict.author_id == by.pk:
        raise ReviewError(_("You wrote this verdict: somebody else must approve it."))
    if verdict.rating_id is None:
        raise ReviewError(_("Choose a rating before the verdict is approved."))
    return _move(verdict, VerdictStatus.IN_REVIEW, VerdictStatus.APPROVED, reviewer=by)


def assign(verdict, *, to, due_on=None, by):
    """Say whose work a verdict is, and until when. `to` None takes the assignment back."""
    require(by, "claims.change_verdict")
    if to is not None and not to.has_perm("claims.change_verdict"):
        raise ReviewError(_("%(name)s may not work on verdicts.") % {"name": to.get_username()})
    Verdict.objects.filter(pk=verdict.pk).update(assignee=to, due_on=due_on)


def look_again(verdict, *, on, by):
    """Bring a verdict back to a worklist on a day, or never if `on` is None."""
    require(by, "claims.change_verdict")
    Verdict.objects.filter(pk=verdict.pk).update(recheck_on=on)


def remark(verdict, *, text, by):
    """Leave a remark for colleagues. It never leaves the desk."""
    require(by, "claims.view_verdict")
    if not text.strip():
        raise ReviewError(_("Write something."))
    return Comment.objects.create(verdict=verdict, author=by, text=text.strip())


@transaction.atomic
def propose_correction(verdict, *, kind, text, by):
    """Propose to make this verdict the public one, or to publish what was mended around it.

    `kind` is a CorrectionKind, `text` what readers will be told, by language. Somebody else carries
    it out with publishing.correct(). Raises ReviewError.
    """
    require(by, "claims.change_verdict")
    row = Verdict.objects.select_for_update(of=["self"]).get(pk=verdict.pk)
    written = {tag: value.strip() for tag, value in text.items() if value and value.strip()}
    if not written:
        raise ReviewError(_("Write the public text in at least one language."))
    if kind not in CorrectionKind.values:
        raise ReviewError(_("Say what kind of correction it is."))
    if row.corrections.filter(revision=None).exists():
        raise ReviewError(_("A correction of this verdict is proposed already."))
    if row.status not in {VerdictStatus.APPROVED, VerdictStatus.PUBLISHED}:
        raise ReviewError(_("A reviewer approves the verdict before it can correct another."))
    if not row.claim.verdicts.filter(status=VerdictStatus.PUBLISHED).exists():
        raise ReviewError(_("Nothing of this claim is public: publish instead."))
    correction = Correction.objects.create(verdict=row, kind=kind, proposed_by=by)
    CorrectionTranslation.objects.bulk_create(
        CorrectionTranslation(of=correction, language=tag, text=value)
        for tag, value in sorted(written.items())
    )
    return correction


@transaction.atomic
def withdraw_correction(correction, *, by):
    """Take back a proposal that nobody has carried out."""
    require(by, "claims.change_verdict")
    row = Correction.objects.select_for_update().get(pk=correction.pk)
    if row.revision is not None:
        raise ReviewError(_("This correction is public already."))
    row.delete()


def foremost(verdicts):
    """The verdict that stands for its claim: the one in force, else the newest, else None."""
    in_force = [row for row in verdicts if row.status == VerdictStatus.PUBLISHED]
    return max(in_force or verdicts, key=lambda row: row.pk, default=None)


def require(user, permission):
    if not user.has_perm(permission):
        raise PermissionDenied(
            _("You need the permission “%(permission)s” for this.") % {"permission": permission}
        )


@transaction.atomic
def _move(verdict, before, after, **changes):
    """Change the status of the row as it is now, not as the caller once read it."""
    allowed = {before} if isinstance(before, str) else set(before)
    row = Verdict.objects.select_for_update(of=["self"]).get(pk=verdict.pk)
    if row.status not in allowed:
        raise ReviewError(
            _("This verdict is %(status)s; the step is not open to it.")
            % {"status": row.get_status_display()}
        )
    row.status = after
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["status", *changes])
    return row
