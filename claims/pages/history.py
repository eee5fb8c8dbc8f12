"""All versions of a claim, and what each of them changed."""

import orjson

from claims.choices import State
from claims.models.record import PublishedClaim, Revision

from .changes import changes
from .reading import asked, before
from .responses import page, respond, unknown_claim

PAGE = 20
COMPARABLE = {State.PUBLISHED, State.RETRACTED}


@page
def history(request, slug):
    after = asked(request).get("after")
    found = before(Revision.objects.filter(claim=slug).order_by("-number"), "number", after)
    rows = list(found[: PAGE + 1])  # the last one only to be compared with
    if not rows:
        raise unknown_claim()
    has_page = PublishedClaim.objects.filter(slug=slug).exists()
    documents = [None if row.is_sealed else orjson.loads(bytes(row.document)) for row in rows]
    context = {
        "slug": slug,
        "statement": next((d["statement"] for d in documents if d and "statement" in d), None),
        "has_page": has_page,
        "versions": [
            _version(row, document, older)
            for row, document, older in zip(rows, documents, [*documents[1:], None], strict=True)
        ][:PAGE],
        "next": f"?after={rows[PAGE - 1].number}" if len(rows) > PAGE else None,
        "is_part": "after" in request.GET,
    }
    read = [str(has_page), *(f"{row.sha256} {row.is_sealed}" for row in rows)]
    return respond(request, "claims/history.html", context, read=read)


def _version(row, document, older):
    """One revision: what it did, what was said about that, and what it changed."""
    found = {"number": row.number, "action": row.action, "at": row.at, "document": document}
    if document:
        found["correction"] = next(
            (c for c in document.get("corrections", []) if c["revision"] == row.number), None
        )
    comparable = document and older and {document["state"], older["state"]} <= COMPARABLE
    return found | {"changes": changes(older, document) if comparable else []}
