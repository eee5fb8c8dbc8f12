"""Publication at a moment: an approved verdict goes out by itself, in somebody's name.

What is due stands in the table of verdicts, not in a queue: a lost job loses nothing, and what is
overdue goes out with the next look. `publish_at` without `scheduled_by` is an embargo alone.
"""

import logging

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sources.history import signed
from sources.languages import texts

from . import document, publishing
from .choices import VerdictStatus
from .models import Verdict
from .review import ReviewError
from .rules import require

logger = logging.getLogger(__name__)


@signed
@transaction.atomic
def schedule(verdict, *, at, by, accepted=()):
    """Let an approved verdict go out at a moment, in the name of `by`, who has read its warnings.

    Raises PermissionDenied, ReviewError, and publishing.Refused as a publication would.
    """
    require(by, "claims.publish_verdict")
    if at <= timezone.now():
        raise ReviewError(_("That moment has passed: choose a later one, or publish now."))
    verdict = _locked(verdict)
    if verdict.claim.verdicts.filter(status=VerdictStatus.PUBLISHED).exists():
        raise publishing.Refused(
            _("This claim has a published verdict: correct it with the new one.")
        )
    verdict.accepted_warnings = publishing.pass_gate(verdict, accepted, aside={"embargo"})
    verdict.publish_at, verdict.scheduled_by = at, by
    return _save(verdict)


@signed
@transaction.atomic
def unschedule(verdict, *, by):
    """Take back the moment and any embargo: from then on it is published by hand."""
    require(by, "claims.publish_verdict")
    verdict = _locked(verdict)
    if verdict.publish_at is None:
        raise ReviewError(_("It waits for no moment."))
    verdict.publish_at = verdict.scheduled_by = None
    verdict.accepted_warnings = []
    return _save(verdict)


def publish_due():
    """Publish what is due; return how many went out.

    A refusal stands on its verdict afterwards and is not tried again. Only a database that is out
    of reach raises: then nothing has been decided.
    """
    published, unreachable = 0, []
    for pk in list(_due().order_by("publish_at", "pk").values_list("pk", flat=True)):
        try:
            published += _publish(pk)
        except (OperationalError, InterfaceError) as error:
            unreachable.append(error)
    if unreachable:
        raise ExceptionGroup("Some verdicts are still to be published", unreachable)
    return published


def _due():
    return Verdict.objects.filter(
        status=VerdictStatus.APPROVED, scheduled_by__isnull=False, publish_at__lte=timezone.now()
    )


def _publish(pk):
    """Did it go out now?"""
    try:
        with transaction.atomic():
            publishing.hold_record()  # before the verdict, as every door does: no deadlock
            verdict = _locked_if_due(pk)
            if verdict is None:  # another worker was quicker, or somebody took it back
                return False
            by, accepted = verdict.scheduled_by, verdict.accepted_warnings
            publishing.publish(verdict, by=by, accepted=accepted)
            _log(verdict, _("Published as scheduled."))
    except (OperationalError, InterfaceError):
        raise
    except publishing.Refused as error:
        _refuse(pk, str(error))
    except PermissionDenied:  # whose words are for the person who asks, and nobody asks here
        _refuse(pk, _("%(name)s may not publish any more.") % {"name": by.get_username()})
    except Exception as error:
        logger.exception("Verdict %s was not published as scheduled", pk)
        _refuse(pk, _("A mistake of ours: %(error)s") % {"error": error})
    else:
        return True
    return False


@transaction.atomic
def _refuse(pk, reason):
    verdict = _locked_if_due(pk)
    if verdict is None:
        return
    logger.warning("Verdict %s was not published as scheduled: %s", pk, reason)
    _log(verdict, _("Not published as scheduled: %(reason)s") % {"reason": reason})
    verdict.scheduled_by, verdict.accepted_warnings = None, []
    verdict.schedule_refusal = reason
    verdict.save(update_fields=["scheduled_by", "accepted_warnings", "schedule_refusal"])


def _locked_if_due(pk):
    rows = _due().select_for_update(of=["self"]).select_related("scheduled_by", "claim")
    return rows.filter(pk=pk).first()


def _locked(verdict):
    row = document.verdicts_to_render().select_for_update(of=["self"]).get(pk=verdict.pk)
    if row.status != VerdictStatus.APPROVED:
        raise ReviewError(
            _("This verdict is %(status)s; only an approved one is scheduled.")
            % {"status": row.get_status_display()}
        )
    return row


def _save(verdict):
    verdict.schedule_refusal = ""
    verdict.save(
        update_fields=["publish_at", "scheduled_by", "accepted_warnings", "schedule_refusal"]
    )
    return verdict


def _log(verdict, message):
    """In the verdict's history in the admin, in the name of whoever scheduled it."""
    claim = verdict.claim
    said = texts(claim.translations.all(), "statement")
    LogEntry.objects.create(
        user_id=verdict.scheduled_by_id,
        content_type=ContentType.objects.get_for_model(Verdict),
        object_id=verdict.pk,
        object_repr=said.get(claim.original_language, claim.slug)[:200],
        action_flag=CHANGE,
        change_message=message,
    )
