"""What changed in the record since a place in it: asked for, waited for, or streamed."""

import re
import threading
import time

import orjson
from django.conf import settings
from django.db.models import BinaryField, Case, OuterRef, Subquery, When
from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.reverse import reverse
from rest_framework.utils.urls import replace_query_param

from claims.choices import Action, State
from claims.interchange import table
from claims.models.record import Revision

from .base import ReadView
from .description import shape_of_list
from .lists import ListView, answer, chosen_fields
from .pagination import flag, page_size
from .problems import bad_parameter, once
from .views import header

MAX_WAIT = 30  # seconds
POLL = 0.5
RETRY = 5
# Who waits holds one of the server's few threads: no more of them than this in each process.
PLACES = threading.BoundedSemaphore(settings.CHANGES_WAITERS)


class Changes(ListView):
    """Every revision of the record after one, in order. Nothing of what is public is left out."""

    columns = table.CHANGES
    parameters = ("after", "wait", "documents", "page_size", "fields")

    def shape(self):
        return shape_of_list([*self.columns, "document"])

    def fields(self):
        return [*super().fields(), "document"]

    def get(self, request):
        after, wait = number(request, "after", 0, 10**18 - 1), number(request, "wait", 0, MAX_WAIT)
        size, documents = page_size(request), flag(request, "documents")
        fields = chosen_fields(request, self.fields())
        has_waited = wait_for_change(after, wait) if wait else True
        rows = list(revisions_after(after)[: size + 1])
        page = rows[:size]
        last = page[-1].seq if page else after
        response = answer(
            request,
            {
                "license": settings.CONTENT_LICENSE,
                "next": replace_query_param(request.build_absolute_uri(), "after", last),
                "more": len(rows) > size,
            },
            items=lambda: [entry(row, request, documents) for row in page],
            columns=self.columns,
            fields=fields,
            read=[f"{row.chain} {row.is_sealed} {row.before == b''}" for row in page],
        )
        if wait:
            response["Cache-Control"] = "no-store"
        if not has_waited:
            response["Retry-After"] = str(RETRY)
        return response


class EventStreamRenderer(BaseRenderer):
    media_type = "text/event-stream"
    format = "events"
    charset = None


class ChangesStream(ReadView):
    """The same as Server-Sent Events: one event a revision, its number as the event's id."""

    renderer_classes = [EventStreamRenderer]
    parameters = ("after", "documents")

    def get(self, request):
        after = number(request, "after", 0, 10**18 - 1)
        seen = request.headers.get("Last-Event-ID", "")
        if re.fullmatch("[0-9]{1,18}", seen):
            after = int(seen)
        found = events(request, after, flag(request, "documents"))
        # Who asks for the head alone is not kept waiting for a body.
        response = StreamingHttpResponse(
            [] if request.method == "HEAD" else found, content_type="text/event-stream"
        )
        response["Cache-Control"] = "no-store"
        response["X-Accel-Buffering"] = "no"  # or nginx would keep the events for itself
        return response


def events(request, after, documents):
    """The revisions there are, and those that come while a place to wait is free.

    The place is taken here and not in the view: a response that is never read is never finished.
    """
    has_place = PLACES.acquire(blocking=False)
    try:
        yield f"retry: {1000 if has_place else RETRY * 1000}\n\n"
        until = time.monotonic() + settings.CHANGES_STREAM
        while True:
            page = list(revisions_after(after)[:100])
            for row in page:
                data = entry(row, request, documents).decode()
                yield f"id: {row.seq}\nevent: {row.action}\ndata: {data}\n\n"
                after = row.seq
            if page:
                continue
            if not has_place or time.monotonic() > until:
                return
            wait_until_change(after, min(until, time.monotonic() + 10))
            yield ": still here\n\n"  # tells the server when nobody listens any more
    finally:
        if has_place:
            PLACES.release()


def wait_for_change(after, seconds):
    """Wait until there is something new, as long as that; False where every place is taken."""
    if not PLACES.acquire(blocking=False):
        return False
    try:
        wait_until_change(after, time.monotonic() + seconds)
    finally:
        PLACES.release()
    return True


def wait_until_change(after, until):
    # One look at an index twice a second for each of a few who wait: cheaper than a connection
    # that listens, and it works behind every pooler.
    while not Revision.objects.filter(seq__gt=after).exists():
        left = until - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(POLL, left))


def revisions_after(seq):
    """Revisions in order, with the document `before` where one does not say what it changed."""
    earlier = Revision.objects.filter(claim=OuterRef("claim"), number__lt=OuterRef("number"))
    before = earlier.exclude(action=Action.SEAL).order_by("-number").values("document")[:1]
    needs_it = When(action__in=[Action.MERGE, Action.RESTORE, Action.SEAL], then=Subquery(before))
    rows = Revision.objects.filter(seq__gt=seq).order_by("seq")
    return rows.annotate(before=Case(needs_it, output_field=BinaryField()))


def entry(revision, request, with_document):
    """One change: what was done to which claim, and what that means for whoever has a copy."""
    said = {} if revision.is_sealed else orjson.loads(bytes(revision.document))
    before = orjson.loads(bytes(revision.before)) if revision.before else {}
    is_gone = revision.action in {Action.RETRACT, Action.MERGE} or (
        revision.action == Action.SEAL and not before
    )
    found = header(revision) | {
        "url": reverse("api:claim-detail", [revision.claim], request=request),
        "state": said.get("state"),
        "is_sealed": revision.is_sealed,
        "gone": is_gone,
        "verdict": _verdict(revision.action, said, before),
        "correction": None,
    }
    if revision.action == Action.CORRECT and said:
        correction = said["corrections"][-1]
        found["correction"] = {"kind": correction["kind"], "text": correction["text"]}
    if revision.action == Action.RETRACT and said:
        found["reason"] = said["retraction"]["reason"]
    found |= {name: said[name] for name in ("merged_into", "sealed", "rule") if name in said}
    if with_document:
        found["document"] = (
            None if revision.is_sealed else orjson.Fragment(bytes(revision.document))
        )
    return orjson.dumps(found, option=orjson.OPT_SORT_KEYS)


def _verdict(action, said, before):
    """The ratings in force before and after, null where there was none or its words are sealed."""
    after = _rating(said)
    if action == Action.CORRECT and said:
        earlier = said["corrections"][-1]["rating_before"]["slug"]
    elif action == Action.RETRACT and said:
        earlier = said["retraction"]["rating_before"]["slug"]
    elif action in {Action.MERGE, Action.RESTORE}:
        earlier = _rating(before)
    elif action == Action.SEAL:
        earlier = after = _rating(before)
    else:
        earlier = after if action == Action.ABSORB else None
    return {"before": earlier, "after": after}


def _rating(document):
    return (
        document["verdict"]["rating"]["slug"] if document.get("state") == State.PUBLISHED else None
    )


def number(request, name, least, most):
    value = once(request, name)
    if value is None:
        return least
    if not re.fullmatch("[0-9]{1,18}", value) or not least <= int(value) <= most:
        raise bad_parameter(name, f"Write a number from {least} to {most}.")
    return int(value)
