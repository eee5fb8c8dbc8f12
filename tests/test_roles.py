"""The groups that come with the site, and what a contributor sees of the desk."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from claims.models import (
    AccessKey,
    Appearance,
    Claim,
    Delivery,
    Evidence,
    Submission,
    Verdict,
    Webhook,
)
from sources.admin.base import ReadOnlyAdmin
from sources.models import Source

from . import desk
from .admin_forms import data_of, page

MIGRATION = import_module("claims.migrations.0009_roles")
LATER = import_module("claims.migrations.0011_schedule")
WEBHOOKS = import_module("claims.migrations.0017_webhooks")
KEYS = import_module("claims.migrations.0020_access_keys")
EVIDENCE = import_module("claims.migrations.0024_evidence_that_stays")
LATEST = import_module("claims.migrations.0026_checkers_and_labels")
pytestmark = pytest.mark.django_db


def rights(role):
    found = Permission.objects.filter(group__name=role).select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}" for row in found}


@pytest.fixture
def contributor():
    return desk.make_user("con", role="contributor")


def test_each_role_has_what_the_one_before_it_has():
    contributor, editor, reviewer, administrator = map(rights, MIGRATION.ROLES)
    assert contributor < editor < reviewer < administrator
    assert not any(name.split(".")[1].startswith(("change", "delete")) for name in contributor)
    assert administrator - reviewer >= {"claims.seal_claim", "auth.add_user", "auth.change_group"}
    assert "claims.seal_claim" not in reviewer


def test_editors_write_whatever_the_desk_lets_anybody_write(rf):
    """A model that joins the desk needs its rights in a migration."""
    root = SimpleNamespace(user=SimpleNamespace(has_perm=lambda *args: True))
    kept_by_administrators = {Webhook, Delivery}
    passed_over = kept_by_administrators | {AccessKey}  # made by each for themselves
    missing = []
    for model, model_admin in admin.site._registry.items():
        name = model._meta.model_name
        if model._meta.app_label not in {"sources", "claims"} or model in passed_over:
            continue
        wanted = {f"{model._meta.app_label}.view_{name}"}
        if not isinstance(model_admin, ReadOnlyAdmin):
            wanted.add(f"{model._meta.app_label}.change_{name}")
            if model_admin.has_add_permission(root):
                wanted.add(f"{model._meta.app_label}.add_{name}")
        missing += sorted(wanted - rights("editor"))
    assert missing == []


def test_webhooks_are_kept_by_administrators_alone():
    mine = {f"claims.{action}_webhook" for action in ("add", "change", "delete", "view")}
    assert rights("administrator") >= mine | {"claims.view_delivery"}
    assert not rights("reviewer") & (mine | {"claims.view_delivery"})


def test_everybody_makes_keys_of_their_own_and_administrators_see_all():
    for role in MIGRATION.ROLES:
        assert rights(role) >= {"claims.add_accesskey", "claims.view_accesskey"}
        assert ("claims.change_accesskey" in rights(role)) is (role == "administrator")


def test_the_roles_can_be_made_before_django_makes_permissions():
    """As on a new database, where they come after the last migration; and where they are there."""
    made = {role: rights(role) for role in MIGRATION.ROLES}
    latest = ("claims", "0026_checkers_and_labels")
    state = MigrationExecutor(connection).loader.project_state([latest]).apps
    editor = SimpleNamespace(connection=connection)

    def add_roles():
        MIGRATION.add_roles(state, editor)
        LATER.let_see(state, editor)
        WEBHOOKS.give(state, editor)
        KEYS.give(state, editor)
        EVIDENCE.give(state, editor)
        LATEST.give(state, editor)

    add_roles()
    assert {role: rights(role) for role in MIGRATION.ROLES} == made
    MIGRATION.remove_roles(state, editor)
    assert not Group.objects.exists()
    Permission.objects.all().delete()
    add_roles()
    assert {role: rights(role) for role in MIGRATION.ROLES} == made
    assert apps.get_app_config("claims").models_module  # the real apps were left alone


# --- A contributor's day -------------------------------------------------------------


def save(client, model, **typed):
    address = page(model, "add")
    return client.post(address, data_of(client.get(address)) | typed)


def test_a_contributor_writes_a_claim_and_may_mend_it(client, contributor):
    client.force_login(contributor)
    typed = {
        "slug": "tower-height",
        "original_language": "en",
        "kind": "documentary",
        "translations-0-statement": "The tower is 90 metres high.",
    }
    assert save(client, Claim, **typed).status_code == 302
    claim = Claim.objects.get()
    assert claim.created_by == contributor
    address = page(Claim, "change", claim.pk)
    mended = data_of(client.get(address)) | {"translations-0-statement": "It is 91 metres high."}
    assert client.post(address, mended).status_code == 302
    assert claim.translations.get(language="en").statement == "It is 91 metres high."


def test_a_contributor_writes_a_source_and_may_mend_it(client, contributor):
    client.force_login(contributor)
    typed = {
        "slug": "tower-plan",
        "title": "The plan",
        "publisher": desk.make_publisher().pk,
        "language": "en",
        "type": "government",
        "proximity": "primary",
        "url": "https://example.org/plan",
    }
    assert save(client, Source, **typed).status_code == 302
    source = Source.objects.get()
    assert source.created_by == contributor
    address = page(Source, "change", source.pk)
    mended = data_of(client.get(address)) | {"title": "The whole plan"}
    assert client.post(address, mended).status_code == 302
    source.refresh_from_db()
    assert source.title == "The whole plan"


def test_a_contributor_adds_evidence_to_a_draft_of_their_own_only(client, contributor, author):
    mine = desk.make_draft(desk.make_claim("mine"), author=contributor)
    theirs = desk.make_draft(desk.make_claim("theirs"), author=author)
    client.force_login(contributor)
    for verdict, may in ((mine, True), (theirs, False)):
        evidence = verdict.evidence.first()
        response = client.get(page(Verdict, "change", verdict.pk))
        inline = response.context["inline_admin_formsets"][1]
        assert (inline.has_add_permission, inline.has_change_permission) == (may, may)
        evidence_page = client.get(page(Evidence, "change", evidence.pk))
        assert evidence_page.context["has_change_permission"] is may
    assert client.get(page(Evidence, "add")).status_code == 403


def test_a_contributor_puts_no_words_under_a_claim_of_somebody_else(client, contributor):
    mine = desk.make_claim("mine", created_by=contributor)
    theirs = desk.make_claim("theirs")
    words = Appearance.objects.create(claim=mine, source=desk.make_source("news"), exact="Old")
    client.force_login(contributor)
    address = page(Appearance, "change", words.pk)
    typed = data_of(client.get(address)) | {"claim": theirs.pk, "exact": "New words"}
    assert client.post(address, typed).status_code == 302
    words.refresh_from_db()
    assert (words.claim, words.exact) == (mine, "New words")


def test_what_readers_sent_in_is_not_for_contributors(client, contributor):
    client.force_login(contributor)
    assert client.get(page(Submission, "changelist")).status_code == 403


def test_a_source_that_a_reviewer_has_before_them_is_not_changed(client, contributor, author):
    verdict = desk.make_draft(desk.make_claim(), author=author)
    source = verdict.evidence.first().source
    Source.objects.filter(pk=source.pk).update(created_by=contributor)
    client.force_login(contributor)
    address = page(Source, "change", source.pk)
    assert client.get(address).context["has_change_permission"]
    desk.review.submit(verdict, by=author)
    assert not client.get(address).context["has_change_permission"]
