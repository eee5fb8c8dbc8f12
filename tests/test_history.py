"""Every change leaves an event with its writer, whoever wrote it, and no event ever changes."""

import ast

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from claims import publishing, review
from claims.models import (
    Claim,
    ClaimTopic,
    ClaimTranslation,
    Delivery,
    Edition,
    ExternalReview,
    JobError,
    Look,
    MatchDecision,
    PublishedClaim,
    PublishedLink,
    PublishedPage,
    PublishedTerm,
    Revision,
    Submission,
    Timestamp,
    Verdict,
)
from claims.models.index import ReviewEntry, ReviewPosting, ReviewTerm
from claims.models.record import ClaimRedirect
from claims.search import index
from sources.history import Event, attributed, by_command
from sources.models import Archive, LinkCheck, Publisher, Snapshot, Source, Watch

from . import desk
from .admin_forms import data_of, make_editor, page
from .test_architecture import CODE, dotted

pytestmark = pytest.mark.django_db

INDEX = {*index.MODELS, ReviewPosting, ReviewTerm, ReviewEntry}


def run(sql, *params):
    """As somebody at the database's own prompt: no context, and rules that tests may not skip."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', '', true), "
            "set_config('pghistory.context_metadata', '', true), "
            "set_config('pgtrigger.ignore', '{}', true)"
        )
        cursor.execute(sql, params)


def events(model, **fields):
    return list(model.pgh_event_model.objects.filter(**fields).order_by("pgh_id"))


def last(model, **fields):
    return events(model, **fields)[-1]


# --- What is recorded ----------------------------------------------------------


def test_everything_a_document_is_made_of_is_recorded():
    """A new table of the desk needs a history, or a reason to stand in this list.

    Nothing else has one: no event ever holds an account's secrets, or a reader's address.
    """
    with_a_history_of_their_own = {
        *(Snapshot, LinkCheck, Revision, PublishedPage, Delivery, Look, MatchDecision, Timestamp)
    }
    made_from_the_record = {PublishedClaim, PublishedTerm, ClaimRedirect, Edition, *INDEX}
    beside_the_record = {PublishedLink}
    # By the hundred thousand, each as received; what editors say of them has a history.
    what_others_said = {ExternalReview, Submission}
    what_the_worker_met = {JobError, Watch, Archive}
    recorded = {
        model.pgh_tracked_model._meta.concrete_model
        for model in apps.get_models()
        if issubclass(model, Event)
    }
    ours = {
        model
        for app in ("sources", "claims")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if not (issubclass(model, Event) or model._meta.proxy)
    }
    assert recorded <= ours
    others = with_a_history_of_their_own | made_from_the_record
    assert ours - recorded == others | beside_the_record | what_others_said | what_the_worker_met


def test_events_are_in_one_order_over_all_tables():
    claim = desk.make_claim()
    claim.topics.add(desk.make_topic("bridges"))
    inserted = last(Claim, id=claim.pk)
    assert inserted.pgh_id < last(ClaimTranslation, of=claim).pgh_id
    assert last(ClaimTranslation, of=claim).pgh_id < last(ClaimTopic, claim=claim).pgh_id


def test_a_save_that_changes_nothing_is_none():
    claim = desk.make_claim()
    claim.save()
    assert [event.pgh_label for event in events(Claim, id=claim.pk)] == ["insert"]


def test_what_link_checks_found_is_not_an_edit():
    source = desk.make_source("paper")
    Source.objects.filter(pk=source.pk).update(link_state="dead")
    assert len(events(Source, id=source.pk)) == 1


# --- Whoever wrote it ----------------------------------------------------------


def test_the_admin_says_who(client):
    editor = make_editor()
    client.force_login(editor)
    claim = desk.make_claim()
    address = page(Claim, "change", claim.pk)
    typed = data_of(client.get(address)) | {"translations-0-statement": "It cost 80 million."}
    assert client.post(address, typed).status_code == 302
    event = last(ClaimTranslation, of=claim, language="en")
    assert event.statement == "It cost 80 million."
    assert event.pgh_context == {"user": editor.pk, "url": address}


def test_a_service_says_by_whom(author, reviewer):
    draft = desk.make_draft(desk.make_claim(), author=author)
    review.submit(draft, by=author)
    publishing.publish(review.approve(draft, by=reviewer), by=reviewer)
    steps = [(e.status, (e.pgh_context or {}).get("user")) for e in events(Verdict, id=draft.pk)]
    assert list(dict.fromkeys(steps)) == [
        ("draft", None),
        ("in-review", author.pk),
        ("approved", reviewer.pk),
        ("published", reviewer.pk),
    ]


def test_every_service_that_is_told_by_whom_is_signed():
    """Outermost, so that all of it is: what it calls, and what it checks before."""
    services = {
        f"{dotted(path)}.{node.name}": [ast.unparse(mark) for mark in node.decorator_list]
        for path in CODE
        if dotted(path).startswith(("claims.", "sources."))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if "by" in {argument.arg for argument in node.args.kwonlyargs}
    }
    assert {"claims.publishing.publish", "claims.appearances.attach"} <= set(services)
    assert [name for name, marks in services.items() if marks[:1] != ["signed"]] == []


def test_what_follows_a_service_is_not_put_down_to_its_person(author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    review.submit(draft, by=author)
    Claim.objects.update(kind="consistency")
    assert last(Claim, id=draft.claim_id).pgh_context is None


def test_a_service_within_a_command_says_both(author, reviewer):
    draft = desk.make_draft(desk.make_claim(), author=author)
    with by_command("nightly"), attributed(user=author.pk):
        review.submit(draft, by=author)
        review.approve(draft, by=reviewer)
        Claim.objects.update(kind="consistency")
    approved, claim = last(Verdict, id=draft.pk), last(Claim, id=draft.claim_id)
    assert (approved.pgh_context["command"], approved.pgh_context["user"]) == (
        "nightly",
        reviewer.pk,
    )
    assert claim.pgh_context["user"] == author.pk


def test_the_dossier_says_the_command_and_the_author(author, tmp_path):
    file = tmp_path / "dossier.yaml"
    file.write_text(
        """
format: 1
article: article
publishers: [{slug: paper, name: Paper, kind: news}]
sources:
  - {slug: article, title: Article, publisher: paper, language: en, type: news,
     proximity: primary, url: "https://example.org/a"}
claims:
  - {slug: bridge, kind: documentary, section: "1", quote: it cost, statement: {en: It cost.},
     rating: "false", confidence: high, summary: {en: It did not.}, evidence: []}
"""
    )
    call_command("load_dossier", str(file), author=author.username, verbosity=0)
    for event in (last(Claim), last(Verdict), last(Publisher)):
        assert event.pgh_context["command"] == "load_dossier"
        assert event.pgh_context["user"] == author.pk
        assert event.pgh_context["account"]


def test_attach_text_says_the_command(tmp_path):
    claim = desk.make_claim()
    place = claim.appearances.create(source=desk.make_source("article"), exact="it cost much")
    file = tmp_path / "text.txt"
    file.write_text("They say it cost much.")
    call_command("attach_text", "article", str(file), verbosity=0)
    event = last(type(place), id=place.pk)
    assert (event.start, event.pgh_context["command"]) == (9, "attach_text")


def note_in_bulk(rows):
    found = list(rows)
    for row in found:
        row.note = "x"
    Source.objects.bulk_update(found, ["note"])


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: rows.update(note="x"),
        lambda rows: run("UPDATE sources_source SET note = 'x'"),
        note_in_bulk,
    ],
    ids=["update", "SQL", "bulk_update"],
)
def test_writers_without_a_person_leave_the_account_of_the_database(write):
    source = desk.make_source("paper")
    write(Source.objects.filter(pk=source.pk))
    event = last(Source, id=source.pk)
    assert (event.pgh_label, event.note, event.pgh_context) == ("update", "x", None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert [event.pgh_role] == list(cursor.fetchone())


def test_many_at_once_are_recorded_one_by_one():
    desk.make_publisher()
    Publisher.objects.bulk_create(
        Publisher(slug=f"p-{n}", name="P", kind="news") for n in range(20)
    )
    assert len(events(Publisher, pgh_label="insert")) == 21


@pytest.mark.parametrize("how", ["row", "queryset", "SQL"])
def test_a_deletion_is_recorded_and_outlived(how):
    claim = desk.make_claim()
    pk, slug = claim.pk, claim.slug
    if how == "row":
        claim.delete()
    elif how == "queryset":
        Claim.objects.all().delete()
    else:
        run("DELETE FROM claims_claimtranslation")
        run("DELETE FROM claims_claim")
    event = last(Claim, id=pk)
    assert (event.pgh_label, event.slug) == ("delete", slug)
    gone = events(ClaimTranslation, of=pk, pgh_label="delete")
    assert {row.language for row in gone} == {"en", "zh-Hans"}
    assert not Claim.objects.exists()


# --- Events are written once ---------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE {table} SET pgh_context = NULL",
        "UPDATE {table} SET pgh_role = 'other'",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
    ],
)
@pytest.mark.parametrize(
    "table", ["claims_claimevent", "claims_verdictevent", "sources_sourceevent"]
)
def test_events_are_append_only(author, table, sql):
    desk.make_draft(desk.make_claim(), author=author)
    with pytest.raises(IntegrityError, match="events of the history"), transaction.atomic():
        run(sql.format(table=table))


def test_every_event_table_refuses_change():
    for model in apps.get_models():
        if issubclass(model, Event):
            names = {trigger.name for trigger in model._meta.triggers}
            assert names == {"append_only", "no_truncate"}, model


@pytest.mark.parametrize("table", ["claims_contact", "claims_evidencetranslation"])
def test_what_no_event_would_tell_is_refused(table):
    """TRUNCATE calls no trigger of a row."""
    with pytest.raises(IntegrityError, match="never emptied"), transaction.atomic():
        run(f"TRUNCATE {table} CASCADE")


def test_no_statement_looks_for_a_setting_in_vain():
    """Unset, pgtrigger.ignore makes large statements quadratic (sources/history.py)."""
    source = desk.make_source("paper")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '', true)")
        Source.objects.filter(pk=source.pk).update(note="x")
        cursor.execute("SELECT current_setting('pgtrigger.ignore')")
        assert cursor.fetchone()[0] == "{}"
