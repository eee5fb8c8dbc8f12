"""Any moment of an object's history, and the way back to it: always a draft."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from claims import history
from claims.models import (
    Claim,
    ClaimTranslation,
    Contact,
    Evidence,
    Rating,
    Subject,
    Verdict,
    VerdictTranslation,
)
from sources import timeline
from sources.history import by_command
from sources.models import Source
from sources.timeline import CannotRestore

from . import desk
from .admin_forms import make_editor, messages, page
from .test_history_pages import merge, moment_page, now, read, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    editor = make_editor()
    client.force_login(editor)
    return editor


@pytest.fixture
def then(author):
    """A verdict with everything, and the moment before it was changed beyond recognition."""
    draft = desk.make_draft(desk.make_claim(), author=author)
    Evidence.objects.filter(verdict=draft).update(quote="It cost.")
    Contact.objects.create(
        verdict=draft, contacted_on="2026-01-02", channel="email", whom="press office"
    )
    moment = now(Verdict, draft.pk)
    with save(user=author.pk), transaction.atomic():
        Verdict.objects.filter(pk=draft.pk).update(rating=desk.rating("true"), confidence="low")
        VerdictTranslation.objects.filter(of=draft).update(summary="Something else.")
        draft.evidence.all().delete()
        draft.contacts.all().delete()
    return draft, moment


def test_a_moment_is_the_whole_object(client, editor, then):
    draft, moment = then
    text = read(client.get(moment_page(draft, moment)))
    for words in ("Mostly false", "It cost 41 million.", "It refutes.", "press office"):
        assert words in text
    assert "Something else." not in text
    assert "Something else." in read(client.get(moment_page(draft, timeline.LATEST)))
    assert "there was nothing here" in read(client.get(moment_page(draft, 0)))


def test_a_verdict_is_restored_into_a_draft(client, editor, then):
    old, moment = then
    response = client.post(moment_page(old, moment), follow=True)
    assert messages(response) == ["The earlier state was restored."]
    draft = Verdict.objects.latest("pk")
    assert draft.pk != old.pk
    assert (draft.status, draft.author, draft.reviewer) == ("draft", editor, None)
    assert (draft.rating.slug, draft.confidence) == ("mostly-false", "high")
    assert draft.translations.get().summary == "It cost 41 million."
    assert [
        (row.stance, row.source.slug, row.quote_state, row.translations.get().finding)
        for row in draft.evidence.all()
    ] == [
        ("refutes", "bridge-cost-refutes", "unverified", "It refutes."),
        ("supports", "bridge-cost-supports", "unverified", "It supports."),
    ]
    assert draft.contacts.get().whom == "press office"
    assert old.translations.get().summary == "Something else."


def test_what_is_public_stays_when_it_is_restored(published, author):
    published()
    verdict = Verdict.objects.get()
    writer = make_editor("wes")
    draft = history.restore_verdict(verdict.pk, timeline.LATEST, by=writer)
    verdict.refresh_from_db()
    assert (verdict.status, draft.status, draft.accepted_warnings) == ("published", "draft", [])
    assert draft.evidence.count() == verdict.evidence.count()


def test_a_broken_quote_stays_broken(author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    Evidence.objects.filter(verdict=draft, stance="refutes").update(quote_state="broken")
    writer = make_editor("wes")
    restored = history.restore_verdict(draft.pk, timeline.LATEST, by=writer)
    assert restored.evidence.get(stance="refutes").quote_state == "broken"


@pytest.mark.parametrize(
    ("lose", "reason"),
    [
        (lambda: Source.objects.get(slug="bridge-cost-refutes").delete(), "bridge-cost-refutes"),
        (lambda: Rating.objects.get(slug="mostly-false").delete(), "rating “mostly-false”"),
        (lambda: merge(Claim.objects.get()), "merged"),
    ],
    ids=["source", "rating", "merged"],
)
def test_a_verdict_is_not_restored_without_what_it_needs(client, editor, then, lose, reason):
    draft, moment = then
    lose()
    before = Verdict.objects.count()
    response = client.post(moment_page(draft, moment), follow=True)
    assert reason in messages(response)[0]
    assert Verdict.objects.count() == before


def test_a_claim_gets_its_old_words_back(client, editor):
    old_topic, subject = desk.make_topic("old"), desk.make_subject("jane")
    claim = desk.make_claim(claimant=subject)
    claim.topics.add(old_topic)
    place = claim.appearances.create(source=desk.make_source("a"), exact="words")
    moment = now(Claim, claim.pk)
    with save(user=editor.pk), transaction.atomic():
        claim.translations.filter(language="zh-Hans").delete()
        claim.translations.update(statement="Other words.")
        ClaimTranslation.objects.create(of=claim, language="de", statement="Andere Worte.")
        claim.topics.set([desk.make_topic("new")])
        Claim.objects.filter(pk=claim.pk).update(kind="consistency", claimant=None)
        place.delete()
    client.post(moment_page(claim, moment))
    claim.refresh_from_db()
    assert (claim.kind, claim.claimant) == ("documentary", subject)
    assert [row.statement for row in claim.translations.all()] == [
        "The bridge cost 90 million.",
        "bridge-cost 的说法。",
    ]
    assert list(claim.topics.all()) == [old_topic]
    assert not claim.appearances.exists()
    text = read(client.get(page(Claim, "history", claim.pk)))
    assert "Statement in one language: de removed" in text
    assert "[-Other words-][+The bridge cost 90 million+]." in text


def _sign(claim, author, reviewer):
    desk.approve(desk.make_draft(claim, author=author), by=reviewer)


@pytest.mark.parametrize(
    ("prevent", "reason"),
    [
        (_sign, "A reviewer has a verdict"),
        (lambda claim, *_: claim.subjects.clear() or Subject.objects.get().delete(), "“jane”"),
        (lambda claim, *_: claim.delete(), "deleted since"),
        (lambda claim, *_: merge(claim), "merged"),
    ],
    ids=["signed", "subject gone", "claim gone", "merged"],
)
def test_a_claim_is_not_restored(author, reviewer, prevent, reason):
    claim = desk.make_claim()
    pk = claim.pk
    claim.subjects.add(desk.make_subject("jane"))
    moment = now(Claim, pk)
    prevent(claim, author, reviewer)
    with pytest.raises(CannotRestore, match=reason):
        history.restore_claim(pk, moment, by=make_editor("wes"))


def test_a_restored_claim_leaves_the_record_alone(published):
    published()
    claim = Claim.objects.get()
    moment = now(Claim, claim.pk)
    ClaimTranslation.objects.filter(of=claim).update(statement="Other.")
    history.restore_claim(claim.pk, moment, by=make_editor("wes"))
    assert claim.verdicts.get().status == "published"
    assert claim.translations.first().statement != "Other."


@pytest.mark.parametrize("service", [history.restore_verdict, history.restore_claim])
def test_restoring_needs_the_permission(then, service):
    """Whose claims and verdicts stands in the table of test_rules.py."""
    draft, moment = then
    pk = draft.pk if service is history.restore_verdict else draft.claim_id
    with pytest.raises(PermissionDenied):
        service(pk, moment, by=desk.make_user("vic", "claims.view_verdict", "claims.view_claim"))


def test_only_those_who_may_are_offered_to_restore(client, then):
    draft, moment = then
    client.force_login(desk.make_user("vic", "claims.view_verdict"))
    assert "Restore" not in read(client.get(moment_page(draft, moment)))
    assert client.post(moment_page(draft, moment)).status_code == 403


def test_nothing_is_restored_over_a_newer_save(client, editor):
    claim = desk.make_claim()
    address = moment_page(claim, now(Claim, claim.pk))
    ClaimTranslation.objects.filter(of=claim, language="en").update(statement="It cost 80.")
    seen = client.get(address).context["seen"]
    ClaimTranslation.objects.filter(of=claim, language="en").update(statement="It cost 70.")
    assert "meanwhile" in messages(client.post(address, {"seen": seen}, follow=True))[0]
    assert claim.translations.get(language="en").statement == "It cost 70."
    seen = client.get(address).context["seen"]
    client.post(address, {"seen": seen})
    assert claim.translations.get(language="en").statement == "The bridge cost 90 million."


def test_a_restored_verdict_says_who_restored_it(then):
    draft, moment = then
    writer = make_editor("wes")
    with by_command("shell"):
        restored = history.restore_verdict(draft.pk, moment, by=writer)
    review_of = timeline.entries(Verdict, restored.pk)[0][0]
    assert review_of.contexts[0]["user"] == writer.pk
