"""The log of what was corrected, retracted or sealed: no change goes without a line in it."""

import orjson
from django.utils.translation import gettext as _

from claims.choices import State
from claims.interchange.feeds import links
from claims.models.record import Revision

from .reading import asked, before
from .responses import page, respond

PAGE = 25


@page
def corrections(request):
    given = asked(request)
    rows = list(before(Revision.objects.logged(), "seq", given.get("after"))[: PAGE + 1])
    shown = rows[:PAGE]
    context = {
        "entries": [entry(row) for row in shown],
        "next": f"?after={shown[-1].seq}" if len(rows) > PAGE else None,
        "is_part": "after" in given,
        "feeds": links(_("Corrections"), request.path),
    }
    read = [*(row.sha256 for row in shown), str(context["next"])]
    return respond(request, "claims/corrections.html", context, read=read)


def entry(row):
    """A line of the log: the claim's document, and of its corrections the one that it made."""
    document = orjson.loads(bytes(row.document))
    if document["state"] == State.PUBLISHED:
        document["correction"] = document["corrections"][-1]
    return document
