"""Make a snapshot: the bytes go into the store by their hash, the row says what they are."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Case, Q, When
from django.utils import timezone
from django.utils.translation import gettext as _

from . import reading, sniffing
from .choices import CaptureMethod
from .models import Snapshot, Source

LARGEST_UPLOAD = 50_000_000  # bytes
UPLOADS = {
    sniffing.PDF, sniffing.HTML, sniffing.TEXT, sniffing.WARC, sniffing.WACZ,
    "image/png", "image/jpeg",
}  # fmt: skip
SUFFIXES = {
    sniffing.PDF: "pdf",
    sniffing.HTML: "html",
    sniffing.WARC: "warc",
    sniffing.WACZ: "wacz",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
}

# Of several texts the one that counts: what somebody gave is not displaced by what is fetched later
# (a page for those who have not paid, a question about cookies), for it was chosen.
NEWEST_TEXT = [
    Case(When(method=CaptureMethod.FETCHED, then=1), default=0),
    "-captured_at",
    "-pk",
]


class Unfit(Exception):
    """What somebody wants to keep is no copy of anything, in a sentence."""


def snapshot(source, data, *, media_type, text, method, at, http=None, **facts):
    """The source's snapshot of these bytes, made now or before.

    Safe to repeat: bytes that are the newest of the source, as fetched or as given, are one
    snapshot with the facts of the first time. If it said something else since, these are its words
    again, and a snapshot of now. The bytes are stored before the row, so that no row lacks its
    bytes. `facts` are further columns: `warc`, `says`, `note`.
    """
    digest = digest_of(data)
    store(digest, data)
    with transaction.atomic():
        Source.objects.select_for_update(no_key=True).get(pk=source.pk)  # one at a time
        if row := _still_newest(source, digest, method):
            return row
        return Snapshot.objects.create(
            source=source,
            sha256=digest,
            media_type=media_type,
            size=len(data),
            text=text,
            captured_at=at,
            method=method,
            http=http or {},
            **facts,
        )


def _still_newest(source, digest, method):
    """The snapshot of these bytes, if no other ones came in since in the same way; else None."""
    is_fetched = Q(method=CaptureMethod.FETCHED)
    same = source.snapshots.filter(sha256=digest).first()
    if same is None:
        return None
    others = source.snapshots.filter(is_fetched if method == CaptureMethod.FETCHED else ~is_fetched)
    newest = others.first()
    return same if newest is None or newest.sha256 == digest else None


def upload(source, data, *, declared=""):
    """The snapshot of a file that somebody has of the source. Raises Unfit."""
    if not data:
        raise Unfit(_("The file is empty."))
    if len(data) > LARGEST_UPLOAD:
        raise Unfit(_("The file has more than %(n)d MB.") % {"n": LARGEST_UPLOAD // 1_000_000})
    kind = sniffing.media_type(data, declared)
    if kind not in UPLOADS:
        raise Unfit(
            _("This is no PDF, PNG, JPEG, HTML, WARC, WACZ or plain text, but %(kind)s.")
            % {"kind": kind}
        )
    found = reading.read(data, kind, url=source.url or "")
    return snapshot(
        source,
        data,
        media_type=kind,
        text=found.text,
        method=CaptureMethod.UPLOADED,
        at=timezone.now(),
        says=found.says,
        note=found.note,
    )


def digest_of(data):
    return hashlib.sha256(data).hexdigest()


def content(row):
    """The bytes of a snapshot."""
    return stored(row.sha256)


def stored(digest):
    with storages["snapshots"].open(path(digest)) as file:
        return file.read()


def suffix(media_type):
    """What a file of this kind is called at the end."""
    return SUFFIXES.get(media_type, "txt" if media_type.startswith("text/") else "bin")


def path(digest):
    return f"{digest[:2]}/{digest}"


def store(digest, data):
    """Put the bytes under their hash, once."""
    storage, name = storages["snapshots"], path(digest)
    if storage.exists(name):
        if storage.size(name) == len(data):
            return
        storage.delete(name)  # the rest of a write that was cut short
    saved = storage.save(name, ContentFile(data))
    if saved != name:  # somebody stored the same bytes at the same moment
        storage.delete(saved)
