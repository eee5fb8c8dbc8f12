"""Make a snapshot: the bytes go into the store by their hash, the row says what they are."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from .models import Snapshot


def snapshot(source, data, *, media_type, text, method, at, http=None):
    """The source's snapshot of these bytes, made now or before.

    Safe to repeat: the same bytes of the same source are one snapshot, with the facts of the
    first time. The bytes are stored before the row, so that no row lacks its bytes.
    """
    digest = hashlib.sha256(data).hexdigest()
    store(digest, data)
    row, _ = Snapshot.objects.get_or_create(
        source=source,
        sha256=digest,
        defaults={
            "media_type": media_type,
            "size": len(data),
            "text": text,
            "captured_at": at,
            "method": method,
            "http": http or {},
        },
    )
    return row


def content(row):
    """The bytes of a snapshot."""
    with storages["snapshots"].open(path(row.sha256)) as file:
        return file.read()


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
