"""The way across the desk: who is asked to do what, and what colleagues tell one another."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from claims import document, gate, publishing, review, rules
from claims.choices import CommentKind
from claims.models import Claim, Comment, Correction, Evidence, Submission, Verdict

from . import desk
from .helpers import assert_queries_do_not_grow

TEXT = {"en": "The figure was wrong."}
PAST = datetime.date(2020, 1, 1)


@pytest.fixture
def draft(author):
    return desk.make_draft(desk.make_claim(), author=author)


def staff(name, *permissions):
    views = ["claims.view_verdict", "claims.view_submission", "claims.view_evidence"]
    return desk.make_user(name, *views, *permissions)


def test_a_verdict_goes_back_with_a_reason(draft, author, reviewer):
    review.submit(draft, by=author)
    with pytest.raises(review.ReviewError, match="what is to be mended"):
        review.send_back(draft, by=reviewer, reason="  ")
    back = review.send_back(draft, by=reviewer, reason="The ramp is missing.")
    assert (back.status, back.reviewer) == ("draft", None)
    comment = Comment.objects.get()
    assert (comment.kind, comment.text) == (CommentKind.SENT_BACK, "The ramp is missing.")


def test_remarks_never_leave_the_desk(approved, reviewer, client):
    desk_only = "Ask the county again."
    reviewer.user_permissions.add(
        *desk.make_user("v", "claims.view_verdict").user_permissions.all()
    )
    reviewer = type(reviewer).objects.get(pk=reviewer.pk)
    review.remark(approved, text=desk_only, by=reviewer)
    revision = publishing.publish(approved, by=reviewer)
    assert desk_only.encode() not in bytes(revision.document)
    assert desk_only not in client.get("/claims/bridge-cost/").content.decode()


def test_work_is_given_to_somebody_who_may_do_it(draft, author):
    colleague = desk.make_author("cy")
    review.assign(draft, to=colleague, due_on=PAST, by=author)
    draft.refresh_from_db()
    assert (draft.assignee, draft.due_on) == (colleague, PAST)
    with pytest.raises(review.ReviewError, match="may not work"):
        review.assign(draft, to=desk.make_user("reader"), by=author)
    with pytest.raises(PermissionDenied):
        review.assign(draft, to=None, by=desk.make_user("stranger"))


def test_nothing_is_signed_that_was_not_read(draft, author, reviewer):
    review.submit(draft, by=author)
    seen = document.fingerprint(document.verdicts_to_render().get())
    draft.claim.translations.filter(language="en").update(statement="The opposite was said.")
    with pytest.raises(review.ReviewError, match="has changed since you opened it"):
        review.approve(draft, by=reviewer, seen=seen)
    draft.refresh_from_db()
    assert (draft.status, draft.reviewer) == ("in-review", None)
    review.take_back(draft, by=author)
    review.submit(draft, by=author)
    seen = document.fingerprint(document.verdicts_to_render().get())
    assert review.approve(draft, by=reviewer, seen=seen).approved_sha256 == seen


def test_the_words_are_fixed_while_a_reviewer_reads_them(draft, author):
    review.submit(draft, by=author)
    with pytest.raises(IntegrityError, match="in review or signed"), transaction.atomic():
        draft.translations.update(summary="Something else.")
    with pytest.raises(review.ReviewError, match="Only its author"):
        review.take_back(draft, by=desk.make_author("cy"))
    review.take_back(draft, by=author)
    draft.translations.update(summary="Something else.")


def test_a_correction_that_changed_since_it_was_proposed_is_refused(published, author, reviewer):
    published()
    verdict = Verdict.objects.get()
    statement = verdict.claim.translations.filter(language="en")
    statement.update(statement="The bridge cost 91 million.")
    proposed = review.propose_correction(verdict, kind="minor", text=TEXT, by=author)
    statement.update(statement="The bridge cost nothing.")
    with pytest.raises(publishing.Refused, match="propose it again"):
        publishing.correct(proposed, by=reviewer)


def test_another_rating_is_no_minor_correction(published, author, reviewer):
    published()
    second = desk.make_draft(Claim.objects.get(), author=author, rating_slug="false")
    second = desk.approve(second, by=reviewer)
    with pytest.raises(review.ReviewError, match="no minor correction"):
        review.propose_correction(second, kind="minor", text=TEXT, by=author)


@pytest.mark.parametrize("status", ["draft", "in-review"])
def test_only_what_is_signed_can_correct(published, author, reviewer, status):
    published()
    second = desk.make_draft(Claim.objects.get(), author=author)
    if status == "in-review":
        review.submit(second, by=author)
    with pytest.raises(review.ReviewError, match="approves the verdict"):
        review.propose_correction(second, kind="minor", text=TEXT, by=author)


def test_one_correction_of_a_verdict_waits_at_a_time(published, author, reviewer):
    published()
    verdict = Verdict.objects.get()
    first = review.propose_correction(verdict, kind="minor", text=TEXT, by=author)
    with pytest.raises(review.ReviewError, match="proposed already"):
        review.propose_correction(verdict, kind="minor", text=TEXT, by=author)
    review.withdraw_correction(first, by=author)
    assert review.propose_correction(verdict, kind="minor", text=TEXT, by=author)


def test_the_database_holds_the_two_people_of_a_correction(published, author, reviewer):
    published()
    proposal = review.propose_correction(Verdict.objects.get(), kind="minor", text=TEXT, by=author)
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        Correction.objects.filter(pk=proposal.pk).update(approved_by=author, revision=1)
    with pytest.raises(IntegrityError, match="done_has_revision"), transaction.atomic():
        Correction.objects.filter(pk=proposal.pk).update(approved_by=reviewer)


def start_page(client, user):
    client.force_login(user)
    response = client.get(reverse("admin:index"))
    assert response.status_code == 200
    return {str(found.title): found for found in response.context["worklists"]}


def test_the_start_page_shows_each_what_waits_for_them(client, published, author, reviewer):
    published("public-one")
    verdict = Verdict.objects.get()
    boss = staff("boss", *(f"claims.{door}_verdict" for door in ["approve", "publish", "correct"]))
    writer = staff("writer")
    mine = desk.make_draft(desk.make_claim("mine"), author=author)
    desk_review = desk.make_draft(desk.make_claim("to-review"), author=author)
    review.submit(desk_review, by=author)
    review.assign(mine, to=desk.make_author("cy"), by=author)
    Verdict.objects.filter(pk=mine.pk).update(assignee=writer, due_on=PAST)
    review.propose_correction(verdict, kind="minor", text=TEXT, by=author)
    Verdict.objects.filter(pk=verdict.pk).update(recheck_on=PAST)
    Evidence.objects.filter(verdict=verdict, stance="refutes").update(quote_state="broken")
    Submission.objects.create(kind="claim", text="Is the moon made of cheese?")

    lists = start_page(client, boss)
    assert len(lists["Waiting for your review"].rows) == 1
    assert len(lists["Corrections to carry out"].rows) == 1
    assert len(lists["Due for another look"].rows) == 1
    assert len(lists["Broken quotes"].rows) == 1
    assert len(lists["Tips from readers"].rows) == 1
    assert lists["My work"].rows == []

    lists = start_page(client, writer)
    assert "Waiting for your review" not in lists
    [row] = lists["My work"].rows
    assert row.is_late


def test_the_start_page_costs_the_same_however_much_waits(client, author):
    boss = staff("boss", "claims.approve_verdict", "claims.publish_verdict")
    client.force_login(boss)

    def make(start, stop):
        for number in range(start, stop):
            row = desk.make_draft(desk.make_claim(f"claim-{number}"), author=author)
            review.submit(row, by=author)

    make(0, 3)
    assert_queries_do_not_grow(lambda: client.get(reverse("admin:index")), lambda: make(3, 30))


def test_the_start_page_of_somebody_without_rights_is_empty(client, db):
    assert start_page(client, desk.make_user("guest")) == {}


def test_who_hands_in_what_another_wrote_does_not_approve_it(author, reviewer, client):
    """Else one reviewer could rewrite somebody's draft and publish it alone."""
    draft = desk.make_draft(desk.make_claim(), author=author)
    draft.translations.update(summary="Words of the reviewer.")
    review.submit(draft, by=reviewer)
    row = Verdict.objects.get()
    assert not rules.may_approve(reviewer, row)
    with pytest.raises(review.ReviewError, match="You handed this verdict in"):
        review.approve(draft, by=reviewer)
    client.force_login(reviewer)
    page = client.get(f"/admin/claims/verdict/{row.pk}/change/").content.decode()
    assert "door-approve" not in page
    with pytest.raises(IntegrityError, match="did_not_hand_it_in"), transaction.atomic():
        Verdict.objects.update(reviewer=reviewer)
    second = desk.make_reviewer("rae")
    assert review.approve(draft, by=second).reviewer == second


def test_a_draft_that_came_back_is_handed_in_anew(author, reviewer):
    draft = desk.make_draft(desk.make_claim(), author=author)
    review.submit(draft, by=reviewer)
    review.send_back(draft, by=reviewer, reason="Hand it in yourself.")
    assert Verdict.objects.get().submitted_by is None
    review.submit(draft, by=author)
    assert review.approve(draft, by=reviewer).reviewer == reviewer


def test_what_changed_after_it_was_handed_in_is_not_signed(author, reviewer):
    """The statement is the claim's, and open to editors while its verdict is in review."""
    draft = desk.make_draft(desk.make_claim(), author=author)
    review.submit(draft, by=author)
    draft.claim.translations.filter(language="en").update(statement="Quite another claim.")
    row = document.verdicts_to_render().get()
    assert "changed-since-signed" in {finding.rule for finding in gate.findings(row)}
    with pytest.raises(review.ReviewError, match="changed since it was handed in"):
        review.approve(draft, by=reviewer)
    assert Verdict.objects.get().status == "in-review"
