"""Keys of programs: for oneself, shown once, stored as a hash, good until revoked or expired."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims import keys
from claims.models import AccessKey

from . import desk
from .admin_forms import data_of, door, errors, page

pytestmark = pytest.mark.django_db
FORM = {"name": "The CMS", "scopes": ["claims:write", "verdicts:submit"], "days": 30}


@pytest.fixture
def contributor():
    return desk.make_user("con", role="contributor")


@pytest.fixture
def administrator():
    return desk.make_user("zoe", role="administrator")


def make(by, **fields):
    return keys.make(**{"name": "CMS", "scopes": ["claims:write"], "days": 30, "by": by} | fields)


def make_by_form(client, user, **typed):
    client.force_login(user)
    address = page(AccessKey, "add")
    return client.post(address, data_of(client.get(address)) | FORM | typed)


def test_a_key_is_made_in_the_admin_and_shown_once(client, contributor):
    response = make_by_form(client, contributor)
    key = re.search("fck_[0-9a-f]{48}", response.content.decode())[0]
    assert "no-store" in response["Cache-Control"]
    row = AccessKey.objects.get()
    assert row.owner == contributor
    assert row.sha256 == hashlib.sha256(key.encode()).hexdigest()
    assert row.scopes == ["claims:write", "verdicts:submit"]
    assert row.expires_at - row.made_at == timedelta(days=30)
    assert keys.opened_by(key) == row
    seen = [page(AccessKey, "changelist")]
    seen += [page(AccessKey, view, row.pk) for view in ("change", "history")]
    for address in seen:
        shown = client.get(address)
        assert shown.status_code == 200
        assert row.hint in shown.content.decode() or address == seen[2]
        assert row.sha256 not in shown.content.decode()
        assert key not in shown.content.decode()


def test_nothing_stored_anywhere_has_the_key_in_it(client, contributor):
    with CaptureQueriesContext(connection) as context:
        response = make_by_form(client, contributor)
    key = re.search("fck_[0-9a-f]{48}", response.content.decode())[0]
    assert not any(key in query["sql"] for query in context.captured_queries)
    assert key not in str(response.cookies)


def test_another_key_of_the_same_name_is_refused_until_the_first_is_revoked(client, contributor):
    make_by_form(client, contributor)
    assert "revoke that first" in errors(make_by_form(client, contributor))
    with pytest.raises(IntegrityError), transaction.atomic():
        make(contributor, name=FORM["name"])
    keys.revoke(AccessKey.objects.get(), by=contributor)
    assert "fck_" in make_by_form(client, contributor).content.decode()


@pytest.mark.parametrize(
    "typed", [{"days": 0}, {"days": 367}, {"days": ""}, {"scopes": ["claims:publish"]}]
)
def test_every_key_expires_and_its_scopes_are_ours(client, contributor, typed):
    assert make_by_form(client, contributor, **typed).context["errors"]
    assert not AccessKey.objects.exists()


def test_nobody_makes_a_key_for_somebody_else(client, administrator, contributor):
    """Who has it could write as them, and sign below it."""
    make_by_form(client, administrator, owner=contributor.pk)
    assert AccessKey.objects.get().owner == administrator
    with pytest.raises(PermissionDenied):
        make(desk.make_user("nobody"))


def test_each_sees_and_revokes_their_own_and_administrators_all(client, administrator, contributor):
    row, key = make(contributor)
    other = desk.make_user("dan", role="reviewer")
    client.force_login(other)
    assert client.get(page(AccessKey, "change", row.pk)).status_code == 302
    assert row.name not in client.get(page(AccessKey, "changelist")).content.decode()
    with pytest.raises(PermissionDenied):
        keys.revoke(row, by=other)
    client.force_login(administrator)
    assert door(row, "revoke") in client.get(page(AccessKey, "change", row.pk)).content.decode()
    client.post(door(row, "revoke"), {"confirm": "revoke"})
    assert door(row, "revoke") not in client.get(page(AccessKey, "change", row.pk)).content.decode()
    with pytest.raises(keys.KeyRefused) as refusal:
        keys.opened_by(key)
    assert refusal.value.kind == "key-revoked"
    with pytest.raises(ValidationError):
        keys.revoke(row, by=contributor)


def test_a_key_is_never_changed_prolonged_or_deleted(client, administrator):
    row, _key = make(administrator)
    client.force_login(administrator)
    for view in ("change", "delete"):
        assert client.post(page(AccessKey, view, row.pk), {"post": "yes"}).status_code == 403
    rows = AccessKey.objects.filter(pk=row.pk)
    later = timezone.now() + timedelta(days=300)
    changes = [{"expires_at": later}, {"scopes": []}, {"sha256": "0" * 64}, {"name": "Other"}]
    keys.revoke(row, by=administrator)
    for change in [*changes, {"revoked_at": None}]:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


def test_the_database_lets_no_key_last_for_longer_than_a_year(contributor):
    with pytest.raises(IntegrityError), transaction.atomic():
        make(contributor, days=400)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_the_key_of_who_has_left_opens_nothing(contributor, change):
    _row, key = make(contributor)
    for name, value in change.items():
        setattr(contributor, name, value)
    contributor.save()
    with pytest.raises(keys.KeyRefused) as refusal:
        keys.opened_by(key)
    assert refusal.value.kind == "key-without-owner"


def test_when_it_was_last_used_is_noted_once_an_hour(contributor):
    row, key = make(contributor)
    keys.opened_by(key)
    row.refresh_from_db()
    assert row.last_used_at
    with CaptureQueriesContext(connection) as context:
        keys.opened_by(key)
    assert len(context) == 1
    events = AccessKey.pgh_event_model.objects.filter(id=row.pk)
    assert [event.pgh_label for event in events] == ["insert"]
    assert not hasattr(events[0], "sha256")
