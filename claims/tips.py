"""What readers send in: taken in without a name, answered by the desk, its address forgotten.

The sender gets a link that nobody can guess, and only its hash is stored: whoever reads the
database cannot open it. It is made from what was sent and by whom, with the site's key, so that
the same text sent twice leads to the one that is there.
"""

import base64
import datetime
import time
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from sources.history import signed

from .chain import canonical, moment, sha256
from .choices import SubmissionState
from .models import PublishedClaim, Submission
from .rules import require

WINDOW = 10 * 60  # seconds in which the same again is the same: this long at least, at most twice
OPEN = [SubmissionState.RECEIVED, SubmissionState.ACCEPTED]


class NotAnswered(Exception):
    """Why a tip cannot be given this state, as a sentence for editors."""


@dataclass(frozen=True)
class Tip:
    """What a reader wrote. `claim` is the slug of the claim in which there is an error."""

    kind: str
    text: str
    url: str = ""
    email: str = ""
    claim: str = ""


class Status(NamedTuple):
    """What the sender may read of a tip: never what was written, nor the address."""

    kind: str
    state: str
    reason: str
    answer: str
    language: str
    received_at: str
    answered_at: str | None
    about: str  # slugs of claims
    result: str
    address_until: str | None  # None: there is none
    erased_at: str | None


# --- The sender's side -----------------------------------------------------------------


def find_sent(tip, *, sender):
    """The token of the same tip if the same sender has sent it just now, or None."""
    windows = _window(), _window() - 1
    tokens = {_hash(token): token for token in (_token(tip, sender, n) for n in windows)}
    known = Submission.objects.filter(token_hash__in=tokens).values_list("token_hash", flat=True)
    return next((tokens[found] for found in known), None)


def receive(tip, *, sender, language):
    """Put a tip on the desk's worklist, once; return the token of its status page.

    `sender` is a network address. It goes into the token and is stored nowhere.
    """
    token = _token(tip, sender, _window())
    fields = {"language": language, **vars(tip)}
    Submission.objects.get_or_create(token_hash=_hash(token), defaults=fields)
    return token


def status(token):
    row = Submission.objects.filter(token_hash=_hash(token)).select_related("result").first()
    if row is None:
        return None
    is_done = row.state == SubmissionState.DONE
    until = row.received_at + datetime.timedelta(days=settings.KEEP_ADDRESSES_DAYS)
    return Status(
        kind=row.kind,
        state=row.state,
        reason=row.reason and row.get_reason_display(),
        answer=row.answer,
        language=row.language,
        received_at=moment(row.received_at),
        answered_at=row.answered_at and moment(row.answered_at),
        about=row.claim,
        result=row.result.slug if is_done else "",
        address_until=moment(until) if row.email else None,
        erased_at=row.erased_at and moment(row.erased_at),
    )


def erase_address(token):
    """At the sender's wish, who need not say why, nor wait."""
    _erase(Submission.objects.filter(token_hash=_hash(token)))


def _window():
    return int(time.time() // WINDOW)


def _token(tip, sender, window):
    said = canonical({"sender": sender, "window": window, **vars(tip)})
    digest = salted_hmac("claims.tips", said, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def _hash(token):
    return sha256(token.encode())


# --- The desk's side --------------------------------------------------------------------


@signed
@transaction.atomic
def answer(submission, *, state, reason="", answer="", result=None, by):
    """Say what became of a tip; its sender reads it on the status page.

    Raises PermissionDenied, and NotAnswered when the claim that answers it is not public.
    """
    require(by, "claims.change_submission")
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    if why := why_not(state, result):
        raise NotAnswered(why)
    row.state, row.answer, row.result = state, answer, result
    row.reason = reason if state == SubmissionState.DECLINED else ""
    row.answered_at = timezone.now()
    row.full_clean()
    row.save(update_fields=["state", "answer", "result", "reason", "answered_at"])
    return row


def why_not(state, result):
    """Why this state cannot be told to a reader, as a sentence, or None."""
    if state != SubmissionState.DONE or result is None:
        return None
    if PublishedClaim.objects.filter(slug=result.slug).exists():
        return None
    return _("Readers cannot see that claim yet: publish it first.")


# --- Forgetting -------------------------------------------------------------------------


def erase_addresses(days=None):
    """Erase the addresses that came in that many days ago or earlier; return how many."""
    days = settings.KEEP_ADDRESSES_DAYS if days is None else days
    until = timezone.now() - datetime.timedelta(days=days)
    return _erase(Submission.objects.filter(received_at__lte=until))


def _erase(rows):
    return rows.exclude(email="").update(email="", erased_at=timezone.now())
