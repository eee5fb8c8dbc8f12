"""Copies at the Internet Archive: looked up, asked for, and followed until there is one.

Save Page Now 2 by its documented interface, the availability API, and the TimeGate of Memento
(RFC 7089). What was asked for is not archived: only the archive's own word that a copy is there, or
the copy, makes it so.
"""

import datetime
import json
import re
from datetime import timedelta
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.http import parse_http_date_safe
from django.utils.translation import gettext as _

from . import fetching
from .choices import ArchiveState, LinkState
from .locks import alone
from .models import Archive, ArchiveCopy, Source

WAYBACK = "https://web.archive.org"
AVAILABILITY = "https://archive.org/wayback/available"
SERVICE = "web.archive.org"
LOCK = 0x0FAC7A4C
AT_ONCE = 5  # requests a minute; the archive takes seven of those who sign in
POLL = timedelta(minutes=1)
WAITS = [timedelta(minutes=minutes) for minutes in (5, 30, 180, 720, 1440, 2880)]
RECENT = "30d"  # a copy as new as this is new enough
FAILURES = 5  # in a row: then it is the archive, or our keys, and not a page
STAMP = re.compile(r"/web/(\d{14})(?:[a-z]{2}_)?/")

# Of some thirty `status_ext`, those that will be the same tomorrow. All others are tried again.
FOR_GOOD = {
    "bad-request", "blocked", "blocked-url", "filesize-limit", "ftp-access-denied",
    "http-version-not-supported", "invalid-host-resolution", "invalid-url-syntax",
    "method-not-allowed", "network-authentication-required", "no-access", "not-found",
    "not-implemented", "too-many-redirects", "unauthorized",
}  # fmt: skip


class Failing(Exception):
    """The archive itself does not answer as it should: no word on the page."""


class Later(Exception):
    """The archive says that it will do it another time."""


class RefusedCopy(Exception):
    """There will be no copy."""


def work():
    """Take the next steps that are due; yields each copy that has been archived or refused."""
    with alone(LOCK) as is_alone:
        if not (is_alone and settings.CAPTURE):
            return
        ask_for_new()
        due = ArchiveCopy.objects.filter(due_at__lte=timezone.now()).select_related("source")
        for copy in due.order_by("due_at", "pk")[:AT_ONCE]:
            _step(copy)
            if copy.state != ArchiveState.REQUESTED:
                yield copy


def ask_for_new():
    """A row for each source that was visited and that the archive was never asked for."""
    seen = [LinkState.OK, LinkState.REDIRECTED, LinkState.DEAD, LinkState.SOFT_404]
    rows = Source.objects.filter(url__isnull=False, paywalled=False, link_state__in=seen)
    ask(rows.exclude(archive_copies__service=SERVICE))


def ask(sources):
    """Have the archive asked for a copy of each of these, with the next turn."""
    now = timezone.now()
    waiting = ArchiveCopy.objects.filter(service=SERVICE, state=ArchiveState.REQUESTED)
    for source in sources.exclude(pk__in=waiting.values("source")):
        ArchiveCopy.objects.create(
            source=source,
            service=SERVICE,
            state=ArchiveState.REQUESTED,
            requested_at=now,
            due_at=now,
        )


def trouble():
    """Why somebody should look at the archive, as a sentence; None if all is well."""
    row = Archive.objects.filter(name=SERVICE, failures__gte=FAILURES).first()
    if row is None:
        return None
    return _("%(name)s has failed %(n)d times in a row, since %(since)s: %(why)s") % {
        "name": row.name,
        "n": row.failures,
        "since": f"{row.failing_since:%Y-%m-%d %H:%M}",
        "why": row.error,
    }


# --- One step ---------------------------------------------------------------------


def _step(copy):
    """Ask once, and write down what came of it."""
    now = timezone.now()
    try:
        url, at = _poll(copy) if copy.ticket else _begin(copy)
    except Failing as error:
        _failed(str(error), now)
        _later(copy, str(error), now)
        return
    except RefusedCopy as error:
        copy.state, copy.reason, copy.due_at = ArchiveState.REFUSED, str(error)[:300], None
    except Later as reason:
        copy.ticket = ""
        _later(copy, str(reason), now)
    else:
        if url:
            copy.state, copy.reason, copy.due_at = ArchiveState.ARCHIVED, "", None
            copy.url, copy.archived_at = url, at
        else:
            copy.due_at = now + POLL
    with transaction.atomic():
        copy.save()
        Archive.objects.filter(name=SERVICE).update(failures=0, failing_since=None, error="")


def _later(copy, reason, now):
    copy.attempts += 1
    copy.reason = reason[:300]
    if copy.attempts > len(WAITS):
        copy.state, copy.due_at = ArchiveState.REFUSED, None
        copy.reason = (_("Given up: %(why)s") % {"why": reason})[:300]
    else:
        copy.due_at = now + WAITS[copy.attempts - 1]
    copy.save()


@transaction.atomic
def _failed(error, now):
    row, _made = Archive.objects.select_for_update().get_or_create(name=SERVICE)
    row.failures += 1
    row.failing_since = row.failing_since or now
    row.error = error[:300]
    row.save()


def _begin(copy):
    """A new copy, where the page is there and we may ask; else one that the archive has."""
    is_there = copy.source.link_state in {LinkState.OK, LinkState.REDIRECTED}
    if settings.WAYBACK_KEYS and is_there:
        return _submit(copy)
    if found := _known(copy.source.url) or _memento(copy.source.url):
        return found
    if is_there:
        raise RefusedCopy(_("It has none, and without WAYBACK_KEYS it is not asked for one."))
    raise RefusedCopy(_("It has none, and the page is gone."))


def _submit(copy):
    form = {"url": copy.source.url, "if_not_archived_within": RECENT, "skip_first_archive": "1"}
    headers = _signed() | {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        answer = fetching.post(f"{WAYBACK}/save", urlencode(form).encode(), headers)
    except fetching.Unfetched as error:
        raise Failing(str(error)) from None
    said = _json(answer.status, answer.body)
    if ticket := said.get("job_id"):
        copy.ticket = str(ticket)[:200]
        return "", None
    _raise(said)


def _poll(copy):
    said = _json(*_read(f"{WAYBACK}/save/status/{quote(copy.ticket, safe='')}", _signed()))
    if said.get("status") == "pending":
        if timezone.now() - copy.requested_at > timedelta(hours=6) * (copy.attempts + 1):
            raise Later(_("It has been at it for hours."))
        return "", None
    if said.get("status") != "success":
        _raise(said)
    stamp = str(said.get("timestamp", ""))
    if not re.fullmatch(r"\d{14}", stamp):
        raise Failing(_("It answers something else than it documents."))
    if (found := said.get("http_status")) and int(found) // 100 not in {2, 3}:
        raise RefusedCopy(_("It met the error %(n)s there.") % {"n": found})
    return f"{WAYBACK}/web/{stamp}/{said.get('original_url') or copy.source.url}", _moment(stamp)


def _raise(said):
    """What an answer without a copy means."""
    code = str(said.get("status_ext", "")).removeprefix("error:")
    message = str(said.get("message") or code or _("It gives no reason."))
    if code in FOR_GOOD:
        raise RefusedCopy(message)
    raise Later(message)


def _known(url):
    """The copy that the availability API knows. That it knows none proves nothing."""
    said = _json(*_read(f"{AVAILABILITY}?{urlencode({'url': url})}"))
    try:
        closest = said["archived_snapshots"]["closest"]
        stamp, is_good = closest["timestamp"], str(closest["status"]).startswith("2")
    except (KeyError, TypeError):
        return None
    if not (closest.get("available") and is_good and re.fullmatch(r"\d{14}", stamp)):
        return None
    return f"{WAYBACK}/web/{stamp}/{url}", _moment(stamp)


def _memento(url):
    """The copy that the TimeGate leads to. Errors are archived too, and are no copies."""
    wanted = {"Accept-Datetime": timezone.now().strftime("%a, %d %b %Y %H:%M:%S GMT")}
    try:
        last = fetching.get(f"{WAYBACK}/web/{url}", headers=wanted).last
    except fetching.TooLarge as error:
        last = error.hops[-1]
    except fetching.Unfetched as error:
        raise Failing(str(error)) from None
    if last.status >= 500 or last.status == 429:
        raise Failing(_("It answers with the error %(n)d.") % {"n": last.status})
    moment = parse_http_date_safe(last.header("memento-datetime"))
    found = STAMP.search(last.url)
    if last.status != 200 or moment is None or not found:
        return None
    return last.url, datetime.datetime.fromtimestamp(moment, datetime.UTC)


# --- The wire ------------------------------------------------------------------------


def _signed():
    return {"Accept": "application/json", "Authorization": f"LOW {settings.WAYBACK_KEYS}"}


def _read(url, headers=None):
    try:
        page = fetching.get(url, headers=headers)
    except fetching.Unfetched as error:
        raise Failing(str(error)) from None
    return page.status, page.body


def _json(status, body):
    """The answer as it is documented. Failing where it is none."""
    if status in {401, 403}:
        raise Failing(_("It does not know our keys (WAYBACK_KEYS), or does not let us in."))
    if status == 429:
        raise Later(_("It asks us to come back later."))
    if status >= 500:
        raise Failing(_("It answers with the error %(n)d.") % {"n": status})
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Failing(_("It answers something else than it documents."))
    return said


def _moment(stamp):
    try:
        found = datetime.datetime.strptime(stamp, "%Y%m%d%H%M%S")
    except ValueError:
        raise Failing(_("It answers something else than it documents.")) from None
    return found.replace(tzinfo=datetime.UTC)
