"""The log of what was corrected, retracted or sealed: no change goes without a line in it."""

import orjson
from django.utils.translation import gettext as _

from claims.choices import State
from claims.interchange.feeds import links

from .reading import asked, cut_log
from .responses import page, respond


@page
def corrections(request):
    given = asked(request)
    cut = cut_log(given.get("after"))
    context = {
        "entries": [entry(row) for row in cut.rows],
        "next": f"?after={cut.next}" if cut.next else None,
        "is_part": "after" in given,
        "feeds": links(_("Corrections"), request.path),
    }
    read = [*(row.sha256 for row in cut.rows), str(cut.next)]
    return respond(request, "claims/corrections.html", context, read=read)


def entry(row):
    """A line of the log: the claim's document, and of its corrections the one that it made."""
    document = orjson.loads(bytes(row.document))
    if document["state"] == State.PUBLISHED:
        document["correction"] = document["corrections"][-1]
    return document
