"""Each rule of the gate, from a state that would pass with one thing broken."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims import document, gate, publishing
from claims.models import Claim, Evidence, Verdict
from sources.models import Source

from . import desk
from .helpers import count_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def verdict(author):
    """A draft at which the gate finds nothing but that nobody has approved it."""
    return desk.make_draft(desk.make_claim(), author=author)


def found(verdict):
    return {finding.rule: finding for finding in gate.findings(Verdict.objects.get(pk=verdict.pk))}


def keep_stance(verdict, stance):
    verdict.evidence.exclude(stance=stance).delete()


def name_a_minor(verdict):
    desk.make_subject("kid", name="Casey Roe", is_minor=True)
    verdict.evidence.first().translations.update(finding="casey roe was there.")


def name_a_private_person(verdict):
    desk.make_subject("neighbour", name="Robin Poe", is_private=True)
    Source.objects.filter(evidence__verdict=verdict).update(authors=["Robin \nPoe"])


def name_a_minor_by_alias(verdict):
    desk.make_subject("kid", name="Casey Roe", is_minor=True, aliases=["小凯"])
    verdict.claim.translations.filter(language="zh-Hans").update(statement="据说小凯在场。")


def name_a_claimant(verdict, kind="person"):
    Claim.objects.update(claimant=desk.make_subject("jo", name="Jo Roe", kind=kind))


BREAKS = {
    "embargo": (
        lambda v: Verdict.objects.filter(pk=v.pk).update(
            publish_at=timezone.now() + timedelta(hours=1)
        ),
        "error",
    ),
    "rating": (lambda v: Verdict.objects.filter(pk=v.pk).update(rating=None), "error"),
    "confidence": (lambda v: Verdict.objects.filter(pk=v.pk).update(confidence=""), "error"),
    "summary": (lambda v: v.translations.update(language="fr"), "error"),
    "evidence": (lambda v: v.evidence.all().delete(), "error"),
    "evidence-opened": (lambda v: Source.objects.update(retrieved=False), "error"),
    "quote-broken": (lambda v: Evidence.objects.update(quote="x", quote_state="broken"), "error"),
    "source-withdrawn": (lambda v: Source.objects.update(withdrawn_on="2026-11-01"), "warning"),
    "minor": (name_a_minor, "error"),
    "private-person": (name_a_private_person, "error"),
    "characters": (
        lambda v: v.claim.translations.filter(language="en").update(statement="It \u202ecost 90."),
        "error",
    ),
    "claimant": (lambda v: v.claim.translations.update(speaker=" "), "error"),
    "statement": (
        lambda v: v.claim.translations.filter(language="en").update(statement="False: it cost 90."),
        "warning",
    ),
    "no-primary-source": (lambda v: Source.objects.update(proximity="secondary"), "warning"),
    "citations": (lambda v: v.translations.update(analysis="Proved [1, 3]."), "warning"),
    "finding": (lambda v: v.evidence.first().translations.all().delete(), "warning"),
    "reason": (lambda v: v.claim.translations.update(reason=""), "warning"),
    "contact": (name_a_claimant, "warning"),
    "one-stance": (lambda v: keep_stance(v, "refutes"), "warning"),
}


def test_nothing_is_found_where_nothing_is_missing(verdict, reviewer):
    assert set(found(verdict)) == {"approved", "reviewer"}
    assert found(desk.approve(verdict, by=reviewer)) == {}


@pytest.mark.parametrize("rule", BREAKS)
def test_each_rule_finds_its_fault(verdict, rule):
    break_it, severity = BREAKS[rule]
    break_it(verdict)
    findings = found(verdict)
    assert rule in findings
    assert findings[rule].severity == severity
    assert str(findings[rule].message).endswith((".", "?", "”."))
    others = set(findings) - {rule, "approved", "reviewer"}
    assert others <= {"one-stance"} or rule == "evidence-opened"


def test_every_rule_is_tried_here():
    by_constraint = {"reviewer-is-author"}  # the database refuses the state: see below
    own_tests = {"approved", "reviewer", "changed-since-signed"}
    assert set(gate.RULES) == {*BREAKS, *own_tests} | by_constraint


def test_the_gate_says_it_too_when_author_and_reviewer_are_one(verdict):
    verdict.reviewer = verdict.author
    assert "reviewer-is-author" in {finding.rule for finding in gate.findings(verdict)}


def test_an_alias_in_chinese_names_a_minor_too(verdict):
    name_a_minor_by_alias(verdict)
    assert "minor" in found(verdict)


@pytest.mark.parametrize("hidden", ["\x0b", "\x0c", "\x1c", "\x85"])
def test_a_control_that_counts_as_white_space_is_hidden_too(verdict, hidden):
    verdict.translations.filter(language="en").update(summary=f"It cost{hidden}90.")
    assert "characters" in found(verdict)


def test_a_latin_name_beside_chinese_names_a_minor_too(verdict):
    desk.make_subject("kid", name="Casey Roe", is_minor=True)
    verdict.claim.translations.filter(language="zh-Hans").update(
        statement="据Casey Roe说，桥很贵。"
    )
    assert "minor" in found(verdict)


@pytest.mark.parametrize(
    "edit",
    [
        lambda v: v.claim.translations.filter(language="en").update(
            statement="It cost 95 million."
        ),
        lambda v: Source.objects.filter(evidence__verdict=v).update(title="Another title"),
        lambda v: v.claim.topics.add(desk.make_topic("money")),
    ],
    ids=["statement", "source", "topic"],
)
def test_what_changed_after_the_approval_must_be_approved_again(verdict, reviewer, edit):
    approved = desk.approve(verdict, by=reviewer)
    assert found(approved) == {}
    edit(verdict)
    assert set(found(approved)) == {"changed-since-signed"}


def test_part_of_a_word_names_nobody(verdict):
    desk.make_subject("kid", name="Account", is_minor=True)
    verdict.translations.update(analysis="The accounts say so.")
    assert "minor" not in found(verdict)
    verdict.translations.update(analysis="The account says so.")
    assert "minor" in found(verdict)


def test_unproven_needs_no_evidence(verdict):
    verdict.evidence.all().delete()
    Verdict.objects.filter(pk=verdict.pk).update(rating=desk.rating("unproven"))
    assert "evidence" not in found(verdict)


def test_a_summary_in_the_default_language_is_enough(verdict):
    Claim.objects.update(original_language="zh-Hans")
    assert "summary" not in found(verdict)
    verdict.translations.update(language="zh-Hans")
    assert "summary" not in found(verdict)


def test_a_note_on_the_sources_answers_the_warning(verdict):
    Source.objects.update(proximity="tertiary")
    verdict.translations.update(sourcing_note="The archive is closed until 2030.")
    assert "no-primary-source" not in found(verdict)


def test_a_reason_in_one_language_is_enough(verdict):
    verdict.claim.translations.filter(language="en").update(reason="")
    assert "reason" in found(verdict)
    verdict.claim.translations.filter(language="zh-Hans").update(reason="议会将就此表决。")
    assert "reason" not in found(verdict)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("person", True), ("organization", True), ("work", False), ("event", False)],
)
def test_who_can_answer_is_asked(verdict, kind, expected):
    name_a_claimant(verdict, kind)
    assert ("contact" in found(verdict)) is expected


def test_an_attempt_to_ask_is_enough(verdict):
    name_a_claimant(verdict)
    verdict.contacts.create(contacted_on="2026-05-04", channel="email", whom="the press office")
    assert "contact" not in found(verdict)


@pytest.mark.parametrize("rule", ["reason", "contact"])
def test_what_the_codes_ask_for_stops_nothing_that_a_person_accepts(verdict, reviewer, rule):
    BREAKS[rule][0](verdict)
    approved = desk.approve(verdict, by=reviewer)
    with pytest.raises(publishing.Refused):
        publishing.publish(approved, by=reviewer)
    publishing.publish(approved, by=reviewer, accepted={rule})
    approved.refresh_from_db()
    assert approved.accepted_warnings == [rule]


# Without a rating, the database refuses even the approval.
ERRORS = [
    rule for rule, (_, severity) in BREAKS.items() if severity == "error" and rule != "rating"
]


@pytest.mark.parametrize("rule", ERRORS)
def test_no_tick_passes_an_error(verdict, reviewer, rule):
    BREAKS[rule][0](verdict)
    approved = desk.approve(verdict, by=reviewer)
    with pytest.raises(publishing.Refused):
        publishing.publish(approved, by=reviewer, accepted=set(gate.RULES))


def test_a_private_subject_is_left_out_of_the_document(published):
    jo = desk.make_subject("jo", name="Jo Private", is_private=True)
    revision = published(subjects=[jo], claimant=jo)
    assert b"Jo Private" not in bytes(revision.document)
    assert b'"jo"' not in bytes(revision.document)


def test_of_verdicts_fetched_with_all_their_parts_the_gate_asks_nothing_more(published):
    for slug in ("bridge-cost", "tunnel-length"):
        published(slug)
    one, other = document.verdicts_to_render()
    shared = {}
    gate.findings(one, shared)
    assert count_queries(lambda: gate.findings(other, shared)) == 0
