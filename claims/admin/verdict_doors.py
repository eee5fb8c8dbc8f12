"""A verdict's way: submitted, sent back, approved, published, corrected, retracted."""

from django.utils.translation import gettext_lazy as _

from claims import publishing, review, rules, schedule
from claims.document import fingerprint

from .door_forms import (
    AssignForm,
    LookAgainForm,
    ProposeForm,
    RemarkForm,
    RetractForm,
    ScheduleForm,
    SendBackForm,
)
from .doors import Door
from .similar import shown_for


def open_correction(verdict):
    """The correction that somebody proposed and nobody has carried out; raises if there is none."""
    found = verdict.corrections.filter(revision=None).first()
    if found is None:
        raise review.ReviewError(_("No correction of this verdict is proposed."))
    return found


ON_THE_WAY = [
    Door(
        name="submit",
        label=_("Submit for review"),
        explained=_("A reviewer who is not the author looks at it next."),
        done=_("submitted for review"),
        permission="claims.add_verdict",
        run=lambda verdict, user, _data, _accepted: review.submit(verdict, by=user),
        is_open=rules.may_submit,
        gate="shown",
        beside=lambda verdict: shown_for(verdict.claim),
        saves_first=True,
    ),
    Door(
        name="approve",
        label=_("Approve"),
        explained=_("You sign it as its reviewer. From then on nobody changes its words."),
        done=_("approved"),
        permission="claims.approve_verdict",
        run=lambda verdict, user, data, _accepted: review.approve(
            verdict, by=user, seen=data["seen"]
        ),
        is_open=rules.may_approve,
        gate="shown",
        signs=fingerprint,
    ),
    Door(
        name="take_back",
        label=_("Take back"),
        explained=_("It becomes a draft again, so that you can go on writing."),
        done=_("taken back"),
        permission="claims.add_verdict",
        run=lambda verdict, user, _data, _accepted: review.take_back(verdict, by=user),
        is_open=rules.may_take_back,
    ),
    Door(
        name="send_back",
        label=_("Send back"),
        explained=_("It becomes a draft again, without a signature, and its author reads why."),
        done=_("sent back"),
        permission="claims.approve_verdict",
        run=lambda verdict, user, data, _accepted: review.send_back(
            verdict, by=user, reason=data["reason"]
        ),
        is_open=rules.may_send_back,
        form=SendBackForm,
        gate="shown",
    ),
]

IN_PUBLIC = [
    Door(
        name="publish",
        label=_("Publish"),
        explained=_("Everybody can read it from then on, and it stays on record for good."),
        done=_("published"),
        permission="claims.publish_verdict",
        run=lambda verdict, user, _data, accepted: publishing.publish(
            verdict, by=user, accepted=accepted
        ),
        is_open=rules.may_publish,
        gate="asked",
    ),
    Door(
        name="schedule",
        label=_("Schedule"),
        explained=_(
            "It goes out by itself at that moment, in your name. Until then nobody can publish it."
        ),
        done=_("scheduled"),
        permission="claims.publish_verdict",
        run=lambda verdict, user, data, accepted: schedule.schedule(
            verdict, at=data["at"], by=user, accepted=accepted
        ),
        is_open=rules.may_schedule,
        form=ScheduleForm,
        gate="asked",
        aside=frozenset({"embargo"}),
    ),
    Door(
        name="unschedule",
        label=_("Unschedule"),
        explained=_("It no longer goes out by itself, and its embargo is lifted."),
        done=_("unscheduled"),
        permission="claims.publish_verdict",
        run=lambda verdict, user, _data, _accepted: schedule.unschedule(verdict, by=user),
        is_open=rules.may_unschedule,
    ),
    Door(
        name="propose_correction",
        label=_("Propose a correction"),
        explained=_(
            "To replace what is public by what the desk has now. Somebody else carries it out."
        ),
        done=_("correction proposed"),
        permission="claims.change_verdict",
        run=lambda verdict, user, data, _accepted: review.propose_correction(
            verdict, kind=data["kind"], text=data["text"], by=user
        ),
        is_open=rules.may_propose_correction,
        form=ProposeForm,
        gate="shown",
    ),
    Door(
        name="correct",
        label=_("Carry out the correction"),
        explained=_("Replaces what is public, and says so in public."),
        done=_("corrected"),
        permission="claims.correct_verdict",
        run=lambda verdict, user, _data, accepted: publishing.correct(
            open_correction(verdict), by=user, accepted=accepted
        ),
        is_open=rules.may_correct,
        gate="asked",
    ),
    Door(
        name="withdraw_correction",
        label=_("Withdraw the correction"),
        explained=_("The proposal goes; what is public stays as it is."),
        done=_("correction withdrawn"),
        permission="claims.change_verdict",
        run=lambda verdict, user, _data, _accepted: review.withdraw_correction(
            open_correction(verdict), by=user
        ),
        is_open=rules.may_withdraw_correction,
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
        is_open=rules.may_retract,
        form=RetractForm,
    ),
]

AMONG_COLLEAGUES = [
    Door(
        name="assign",
        label=_("Assign"),
        explained=_("Puts it on a colleague's list, with a day by which it should be done."),
        done=_("assigned"),
        permission="claims.change_verdict",
        run=lambda verdict, user, data, _accepted: review.assign(
            verdict, to=data["to"], due_on=data["due_on"], by=user
        ),
        is_open=rules.may_assign,
        form=AssignForm,
    ),
    Door(
        name="remark",
        label=_("Remark"),
        explained=_("For colleagues only: it never leaves the desk."),
        done=_("remark left"),
        permission="claims.view_verdict",
        run=lambda verdict, user, data, _accepted: review.remark(
            verdict, text=data["text"], by=user
        ),
        is_open=rules.may_remark,
        form=RemarkForm,
    ),
    Door(
        name="look_again",
        label=_("Look again on …"),
        explained=_("Brings the verdict back to the start page on that day."),
        done=_("noted"),
        permission="claims.change_verdict",
        run=lambda verdict, user, data, _accepted: review.look_again(
            verdict, on=data["on"], by=user
        ),
        is_open=rules.may_look_again,
        form=LookAgainForm,
    ),
]

DOORS = [*ON_THE_WAY, *IN_PUBLIC, *AMONG_COLLEAGUES]
