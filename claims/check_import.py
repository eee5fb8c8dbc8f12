"""Rows of Meedan Check, taken in as drafts: by the rules of the desk, all of them or none.

Check's status becomes no rating: it is another scale, and nobody here has signed it. It stands in
the desk's log beside the claim, with the address in Check.
"""

import hashlib
import re
from typing import NamedTuple

from django.contrib.admin.models import ADDITION, LogEntry
from django.db import DatabaseError, transaction
from django.utils.text import slugify

from sources.history import signed

from . import drafts
from .choices import ClaimKind
from .interchange.meedan import Unreadable
from .models import Claim, ClaimTranslation, Verdict

SLUG = 60


class Taken(NamedTuple):
    """What became of one row. `slug` is that of the claim: new, or known already."""

    row: int
    slug: str
    is_new: bool
    note: str


@signed
@transaction.atomic
def take_in(items, *, by, language, dry_run=False):
    """Claims for the rows, with a draft of a verdict where there is a summary; a list of Taken.

    A claim whose words are on the desk already stays as it is, so the same file can come again.
    Raises PermissionDenied, and Unreadable for all rows that the desk refuses; then, and with
    `dry_run`, nothing is kept.
    """
    taken, faults = [], []
    for item in items:
        try:
            with transaction.atomic():
                taken.append(_take_in(item, item.language or language, by))
        except drafts.Unfit as error:
            faults.append(f"row {item.row}: {error}")
        except DatabaseError as error:
            faults.append(f"row {item.row}: {str(error).strip().splitlines()[0]}")
    if faults:
        raise Unreadable(faults)
    transaction.set_rollback(dry_run)
    return taken


def _take_in(item, language, by):
    known = ClaimTranslation.objects.filter(statement=item.words).select_related("of").first()
    if known:
        return Taken(item.row, known.of.slug, False, "known already")
    claim = Claim(
        slug=_slug(item), original_language=language, kind=ClaimKind.DOCUMENTARY, created_by=by
    )
    claim = drafts.write_claim(
        claim, drafts.Said(texts={"statement": {language: item.words}}), by=by
    )
    if item.summary:
        said = drafts.Said(texts={"summary": {language: item.summary}})
        drafts.write_verdict(Verdict(claim=claim), said, by=by)
    told = {"status": item.status, "tags": item.tags, "address": item.address}
    told = "; ".join(f"{name}: {value}" for name, value in told.items() if value)
    message = f"Taken from Meedan Check. {told}".strip()
    LogEntry.objects.log_actions(by.pk, [claim], ADDITION, message, single_object=True)
    note = "its title stands for the statement: reword it" if item.is_title else ""
    return Taken(item.row, claim.slug, True, note)


def _slug(item):
    """From the words; from the number in Check where they are not Latin, or taken."""
    words = slugify(item.words)
    if len(words) > SLUG:
        words = words[: SLUG + 1].rpartition("-")[0] or words[:SLUG]
    if words and not Claim.objects.filter(slug=words).exists():
        return words
    number = re.search(r"([0-9]+)/?$", item.number or item.address)
    name = number[1] if number else hashlib.sha256(item.words.encode()).hexdigest()[:10]
    return "-".join(filter(None, [words, "check", name]))
