"""A quote is verified to the letter, or a person is told: at every save, door and new text."""

import pytest
from django.db import IntegrityError, transaction

from claims import history, publishing, quotes
from claims.jobs import check_quotes
from claims.models import Evidence, Verdict
from sources import timeline

from . import desk
from .admin_forms import messages, page

pytestmark = pytest.mark.django_db

QUOTE = "the bridge cost 41 million"
TEXT = f"The council met in May. They said that {QUOTE} in all. Then they went home."
CHANGED = TEXT.replace("41 million", "43 million")


@pytest.fixture
def row(author):
    """A piece of evidence of a draft, verified in its source's text."""
    evidence = desk.make_draft(desk.make_claim(), author=author).evidence.first()
    Evidence.objects.filter(pk=evidence.pk).update(quote=QUOTE)
    desk.archive(evidence.source, TEXT)
    return fresh(evidence, check=True)


def fresh(row, check=False):
    if check:
        quotes.check_source(row.source)
    return Evidence.objects.select_related("verdict", "source", "checked").get(pk=row.pk)


def test_found_it_has_its_place(row):
    assert (row.quote_state, row.snapshot.text[row.start : row.end]) == ("verified", QUOTE)


def test_without_a_text_it_is_unverified(row):
    other = row.verdict.evidence.last()
    Evidence.objects.filter(pk=other.pk).update(quote=QUOTE)
    quotes.check(row.verdict.evidence.all())
    assert fresh(other).quote_state == "unverified"


def test_a_text_without_it_breaks_it_and_moves_nothing(row):
    before = (row.quote, row.snapshot_id, row.start, row.end)
    desk.archive(row.source, CHANGED)
    row = fresh(row, check=True)
    assert row.quote_state == "broken"
    assert (row.quote, row.snapshot_id, row.start, row.end) == before
    found = quotes.suggestion(row)
    assert (found.words, found.score) == ("the bridge cost 43 million", 96)
    assert ("gone", "41 ") in found.differences(row.quote)


def test_it_stands_again_when_the_old_words_come_back(row):
    desk.archive(row.source, CHANGED)
    assert fresh(row, check=True).quote_state == "broken"
    desk.archive(row.source, f"A banner. {TEXT}")
    row = fresh(row, check=True)
    assert (row.quote_state, row.suggestion, row.broken_at) == ("verified", None, None)
    assert row.start == TEXT.index(QUOTE) + len("A banner. ")


def test_words_before_and_after_are_binding(row):
    Evidence.objects.filter(pk=row.pk).update(prefix="in May.")
    assert fresh(row, check=True).quote_state == "broken"
    Evidence.objects.filter(pk=row.pk).update(prefix="said  that ", suffix="in all")
    assert fresh(row, check=True).quote_state == "verified"


@pytest.mark.parametrize(
    "lie",
    [
        {"quote": "the bridge cost 43 million", "start": 3},
        {"start": 3},
        {"snapshot": None, "start": None, "end": None},
    ],
)
def test_the_database_lets_nobody_call_it_verified(row, lie):
    with pytest.raises(IntegrityError, match="only where the archived text"), transaction.atomic():
        Evidence.objects.filter(pk=row.pk).update(**{"quote_state": "verified"} | lie)
    other = desk.archive(desk.make_source("other"), TEXT + ".")
    with pytest.raises(IntegrityError, match="of another source"), transaction.atomic():
        Evidence.objects.filter(pk=row.pk).update(snapshot=other, checked=other)


def test_other_words_are_unverified_whoever_writes_them(row):
    Evidence.objects.filter(pk=row.pk).update(quote="the bridge")
    row = fresh(row)
    assert (row.quote_state, row.snapshot, row.checked) == ("unverified", None, None)


def test_the_worker_finds_what_nobody_told_it(row):
    desk.archive(row.source, CHANGED)
    check_quotes(0)
    assert fresh(row).quote_state == "broken"
    assert quotes.check_due() == 0


def test_what_is_restored_is_looked_for_again(row, author):
    desk.archive(row.source, CHANGED)
    draft = history.restore_verdict(row.verdict_id, timeline.LATEST, by=author)
    assert draft.evidence.get(quote=QUOTE).quote_state == "broken"


def test_a_broken_quote_does_not_go_out(row, author, reviewer):
    """Also where nobody compared it with the text that came in since it was signed."""
    verdict = desk.approve(row.verdict, by=reviewer)
    desk.archive(row.source, CHANGED)
    with pytest.raises(publishing.Refused, match="does not occur in the archived text"):
        publishing.publish(verdict, by=reviewer)


# --- What a person does --------------------------------------------------------


@pytest.fixture
def broken(row):
    desk.archive(row.source, CHANGED)
    return fresh(row, check=True)


def step(client, row, door):
    address = f"{page(Evidence, 'change', row.pk)[: -len('change/')]}door/{door}/"
    shown = client.get(address)
    posted = {"confirm": door, "action": door, f"seen-{row.pk}": quotes.as_shown(row)}
    return shown, client.post(address, posted, follow=True)


def test_somebody_takes_the_suggestion(client, broken, author):
    client.force_login(author)
    assert "96 % alike: “the bridge cost 43 million”" in client.get("/admin/").content.decode()
    shown, done = step(client, broken, "take")
    assert "<del>41 </del><ins>43 </ins>" in shown.content.decode()
    assert messages(done) == ["It refutes.: taken."]
    row = fresh(broken)
    assert (row.quote, row.quote_state) == ("the bridge cost 43 million", "verified")
    assert row.snapshot.text[row.start : row.end] == row.quote


def test_somebody_leaves_it_until_a_newer_text_comes_in(client, broken, author):
    client.force_login(author)
    step(client, broken, "leave")
    row = fresh(broken)
    assert (row.quote_state, row.is_left, quotes.suggestion(row)) == ("broken", True, None)
    assert "All quotes stand." in client.get("/admin/").content.decode()
    desk.archive(row.source, CHANGED + " It rained.")
    assert fresh(row, check=True).is_left is False


def test_what_changed_since_somebody_looked_is_not_taken(broken, author):
    seen = quotes.as_shown(broken)
    desk.archive(broken.source, CHANGED.replace("43", "44"))
    quotes.check_source(broken.source)
    with pytest.raises(quotes.NotSettled, match="has changed since"):
        quotes.take(broken, by=author, seen=seen)


def test_words_that_are_public_stay(published, author):
    published()
    row = Verdict.objects.get().evidence.first()
    with pytest.raises(IntegrityError, match="in review or signed"), transaction.atomic():
        Evidence.objects.filter(pk=row.pk).update(quote=QUOTE)


def test_in_public_only_the_same_words_are_taken(row, author, reviewer):
    publishing.publish(desk.approve(row.verdict, by=reviewer), by=reviewer)
    desk.archive(row.source, CHANGED)
    with pytest.raises(quotes.NotSettled, match="write a new one"):
        quotes.take(fresh(row, check=True), by=author)
    desk.archive(row.source, f"Somebody else claims: {QUOTE}, but who knows.")
    row = fresh(row, check=True)
    assert (row.quote_state, quotes.suggestion(row).score) == ("broken", 100)
    assert quotes.take(row, by=author).quote_state == "verified"
