"""Who may do what to which row: the one place that says so.

The right to add is the right to write, and to change what one wrote until somebody else relies on
it; the right to change is for what others wrote too. The services ask these rules under their
locks, and the admin asks them to offer only what would pass. Superusers have every right, and are
held by what no right lifts: words in review or signed stay, and the author never approves.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from .choices import FROZEN, TermKind, VerdictStatus
from .models import Claim, Evidence, PublishedClaim, PublishedTerm, Revision, Verdict

OPEN_TO_REVIEWER = {VerdictStatus.IN_REVIEW, VerdictStatus.APPROVED}
BEYOND_DRAFT = ~Q(status=VerdictStatus.DRAFT)


def require(user, permission):
    """What every service asks first, before it looks at the state of anything."""
    if not user.has_perm(permission):
        raise PermissionDenied(
            _("You need the permission “%(permission)s” for this.") % {"permission": permission}
        )


# --- What is written on the desk ---------------------------------------------------


def may_change_claim(user, claim):
    return user.has_perm("claims.change_claim") or (
        user.has_perm("claims.add_claim")
        and claim.created_by_id == user.pk
        and not claim.verdicts.filter(BEYOND_DRAFT).exists()
        and not Revision.objects.filter(claim=claim.slug).exists()
    )


def may_change_source(user, source):
    return user.has_perm("sources.change_source") or (
        user.has_perm("sources.add_source")
        and source.created_by_id == user.pk
        and not _is_relied_on(source)
    )


def may_store_text(user, source):
    return may_change_source(user, source)


def may_store_copy(user, source):
    return may_change_source(user, source)


def may_visit(user, source):
    return may_change_source(user, source)


def _is_relied_on(source):
    """Does a reviewer, or do readers, have it before them?"""
    verdicts = Verdict.objects.filter(BEYOND_DRAFT)
    return (
        Evidence.objects.filter(source=source, verdict__in=verdicts).exists()
        or Claim.objects.filter(appearances__source=source, verdicts__in=verdicts).exists()
        or PublishedTerm.objects.filter(kind=TermKind.SOURCE, slug=source.slug).exists()
    )


def may_change_verdict(user, verdict):
    """A draft: its author, and whoever edits all. From review on, its words are fixed."""
    return verdict.status == VerdictStatus.DRAFT and (
        user.has_perm("claims.change_verdict")
        or (user.has_perm("claims.add_verdict") and verdict.author_id == user.pk)
    )


def may_settle_quote(user, evidence):
    """What is known of a quote may change in a signed verdict too, and its words may not."""
    return user.has_perm("claims.change_verdict") or may_change_verdict(user, evidence.verdict)


def may_restore_claim(user, claim):
    """Never under words that a reviewer has before them, or has signed."""
    return (
        claim.merged_into_id is None
        and may_change_claim(user, claim)
        and not claim.verdicts.filter(status__in=OPEN_TO_REVIEWER).exists()
    )


def may_restore_verdict(user, verdict):
    """Into a new draft of one's own, whatever became of this one: None if it is gone."""
    return user.has_perms(["claims.view_verdict", "claims.add_verdict"]) and (
        verdict is None or verdict.claim.merged_into_id is None
    )


# --- A verdict's way to its readers --------------------------------------------------


def may_submit(user, verdict):
    return verdict.status == VerdictStatus.DRAFT and (
        user.has_perm("claims.add_verdict") and may_change_verdict(user, verdict)
    )


def may_take_back(user, verdict):
    return (
        verdict.status == VerdictStatus.IN_REVIEW
        and verdict.author_id == user.pk
        and user.has_perm("claims.add_verdict")
    )


def may_send_back(user, verdict):
    return verdict.status in OPEN_TO_REVIEWER and user.has_perm("claims.approve_verdict")


def may_approve(user, verdict):
    """Neither the author nor who handed it in does, whatever else they may."""
    return (
        verdict.status == VerdictStatus.IN_REVIEW
        and user.pk not in {verdict.author_id, verdict.submitted_by_id}
        and user.has_perm("claims.approve_verdict")
    )


def may_publish(user, verdict):
    return (
        verdict.status == VerdictStatus.APPROVED
        and user.has_perm("claims.publish_verdict")
        and not _has_one_in_force(verdict)
        and not is_under_embargo(verdict)
    )


def may_schedule(user, verdict):
    """Also for another moment than the one it waits for."""
    return (
        verdict.status == VerdictStatus.APPROVED
        and user.has_perm("claims.publish_verdict")
        and not _has_one_in_force(verdict)
    )


def may_unschedule(user, verdict):
    return (
        verdict.status == VerdictStatus.APPROVED
        and user.has_perm("claims.publish_verdict")
        and verdict.publish_at is not None
    )


def may_propose_correction(user, verdict):
    """With an approved successor; or the verdict in force, once facts around it were mended."""
    return (
        user.has_perm("claims.change_verdict")
        and (
            verdict.status == VerdictStatus.PUBLISHED
            or (verdict.status == VerdictStatus.APPROVED and _has_one_in_force(verdict))
        )
        and not _proposed(verdict).exists()
    )


def may_correct(user, verdict):
    """The proposer never does, whatever else they may."""
    return user.has_perm("claims.correct_verdict") and (
        _proposed(verdict).exclude(proposed_by=user).exists()
    )


def may_withdraw_correction(user, verdict):
    return user.has_perm("claims.change_verdict") and _proposed(verdict).exists()


def may_retract(user, verdict):
    return verdict.status == VerdictStatus.PUBLISHED and user.has_perm("claims.retract_verdict")


def is_under_embargo(verdict):
    return verdict.publish_at is not None and verdict.publish_at > timezone.now()


def _has_one_in_force(verdict):
    return verdict.claim.verdicts.filter(status=VerdictStatus.PUBLISHED).exists()


def _proposed(verdict):
    return verdict.corrections.filter(revision=None)


# --- Among colleagues ------------------------------------------------------------------


def may_assign(user, verdict):
    return verdict.status not in FROZEN and user.has_perm("claims.change_verdict")


def may_work_on(user, verdict):
    """Whom it can be given to."""
    return user.has_perm("claims.change_verdict") or (
        user.has_perm("claims.add_verdict") and verdict.author_id == user.pk
    )


def may_remark(user, verdict):
    return user.has_perm("claims.view_verdict")


def may_look_again(user, verdict):
    return verdict.status == VerdictStatus.PUBLISHED and user.has_perm("claims.change_verdict")


def may_clear_look(user, verdict):
    """Say that one has looked at it again."""
    return may_look_again(user, verdict)


# --- What other fact-checkers say ---------------------------------------------------------


def may_decide_same(user):
    """Whether a review of theirs and a claim of ours are about the same: whoever edits reviews."""
    return user.has_perm("claims.change_externalreview")


# --- What readers send in ---------------------------------------------------------------


def may_see_tips(user):
    """Readers leave their addresses with them: not for contributors."""
    return user.has_perm("claims.view_submission")


def may_answer_tips(user):
    return user.has_perm("claims.change_submission")


# --- The record ------------------------------------------------------------------------


def may_merge(user, claim):
    return (
        user.has_perm("claims.merge_claim")
        and claim.merged_into_id is None
        and PublishedClaim.objects.filter(slug=claim.slug).exists()
    )


def may_unmerge(user, claim):
    return user.has_perm("claims.merge_claim") and claim.merged_into_id is not None


def may_seal(user, claim):
    return user.has_perm("claims.seal_claim") and Revision.objects.filter(claim=claim.slug).exists()


# --- What the worker does ----------------------------------------------------------------


def may_see_jobs(user):
    return user.has_perm("claims.view_job")


def may_keep_webhooks(user):
    return user.has_perm("claims.change_webhook")


# --- What programs do in somebody's name ---------------------------------------------------


def may_make_key(user):
    """For oneself alone. Whoever knows a key writes as its owner: an administrator who made one for
    somebody else could hand in as them, and then approve it themselves."""
    return user.has_perm("claims.add_accesskey")


def may_see_key(user, key):
    return key.owner_id == user.pk or user.has_perm("claims.change_accesskey")


def may_revoke_key(user, key):
    """One's own, and anybody's for administrators."""
    return key.revoked_at is None and may_see_key(user, key)


# --- People ----------------------------------------------------------------------------


def may_manage(user, person):
    """Administrators manage everybody but superusers: they could become one otherwise."""
    return user.has_perm("auth.change_user") and (user.is_superuser or not person.is_superuser)


def may_end_sessions(user, person):
    """One's own are on a page of one's own."""
    return may_manage(user, person) and user.pk != person.pk


def may_take_factor(user, person):
    """One's own goes on the page of one's own, which asks for it first."""
    return may_manage(user, person) and user.pk != person.pk
