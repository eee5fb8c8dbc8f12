"""What an answer depends on besides the record, and ETags of answers made from both."""

import functools
import hashlib
from pathlib import Path

import django
from django.conf import settings

# Where a request has the name of the record's edition, if the keeper has asked for it.
EDITION = "factcheck.edition"
# What a page is made of, apart from the record.
INGREDIENTS = [
    "claims/**/*.py",
    "sources/*.py",
    "templates/**/*.html",
    "locale/**/*.mo",
    "static/**/*",
]


def etag_of(read):
    """A strong ETag of an answer. `read` is what it shows of the record, as strings or bytes."""
    digest = hashlib.sha256(_release())
    for part in read:
        data = part.encode() if isinstance(part, str) else bytes(part)
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return f'"{digest.hexdigest()[:32]}"'


@functools.cache
def _release():
    """A hash of everything else that an answer depends on: code, templates, words, settings."""
    digest = hashlib.sha256()
    facts = (django.get_version(), settings.SITE_NAME, settings.SITE_URL, settings.SITE_SAME_AS)
    for fact in facts:
        digest.update(f"{fact}\n".encode())
    root = Path(settings.BASE_DIR)
    for pattern in INGREDIENTS:
        for file in sorted(root.glob(pattern)):
            if file.is_file():
                digest.update(file.read_bytes())
    return digest.digest()
