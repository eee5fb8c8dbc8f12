"""What must never be false, tried in raw SQL: the rules hold for whoever writes."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from claims import transparency
from claims.choices import VerdictStatus
from claims.models import Claim, Evidence, Revision, Verdict
from sources.models import LinkCheck, Snapshot

from . import desk

pytestmark = pytest.mark.django_db


def run(sql, *params):
    with connection.cursor() as cursor:
        # The test database lets the flush between tests empty tables; these tests do not.
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(sql, params)


@pytest.fixture
def written_once(published, reviewer):
    """One row in each table that is only ever added to."""
    published()
    source = desk.make_source("snapped")
    now = timezone.now()
    Snapshot.objects.create(
        source=source,
        sha256="0" * 64,
        media_type="text/plain",
        size=1,
        captured_at=now,
        method="pasted",
    )
    LinkCheck.objects.create(source=source, checked_at=now, state="ok")
    transparency.publish_page(desk.make_page(owner=reviewer), by=reviewer)


@pytest.mark.parametrize(
    "table",
    ["sources_snapshot", "sources_linkcheck", "claims_revision", "claims_publishedpage"],
)
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE {table} SET {column} = {column}",
        "DELETE FROM {table}",
        "TRUNCATE {table} CASCADE",
    ],
)
def test_what_is_written_once_stays(written_once, table, sql):
    column = {
        "claims_revision": "at",
        "claims_publishedpage": "at",
        "sources_snapshot": "size",
    }.get(table, "state")
    with pytest.raises(IntegrityError), transaction.atomic():
        run(sql.format(table=table, column=column))


@pytest.mark.parametrize(
    "column", ["document", "sha256", "chain", "at", "claim", "number", "action", "seq"]
)
def test_no_column_of_a_revision_changes(published, column):
    published()
    value = {
        "document": "'\\x7b7d'::bytea",
        "sha256": f"'{'0' * 64}'",
        "chain": f"'{'0' * 64}'",
        "at": "now()",
        "claim": "'other'",
        "number": "7",
        "action": "'retract'",
        "seq": "7",
    }[column]
    with pytest.raises(IntegrityError), transaction.atomic():
        run(f"UPDATE claims_revision SET {column} = {value}")


def test_a_document_is_not_emptied_without_a_sealing_revision(published):
    published()
    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE claims_revision SET document = ''")


def test_a_revision_has_the_hash_of_its_document(published):
    revision = published()
    with pytest.raises(IntegrityError, match="hash_is_of_document"), transaction.atomic():
        Revision.objects.create(
            seq=revision.seq + 1,
            claim="x",
            number=1,
            action="publish",
            at=revision.at,
            document=b"{}",
            sha256=revision.sha256,
            chain=revision.chain,
        )


def test_the_author_is_never_the_reviewer(approved):
    with pytest.raises(IntegrityError, match="reviewer_is_not_author"), transaction.atomic():
        draft = desk.make_draft(approved.claim, author=approved.author)
        Verdict.objects.filter(pk=draft.pk).update(reviewer=approved.author)


@pytest.mark.parametrize("status", [s for s in VerdictStatus if s != VerdictStatus.DRAFT])
def test_a_verdict_starts_as_a_draft(approved, status):
    with pytest.raises(IntegrityError), transaction.atomic():
        Verdict.objects.create(
            claim=approved.claim,
            author=approved.author,
            reviewer=approved.reviewer,
            rating=approved.rating,
            status=status,
            published_at=timezone.now(),
        )


def test_a_draft_cannot_jump_to_published(author, reviewer):
    draft = desk.make_draft(desk.make_claim(), author=author)
    with pytest.raises(DatabaseError, match='from "draft" to "published"'), transaction.atomic():
        Verdict.objects.filter(pk=draft.pk).update(
            status="published", reviewer=reviewer, published_at=timezone.now()
        )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE claims_verdict SET confidence = 'low'",
        "UPDATE claims_verdict SET rating_id = NULL",
        "UPDATE claims_evidence SET stance = 'context'",
        "DELETE FROM claims_evidencetranslation",
        "UPDATE claims_verdicttranslation SET summary = 'Other.'",
        "UPDATE claims_evidencetranslation SET finding = 'Other.'",
        "DELETE FROM claims_verdicttranslation",
        "INSERT INTO claims_contact (verdict_id, contacted_on, channel, whom, answer)"
        " SELECT id, now(), 'email', 'Office', '' FROM claims_verdict",
    ],
)
@pytest.mark.parametrize("stage", ["approved", "published"])
def test_what_two_people_signed_stays(stage, sql, request):
    request.getfixturevalue("approved") if stage == "approved" else request.getfixturevalue(
        "published"
    )()
    with pytest.raises(IntegrityError, match="what is in review or signed"), transaction.atomic():
        run(sql)


def test_evidence_cannot_be_moved_out_of_a_signed_verdict(approved):
    other = desk.make_draft(desk.make_claim("other"), author=approved.author)
    with pytest.raises(IntegrityError, match="what is in review or signed"), transaction.atomic():
        Evidence.objects.filter(verdict=approved).update(verdict=other)


def test_the_state_of_a_quote_may_still_change(approved):
    Evidence.objects.filter(verdict=approved).update(quote_state="broken")


def test_one_claim_has_one_verdict_in_force(published, author, reviewer):
    published()
    claim = Claim.objects.get()
    second = desk.approve(desk.make_draft(claim, author=author), by=reviewer)
    with pytest.raises(IntegrityError, match="one_published"), transaction.atomic():
        Verdict.objects.filter(pk=second.pk).update(status="published", published_at=timezone.now())


def test_a_claim_keeps_its_slug(published):
    published()
    with pytest.raises(IntegrityError, match="slug never changes"), transaction.atomic():
        run("UPDATE claims_claim SET slug = 'other'")


def test_a_claim_that_was_public_is_never_deleted(published):
    published()
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        run("DELETE FROM claims_claim")


@pytest.mark.parametrize("make", [desk.make_claim, desk.make_subject, desk.make_topic])
def test_a_text_in_some_language_is_needed(make):
    row = make("thing")
    with pytest.raises(IntegrityError, match="at least one language"), transaction.atomic():
        row.translations.all().delete()
        connection.check_constraints()
    row.translations.filter(language="zh-Hans").delete()  # one may be missing
    connection.check_constraints()


def test_a_claim_without_any_text_is_refused():
    with pytest.raises(IntegrityError, match="at least one language"), transaction.atomic():
        Claim.objects.create(slug="mute", original_language="en", kind="documentary")
        connection.check_constraints()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"url": None}, "url_or_reason"),
        ({"url": "javascript:alert(1)"}, "url_format"),
        ({"language": "english"}, "language_format"),
        ({"published_on": "2024-03-05", "published_precision": "month"}, "published_on_precision"),
        ({"published_on": "2024-03-05", "published_precision": ""}, "published_on_precision"),
        ({"published_precision": "year"}, "published_on_precision"),
        ({"type": "rumour"}, "type_known"),
        ({"text_sha256": "abc"}, "text_sha256_format"),
    ],
)
def test_a_source_is_what_it_says(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        desk.make_source("source", **fields)


def test_a_quote_has_fifty_words_at_most(author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    evidence = draft.evidence.first()
    Evidence.objects.filter(pk=evidence.pk).update(quote="word " * 49 + "word")
    with pytest.raises(IntegrityError, match="quote_is_short"), transaction.atomic():
        Evidence.objects.filter(pk=evidence.pk).update(quote="word " * 50 + "word")


def test_every_refusal_of_the_database_has_words_for_editors():
    """`full_clean()` shows these in forms: the default “Constraint … is violated” helps nobody."""
    from django.apps import apps
    from django.db.models import BaseConstraint

    default = str(BaseConstraint.default_violation_error_message)
    written_by_code_alone = {"Revision", "PublishedClaim", "PublishedTerm", "ClaimRedirect"}
    written_by_code_alone |= {"PublishedPage"}
    mute = [
        constraint.name
        for app in ("sources", "claims")
        for model in apps.get_app_config(app).get_models()
        if model.__name__ not in written_by_code_alone
        for constraint in model._meta.constraints
        if str(constraint.violation_error_message) == default
    ]
    assert mute == []
