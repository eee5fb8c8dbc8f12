"""A record that was exported, taken into an installation that has none: whole, or not at all."""

from typing import NamedTuple

from django.db import DatabaseError, transaction

from . import ledger, transparency
from .chain import Verifier
from .document import FORMAT
from .interchange import recordfile
from .interchange.recordfile import Damaged
from .models import PublishedPage, Revision


class NotEmpty(Exception):
    """There is a record here already: two of them cannot become one chain."""


class Restored(NamedTuple):
    """What went in, and the chain hash of the last revision."""

    revisions: int
    pages: int
    head: str


def restore(lines, *, head=None):
    """Take in the record of a file's lines. With `head`, only if its chain ends with that hash.

    What was sealed stays so: such a revision comes without its document. Raises NotEmpty and
    Damaged; then nothing has changed.
    """
    try:
        with transaction.atomic():
            ledger.lock()
            if Revision.objects.exists() or PublishedPage.objects.exists():
                raise NotEmpty("This installation has a record already; take one that is new.")
            return _restore(lines, head)
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        raise Damaged(f"the database refuses what the file says: {reason}") from error


def _restore(lines, head):
    contents, rows = recordfile.read(lines)
    verifier = Verifier()
    pages = ledger.take_in(_checked(rows, verifier))
    found = Restored(verifier.count, pages, verifier.head)
    if fault := verifier.finish():
        raise Damaged(f"revision {fault.seq}: {fault.what}")
    if (found.revisions, found.pages) != (contents.revisions, contents.pages):
        raise Damaged(
            f"the file should have {contents.revisions} revisions and {contents.pages} pages, and "
            f"has {found.revisions} and {found.pages}: it is not whole"
        )
    if found.revisions and found.head != contents.head:
        raise Damaged(f"the chain should end with {contents.head}, and ends with {found.head}")
    if head and found.head != head:
        raise Damaged(
            f"you asked for the record that ends with {head}; this ends with {found.head}"
        )
    try:
        ledger.rebuild()
        fault = transparency.first_fault()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Damaged(f"a document is not as docs/claim.schema.json has it: {error!r}") from error
    if fault:
        raise Damaged(fault)
    return found


def _checked(rows, verifier):
    for row in rows:
        if isinstance(row, Revision):
            if fault := verifier.check(row):
                raise Damaged(f"revision {fault.seq}: {fault.what}")
            if not row.is_sealed and (found := _format(row)) != FORMAT:
                raise Damaged(
                    f"revision {row.seq}: format {found!r} of documents is not known here"
                )
        yield row


def _format(row):
    return ledger.document_of(row).get("format")
