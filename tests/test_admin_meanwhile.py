"""Two editors, one object: nothing is saved over unseen, and nothing that was typed is lost."""

import re

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from claims.models import (
    Claim,
    Contact,
    Evidence,
    TopicTranslation,
    Verdict,
)
from sources.models import Source
from sources.refusals import sentence

from . import desk
from .admin_forms import Editor, data_of, page
from .servers import url_of_database


@pytest.fixture
def eve(db):
    return Editor("eve")


@pytest.fixture
def max(db):
    return Editor("max")


def claim():
    return desk.make_claim()


def draft():
    return desk.make_draft(desk.make_claim(), author=desk.make_author())


def source():
    return desk.make_source("ledger")


def topic():
    return desk.make_topic("bridges")


# What is typed into the field of a row, and how the page calls the place.
FORMS = {
    "claim": (claim, "kind", "arithmetic", "attribution", "Claim | Kind"),
    "statement": (
        claim,
        "translations-0-statement",
        "It cost 80 million.",
        "It cost 85 million.",
        "Statement in one language: en | Statement",
    ),
    "verdict": (draft, "confidence", "low", "medium", "Verdict | Confidence"),
    "evidence": (
        draft,
        "evidence-1-locator",
        "page 8",
        "page 9",
        "Piece of evidence: supports 1 | Locator",
    ),
    "finding": (
        draft,
        "evidence-0-finding_en",
        "It says no.\r\nTwice.",
        "It says nothing.",
        "Piece of evidence: refutes 0 | Finding (English)",
    ),
    "source": (source, "title", "The ledger", "A ledger", "Source | Title"),
    "topic": (
        topic,
        "translations-0-name",
        "Bridges of the county",
        "Bridges and tunnels",
        "Name in one language: en | Name",
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_saving_over_a_newer_save_is_refused_with_both_versions(eve, max, name):
    make, field, theirs, yours, place = FORMS[name]
    row = make()
    eve.opens(row)
    max.opens(row).types(**{field: theirs}).saves()
    assert max.response.status_code == 302
    eve.types(**{field: yours}).saves()
    assert eve.is_refused()
    shown = {"arithmetic": "arithmetic", "low": "low"}.get(theirs, theirs.replace("\r\n", "\n"))
    assert eve.differences() == {place: (shown, yours)}
    assert eve.typed[field] == yours
    assert "Max" in eve.text

    again = page(type(row), "change", row.pk)
    assert data_of(eve.client.get(again))[field].replace("\r\n", "\n") == shown
    assert eve.saves(**eve.over).status_code == 302
    assert data_of(eve.client.get(again))[field] == yours


def test_without_the_tick_it_is_refused_again(eve, max):
    row = topic()
    eve.opens(row).types(**{"translations-0-name": "Mine"})
    max.opens(row).types(**{"translations-0-name": "Theirs"}).saves()
    for _ in range(2):
        eve.saves()
        assert eve.is_refused()
    assert TopicTranslation.objects.get(language="en").name == "Theirs"


def test_only_what_the_other_changed_is_shown(eve, max):
    row = claim()
    eve.opens(row).types(kind="attribution")
    max.opens(row).types(**{"translations-0-speaker": "the mayor"}).saves()
    eve.saves()
    assert eve.differences() == {
        "Statement in one language: en | Speaker": ("the mayor", "the article")
    }


def test_a_third_editor_is_not_saved_over_either(eve, max):
    row, ada = topic(), Editor("ada")
    eve.opens(row).types(**{"translations-0-name": "Mine"}).saves()
    eve.opens(row).types(**{"translations-0-name": "Mine again"})
    max.opens(row).types(**{"translations-0-name": "Theirs"}).saves()
    eve.saves()
    ada.opens(row).types(**{"translations-0-name": "Hers"}).saves()
    eve.saves(**eve.over)
    assert eve.is_refused()
    assert [theirs for theirs, _ in eve.differences().values()] == ["Hers"]
    assert "Ada" in eve.text
    assert eve.saves(**eve.over).status_code == 302
    assert TopicTranslation.objects.get(language="en").name == "Mine again"


def test_a_tick_stays_good_while_a_mistake_is_mended(eve, max):
    row = claim()
    eve.opens(row).types(kind="attribution")
    max.opens(row).types(kind="arithmetic").saves()
    eve.saves()
    eve.types(original_language="klingon").saves(**eve.over)
    assert not eve.is_refused()
    assert eve.types(original_language="en").saves().status_code == 302
    assert Claim.objects.get().kind == "attribution"


# --- No false alarm ---


@pytest.mark.parametrize("name", FORMS)
def test_the_same_editor_saves_twice(eve, name):
    make, field, _, yours, _ = FORMS[name]
    eve.opens(make()).types(**{field: yours})
    assert [eve.saves().status_code for _ in range(2)] == [302, 302]


def test_the_same_editor_adds_a_row_and_presses_save_twice(eve):
    row = draft()
    eve.opens(row).types(
        **{
            "contacts-TOTAL_FORMS": 1,
            "contacts-0-contacted_on": "2026-05-05",
            "contacts-0-channel": "email",
            "contacts-0-whom": "the office",
        }
    )
    assert [eve.saves().status_code for _ in range(2)] == [302, 302]
    assert Contact.objects.count() == 1


def test_the_same_editor_continues(eve):
    row = claim()
    for kind in ("attribution", "arithmetic"):
        eve.opens(row).types(kind=kind)
        assert eve.saves(_continue="1").status_code == 302
    assert Claim.objects.get().kind == "arithmetic"


def test_both_typed_the_same(eve, max):
    row = topic()
    for editor in (eve, max):
        editor.opens(row).types(**{"translations-0-name": "Bridges"})
    assert [editor.saves().status_code for editor in (eve, max)] == [302, 302]


def test_line_ends_of_a_browser_are_no_change(eve, max):
    row = draft()
    row.translations.update(analysis="One.\n\nTwo.")
    eve.opens(row).types(**{"translations-0-analysis": "One.\r\n\r\nTwo."})
    max.opens(row).types(confidence="low").saves()
    eve.saves()
    assert eve.differences() == {"Verdict | Confidence": ("low", "high")}


def test_what_programs_keep_up_to_date_is_no_change(eve):
    row = source()
    eve.opens(row).types(title="A ledger")
    Source.objects.update(link_state="dead")
    assert eve.saves().status_code == 302


# --- Too late altogether ---


def test_what_was_typed_into_something_deleted_is_shown(eve, max):
    row = claim()
    eve.opens(row).types(**{"translations-0-statement": "It cost 85 <b>million</b>."})
    row.delete()
    eve.saves()
    assert eve.response.status_code == 410
    assert "It was deleted meanwhile" in eve.text
    assert "It cost 85 &lt;b&gt;million&lt;/b&gt;." in eve.text
    assert not Claim.objects.exists()


@pytest.mark.parametrize("is_published", [False, True], ids=["approved", "published"])
def test_what_was_typed_into_a_verdict_signed_meanwhile_is_shown(eve, reviewer, is_published):
    row = draft()
    eve.opens(row).types(
        **{"translations-0-summary": "It cost 42.", "evidence-1-finding_en": "It says 42."}
    )
    approved = desk.approve(row, by=reviewer)
    if is_published:
        desk.publishing.publish(approved, by=reviewer)
    eve.saves()
    assert eve.response.status_code == 403
    assert "in review or signed" in eve.text
    shown = [
        (part.title, cell.label, cell.yours)
        for part in eve.response.context["typed"]
        for cell in part.cells
    ]
    assert shown == [
        ("Answer in one language 1", "Summary", "It cost 42."),
        ("Piece of evidence 2", "Finding (English)", "It says 42."),
    ]
    assert row.translations.get().summary == "It cost 41 million."


def test_evidence_of_a_verdict_signed_meanwhile(eve, reviewer):
    row = draft()
    part = row.evidence.first()
    eve.opens(part).types(locator="page 99")
    desk.approve(row, by=reviewer)
    eve.saves()
    assert eve.response.status_code == 403
    assert "page 99" in eve.text


def test_who_may_not_change_anything_is_simply_refused(client, approved):
    client.force_login(desk.make_user("vic", "claims.view_verdict"))
    typed = {"opened_as": "{}", "confidence": "low"}
    response = client.post(page(Verdict, "change", approved.pk), typed)
    assert response.status_code == 403
    assert "confidence" not in response.content.decode()


@pytest.mark.parametrize("pk", ["abc", "%00", "99999999999999999999"])
def test_a_made_up_address_breaks_nothing(eve, pk):
    eve.opens(topic())
    eve.address = eve.address.rpartition("/change")[0].rpartition("/")[0] + f"/{pk}/change/"
    assert eve.saves().status_code in {404, 410}


# --- What it costs ---


def comparing(editor):
    """The queries of a save before Django's own begin, which check each row that was sent."""
    with CaptureQueriesContext(connection) as context:
        editor.saves()
    queries = [query["sql"] for query in context]
    # Before a statement that may write, the history says who does.
    begins = [n for n, sql in enumerate(queries) if re.search("(^|; )SAVEPOINT", sql)]
    ours, django = begins[:2]
    return queries[ours + 1 : django]


def test_comparing_asks_no_more_when_there_is_more(eve):
    row = draft()

    def queries():
        Verdict.objects.update(confidence="high")
        eve.opens(row).types(confidence="low")
        Verdict.objects.update(confidence="medium")
        count = len(comparing(eve))
        assert eve.is_refused()
        return count

    queries()
    few = queries()
    for number in range(20):
        part = Evidence.objects.create(
            verdict=row, source=desk.make_source(f"more-{number}"), stance="context"
        )
        part.translations.create(language="en", finding="More.")
    assert queries() == few


def test_the_object_and_its_parts_are_locked_before_they_are_compared(eve):
    eve.opens(draft())
    locked = [sql for sql in comparing(eve) if "FOR NO KEY UPDATE" in sql]
    tables = ["claims_verdict", "verdicttranslation", "claims_evidence", "claims_contact"]
    assert all(table in sql for table, sql in zip(tables, locked, strict=True))


def test_whoever_loses_the_database_is_not_told_that_nothing_was_stored(db):
    with psycopg.connect(url_of_database()) as lost:
        with pytest.raises(psycopg.OperationalError) as ended:
            lost.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        with pytest.raises(psycopg.OperationalError) as closed:
            lost.execute("SELECT 1")
        for reason in (ended.value, closed.value):
            error = OperationalError(str(reason))
            error.__cause__ = reason
            assert "Look whether it was done" in sentence(error)
