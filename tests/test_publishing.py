"""The one door: what each way through it does to the record, and when it stays shut."""

import datetime
import threading

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from claims import ledger, publishing, review
from claims.choices import VerdictStatus
from claims.models import (
    Appearance,
    Claim,
    ClaimRedirect,
    ClaimRelation,
    PublishedClaim,
    PublishedTerm,
    Revision,
)
from sources.models import Source

from . import desk
from .helpers import document_of

TEXT = {"en": "The figure was wrong.", "zh-Hans": "数字有误。"}


def successor(claim, author, reviewer, **fields):
    return desk.approve(desk.make_draft(claim, author=author, **fields), by=reviewer)


def test_publishing_appends_a_document_and_a_head(approved, reviewer):
    revision = publishing.publish(approved, by=reviewer)
    approved.refresh_from_db()
    assert approved.status == VerdictStatus.PUBLISHED
    document = document_of(revision)
    assert (document["revision"], document["action"], document["state"]) == (
        1,
        "publish",
        "published",
    )
    assert document["verdict"]["author"] == {"name": "Ann"}
    assert document["verdict"]["reviewer"] == {"name": "Ben"}
    head = PublishedClaim.objects.get(slug="bridge-cost")
    assert (head.revision_id, head.rating, head.sha256) == (
        revision.seq, "mostly-false", revision.sha256,
    )  # fmt: skip


def test_publishing_twice_publishes_once(approved, reviewer):
    first = publishing.publish(approved, by=reviewer)
    again = publishing.publish(approved, by=reviewer)
    assert again == first
    assert Revision.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_threads_publishing_the_same_verdict_publish_once():
    author, reviewer = desk.make_author(), desk.make_reviewer()
    verdict = desk.approve(desk.make_draft(desk.make_claim(), author=author), by=reviewer)
    together = threading.Barrier(2)
    revisions = []

    def publish():
        together.wait()
        try:
            revisions.append(publishing.publish(verdict, by=reviewer).seq)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert revisions == [1, 1]
    assert Revision.objects.count() == 1


@pytest.mark.parametrize("door", ["publish", "correct", "retract", "merge", "seal"])
def test_every_door_asks_for_its_permission(door, approved, reviewer):
    publishing.publish(approved, by=reviewer)
    stranger = desk.make_user("stranger")
    claim = approved.claim
    proposed = review.propose_correction(approved, kind="minor", text=TEXT, by=approved.author)
    calls = {
        "publish": lambda: publishing.publish(approved, by=stranger),
        "correct": lambda: publishing.correct(proposed, by=stranger),
        "retract": lambda: desk.retract(claim, reason=TEXT, by=stranger),
        "merge": lambda: publishing.merge(claim, into=claim, by=stranger),
        "seal": lambda: publishing.seal(claim.slug, rule="Order 12", by=stranger),
    }
    with pytest.raises(PermissionDenied):
        calls[door]()
    assert Revision.objects.count() == 1


def test_a_draft_does_not_pass(author, reviewer):
    draft = desk.make_draft(desk.make_claim(), author=author)
    with pytest.raises(publishing.Refused, match="has not approved"):
        publishing.publish(draft, by=reviewer)
    assert not Revision.objects.exists()
    assert not PublishedClaim.objects.exists()


@pytest.mark.django_db
def test_the_author_cannot_approve():
    author = desk.make_reviewer("chief")
    draft = review.submit(desk.make_draft(desk.make_claim(), author=author), by=author)
    with pytest.raises(review.ReviewError, match="somebody else"):
        review.approve(draft, by=author)


def test_an_accepted_warning_is_written_down(author, reviewer):
    draft = desk.make_draft(desk.make_claim(), author=author)
    draft.evidence.filter(stance="supports").delete()
    verdict = desk.approve(draft, by=reviewer)
    with pytest.raises(publishing.Refused, match="one stance") as refused:
        publishing.publish(verdict, by=reviewer)
    assert [finding.rule for finding in refused.value.findings] == ["one-stance"]
    publishing.publish(verdict, by=reviewer, accepted={"one-stance", "never-found"})
    verdict.refresh_from_db()
    assert verdict.accepted_warnings == ["one-stance"]


def test_a_correction_supersedes_and_says_so(published, author, reviewer):
    first = published()
    claim = Claim.objects.get()
    verdict = successor(claim, author, reviewer, rating_slug="false")
    second = desk.correct(verdict, kind="substantial", text=TEXT, by=reviewer)
    document = document_of(second)
    assert document["verdict"]["rating"]["slug"] == "false"
    [correction] = document["corrections"]
    assert correction["rating_before"]["slug"] == "mostly-false"
    assert correction["rating_after"]["label"]["en"] == "False"
    assert (correction["revision"], correction["kind"]) == (2, "substantial")
    assert (correction["at"], correction["text"]) == (document["modified_at"], TEXT)
    assert document["published_at"] == document_of(first)["published_at"]
    assert list(claim.verdicts.order_by("pk").values_list("status", flat=True)) == [
        "superseded", "published",
    ]  # fmt: skip
    assert bytes(Revision.objects.get(seq=1).document) == bytes(first.document)


def test_a_correction_is_later_than_what_it_corrects_whatever_the_clock_says(
    client, published, author, reviewer
):
    first = published("bridge-cost")
    address = "/api/v1/claims/bridge-cost/"
    known = {"If-Modified-Since": client.get(address)["Last-Modified"]}
    with time_machine.travel(first.at - datetime.timedelta(days=3)):
        better = successor(Claim.objects.get(), author, reviewer, rating_slug="false")
        second = desk.correct(better, by=reviewer)
    assert second.at > first.at
    assert document_of(second)["modified_at"] >= document_of(first)["modified_at"]
    better.refresh_from_db()
    assert better.published_at == second.at
    # HTTP's dates have no parts of a second.
    assert client.get(address, headers=known).status_code == 200


def test_facts_mended_on_the_desk_go_out_as_a_correction(published, reviewer):
    published()
    claim = Claim.objects.get()
    verdict = claim.verdicts.get()
    proposed = review.propose_correction(verdict, kind="minor", text=TEXT, by=verdict.author)
    with pytest.raises(publishing.Refused, match="Nothing that the public sees"):
        publishing.correct(proposed, by=reviewer)
    review.withdraw_correction(proposed, by=verdict.author)
    claim.translations.filter(language="en").update(statement="The bridge cost 91 million.")
    document = document_of(desk.correct(verdict, kind="minor", text=TEXT, by=reviewer))
    assert document["statement"]["en"] == "The bridge cost 91 million."
    with pytest.raises(publishing.Refused, match="Nothing that the public sees"):
        desk.correct(verdict, kind="minor", text=TEXT, by=reviewer)


@pytest.mark.parametrize(
    ("kind", "text"), [("minor", {}), ("minor", {"en": "  "}), ("huge", TEXT), ("", TEXT)]
)
def test_a_correction_needs_its_kind_and_a_public_text(published, author, reviewer, kind, text):
    published()
    verdict = successor(Claim.objects.get(), author, reviewer, rating_slug="false")
    with pytest.raises(review.ReviewError):
        review.propose_correction(verdict, kind=kind, text=text, by=author)
    verdict.refresh_from_db()
    assert verdict.status == VerdictStatus.APPROVED
    assert Revision.objects.count() == 1


def test_nobody_carries_out_their_own_correction(published, author, reviewer):
    published()
    verdict = successor(Claim.objects.get(), author, reviewer, rating_slug="false")
    proposed = review.propose_correction(verdict, kind="update", text=TEXT, by=reviewer)
    with pytest.raises(publishing.Refused, match="somebody else must carry it out"):
        publishing.correct(proposed, by=reviewer)
    second = publishing.correct(proposed, by=desk.make_reviewer("cy"))
    assert publishing.correct(proposed, by=desk.make_reviewer("di")) == second
    assert Revision.objects.count() == 2


def test_a_second_verdict_goes_out_as_a_correction_only(published, author, reviewer):
    published()
    verdict = successor(Claim.objects.get(), author, reviewer)
    with pytest.raises(publishing.Refused, match="correct it"):
        publishing.publish(verdict, by=reviewer)


def test_a_retracted_claim_keeps_its_reason_and_loses_its_verdict(published, reviewer):
    published()
    claim = Claim.objects.get()
    revision = desk.retract(claim, reason=TEXT, by=reviewer)
    document = document_of(revision)
    assert document["retraction"]["reason"] == TEXT
    assert document["retraction"]["rating_before"]["slug"] == "mostly-false"
    assert "verdict" not in document
    assert not PublishedClaim.objects.listed().exists()
    assert PublishedClaim.objects.get().state == "retracted"
    assert not PublishedTerm.objects.exists()
    assert desk.retract(claim, reason=TEXT, by=reviewer) == revision
    assert Revision.objects.count() == 2


def test_a_retracted_claim_can_be_published_anew(published, author, reviewer):
    published()
    claim = Claim.objects.get()
    desk.retract(claim, reason=TEXT, by=reviewer)
    revision = publishing.publish(successor(claim, author, reviewer), by=reviewer)
    assert document_of(revision)["revision"] == 3
    assert PublishedClaim.objects.listed().get().number == 3


def test_a_merged_claim_leads_to_the_survivor_for_ever(published, reviewer):
    published("one"), published("two"), published("three")
    one, two, three = Claim.objects.order_by("pk")
    merged = publishing.merge(one, into=two, by=reviewer)
    assert document_of(merged)["merged_into"] == "two"
    assert publishing.merge(one, into=two, by=reviewer) == merged
    survivor = document_of(PublishedClaim.objects.get(slug="two").revision)
    assert survivor["absorbed"] == ["one"]
    assert [place["quote"] for place in survivor["appearances"]] == ["quote of one", "quote of two"]
    publishing.merge(two, into=three, by=reviewer)
    assert dict(ClaimRedirect.objects.values_list("slug", "to")) == {"one": "three", "two": "three"}
    assert list(PublishedClaim.objects.values_list("slug", flat=True)) == ["three"]
    assert Appearance.objects.get(exact="quote of one").claim == one  # the desk keeps its own


def test_a_merged_claim_can_go_nowhere_else(published, reviewer):
    published("one"), published("two")
    one, two = Claim.objects.order_by("pk")
    with pytest.raises(publishing.Refused, match="into itself"):
        publishing.merge(one, into=one, by=reviewer)
    publishing.merge(one, into=two, by=reviewer)
    with pytest.raises(publishing.Refused, match="was merged into"):
        publishing.merge(two, into=one, by=reviewer)
    with pytest.raises(publishing.Refused, match="was merged into"):
        desk.retract(one, reason=TEXT, by=reviewer)


def test_a_merge_can_be_undone_while_nothing_has_changed(published, reviewer):
    published("one"), published("two"), published("three")
    one, two, three = Claim.objects.order_by("pk")
    publishing.merge(one, into=two, by=reviewer)
    publishing.merge(two, into=three, by=reviewer)
    with pytest.raises(publishing.Refused, match="has changed"):
        publishing.unmerge(one, by=reviewer)
    restored = publishing.unmerge(two, by=reviewer)
    assert publishing.unmerge(two, by=reviewer) == restored
    document = document_of(restored)
    assert (document["action"], document["state"], document["absorbed"]) == (
        "restore", "published", ["one"],
    )  # fmt: skip
    assert dict(ClaimRedirect.objects.values_list("slug", "to")) == {"one": "two"}
    survivor = document_of(PublishedClaim.objects.get(slug="three").revision)
    assert survivor["absorbed"] == []
    assert ledger.rebuild(dry_run=True) == 0


def test_a_merge_stays_once_the_survivor_has_changed(published, author, reviewer):
    published("one"), published("two")
    one, two = Claim.objects.order_by("pk")
    publishing.merge(one, into=two, by=reviewer)
    desk.correct(successor(two, author, reviewer, rating_slug="false"), by=reviewer)
    with pytest.raises(publishing.Refused, match="has changed since the merge"):
        publishing.unmerge(one, by=reviewer)
    assert PublishedClaim.objects.count() == 1


def test_a_merge_is_no_way_around_a_correction(published, reviewer):
    published("one"), published("two")
    one, two = Claim.objects.order_by("pk")
    two.translations.filter(language="en").update(statement="Edited in silence.")
    with pytest.raises(publishing.Refused, match="correct it before the merge"):
        publishing.merge(one, into=two, by=reviewer)
    assert Revision.objects.count() == 2


@pytest.mark.parametrize("door", ["retract", "correct", "seal"])
def test_no_door_lets_a_minors_name_out(published, author, reviewer, door):
    published()
    desk.make_subject("kid", name="Casey Roe", is_minor=True)
    claim = Claim.objects.get()
    text = {"en": "It was about Casey\nRoe."}
    with pytest.raises(publishing.Refused, match="names a minor"):
        if door == "retract":
            desk.retract(claim, reason=text, by=reviewer)
        elif door == "seal":
            publishing.seal(claim.slug, rule=text["en"], by=reviewer)
        else:
            verdict = successor(claim, author, reviewer, rating_slug="false")
            desk.correct(verdict, text=text, by=reviewer)
    assert Revision.objects.count() == 1


def test_sealing_an_older_revision_leaves_lists_as_they_are(published, author, reviewer):
    published("one")
    desk.correct(successor(Claim.objects.get(), author, reviewer, rating_slug="false"), by=reviewer)
    Source.objects.filter(slug="article").update(title="The article, renamed")
    published("two")
    publishing.seal("one", rule="Order 12", numbers=[1], by=reviewer)
    assert ledger.rebuild(dry_run=True) == 0


def test_a_form_opened_before_a_merge_does_not_undo_it(published, reviewer):
    published("one"), published("two")
    one, two = Claim.objects.order_by("pk")
    publishing.merge(one, into=two, by=reviewer)
    with pytest.raises(IntegrityError, match="was merged"), transaction.atomic():
        one.save()


def test_sealing_takes_the_bytes_and_keeps_the_hash(published, author, reviewer):
    first = published()
    claim = Claim.objects.get()
    desk.correct(
        successor(claim, author, reviewer, rating_slug="false"),
        kind="update",
        text=TEXT,
        by=reviewer,
    )
    sealing = publishing.seal(claim.slug, rule="Order 12 of the court", by=reviewer, numbers=[1])
    assert document_of(sealing)["sealed"] == [1]
    emptied = Revision.objects.get(seq=1)
    assert bytes(emptied.document) == b""
    assert emptied.sha256 == first.sha256
    assert PublishedClaim.objects.get().number == 2  # the page stands on the second revision
    assert publishing.seal(claim.slug, rule="Again", by=reviewer, numbers=[1]) == sealing


def test_sealing_everything_takes_the_claim_out_of_sight(published, author, reviewer):
    published()
    claim = Claim.objects.get()
    publishing.seal(claim.slug, rule="Order 12 of the court", by=reviewer)
    assert not PublishedClaim.objects.exists()
    assert not PublishedTerm.objects.exists()
    assert not claim.verdicts.filter(status=VerdictStatus.PUBLISHED).exists()
    revision = publishing.publish(successor(claim, author, reviewer), by=reviewer)
    assert document_of(revision)["revision"] == 3


@pytest.mark.parametrize(
    ("slug", "numbers", "rule"),
    [("unknown", None, "x"), ("bridge-cost", [9], "x"), ("bridge-cost", None, "  ")],
)
def test_sealing_needs_a_rule_and_revisions_that_exist(published, reviewer, slug, numbers, rule):
    published()
    with pytest.raises(publishing.Refused):
        publishing.seal(slug, rule=rule, by=reviewer, numbers=numbers)
    assert Revision.objects.count() == 1


def test_a_relation_to_a_draft_is_not_told(published, author):
    draft = desk.make_claim("still-secret")
    claim = desk.make_claim("open")
    ClaimRelation.objects.create(claim=claim, other=draft)
    verdict = desk.make_draft(claim, author=author)
    revision = publishing.publish(
        desk.approve(verdict, by=desk.make_reviewer("cy")), by=desk.make_reviewer("di")
    )
    assert b"still-secret" not in bytes(revision.document)


def test_terms_count_the_claims_that_name_them(published, author, reviewer):
    money = desk.make_topic("money")
    bridges = desk.make_topic("bridges", parent=money)
    roe, minor = desk.make_subject("roe"), desk.make_subject("kid", is_minor=True)
    published("one", topics=[bridges], subjects=[roe, minor])
    published("two", topics=[money], rating_slug="false")
    counts = dict(PublishedTerm.objects.values_list("key", "claims"))
    assert counts["topic:money"] == 2  # one stands under it, one is about it
    assert counts["topic:bridges"] == 1
    assert counts["rating:false"] == counts["rating:mostly-false"] == 1
    assert counts["subject:roe"] == 1
    assert "subject:kid" not in counts
    desk.retract(Claim.objects.get(slug="one"), reason=TEXT, by=reviewer)
    counts = dict(PublishedTerm.objects.values_list("key", "claims"))
    assert counts["topic:money"] == 1
    assert "topic:bridges" not in counts
