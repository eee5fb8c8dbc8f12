"""Visits to sources at their addresses: is it still there, what does it say, keep a copy.

What is to be visited stands in the table of watched addresses, not in a queue: a source that is
saved, by whatever door, is found by its address. A worker that is killed leaves nothing half done:
bytes are stored before rows, and the rows of a visit are one transaction.
"""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from . import capture, fetching, judging, reading, sniffing, warc
from .choices import CaptureMethod, LinkState
from .locks import alone
from .models import LinkCheck, Snapshot, Source, Watch

LOCK = 0x0FAC7CA9  # one worker visits at a time; the database frees it when that one dies
PACE = timedelta(seconds=5)  # between two visits to one host
EVERY = timedelta(days=7)
SOON = timedelta(days=1)  # what does not look well is looked at again
WAITS = [timedelta(minutes=10), timedelta(hours=3), timedelta(days=1), timedelta(days=3)]
OFFLINE = 5  # hosts in a row that cannot be reached: it is us
UNCHANGED = 304
HEADERS_KEPT, HEADER_KEPT = 60, 500


@dataclass
class Visit:
    """What one visit found. Nothing of it is in the database yet."""

    watch: Watch
    at: object
    page: object = None
    error: object = None
    state: str = LinkState.UNKNOWN
    note: str = ""
    media_type: str = ""
    reading: object = None  # of a page that is worth keeping
    warc: bytes = b""
    latest: object = field(default=None, repr=False)  # the last snapshot before, if any

    @property
    def source(self):
        return self.watch.source

    @property
    def text(self):
        """What the page says now, as far as anybody could read it."""
        if self.reading is not None:
            return self.reading.text
        is_same = self.page is not None and self.page.status == UNCHANGED
        return self.latest.text if is_same and self.latest else ""

    @property
    def is_new(self):
        """Does it say anything that the last copy did not?"""
        if self.reading is None:
            return False
        if self.latest is None:
            return True
        if self.reading.text or self.latest.text:
            return self.reading.text != self.latest.text
        return len(self.page.body) != self.latest.size


def ask(sources):
    """Have these sources visited with the next turn, whatever was planned."""
    find_new()
    Watch.objects.filter(source__in=sources).update(due_at=timezone.now())


def look_again(source):
    """Somebody quotes it anew: the copy is to be of now. Once visited, it is enough for an hour."""
    now = timezone.now()
    old = Watch.objects.filter(source=source, visited_at__lt=now - timedelta(hours=1))
    old.filter(due_at__gt=now).update(due_at=now)


def due(seconds=None):
    """Visit what is due, one after the other; yields each Visit, to be recorded by the caller.

    Without `seconds` until nothing is due any more, waiting for the pace of a host; with them,
    whatever can be begun in that time. Another process that visits meanwhile leaves nothing to do.
    """
    began, cut_off = time.monotonic(), 0
    with alone(LOCK) as is_alone:
        if not (is_alone and settings.CAPTURE):
            return
        find_new()
        while seconds is None or time.monotonic() - began < seconds:
            watch, wait = _next()
            if watch is None and (wait is None or seconds is not None):
                return
            if watch is None:
                time.sleep(wait)
                continue
            visit = _visit(watch)
            cut_off = cut_off + 1 if isinstance(visit.error, fetching.Unreachable) else 0
            yield visit
            if cut_off >= OFFLINE:
                return


def find_new():
    """Watch the addresses of sources that are new or have another address than before."""
    now = timezone.now()
    unknown = Source.objects.filter(url__isnull=False).exclude(watch__url=F("url"))
    rows = [
        Watch(source_id=pk, url=url, host=urlsplit(url).netloc.lower()[:255], due_at=now)
        for pk, url in unknown.values_list("pk", "url")
    ]
    Watch.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["source"],
        update_fields=["url", "host", "due_at", "visited_at", "failures", "failing_since",
                       "validators"],
    )  # fmt: skip
    Watch.objects.filter(source__url__isnull=True).delete()


def _next():
    """The next address to be visited; or None, and the seconds until there may be one."""
    now = timezone.now()
    free = set(settings.FETCH_ALLOWED)  # one's own hosts need no manners
    visited = dict(
        Watch.objects.filter(visited_at__gt=now - PACE)
        .exclude(host__in=free)
        .values_list("host")
        .annotate(Max("visited_at"))
        .order_by()
    )
    waiting = Watch.objects.filter(due_at__lte=now).select_related("source")
    if found := waiting.exclude(host__in=visited).order_by("due_at", "pk").first():
        return found, 0
    if not waiting.exists():
        return None, None
    return None, max(0.05, (min(visited.values()) + PACE - now).total_seconds())


def _visit(watch):
    visit = Visit(watch, timezone.now())
    visit.latest = (
        Snapshot.objects.filter(source=watch.source, method=CaptureMethod.FETCHED)
        .order_by("-captured_at", "-pk")
        .first()
    )
    known = watch.validators if visit.latest else {}
    try:
        visit.page = fetching.get(watch.url, known=known)
    except fetching.Unfetched as error:
        visit.error = error
    else:
        if visit.page.status // 100 == 2:
            _read(visit)
    visit.state, visit.note = judging.judge(visit)
    if visit.state not in {LinkState.OK, LinkState.REDIRECTED}:
        visit.reading = None  # what is no page of the source is no copy of it
    if visit.is_new:
        visit.warc = warc.write(visit.page.hops, visit.at)
    return visit


def _read(visit):
    page = visit.page
    declared = page.last.header("content-type")
    visit.media_type = sniffing.media_type(page.body, declared)
    charset = declared.lower().partition("charset=")[2].partition(";")[0].strip("\"' ")
    visit.reading = reading.read(page.body, visit.media_type, charset=charset, url=page.url)


@transaction.atomic
def record(visit, *, changed=""):
    """Write down what a visit found; returns the new snapshot, or None.

    `changed` says what is gone from the page that we rest on: the link is then no more what it was.
    """
    watch = Watch.objects.select_for_update().filter(pk=visit.watch.pk, url=visit.watch.url).first()
    if watch is None:  # it got another address meanwhile, or is gone
        return None
    state, note = visit.state, visit.note
    if changed and state in {LinkState.OK, LinkState.REDIRECTED}:
        state, note = LinkState.CHANGED, changed
    made = _keep(visit) if visit.is_new else None
    is_answer = judging.is_answer(visit)
    _plan(watch, visit, state, is_answer)
    LinkCheck.objects.create(
        source=visit.source,
        checked_at=visit.at,
        state=state,
        status_code=judging.status(visit),
        final_url=_ended(visit),
        note=note[:300],
    )
    if is_answer or judging.is_given_up(watch, visit.at):
        _tell(visit, state if is_answer else LinkState.DEAD)
    return made


def _keep(visit):
    digest = visit.warc and capture.digest_of(visit.warc)
    if digest:
        capture.store(digest, visit.warc)
    return capture.snapshot(
        visit.source,
        visit.page.body,
        media_type=visit.media_type,
        text=visit.reading.text,
        method=CaptureMethod.FETCHED,
        at=visit.at,
        http=_facts(visit.page),
        warc=digest or "",
        says=visit.reading.says,
        note=visit.reading.note,
    )


def _facts(page):
    """The answers on the way, as far as they are worth keeping: the WARC file has all of it."""
    return {
        "hops": [
            {
                "url": hop.url[:2000],
                "status": hop.status,
                "ip": hop.ip,
                "headers": [
                    [name[:HEADER_KEPT], value[:HEADER_KEPT]]
                    for name, value in hop.headers[:HEADERS_KEPT]
                ],
            }
            for hop in page.hops
        ]
    }


def _plan(watch, visit, state, is_answer):
    """When to come again. What fails waits longer each time; the pace of a host is kept by all."""
    watch.visited_at = visit.at
    if is_answer:
        watch.failures, watch.failing_since = 0, None
        is_well = state in {LinkState.OK, LinkState.REDIRECTED}
        watch.due_at = visit.at + (EVERY if is_well else SOON)
    else:
        watch.due_at = visit.at + WAITS[min(watch.failures, len(WAITS) - 1)]
        watch.failures += 1
        watch.failing_since = watch.failing_since or visit.at
    if visit.reading is not None:
        last = visit.page.last
        watch.validators = {
            "url": last.url,
            "etag": last.header("etag")[:HEADER_KEPT],
            "last_modified": last.header("last-modified")[:HEADER_KEPT],
        }
    watch.save()


def _tell(visit, state):
    """The source's own columns: which state, since when, and when it last worked."""
    source = Source.objects.filter(pk=visit.source.pk)
    source.exclude(link_state=state).update(link_state=state, link_state_since=visit.at)
    if state in {LinkState.OK, LinkState.REDIRECTED, LinkState.CHANGED}:
        source.update(link_ok_at=visit.at)


def _ended(visit):
    if visit.page is None:
        return ""
    return "" if len(visit.page.hops) == 1 else visit.page.url[:2000]
