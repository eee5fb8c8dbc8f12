"""A quote has its place where it occurs exactly once, or where a person put it."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from claims import appearances
from claims.appearances import NotAnchored
from claims.models import Appearance, Claim
from sources.characters import hidden
from sources.models import Snapshot

from . import article, desk
from .admin_forms import make_editor
from .article import TEXT
from .test_anchoring import ALPHABET

texts = st.text(ALPHABET + "🌉👩\u202e\r", max_size=60)


@pytest.fixture
def source(db):
    return article.make_article()


@pytest.fixture
def snapshot(source):
    return article.store(source)


@pytest.fixture
def editor(db):
    return make_editor()


def place_of(snapshot, words, nth=0):
    start = -1
    for _ in range(nth + 1):
        start = snapshot.text.index(words, start + 1)
    return appearances.selected(snapshot, start, start + len(words), words)


def bridge(slug="bridge-cost"):
    return Claim(slug=slug, original_language="en", kind="documentary")


# --- Places ---


@given(texts, st.integers(-3, 65), st.integers(-3, 65), texts)
def test_what_is_selected_is_what_stands_there(text, start, end, quote):
    """Whatever a page sends: the place spells the quote, or there is none."""
    snapshot = Snapshot(text=text)
    try:
        place = appearances.selected(snapshot, start, end, quote)
    except NotAnchored:
        return
    assert appearances.anchoring.normalise(place.exact) == appearances.anchoring.normalise(quote)
    assert place.exact == place.exact.strip() == text[place.start : place.end] != ""


@given(texts, st.integers(0, 60), st.integers(0, 60))
def test_any_words_can_be_selected_unless_they_hide_something(text, start, end):
    quote = text[start:end]
    snapshot = Snapshot(text=text)
    if not quote.strip() or end > len(text) or hidden(quote):
        with pytest.raises(NotAnchored):
            appearances.selected(snapshot, start, end, quote)
    else:
        assert appearances.selected(snapshot, start, end, quote).exact == quote.strip()


def test_positions_are_code_points(snapshot):
    place = place_of(snapshot, "👩‍👩‍👧 walked")
    assert place.exact == "👩‍👩‍👧 walked"
    assert place.section == "2.1"


def test_words_that_stand_elsewhere_are_refused(snapshot):
    with pytest.raises(NotAnchored, match="other words at this position"):
        appearances.selected(snapshot, 5, 11, "bridge cost")


def test_a_quote_that_occurs_twice_is_fine_when_it_was_selected(snapshot):
    first, second = (place_of(snapshot, "Everybody says so.", nth) for nth in (0, 1))
    assert first.start < second.start
    assert (first.section, second.section) == ("1", "2.1")


@pytest.mark.parametrize(
    ("quote", "message"),
    [
        ("Everybody says so.", "occur 2 times"),
        ("Nobody says so.", "do not occur"),
        ("", "do not occur"),
        ("\u202ereversed", "nobody can see: U\\+202E RIGHT-TO-LEFT OVERRIDE"),
        ("bell: \x07.", "nobody can see: U\\+0007"),
    ],
)
def test_a_quote_without_a_position_must_occur_once(snapshot, quote, message):
    with pytest.raises(NotAnchored, match=message):
        appearances.only_place(snapshot, quote)


def test_a_quote_without_a_position_that_occurs_once_has_its_place(snapshot):
    place = appearances.only_place(snapshot, 'cost "90\nmillion"')
    assert place.exact == "cost “90 million”"


def test_a_long_selection_is_refused():
    snapshot = Snapshot(text="x" * 301)
    with pytest.raises(NotAnchored, match="has 301 characters; a quote has at most 300"):
        appearances.selected(snapshot, 0, 301, "x" * 301)


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("01Emad是谁?\nwords", "1"),
        ("12 Money\nwords", "12"),
        ("2.1 The length\n\nwords", "2.1"),
        ("三、钱\nwords", "三"),
        ("第4章 钱\nwords", "4"),
        ("1 One\n2 Two\nwords", "2"),
        ("1 One\nIt was so. 3 times.\nwords", "1"),
        ("2024-11-06 09:36\nwords", ""),
        ("2006年8月,合影\nwords", ""),
        ("8月,合影\nwords", ""),
        ("1. It is a sentence that ends.\nwords", ""),
        ("Nothing\nwords", ""),
        ("words", ""),
    ],
)
def test_the_section_is_the_nearest_numbered_heading(text, section):
    assert appearances.section(text, text.index("words")) == section


# --- A newer text ---


def test_marks_survive_where_the_quote_still_occurs_once(source, snapshot, editor):
    kept = article.marked(source, "kept", snapshot, "300 metres long")
    doubled = article.marked(source, "doubled", snapshot, "The new bridge cost")
    gone = article.marked(source, "gone", snapshot, "says the mayor")
    newer = article.store(source, f"New! 🌉 300 metres long. {'The new bridge cost ' * 2}")
    found = appearances.carry_over(source, newer)
    assert [row.pk for row in found.marks] == [kept.pk]
    assert {(row.pk, times) for row, times in found.adrift} == {(doubled.pk, 2), (gone.pk, 0)}
    for row in (doubled, gone):
        before = (row.snapshot_id, row.start, row.end)
        row.refresh_from_db()
        assert (row.snapshot_id, row.start, row.end) == before == (snapshot.pk, *before[1:])
    kept.refresh_from_db()
    assert newer.text[kept.start : kept.end] == "300 metres long"
    assert kept.prefix == "New! 🌉 "


def test_a_persons_choice_among_two_is_not_touched_again(source, snapshot):
    chosen = article.marked(source, "so", snapshot, "Everybody says so.", nth=1)
    found = appearances.carry_over(source, snapshot)
    assert (found.marks, found.adrift, found.carried) == ([chosen], [], [])


def test_looking_changes_nothing(source, snapshot):
    article.quoted(source, "kept", "300 metres long")
    found = appearances.standing(source.appearances.all(), snapshot)
    assert len(found.carried) == 1
    assert Appearance.objects.get().snapshot is None


def test_the_newest_text_is_the_last_snapshot_that_has_one(source, snapshot):
    article.store(source, "")
    assert appearances.newest_text(source) == snapshot


# --- What a person does ---


def test_a_new_claim_stands_at_its_words(snapshot, editor):
    place = place_of(snapshot, "Everybody says so.", 1)
    appearances.new_claim(
        place, claim=bridge(), statement="All agree.", section="2.1", by=editor
    )  # fmt: skip
    row = Appearance.objects.get(claim__slug="bridge-cost")
    assert TEXT[row.start : row.end] == row.exact == "Everybody says so."
    assert row.prefix.endswith("walked over it. ")
    assert (row.snapshot, row.section, row.is_first) == (snapshot, "2.1", True)
    assert row.claim.translations.get().statement == "All agree."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"slug": "Not a slug"}, "slug"),
        ({"slug": "known"}, "already exists"),
        ({"original_language": "english"}, "BCP 47"),
        ({"kind": "x"}, "kind"),
    ],
)
def test_a_claim_that_cannot_be_stored_leaves_nothing(snapshot, editor, change, message):
    desk.make_claim("known")
    claim = bridge()
    for name, value in change.items():
        setattr(claim, name, value)
    with pytest.raises(ValidationError, match=message):
        appearances.new_claim(
            place_of(snapshot, "300 metres"), claim=claim, statement="S.", section="", by=editor
        )
    assert not Appearance.objects.exists()
    assert Claim.objects.count() == 1


def test_a_known_claim_can_stand_at_several_words(snapshot, editor):
    claim = desk.make_claim()
    for words in ("300 metres", "90 million"):
        appearances.attach(claim, place_of(snapshot, words), section="", by=editor)
    assert [row.is_first for row in claim.appearances.order_by("pk")] == [True, False]
    with pytest.raises(NotAnchored, match="already"):
        appearances.attach(claim, place_of(snapshot, "300 metres"), section="", by=editor)


def test_new_marks_come_between_their_neighbours(source, snapshot, editor):
    article.marked(source, "a", snapshot, "The bridge of Northgate", order=10)
    article.marked(source, "c", snapshot, "300 metres long", order=20)
    made = appearances.attach(
        desk.make_claim("b"), place_of(snapshot, "90 million"), section="", by=editor
    )
    last = appearances.attach(
        desk.make_claim("d"), place_of(snapshot, "这座桥"), section="", by=editor
    )
    assert (made.order, last.order) == (15, 30)


def test_a_lost_mark_is_placed_by_a_person_or_given_up(source, snapshot, editor):
    row = article.marked(source, "so", snapshot, "Everybody says so.")
    newer = article.store(source, "Everybody says so. Really, everybody says so!")
    place = place_of(newer, "everybody says so")
    row = appearances.anchor(row, place, by=editor)
    assert (row.exact, row.snapshot) == ("everybody says so", newer)
    row = appearances.detach(row, by=editor)
    row.refresh_from_db()
    assert (row.exact, row.snapshot, row.start) == ("everybody says so", None, None)


def test_each_step_needs_its_permission(source, snapshot):
    stranger = desk.make_user("vic", "claims.change_verdict")
    row = article.marked(source, "so", snapshot, "300 metres long")
    place = place_of(snapshot, "90 million")
    steps = [
        lambda: appearances.new_claim(
            place, claim=bridge(), statement="S.", section="", by=stranger
        ),
        lambda: appearances.attach(row.claim, place, section="", by=stranger),
        lambda: appearances.anchor(row, place, by=stranger),
        lambda: appearances.detach(row, by=stranger),
    ]
    for step in steps:
        with pytest.raises(PermissionDenied):
            step()
