"""Keys of programs: made by their owners for themselves, shown once, checked, revoked."""

import hashlib
import re
import secrets
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sources.history import signed

from . import rules
from .models.keys import AccessKey

KEY = re.compile(r"fck_[0-9a-f]{48}")  # with a beginning by which a scanner of leaks knows it
HINT = 8
NOTED = timedelta(hours=1)  # how exactly it is known when a key was last used


class KeyRefused(Exception):
    """This key opens nothing. `kind` is for programs."""

    def __init__(self, kind, sentence):
        super().__init__(sentence)
        self.kind = kind


@signed
@transaction.atomic
def make(*, name, scopes, days, by):
    """A key of `by`, for so many days: `(row, key)`. The key is nowhere else than in this answer.

    Raises PermissionDenied, ValidationError; IntegrityError for a second one of a name.
    """
    if not rules.may_make_key(by):
        raise PermissionDenied(_("You may not make keys."))
    key = f"fck_{secrets.token_hex(24)}"
    now = timezone.now()
    row = AccessKey(
        name=name,
        owner=by,
        scopes=sorted(set(scopes)),
        sha256=_hash(key),
        hint=key[:HINT],
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    row.full_clean(validate_constraints=False)
    row.save()
    return row, key


@signed
@transaction.atomic
def revoke(key, *, by):
    """From now on it opens nothing, for good. Raises PermissionDenied, ValidationError."""
    row = AccessKey.objects.select_for_update(of=["self"]).get(pk=key.pk)
    if not rules.may_see_key(by, row):
        raise PermissionDenied(_("This key is somebody else's: an administrator can do this."))
    if row.revoked_at is not None:
        raise ValidationError(_("It is revoked already."))
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    return row


def opened_by(key):
    """The row of a key that is good now, with its owner. Raises KeyRefused."""
    row = None
    if KEY.fullmatch(key):
        row = AccessKey.objects.select_related("owner").filter(sha256=_hash(key)).first()
    if row is None:
        raise KeyRefused("key-unknown", _("There is no such key."))
    if row.revoked_at is not None:
        raise KeyRefused("key-revoked", _("This key was revoked: make another one."))
    now = timezone.now()
    if row.expires_at <= now:
        raise KeyRefused("key-expired", _("This key has expired: make another one."))
    if not (row.owner.is_active and row.owner.is_staff):
        raise KeyRefused("key-without-owner", _("The desk is closed to the owner of this key."))
    if row.last_used_at is None or row.last_used_at < now - NOTED:
        AccessKey.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def _hash(key):
    return hashlib.sha256(key.encode()).hexdigest()
