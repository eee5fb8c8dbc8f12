"""Who may do what in the admin, and what nobody may."""

import pytest
from django.urls import reverse

from claims.admin.claim import ClaimAdmin
from claims.choices import VerdictStatus
from claims.models import (
    Claim,
    ClaimRedirect,
    Evidence,
    PublishedClaim,
    PublishedTerm,
    Revision,
    Verdict,
)
from sources.models import LinkCheck, Snapshot

from . import desk
from .admin_forms import data_of, door, make_editor, make_signer, messages, page

MAY = {
    "submit": (True, True),
    "approve": (False, True),
    "send_back": (False, True),
    "publish": (False, True),
    "schedule": (False, True),
    "unschedule": (False, True),
    "correct": (False, True),
    "retract": (False, True),
    "topics": (True, True),
    "merge": (False, True),
    "seal": (False, True),
}


@pytest.fixture
def editor(db):
    return make_editor()


@pytest.fixture
def signer(db):
    return make_signer()


def row_for(name, author):
    claim = desk.make_claim()
    return claim if name in {"topics", "merge", "seal"} else desk.make_draft(claim, author=author)


@pytest.mark.parametrize("name", MAY)
def test_each_door_is_open_to_those_with_the_permission(client, editor, signer, author, name):
    row = row_for(name, author)
    for user, may in zip((editor, signer), MAY[name], strict=True):
        client.force_login(user)
        assert client.get(door(row, name)).status_code == (200 if may else 403)
        refused = client.post(door(row, name), {"confirm": name}).status_code == 403
        assert refused is not may
        offered = client.get(page(type(row), "changelist")).content.decode()
        assert (f'value="{name}"' in offered) is may


def test_an_action_without_the_permission_does_nothing(client, editor, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    client.force_login(editor)
    client.post(
        page(Verdict, "changelist"),
        {"action": "publish", "_selected_action": [draft.pk], "confirm": "publish"},
    )
    draft.refresh_from_db()
    assert draft.status == VerdictStatus.DRAFT


def test_the_author_is_not_offered_to_approve_and_cannot(client, signer):
    draft = desk.make_draft(desk.make_claim(), author=signer)
    client.force_login(signer)
    client.post(door(draft, "submit"), {"confirm": "submit"})
    form = client.get(page(Verdict, "change", draft.pk)).content.decode()
    assert door(draft, "approve") not in form
    response = client.post(door(draft, "approve"), {"confirm": "approve"})
    assert "You wrote this verdict: somebody else must approve it." in messages(response)[0]
    draft.refresh_from_db()
    assert draft.status == VerdictStatus.IN_REVIEW


def test_status_author_and_reviewer_are_not_fields(client, editor, author, reviewer):
    draft = desk.make_draft(desk.make_claim(), author=author)
    client.force_login(editor)
    address = page(Verdict, "change", draft.pk)
    typed = data_of(client.get(address)) | {
        "status": "published",
        "reviewer": reviewer.pk,
        "author": editor.pk,
        "accepted_warnings": "one-stance",
        "published_at": "2026-01-01",
    }
    assert client.post(address, typed).status_code == 302
    saved = Verdict.objects.get(pk=draft.pk)
    assert (saved.status, saved.reviewer, saved.author) == ("draft", None, author)
    assert saved.accepted_warnings == []
    assert not Revision.objects.exists()


def test_whoever_writes_a_verdict_is_its_author(client, editor, reviewer):
    claim = desk.make_claim()
    client.force_login(editor)
    address = f"{page(Verdict, 'add')}?claim={claim.pk}"
    response = client.post(address, data_of(client.get(address)) | {"author": reviewer.pk})
    assert response.status_code == 302
    assert Verdict.objects.get().author == editor


@pytest.mark.parametrize("published", [False, True], ids=["approved", "published"])
def test_what_two_people_signed_is_not_changed_here(client, admin_client, approved, published):
    if published:
        desk.publishing.publish(approved, by=approved.reviewer)
    evidence = approved.evidence.first()
    for row in (approved, evidence):
        address = page(type(row), "change", row.pk)
        assert admin_client.get(address).status_code == 200
        assert admin_client.post(address, {"confidence": "low", "order": 7}).status_code == 403
    approved.refresh_from_db()
    evidence.refresh_from_db()
    assert (approved.confidence, evidence.order) == ("high", 0)


def test_what_has_been_public_is_not_deleted(admin_client, published):
    slug = published().claim
    verdict = Verdict.objects.get()
    for row, why in [(Claim.objects.get(slug=slug), "retract it or merge it"),
                     (verdict, "retract it instead"),
                     (Evidence.objects.first(), "in review or signed")]:  # fmt: skip
        address = page(type(row), "delete", row.pk)
        response = admin_client.post(address, {"post": "yes"})
        assert why in response.content.decode()
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        response = admin_client.post(page(type(row), "changelist"), chosen)
        assert why in response.content.decode()
        assert type(row).objects.filter(pk=row.pk).exists()


def test_a_deletion_that_the_database_refuses_says_so(admin_client, published, monkeypatch):
    """A verdict was written between the question and the answer."""
    claim = Claim.objects.get(slug=published().claim)
    monkeypatch.setattr(ClaimAdmin, "get_deleted_objects", lambda *args: ([], {}, set(), []))
    address, answer = page(Claim, "delete", claim.pk), {"post": "yes"}
    assert "Something still needs it." in messages(admin_client.post(address, answer, follow=True))
    chosen = {"action": "delete_selected", "_selected_action": [claim.pk]} | answer
    response = admin_client.post(page(Claim, "changelist"), chosen, follow=True)
    assert "Something still needs it." in messages(response)
    assert Claim.objects.exists()


def test_an_approved_verdict_is_not_deleted(admin_client, approved):
    response = admin_client.post(page(Verdict, "delete", approved.pk), {"post": "yes"})
    assert "in review or signed" in response.content.decode()
    assert Verdict.objects.exists()


def test_a_draft_can_be_deleted(admin_client, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    assert admin_client.post(page(Verdict, "delete", draft.pk), {"post": "yes"}).status_code == 302
    assert not Verdict.objects.exists()


@pytest.mark.parametrize(
    "model", [Revision, PublishedClaim, PublishedTerm, ClaimRedirect, Snapshot, LinkCheck]
)
def test_the_record_and_what_is_written_once_are_only_looked_at(admin_client, published, model):
    """Superusers too."""
    published()
    assert admin_client.get(page(model, "changelist")).status_code == 200
    assert admin_client.get(page(model, "add")).status_code == 403
    assert "delete_selected" not in admin_client.get(page(model, "changelist")).content.decode()
    row = model.objects.first()
    if row is not None:
        address = page(model, "change", row.pk)
        assert admin_client.get(address).status_code == 200
        assert admin_client.post(address, {"slug": "x"}).status_code == 403
        assert admin_client.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_a_revision_shows_its_document_and_its_hash(admin_client, published):
    revision = published()
    shown = admin_client.get(page(Revision, "change", revision.pk)).content.decode()
    assert revision.sha256 in shown
    assert "&quot;statement&quot;: {" in shown


def test_a_claims_address_never_changes(admin_client):
    claim = desk.make_claim()
    address = page(Claim, "change", claim.pk)
    admin_client.post(address, data_of(admin_client.get(address)) | {"slug": "other"})
    claim.refresh_from_db()
    assert claim.slug == "bridge-cost"


@pytest.mark.django_db
def test_the_door_to_the_desk_is_a_sign_in(client):
    response = client.get(reverse("admin:index"), follow=True)
    assert response.status_code == 200
    assert "Log in" in response.content.decode()
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert client.get(page(Verdict, "changelist")).status_code == 302
