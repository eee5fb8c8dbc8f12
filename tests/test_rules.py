"""Who may do what to which row: one table, which the rules, the services and the admin obey."""

import copy
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from claims import appearances, copies, history, publishing, review, rules, schedule, tips
from claims.admin.verdict_doors import open_correction
from claims.models import Claim, ClaimTranslation, Job, Submission, Verdict
from sources.models import Source
from sources.timeline import LATEST, CannotRestore

from . import desk
from .admin_forms import page

WHO = [
    "anonymous",
    "contributor who wrote it",
    "another contributor",
    "editor",
    "reviewer",
    "reviewer who wrote it",
    "administrator",
]
# An x for each of them who may. What a state does not list, nobody may in it.
EVERYWHERE = {
    "remark": "              .xxxxxx",
    "restore_verdict": "     .xxxxxx",
}
RELIED_ON = EVERYWHERE | {
    "change_claim": "        ...xxxx",
    "change_source": "       ...xxxx",
    "store_text": "          ...xxxx",
    "store_copy": "          ...xxxx",
    "visit": "               ...xxxx",
}
IN_RECORD = RELIED_ON | {
    "restore_claim": "       ...xxxx",
    "merge": "               ....xxx",
    "seal": "                ......x",
}
TABLE = {
    "draft": EVERYWHERE
    | {
        "change_verdict": "      .x.xxxx",
        "change_claim": "        .x.xxxx",
        "change_source": "       .x.xxxx",
        "store_text": "          .x.xxxx",
        "store_copy": "          .x.xxxx",
        "visit": "               .x.xxxx",
        "restore_claim": "       .x.xxxx",
        "submit": "              .x.xxxx",
        "assign": "              ...xxxx",
    },
    "in review": RELIED_ON
    | {
        "take_back": "           .x...x.",
        "send_back": "           ....xxx",
        "approve": "             ....x.x",
        "assign": "              ...xxxx",
    },
    "approved": RELIED_ON
    | {
        "send_back": "           ....xxx",
        "publish": "             ....xxx",
        "schedule": "            ....xxx",
        "assign": "              ...xxxx",
    },
    "scheduled": RELIED_ON
    | {
        "send_back": "           ....xxx",
        "schedule": "            ....xxx",
        "unschedule": "          ....xxx",
        "assign": "              ...xxxx",
    },
    "published": IN_RECORD
    | {
        "propose_correction": "  ...xxxx",
        "retract": "             ....xxx",
        "look_again": "          ...xxxx",
    },
    # By the editor; and by the reviewer who wrote it, where one did.
    "correction proposed": IN_RECORD
    | {
        "correct": "             ....x.x",
        "withdraw_correction": " ...xxxx",
        "retract": "             ....xxx",
        "look_again": "          ...xxxx",
    },
    "retracted": IN_RECORD,
    "merged": RELIED_ON
    | {
        "restore_verdict": "     .......",
        "unmerge": "             ....xxx",
        "seal": "                ......x",
    },
}
SEES_JOBS = "...xxxx"
ANSWERS_TIPS = "...xxxx"  # and sees them, with the address of the sender
TEXT = {"en": "A mistake."}
SERVICES = {
    "store_text": lambda verdict, by: appearances.store_text(source_of(verdict), "Text.", by=by),
    "store_copy": lambda verdict, by: copies.store_copy(source_of(verdict), b"Text.", by=by),
    "visit": lambda verdict, by: copies.visit(source_of(verdict), by=by),
    "change_claim": lambda verdict, by: review.set_topics(verdict.claim, by=by),
    "submit": lambda verdict, by: review.submit(verdict, by=by),
    "take_back": lambda verdict, by: review.take_back(verdict, by=by),
    "send_back": lambda verdict, by: review.send_back(verdict, by=by, reason="Mend it."),
    "approve": lambda verdict, by: review.approve(verdict, by=by),
    "publish": lambda verdict, by: publishing.publish(verdict, by=by),
    "schedule": lambda verdict, by: schedule.schedule(verdict, at=tomorrow(), by=by),
    "unschedule": lambda verdict, by: schedule.unschedule(verdict, by=by),
    "propose_correction": lambda verdict, by: review.propose_correction(
        verdict, kind="update", text=TEXT, by=by
    ),
    "correct": lambda verdict, by: publishing.correct(open_correction(verdict), by=by),
    "withdraw_correction": lambda verdict, by: review.withdraw_correction(
        open_correction(verdict), by=by
    ),
    "retract": lambda verdict, by: publishing.retract(verdict, reason=TEXT, by=by),
    "merge": lambda verdict, by: publishing.merge(verdict.claim, into=other_claim(), by=by),
    "unmerge": lambda verdict, by: publishing.unmerge(verdict.claim, by=by),
    "seal": lambda verdict, by: publishing.seal(verdict.claim.slug, rule="Order 12", by=by),
    "restore_claim": lambda verdict, by: history.restore_claim(verdict.claim_id, LATEST, by=by),
    "assign": lambda verdict, by: review.assign(verdict, to=None, by=by),
    "remark": lambda verdict, by: review.remark(verdict, text="Look.", by=by),
    "look_again": lambda verdict, by: review.look_again(verdict, on=None, by=by),
    "restore_verdict": lambda verdict, by: history.restore_verdict(verdict.pk, LATEST, by=by),
}
DOORS_OF_CLAIM = {"merge", "unmerge", "seal"}
DOORS_OF_SOURCE = {"store_text", "store_copy", "visit"}
REFUSED = (PermissionDenied, review.ReviewError, publishing.Refused, CannotRestore)
# Done already: a door says so again to whoever may pass it.
SAFE_TO_REPEAT = {
    **{(status, "publish"): "....xxx" for status in ("published", "correction proposed")},
    ("retracted", "retract"): "....xxx",
}


def may(who, step, status):
    return is_marked(who, TABLE[status].get(step, "." * len(WHO)))


def is_marked(who, marks):
    return marks.strip()[WHO.index(who)] == "x"


def tomorrow():
    return timezone.now() + timedelta(days=1)


def other_claim(author=None):
    return Claim.objects.get(slug=f"other-{author.username}" if author else "other")


class Desk:
    """Two claims in one state, by a contributor and by a reviewer, and everybody to try them."""

    def __init__(self, status):
        self.signer = desk.make_reviewer("signer")
        self.people = {who: self.person(who) for who in WHO}
        writers = [self.people[who].username for who in WHO if who.endswith("wrote it")]
        for slug in ["other", *(f"other-{name}" for name in writers if status == "merged")]:
            desk.make_published(slug, author=self.people["editor"], reviewer=self.signer)
        self.verdicts = {
            who: self.verdict(self.people[who], status) for who in WHO if who.endswith("wrote it")
        }

    @staticmethod
    def person(who):
        if who == "anonymous":
            return AnonymousUser()
        name, role = who.replace(" ", "-"), who.removeprefix("another ").split()[0]
        return desk.known(name) or desk.make_user(name, role=role)

    def verdict(self, author, status):
        claim = desk.make_claim(author.username, created_by=author)
        verdict = desk.make_draft(claim, author=author)
        Source.objects.filter(evidence__verdict=verdict).update(created_by=author)
        if status != "draft":
            review.submit(verdict, by=author)
        if status not in {"draft", "in review"}:
            review.approve(verdict, by=self.signer)
        if status == "scheduled":
            schedule.schedule(verdict, at=tomorrow(), by=self.signer)
        if status not in {"draft", "in review", "approved", "scheduled"}:
            publishing.publish(verdict, by=self.signer)
            ClaimTranslation.objects.filter(of=claim, language="en").update(speaker="Mended")
        self.end(verdict, status, author)
        return Verdict.objects.get(pk=verdict.pk)

    def end(self, verdict, status, author):
        if status == "correction proposed":
            by_author = author.has_perm("claims.change_verdict")
            proposer = author if by_author else self.people["editor"]
            review.propose_correction(verdict, kind="update", text=TEXT, by=proposer)
        if status == "retracted":
            publishing.retract(verdict, reason=TEXT, by=self.signer)
        if status == "merged":
            publishing.merge(verdict.claim, into=other_claim(author), by=self.signer)

    def row_for(self, who):
        return self.verdicts.get(who) or self.verdicts["contributor who wrote it"]


@pytest.fixture(autouse=True)
def capturing(settings, store):
    settings.CAPTURE = True


@pytest.fixture(params=TABLE, scope="module")
def status(request, kept):
    with transaction.atomic():
        yield request.param
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def people(status):
    return Desk(status)


def subject_of(step, verdict):
    if step in {"change_claim", "restore_claim", *DOORS_OF_CLAIM}:
        return verdict.claim
    if step in {"change_source", *DOORS_OF_SOURCE}:
        return source_of(verdict)
    return verdict


def source_of(verdict):
    return verdict.evidence.first().source


STEPS = ["change_verdict", "change_source", *SERVICES]


def test_the_rules_say_what_the_table_says(people, status, db, subtests):
    for step in STEPS:
        rule = getattr(rules, f"may_{step}")
        rows = {who: subject_of(step, people.row_for(who)) for who in WHO}
        answers = {who: bool(rule(people.people[who], rows[who])) for who in WHO}
        with subtests.test(step=step):
            assert answers == {who: may(who, step, status) for who in WHO}


def is_done(step, verdict, by):
    """Would the service do it? Tried, and undone."""
    try:
        with transaction.atomic():
            SERVICES[step](verdict, by)
            transaction.set_rollback(True)
    except REFUSED:
        return False
    return True


def test_the_services_do_what_the_table_says(people, status, db, subtests):
    for step in SERVICES:
        expected = {who: may(who, step, status) for who in WHO}
        if again := SAFE_TO_REPEAT.get((status, step)):
            expected = {who: is_marked(who, again) for who in WHO}
        with subtests.test(step=step):
            assert expected == {
                who: is_done(step, people.row_for(who), people.people[who]) for who in WHO
            }


def test_the_admin_offers_what_the_table_says(people, status, client, db, subtests):
    for who in WHO[1:]:
        client.force_login(people.people[who])
        verdict = people.row_for(who)
        for kind in ("verdict", "claim", "source"):
            row = subject_of(f"change_{kind}", verdict)
            response = client.get(page(type(row), "change", row.pk))
            with subtests.test(who=who, kind=kind):
                assert response.status_code == 200
                assert response.context["has_change_permission"] is may(
                    who, f"change_{kind}", status
                )
                offered = {door.name for door, _address in response.context.get("doors", [])}
                doors = {step for step in STEPS if not step.startswith(("change", "restore"))}
                mine = {"claim": DOORS_OF_CLAIM, "source": DOORS_OF_SOURCE}
                mine["verdict"] = doors - DOORS_OF_CLAIM - DOORS_OF_SOURCE
                assert offered == {step for step in mine[kind] if may(who, step, status)}
                saved = client.post(page(type(row), "change", row.pk), {})
                assert (saved.status_code != 403) is may(who, f"change_{kind}", status)
                then = client.get(page(type(row), "moment", row.pk, LATEST))
                assert then.context["may_restore"] is may(who, f"restore_{kind}", status)


def test_who_sees_what_the_worker_does(client, db):
    for who in WHO:
        user = Desk.person(who)
        if who != "anonymous":
            client.force_login(user)
        status_code = client.get(page(Job, "changelist")).status_code
        assert (status_code == 200) is rules.may_see_jobs(user) is is_marked(who, SEES_JOBS)


def test_who_sees_and_answers_what_readers_send_in(client, db):
    tip = Submission.objects.create(kind="claim", text="It is so.", email="jo@example.org")
    for who in WHO:
        user = Desk.person(who)
        expected = is_marked(who, ANSWERS_TIPS)
        assert rules.may_see_tips(user) is rules.may_answer_tips(user) is expected
        if who == "anonymous":
            continue
        client.force_login(user)
        shown = client.get(page(Submission, "change", tip.pk))
        assert (shown.status_code == 200) is expected
        assert (b"jo@example.org" in shown.content) is expected
        try:
            tips.answer(tip, state="accepted", by=user)
        except PermissionDenied:
            assert not expected
        else:
            assert expected


def test_no_right_lifts_what_is_fixed(people, status, django_user_model):
    """Superusers have every right, and still never change it, nor approve their own."""
    root = django_user_model.objects.create_superuser("root")
    verdict = copy.copy(people.verdicts["reviewer who wrote it"])
    assert rules.may_change_verdict(root, verdict) is (status == "draft")
    verdict.author = root
    assert not rules.may_approve(root, verdict)
