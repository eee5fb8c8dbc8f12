"""Copies of sources as editors make them, and what they take from a copy into the source."""

import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sources import addresses, capture, visits
from sources.choices import Precision
from sources.history import signed
from sources.models import Source

from .rules import may_store_copy, require


@signed
@transaction.atomic
def visit(source, *, by):
    """Have the worker visit it with its next turn. Raises PermissionDenied, ValidationError."""
    _require_own(by, source)
    if not source.url:
        raise ValidationError(_("It has no address that could be visited."))
    if not settings.CAPTURE:
        raise ValidationError(_("Capture is turned off here (CAPTURE): no source is visited."))
    visits.ask([source])
    return source


@signed
@transaction.atomic
def store_copy(source, data, *, by, declared=""):
    """Keep a file that somebody has of it; returns the snapshot. Raises as above."""
    _require_own(by, source)
    try:
        return capture.upload(source, data, declared=declared)
    except capture.Unfit as error:
        raise ValidationError(str(error)) from error


def suggestions(source):
    """`{field: value}` of what its newest copy says of itself and the source does not say."""
    copy = source.snapshots.exclude(says={}).only("says").first()
    says = copy.says if copy else {}
    found = {
        "title": " ".join(says.get("title", "").split())[:500],
        "authors": says.get("authors", []),
        "published_on": _day(says.get("published", "")),
        "language": says.get("language", ""),
        "url": _address(says.get("canonical", "")),
    }
    return {
        name: value for name, value in found.items() if value and value != getattr(source, name)
    }


@signed
@transaction.atomic
def take(source, name, value, *, by):
    """Put a suggestion into the source: the one that was shown, as `str` has it. Raises so, too."""
    source = Source.objects.select_for_update().get(pk=source.pk)
    _require_own(by, source)
    found = suggestions(source).get(name)
    if found is None or str(found) != value:
        raise ValidationError(_("This is not suggested any more: look again."))
    setattr(source, name, found)
    if name == "published_on":
        source.published_precision = Precision.DAY
    source.full_clean()
    source.save(update_fields=[name, "published_precision"])
    return source


def _require_own(by, source):
    require(by, "sources.add_source")
    if not may_store_copy(by, source):
        raise PermissionDenied(_("This source is somebody else's: an editor can do this."))


def _day(text):
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _address(url):
    return addresses.normalise(url) if addresses.is_web(url) else ""
