"""Rows that one editor adds or takes away while another one types into the same form."""

import pytest

from claims.models import Appearance, Claim, ClaimTranslation, Evidence, Verdict

from . import desk
from .admin_forms import REFUSED, Editor, errors
from .test_admin_meanwhile import claim, draft, topic


@pytest.fixture
def eve(db):
    return Editor("eve")


@pytest.fixture
def max(db):
    return Editor("max")


def test_a_row_that_was_taken_away_comes_back_as_text(eve, max):
    row = draft()
    eve.opens(row).types(**{"evidence-0-finding_en": "It says a lot.", "confidence": "low"})
    max.opens(row).types(**{"evidence-0-DELETE": "on"}).saves()
    eve.saves()
    assert eve.is_refused()
    assert "Finding (English): It says a lot." in eve.response.context["kept"][0]
    assert "Source: Title of bridge-cost-refutes" in eve.text
    assert len(errors(eve.response).split(REFUSED)) == 2  # and no other error

    kept = {"kept": eve.response.context["kept"]}
    eve.types(original="x").saves(rating="", confidence="nonsense", **kept)
    assert "It says a lot." in eve.text
    assert eve.saves(confidence="low", **eve.over, **kept).status_code == 302
    assert [part.stance for part in Evidence.objects.all()] == ["supports"]
    assert Verdict.objects.get().confidence == "low"


def test_a_row_that_both_took_away_is_no_conflict(eve, max):
    row = draft()
    for editor in (eve, max):
        editor.opens(row).types(**{"evidence-0-DELETE": "on"})
    assert [editor.saves().status_code for editor in (eve, max)] == [302, 302]


def test_a_row_is_not_taken_away_with_what_somebody_just_wrote_there(eve, max):
    row = draft()
    eve.opens(row).types(**{"evidence-0-DELETE": "on"})
    max.opens(row).types(**{"evidence-0-quote": "It cost 41."}).saves()
    eve.saves()
    assert eve.differences() == {
        "Piece of evidence: refutes 0 | Quote": ("It cost 41.", "(you take this row away)")
    }
    assert eve.saves(**eve.over, **{"evidence-0-DELETE": "on"}).status_code == 302
    assert Evidence.objects.count() == 1


def test_a_row_that_was_added_is_shown_and_stays(eve, max):
    row, article = claim(), desk.make_source("article")
    eve.opens(row).types(kind="attribution")
    max.opens(row).types(
        **{
            "appearances-TOTAL_FORMS": 1,
            "appearances-0-source": article.pk,
            "appearances-0-order": 0,
            "appearances-0-exact": "ninety million",
        }
    ).saves()
    eve.saves()
    assert eve.notes() == [
        "Appearance: ninety million: Added meanwhile. It stays, whatever you save."
    ]
    assert eve.saves(**eve.over).status_code == 302
    assert Appearance.objects.get().exact == "ninety million"
    assert Claim.objects.get().kind == "attribution"


def test_two_editors_write_the_same_language_at_once(eve, max):
    row = draft()
    summary = "translations-1-summary"
    eve.opens(row)
    assert eve.typed["translations-1-language"] == "zh-Hans"
    max.opens(row).types(**{summary: "造价四千一百万。"}).saves()
    eve.types(**{summary: "造价为四千一百万。"}).saves()
    place = "Answer in one language: zh-Hans | Summary"
    assert eve.differences() == {place: ("造价四千一百万。", "造价为四千一百万。")}
    assert eve.typed[summary] == "造价为四千一百万。"
    assert eve.saves(**eve.over).status_code == 302
    assert row.translations.get(language="zh-Hans").summary == "造价为四千一百万。"


def test_an_empty_form_for_a_language_never_empties_what_was_written(eve, max):
    row = draft()
    eve.opens(row).types(confidence="low")
    max.opens(row).types(**{"translations-1-summary": "造价四千一百万。"}).saves()
    eve.saves()
    assert [note[:34] for note in eve.notes()] == ["Answer in one language: zh-Hans: A"]
    assert eve.saves(**eve.over).status_code == 302
    assert row.translations.get(language="zh-Hans").summary == "造价四千一百万。"


def test_a_change_on_the_page_of_a_part_counts(eve, max):
    row = draft()
    part = row.evidence.first()
    eve.opens(row).types(**{"evidence-0-locator": "page 1"})
    max.opens(part).types(locator="page 7").saves()
    eve.saves()
    assert eve.differences() == {"Piece of evidence: refutes 0 | Locator": ("page 7", "page 1")}
    assert "Max" in eve.text


def test_a_program_that_leaves_no_log_is_noticed(eve):
    row = claim()
    eve.opens(row).types(**{"translations-0-statement": "It cost 85 million."})
    ClaimTranslation.objects.filter(language="en").update(statement="It cost 80 million.")
    eve.saves()
    assert eve.is_refused()
    assert "The log does not say by whom" in eve.text


@pytest.mark.parametrize(
    "token", [None, "", "{}", "[]", '{"at": 1, "rows": {}}', '{"rows": []}', "[" * 20_000]
)
def test_a_form_that_does_not_say_what_it_showed_saves_nothing_unseen(eve, token):
    eve.opens(topic()).types(**{"translations-0-name": "Mine"})
    eve.typed.pop("opened_as")
    eve.saves(**({} if token is None else {"opened_as": token}))
    assert eve.is_refused()
    assert eve.saves(**eve.over).status_code == 302
