"""A verdict's way across the desk, up to the door of the record: submit, send back, approve."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from .choices import VerdictStatus
from .models import Verdict


class ReviewError(Exception):
    """This step cannot be taken now; the text says why."""


def submit(verdict, *, by):
    """Hand a draft to a reviewer. Raises ReviewError, PermissionDenied."""
    require(by, "claims.change_verdict")
    return _move(verdict, VerdictStatus.DRAFT, VerdictStatus.IN_REVIEW)


def send_back(verdict, *, by):
    """Hand a verdict back to its author as a draft, also one that was approved."""
    require(by, "claims.approve_verdict")
    return _move(
        verdict,
        (VerdictStatus.IN_REVIEW, VerdictStatus.APPROVED),
        VerdictStatus.DRAFT,
        reviewer=None,
    )


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
