"""A verdict's way: submitted, sent back, approved, published, corrected, retracted."""

from django.utils.translation import gettext_lazy as _

from claims import publishing, review
from claims.choices import VerdictStatus

from .door_forms import CorrectForm, RetractForm
from .doors import Door


def _has_one_in_force(verdict):
    return verdict.claim.verdicts.filter(status=VerdictStatus.PUBLISHED).exists()


def _may_be_corrected(verdict, _user):
    if verdict.status == VerdictStatus.APPROVED:
        return _has_one_in_force(verdict)
    return verdict.status == VerdictStatus.PUBLISHED


DOORS = [
    Door(
        name="submit",
        label=_("Submit for review"),
        explained=_("A reviewer who is not the author looks at it next."),
        done=_("submitted for review"),
        permission="claims.change_verdict",
        run=lambda verdict, user, _data, _accepted: review.submit(verdict, by=user),
        is_open=lambda verdict, _user: verdict.status == VerdictStatus.DRAFT,
        gate="shown",
        saves_first=True,
    ),
    Door(
        name="approve",
        label=_("Approve"),
        explained=_("You sign it as its reviewer. From then on nobody changes its words."),
        done=_("approved"),
        permission="claims.approve_verdict",
        run=lambda verdict, user, _data, _accepted: review.approve(verdict, by=user),
        is_open=lambda verdict, user: (
            verdict.status == VerdictStatus.IN_REVIEW and verdict.author_id != user.pk
        ),
        gate="shown",
    ),
    Door(
        name="send_back",
        label=_("Send back"),
        explained=_("It becomes a draft again, without a signature."),
        done=_("sent back"),
        permission="claims.approve_verdict",
        run=lambda verdict, user, _data, _accepted: review.send_back(verdict, by=user),
        is_open=lambda verdict, _user: (
            verdict.status in {VerdictStatus.IN_REVIEW, VerdictStatus.APPROVED}
        ),
        gate="shown",
    ),
    Door(
        name="publish",
        label=_("Publish"),
        explained=_("Everybody can read it from then on, and it stays on record for good."),
        done=_("published"),
        permission="claims.publish_verdict",
        run=lambda verdict, user, _data, accepted: publishing.publish(
            verdict, by=user, accepted=accepted
        ),
        is_open=lambda verdict, _user: (
            verdict.status == VerdictStatus.APPROVED and not _has_one_in_force(verdict)
        ),
        gate="asked",
    ),
    Door(
        name="correct",
        label=_("Correct"),
        explained=_("Replaces what is public by what the desk has now, and says so in public."),
        done=_("corrected"),
        permission="claims.correct_verdict",
        run=lambda verdict, user, data, accepted: publishing.correct(
            verdict, kind=data["kind"], text=data["text"], by=user, accepted=accepted
        ),
        is_open=_may_be_corrected,
        form=CorrectForm,
        gate="asked",
    ),
    Door(
        name="retract",
        label=_("Retract"),
        explained=_("Takes the verdict back. Its page stays and says why."),
        done=_("retracted"),
        permission="claims.retract_verdict",
        run=lambda verdict, user, data, _accepted: publishing.retract(
            verdict, reason=data["text"], by=user
        ),
        is_open=lambda verdict, _user: verdict.status == VerdictStatus.PUBLISHED,
        form=RetractForm,
    ),
]
