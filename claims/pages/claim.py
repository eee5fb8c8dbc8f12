"""The page of one claim, of each of its revisions, and what answers where it used to be."""

import orjson
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject, Lower
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from claims.choices import Action, RelationKind, Stance, State
from claims.interchange import claimreview
from claims.interchange.citation import FORMS, cite
from claims.models.external import ExternalReview
from claims.models.links import links, overlay
from claims.models.record import ClaimRedirect, PublishedClaim, Revision

from . import versions
from .cards import social
from .context import Site
from .embed import discovery
from .reading import cards
from .responses import Missing, conditional, page, respond, unknown_claim

RELATED = 12
ELSEWHERE = 100
NOTICES = 3


@vary_on_headers("Accept-Datetime")
@page
def claim(request, slug):
    if then := versions.negotiate(request, slug):
        return then
    heads = PublishedClaim.objects.with_document().annotate(links=links(slugs="sources"))
    head = heads.filter(slug=slug).first()
    if head is None:
        return _moved_or_gone(request, slug)
    return _show(request, head.revision, latest=head.number, today=head.links)


@page
def revision(request, slug, number):
    """The permalink: these words, whatever was published later."""
    row = _find_revision(slug, number)
    if row.is_sealed:
        return _gone(request, slug, _sealing_of(row))
    if row.action == Action.SEAL:
        return _gone(request, slug, row)
    return _show(request, row, latest=row.latest, permalink=True)


@page
def citation(request, slug, number, form):
    """A version as a file for reference managers."""
    row = _find_revision(slug, number)
    wanted = FORMS.get(form)
    cited = not row.is_sealed and orjson.loads(bytes(row.document))
    if wanted is None or not cited or "statement" not in cited:
        raise Missing(_("Nothing can be cited from this address."))
    site = Site(request)
    name = f"{slug}-v{number}.{form}"

    def make():
        response = HttpResponse(wanted.write(cite(cited, site=site)), wanted.media_type)
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    return conditional(request, make, read=[row.sha256, site.language, name])


def _find_revision(slug, number):
    heads = PublishedClaim.objects.filter(slug=slug)
    row = (
        Revision.objects.filter(claim=slug, number=number)
        .annotate(
            latest=Subquery(heads.values("number")),
            prev=_beside("-number", number__lt=OuterRef("number")),
            next=_beside("number", number__gt=OuterRef("number")),
        )
        .first()
    )
    if row is None:
        raise unknown_claim()
    return row


def _beside(order, **where):
    """The revision before or after, as far as its words are left: number and moment."""
    rows = versions.kept().filter(claim=OuterRef("claim"), **where).order_by(order)
    return Subquery(rows.values(pair=JSONObject(number="number", at="at"))[:1])


def _show(request, row, *, latest, today=(), permalink=False):
    """`today` is how the links of its sources are now; a permalink has them as they were."""
    document = orjson.loads(bytes(row.document))
    if "sources" in document:
        document["sources"] = overlay(document["sources"], today)
    found = related(document)
    context = shown(document, found) | {
        "latest": latest,
        "is_old": row.number != latest,
        "permalink": permalink,
        "sha256": row.sha256,
        "social": social(request, document),
    }
    read = [row.sha256, str(latest), *(data for _, data in found), orjson.dumps(today)]
    if not permalink:  # the same review may stand on one page only, and others' are of today
        site = Site(request)
        context |= {"script": script(document, site), "oembed": discovery(site.canonical)}
        context["elsewhere"] = elsewhere(document)
        context["checkers"] = len({row["publisher_site"] for row in context["elsewhere"]})
        read += map(str, context["elsewhere"])
    template = "claims/claim_merged.html" if row.action == Action.MERGE else "claims/claim.html"
    response = respond(request, template, context, read=read)
    return versions.tell(response, request, row, permalink=permalink)


def shown(document, found):
    """What the page shows of a document, wherever that comes from; `found` is from `related`."""
    context = {
        "claim": document,
        "earlier": document["revision"] - 1,
        **_notices(document.get("corrections", [])),
        "related": [
            orjson.loads(bytes(data)) | {"relation": _relation(document, key)}
            for key, data in found
        ],
    }
    if document["state"] == State.PUBLISHED:
        context |= {"evidence": _evidence(document), "places": _places(document)}
    return context


def _notices(corrections):
    """For the top of the page: corrections after which the verdict was another, or the newest."""
    changed = [
        row
        for row in reversed(corrections)
        if row["rating_before"]["slug"] != row["rating_after"]["slug"]
    ]
    return {"notices": changed[:NOTICES] or corrections[-1:], "verdict_changed": bool(changed)}


def script(document, site):
    """The verdict for programs that read pages; nothing where none is in force."""
    markup = claimreview.markup(document, site=site)
    return claimreview.to_script(markup) if markup else ""


def related(document):
    """Slugs and cards of claims that either side says are related."""
    slug, relations = document["slug"], document.get("relations", [])
    named = Q(slug__in=[row["claim"] for row in relations]) | Q(related__contains=[slug])
    heads = PublishedClaim.objects.listed().filter(named).exclude(slug=slug)
    # Lower changes no slug, and has no index: the one of slugs would be read to its end for the
    # few that are wanted, where most claims have no relations.
    return list(heads.order_by(Lower("slug")).values_list("slug", "card")[:RELATED])


def elsewhere(document):
    """What other fact-checkers found of the claim, and of those that were merged into it."""
    if document["state"] != State.PUBLISHED:
        return []
    reviews = ExternalReview.objects.of_claims([document["slug"], *document["absorbed"]])
    columns = ["url", "publisher_name", "publisher_site"]
    columns += ["rating_label", "language", "reviewed_on"]
    return list(reviews.values(*columns)[:ELSEWHERE])


def _relation(document, slug):
    """What we say the claim is to another one, where we are the ones who say it."""
    for row in document.get("relations", []):
        if row["claim"] == slug and row["direction"] == "to":
            return row["kind"]
    return RelationKind.RELATED.value


def _evidence(document):
    """The evidence by stance, each piece beside its source; None where there is none at all."""
    sources = {source["slug"]: source for source in document["sources"]}
    rows = [row | {"source": sources[row["source"]]} for row in document["evidence"]]
    by_stance = {
        stance.value: [row for row in rows if row["stance"] == stance] for stance in Stance
    }
    return by_stance | {"numbers": [row["number"] for row in rows]} if rows else None


def _places(document):
    """Where the claim was made, each place beside the article; the first one first."""
    sources = {source["slug"]: source for source in document["sources"]}
    rows = [row | {"source": sources[row["source"]]} for row in document["appearances"]]
    return sorted(rows, key=lambda row: not row["is_first"])


# --- No head row: merged, sealed, or never there -------------------------------


def _moved_or_gone(request, slug):
    """301 to the claim it was merged into, 410 if it was sealed, 404 with a hand otherwise."""
    redirects = ClaimRedirect.objects.filter(slug=OuterRef("claim"))
    last = (
        Revision.objects.filter(claim=slug)
        .annotate(to=Subquery(redirects.values("to")))
        .order_by("-number")
        .first()
    )
    if last and last.to:
        return HttpResponsePermanentRedirect(reverse("pages:claim", args=[last.to]))
    if last and last.action == Action.SEAL:
        return _gone(request, slug, last)
    raise Missing(str(unknown_claim()), near=_near(slug))


def _sealing_of(row):
    """The revision that says why this one's document is gone."""
    for sealing in Revision.objects.filter(claim=row.claim, action=Action.SEAL, seq__gt=row.seq):
        if row.number in orjson.loads(bytes(sealing.document))["sealed"]:
            return sealing


def _gone(request, slug, sealing):
    context = {"slug": slug, "sealing": orjson.loads(bytes(sealing.document))}
    return respond(request, "claims/claim_gone.html", context, read=[sealing.sha256], status=410)


def _near(slug):
    """Claims whose address begins alike: a link that was cut off is the usual mistake."""
    stem = slug[:80].rstrip("-")
    start = stem[: max(4, len(stem) * 2 // 3)]
    rows = PublishedClaim.objects.listed().filter(slug__gte=start).order_by("slug")
    found = [(_same_beginning(stem, row.slug), row) for row in rows.only("slug", "card")[:40]]
    found = sorted((pair for pair in found if pair[0]), key=lambda pair: -pair[0])
    return cards(row for _, row in found[:5])


def _same_beginning(one, other):
    """How many letters two addresses share from the start; nought if fewer than four."""
    length = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    return length if length >= 4 else 0
