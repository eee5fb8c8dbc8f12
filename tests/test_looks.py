"""What changes under a verdict in force is read off the desk, and stays until somebody looks."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims import looks, publishing, quotes, review
from claims.models import Claim, ClaimRelation, Evidence, Look, Verdict
from sources.models import Source

from . import desk
from .admin_forms import page
from .helpers import assert_queries_do_not_grow

pytestmark = pytest.mark.django_db


@pytest.fixture
def verdict(published):
    """In force, resting on two sources and on the claim `ground`."""
    published("ground", article="other")
    published()
    claim = Claim.objects.get(slug="bridge-cost")
    ClaimRelation.objects.create(
        claim=claim, kind="depends-on", other=Claim.objects.get(slug="ground")
    )
    return claim.verdicts.get()


def kinds(verdict=None):
    return [str(one.kind) for one in looks.reasons(verdict and [verdict.pk])]


def first(verdict):
    return verdict.evidence.select_related("source").first()


def kill_link(verdict):
    Source.objects.filter(evidence__verdict=verdict).update(
        link_state="dead", link_state_since=timezone.now()
    )


def withdraw(verdict):
    Source.objects.filter(pk=first(verdict).source_id).update(withdrawn_on="2026-11-01")


def withdraw_original(verdict):
    original = desk.make_source("original", withdrawn_on="2026-11-01")
    Source.objects.filter(pk=first(verdict).source_id).update(copy_of=original)


def retract_ground(verdict):
    ben = desk.known("ben")
    desk.retract(Claim.objects.get(slug="ground"), by=ben)


def correct_ground(verdict):
    claim, author = Claim.objects.get(slug="ground"), desk.known("ann")
    draft = desk.make_draft(claim, author=author, rating_slug="true")
    desk.correct(desk.approve(draft, by=desk.known("ben")), by=desk.known("ben"))


def break_quote(verdict):
    Evidence.objects.filter(pk=first(verdict).pk).update(quote_state="broken")


CHANGES = {
    "quote": break_quote,
    "link": kill_link,
    "withdrawn": withdraw,
    "withdrawn original": withdraw_original,
    "claim": correct_ground,
    "claim retracted": retract_ground,
}


def test_nothing_asks_for_another_look_at_first(verdict):
    assert looks.reasons() == []


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_asks_for_another_look(verdict, change):
    CHANGES[change](verdict)
    found = looks.reasons()
    assert {one.verdict for one in found} == {verdict.pk}
    assert {str(one.kind) for one in found} == {change.split()[0]}


@pytest.mark.parametrize("change", CHANGES)
def test_it_stays_until_somebody_says_what_they_did(verdict, author, change):
    CHANGES[change](verdict)
    looks.clear(verdict, note="Read it again: it stands.", by=author)
    assert looks.reasons() == []
    assert {(row.by, row.note) for row in Look.objects.all()} == {
        (author, "Read it again: it stands.")
    }


def test_what_happens_anew_is_another_reason(verdict, author):
    kill_link(verdict)
    looks.clear(verdict, note="The copy has it.", by=author)
    kill_link(verdict)
    assert set(kinds()) == {"link"}


def test_what_came_up_since_somebody_looked_stays_open(verdict, author):
    withdraw(verdict)
    seen = {one.key for one in looks.reasons()}
    break_quote(verdict)
    looks.clear(verdict, note="It stands.", by=author, seen=seen)
    assert kinds(verdict) == ["quote"]


def test_a_minor_correction_changes_no_verdict(verdict, author, reviewer):
    ground = Claim.objects.get(slug="ground")
    ground.translations.filter(language="en").update(statement="The bridge cost 90 millions.")
    desk.correct(ground.verdicts.get(), by=reviewer, kind="minor")
    assert looks.reasons() == []


def test_what_was_so_before_it_went_out_is_no_news(verdict):
    Source.objects.update(
        link_state="dead", link_state_since=verdict.published_at - datetime.timedelta(days=1)
    )
    assert looks.reasons() == []


def test_what_is_not_in_force_rests(verdict, reviewer):
    kill_link(verdict)
    publishing.retract(verdict, reason={"en": "We erred."}, by=reviewer)
    assert looks.reasons() == []


def test_a_look_has_a_word_and_a_person_who_may(verdict, author):
    kill_link(verdict)
    with pytest.raises(PermissionDenied):
        looks.clear(verdict, note="Fine.", by=desk.make_user("con", role="contributor"))
    with pytest.raises(ValidationError, match="what was done"):
        looks.clear(verdict, note=" ", by=author)
    looks.clear(verdict, note="Fine.", by=author)
    with pytest.raises(review.ReviewError, match="Nothing asks"):
        looks.clear(verdict, note="Fine.", by=author)


def test_a_look_is_written_once(verdict, author):
    kill_link(verdict)
    looks.clear(verdict, note="Fine.", by=author)
    for change in (lambda rows: rows.update(note="x"), lambda rows: rows._raw_delete("default")):
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            change(Look.objects.all())


def test_a_quote_that_broke_is_one(verdict, author, reviewer):
    """All the way: a newer text comes in, and the verdict is on the list."""
    draft = desk.make_draft(desk.make_claim("quoting"), author=author)
    row = desk.verify(draft.evidence.first())
    publishing.publish(desk.approve(draft, by=reviewer), by=reviewer)
    desk.archive(row.source, "It says something else altogether.")
    quotes.check_source(row.source)
    assert kinds(draft) == ["quote"]


def test_editors_meet_it_on_the_start_page_the_claim_and_the_verdict(client, verdict, author):
    client.force_login(author)
    kill_link(verdict)
    assert "the link is dead" in client.get("/admin/").content.decode()
    shown = client.get(page(Claim, "change", verdict.claim_id)).content.decode()
    assert "Title of bridge-cost-refutes" in shown
    door = f"{page(Verdict, 'change', verdict.pk)[: -len('change/')]}door/looked/"
    assert door in shown
    assert "the link is dead" in client.get(door).content.decode()
    seen = " ".join(one.key for one in looks.reasons())
    typed = {
        "confirm": "looked",
        "note": "The archived copies have it.",
        f"seen-{verdict.pk}": seen,
    }
    done = client.post(door, typed, follow=True).content.decode()
    assert "looked at again" in done
    assert "The archived copies have it." in done
    assert "Nothing has changed under what is public." in client.get("/admin/").content.decode()
    assert client.get(page(Verdict, "changelist") + "?look=open").status_code == 200


def test_it_asks_the_same_whatever_there_is(published):
    made = []

    def more():
        made.extend(published(f"claim-{len(made) + n}") for n in range(3))
        Source.objects.update(link_state="dead", link_state_since=timezone.now())

    more()
    assert_queries_do_not_grow(looks.reasons, more)
    assert len(looks.reasons()) == 12
