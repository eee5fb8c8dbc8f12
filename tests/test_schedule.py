"""Publication at a moment: what is scheduled goes out once, in somebody's name, or says why not."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from claims import gate, publishing, review, schedule
from claims.models import PublishedClaim, Revision, Verdict

from . import desk
from .admin_forms import Editor, data_of, door, make_editor, make_signer, messages, page

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def scheduled(approved, reviewer):
    return schedule.schedule(approved, at=TUESDAY, by=reviewer)


def is_public(verdict):
    return PublishedClaim.objects.filter(slug=verdict.claim.slug).exists()


def test_it_goes_out_at_its_moment_and_not_before(monday, scheduled, reviewer):
    monday.move_to(TUESDAY - timedelta(seconds=1))
    assert schedule.publish_due() == 0
    assert not is_public(scheduled)
    monday.move_to(TUESDAY)
    assert schedule.publish_due() == 1
    scheduled.refresh_from_db()
    assert (scheduled.status, scheduled.published_at) == ("published", TUESDAY)
    assert scheduled.scheduled_by == reviewer
    entry = LogEntry.objects.get()
    assert entry.object_repr == scheduled.claim.translations.get(language="en").statement
    assert (entry.user, entry.change_message) == (reviewer, "Published as scheduled.")
    assert schedule.publish_due() == 0
    assert Revision.objects.count() == 1


def test_what_nobody_looked_at_in_time_goes_out_late(monday, scheduled):
    monday.move_to(TUESDAY + timedelta(days=30))
    assert schedule.publish_due() == 1


def test_the_warnings_read_when_it_was_scheduled_are_those_accepted(monday, author, reviewer):
    draft = desk.make_draft(desk.make_claim(), author=author)
    draft.evidence.filter(stance="supports").delete()
    approved = desk.approve(draft, by=reviewer)
    with pytest.raises(publishing.Refused, match="All evidence has one stance"):
        schedule.schedule(approved, at=TUESDAY, by=reviewer)
    schedule.schedule(approved, at=TUESDAY, by=reviewer, accepted={"one-stance", "finding"})
    monday.move_to(TUESDAY)
    assert schedule.publish_due() == 1
    assert Verdict.objects.get().accepted_warnings == ["one-stance"]


def lose_the_permission(_verdict, reviewer):
    reviewer.groups.clear()


def leave_the_house(_verdict, reviewer):
    get_user_model().objects.filter(pk=reviewer.pk).update(is_active=False)


def find_a_new_warning(verdict, _reviewer):
    verdict.claim.translations.filter(language="en").update(statement="False: it cost 90.")


def change_what_was_signed(verdict, _reviewer):
    verdict.claim.topics.add(desk.make_topic("later"))


def publish_another(verdict, reviewer):
    other = desk.make_draft(verdict.claim, author=desk.make_author("amy"))
    publishing.publish(desk.approve(other, by=reviewer), by=reviewer)


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lose_the_permission, "ben may not publish any more."),
        (leave_the_house, "ben may not publish any more."),
        (find_a_new_warning, "The statement has the words of a rating in it"),
        (change_what_was_signed, "What readers would see has changed since it was approved."),
        (publish_another, "This claim has a published verdict"),
    ],
)
def test_a_refusal_stands_on_the_verdict_and_is_not_tried_again(
    monday, scheduled, reviewer, break_it, reason
):
    break_it(scheduled, reviewer)
    monday.move_to(TUESDAY)
    before = Revision.objects.count()
    assert schedule.publish_due() == 0
    scheduled.refresh_from_db()
    assert reason in scheduled.schedule_refusal
    assert (scheduled.status, scheduled.scheduled_by) == ("approved", None)
    assert reason in LogEntry.objects.get().change_message
    assert schedule.publish_due() == 0
    assert (Revision.objects.count(), LogEntry.objects.count()) == (before, 1)


def test_a_mistake_of_ours_holds_up_nobody_else(monday, scheduled, author, reviewer, monkeypatch):
    other = desk.approve(desk.make_draft(desk.make_claim("other"), author=author), by=reviewer)
    schedule.schedule(other, at=TUESDAY, by=reviewer)
    monday.move_to(TUESDAY)
    publish = publishing.publish

    def fail(verdict, **options):
        if verdict.pk == scheduled.pk:
            raise KeyError("slip")
        return publish(verdict, **options)

    monkeypatch.setattr(publishing, "publish", fail)
    assert schedule.publish_due() == 1
    scheduled.refresh_from_db()
    assert scheduled.schedule_refusal == "A mistake of ours: 'slip'"
    assert is_public(other)


def test_a_database_out_of_reach_decides_nothing(monday, scheduled, monkeypatch):
    monday.move_to(TUESDAY)

    def fail(verdict, **options):
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "publish", fail)
        with pytest.raises(ExceptionGroup, match="still to be published"):
            schedule.publish_due()
    assert schedule.publish_due() == 1


def test_taking_it_back(monday, scheduled, reviewer):
    schedule.unschedule(scheduled, by=reviewer)
    monday.move_to(TUESDAY)
    assert schedule.publish_due() == 0
    publishing.publish(scheduled, by=reviewer)


def test_sending_it_back_takes_it_back_and_keeps_the_embargo(monday, scheduled, reviewer):
    review.send_back(scheduled, by=reviewer, reason="The ramp is missing.")
    monday.move_to(TUESDAY)
    assert schedule.publish_due() == 0
    draft = Verdict.objects.get()
    assert (draft.scheduled_by, draft.accepted_warnings) == (None, [])
    assert draft.publish_at == TUESDAY


def test_until_then_nobody_publishes_it_by_hand(monday, scheduled, reviewer):
    with pytest.raises(publishing.Refused, match=r"before 3 March 2026, 09:00 UTC\."):
        publishing.publish(scheduled, by=reviewer, accepted=set(gate.RULES))
    monday.move_to(TUESDAY)
    publishing.publish(scheduled, by=reviewer)
    assert schedule.publish_due() == 0


@pytest.mark.parametrize("step", ["schedule", "unschedule"])
def test_both_steps_ask_for_the_permission_and_an_approved_verdict(
    approved, author, reviewer, step
):
    options = {"at": TUESDAY} if step == "schedule" else {}
    with pytest.raises(PermissionDenied):
        getattr(schedule, step)(approved, by=author, **options)
    draft = desk.make_draft(desk.make_claim("other"), author=author)
    with pytest.raises(review.ReviewError, match="This verdict is draft"):
        getattr(schedule, step)(draft, by=reviewer, **options)


def test_a_moment_that_has_passed_is_refused(approved, reviewer):
    with pytest.raises(review.ReviewError, match="That moment has passed"):
        schedule.schedule(approved, at=MONDAY, by=reviewer)


def test_a_successor_is_not_scheduled(published, author, reviewer):
    published()
    claim = Verdict.objects.get().claim
    successor = desk.approve(desk.make_draft(claim, author=author), by=reviewer)
    with pytest.raises(publishing.Refused, match="correct it with the new one"):
        schedule.schedule(successor, at=TUESDAY, by=reviewer)


@pytest.mark.parametrize("fields", [{"publish_at": TUESDAY}, {}])
def test_the_database_knows_what_may_be_scheduled(author, reviewer, fields):
    draft = desk.make_draft(desk.make_claim(), author=author)
    with pytest.raises(IntegrityError, match="scheduled_is_signed"), transaction.atomic():
        Verdict.objects.filter(pk=draft.pk).update(scheduled_by=reviewer, **fields)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_at_once_publish_once(monday):
    author, reviewer = desk.make_author(), desk.make_reviewer()
    for slug in ("one", "two", "three"):
        approved = desk.approve(desk.make_draft(desk.make_claim(slug), author=author), by=reviewer)
        schedule.schedule(approved, at=TUESDAY, by=reviewer)
    monday.move_to(TUESDAY)
    together, counts = threading.Barrier(2), []

    def work():
        together.wait()
        try:
            counts.append(schedule.publish_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 3
    assert Revision.objects.count() == 3
    assert LogEntry.objects.count() == 3


# --- In the admin ---------------------------------------------------------------


@pytest.fixture
def signer(client, db):
    signer = make_signer()
    client.force_login(signer)
    return signer


def test_the_doors_schedule_and_unschedule(client, signer, approved):
    asked = client.get(door(approved, "schedule")).content.decode()
    assert "Time zone: UTC, where it is 09:00." in asked
    typed = {"confirm": "schedule", "at_0": "2026-03-03", "at_1": "09:00"}
    client.post(door(approved, "schedule"), typed)
    approved.refresh_from_db()
    assert (approved.publish_at, approved.scheduled_by) == (TUESDAY, signer)
    listed = client.get(page(Verdict, "changelist")).content.decode()
    assert "goes out on 3 March 2026, 09:00 UTC" in listed
    form = client.get(page(Verdict, "change", approved.pk)).content.decode()
    assert door(approved, "unschedule") in form
    client.post(door(approved, "unschedule"), {"confirm": "unschedule"})
    approved.refresh_from_db()
    assert (approved.publish_at, approved.scheduled_by) == (None, None)


def test_a_moment_in_the_past_is_told_and_what_was_typed_stays(client, signer, approved):
    typed = {"confirm": "schedule", "at_0": "2026-03-01", "at_1": "09:00"}
    response = client.post(door(approved, "schedule"), typed)
    assert "That moment has passed" in messages(response)[0]
    assert 'value="2026-03-01"' in response.content.decode()


def test_the_reason_is_shown_where_the_verdict_is(client, signer, scheduled, monday):
    find_a_new_warning(scheduled, None)
    monday.move_to(TUESDAY)
    schedule.publish_due()
    start = reverse("admin:index")
    for address in (start, page(Verdict, "changelist"), page(Verdict, "change", scheduled.pk)):
        assert (
            "The statement has the words of a rating in it" in client.get(address).content.decode()
        )


def test_an_embargo_is_typed_in_the_draft_and_offered_when_it_is_scheduled(client, author):
    client.force_login(make_editor())
    draft = desk.make_draft(desk.make_claim(), author=author)
    address = page(Verdict, "change", draft.pk)
    response = client.get(address)
    assert "Time zone: UTC" in response.content.decode()
    typed = {"publish_at_0": "2026-03-03", "publish_at_1": "09:00"}
    client.post(address, data_of(response) | typed)
    draft.refresh_from_db()
    assert (draft.publish_at, draft.scheduled_by) == (TUESDAY, None)
    shown = client.get(address).content.decode()
    assert "It may not be public before 3 March 2026, 09:00 UTC." in shown
    signer = make_signer()
    desk.approve(draft, by=signer)
    client.force_login(signer)
    asked = client.get(door(draft, "schedule")).content.decode()
    assert 'value="2026-03-03"' in asked
    assert "may not be public" not in asked
    assert 'value="Publish"' not in client.get(door(draft, "publish")).content.decode()
    assert timezone.now() == MONDAY


def test_an_embargo_that_nobody_touched_is_not_what_was_typed(author, reviewer):
    """It is typed into two boxes, and was saved as one moment."""
    draft = desk.make_draft(desk.make_claim(), author=author)
    Verdict.objects.filter(pk=draft.pk).update(publish_at=TUESDAY)
    eve = Editor("eve").opens(draft)
    eve.types(publish_at_0="2026-03-03", publish_at_1="09:00:00", conflict_of_interest="None.")
    desk.approve(draft, by=reviewer)
    eve.saves()
    [typed] = eve.response.context["typed"]
    assert [(cell.label, cell.yours) for cell in typed.cells] == [("Conflict of interest", "None.")]
