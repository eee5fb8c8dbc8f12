"""Claims: the list, one claim, its revisions, and what other formats make of it."""

import functools

import orjson
from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.http import Http404
from django.shortcuts import redirect
from rest_framework.reverse import reverse

from claims.chain import moment
from claims.choices import Action, TermKind
from claims.filters import ClaimFilter
from claims.interchange import annotations, claimreview, table, wikidata
from claims.languages import tag_of
from claims.models.record import (
    SEALED,
    UNDATED_LAST,
    UNDATED_LEAST,
    PublishedClaim,
    PublishedTerm,
    Revision,
    redirect_of,
    sealing_of,
    sources_at,
)
from claims.release import EDITION, etag_of

from .base import Moved, ReadView, conditional
from .filters import filter_claims
from .lists import ListView
from .pagination import Order
from .problems import Problem, bad_parameter, once
from .shapes import ANNOTATIONS, CLAIMREVIEW

STATEMENTS = {
    "type": "object",
    "properties": {
        "license": {"type": "string", "format": "uri"},
        "claim": {"$ref": "#/components/schemas/slug"},
        "revision": {"type": "integer"},
        "statements": {
            "type": "array",
            "description": "Of each item one, in the shape of the Wikibase REST API.",
            "items": {
                "type": "object",
                "properties": {
                    "item": {"type": "string", "pattern": "^Q[1-9][0-9]*$"},
                    "statement": {"type": "object"},
                },
                "required": ["item", "statement"],
            },
        },
        "quickstatements": {
            "type": "string",
            "description": "The same as commands of QuickStatements, one a line.",
        },
    },
    "required": ["license", "claim", "revision", "statements", "quickstatements"],
}
MOST_REMEMBERED = 10_000
# Of which kind the values of a filter are.
NAMED_BY = {
    "rating": TermKind.RATING,
    "topic": TermKind.TOPIC,
    "subject": TermKind.SUBJECT,
    "claimant": TermKind.SUBJECT,
    "source": TermKind.SOURCE,
    "appeared_in": TermKind.SOURCE,
    "publisher": TermKind.PUBLISHER,
}


class ClaimList(ListView):
    """Published claims: those changed last first, or with `q` those that speak of it most."""

    columns = table.CLAIMS
    parameters = (*ListView.parameters, *ClaimFilter.base_filters)
    # A claim of no known day comes last, whichever way the list goes.
    orders = {
        "modified": Order(F("modified_at"), "revision_id"),
        "published": Order(F("published_at"), "slug"),
        "claimed": Order(UNDATED_LAST, "slug", falling=UNDATED_LEAST),
    }
    default_order = "-modified"

    def get(self, request):
        return self.respond_with(filter_claims(request, self.heads()))

    def respond_with(self, claims, **more):
        rank = claims.query.annotations.get("rank")
        # The likeliest first, where something is asked.
        ranked = rank and Order(F("rank"), "entry", found=rank.found)
        unknown, is_hopeless = unknown_values(self.request)
        if is_hopeless:
            # Or the database would read a whole index to find nothing in it.
            claims = claims.none()
        more |= {"unknown": unknown} if unknown else {}
        return self.respond(claims, more=lambda _page: more, ranked=ranked)

    def heads(self):
        return PublishedClaim.objects.listed().only("card", "revision", "entry", "sha256")

    def item(self, row):
        return bytes(row.card)

    def mark(self, row):
        return row.sha256


def unknown_values(request):
    """`{filter: values that no published claim has}`, and whether one filter has no other.

    A slip is seen for what it is.
    """
    asked = {
        name: {f"{kind}:{slug}": slug for slug in request.query_params.getlist(name)}
        for name, kind in NAMED_BY.items()
    }
    keys = [key for values in asked.values() for key in values]
    if not keys:
        return {}, False
    known = known_terms(keys, request.META.get(EDITION))
    unknown = {
        name: found
        for name, values in asked.items()
        if (found := [slug for key, slug in values.items() if not known[key]])
    }
    return unknown, any(len(found) == len(asked[name]) for name, found in unknown.items())


def known_terms(keys, edition):
    """`{key: is there such a term?}`; asked once an edition of the record, where that is known."""
    remembered = _remembered(edition) if edition else {}
    found = {key: remembered[key] for key in keys if key in remembered}
    if new := [key for key in keys if key not in found]:
        terms = PublishedTerm.objects.filter(key__in=new)
        there = set(terms.values_list("key", flat=True))
        found |= {key: key in there for key in new}
        if len(remembered) < MOST_REMEMBERED:
            remembered.update(found)
    return found


@functools.lru_cache(maxsize=2)
def _remembered(edition):
    return {}


class Lookup(ClaimList):
    """The published claims that were made at a page, whatever the spelling of its address."""

    parameters = ("url", *ClaimList.parameters)

    def get(self, request):
        url = once(request, "url")
        if not url:
            raise bad_parameter("url", "Give the address of a page.")
        try:
            sources = sources_at(url)
        except ValueError as error:
            raise bad_parameter("url", f"{error}.") from None
        slugs = list(sources.values_list("slug", flat=True).order_by("slug"))
        places = self.heads().filter(articles__overlap=slugs) if slugs else self.heads().none()
        return self.respond_with(filter_claims(request, places), sources=slugs)


class ClaimDetail(ReadView):
    """One claim: its document as stored. Its SHA-256 is the ETag."""

    def shape(self):
        return {"$ref": "#/components/schemas/document"}

    def get(self, request, slug):
        head = head_of(request, slug)
        # Hash and bytes from one read: between two, a publication could come.
        return conditional(
            request,
            lambda: bytes(head.revision.document),
            etag=f'"{head.sha256}"',
            modified=head.modified_at,
        )


class RevisionList(ListView):
    """All that was ever said of a claim, the newest first: hashes and moments, not the words."""

    columns = table.REVISIONS
    orders = {"revision": Order(F("number"), "seq")}
    default_order = "-revision"

    def get(self, request, slug):
        rows = Revision.objects.filter(claim=slug).defer("document")
        is_sealed = ExpressionWrapper(Q(document=SEALED), output_field=BooleanField())
        return self.respond(rows.annotate(sealed=is_sealed), more=self.refuse_nothing)

    def refuse_nothing(self, page):
        if not page.rows:
            raise Http404
        return {}

    def item(self, row):
        address = reverse("api:claim-revision", [row.claim, row.number], request=self.request)
        return orjson.dumps(header(row) | {"sealed": row.sealed, "url": address})

    def mark(self, row):
        return f"{row.chain} {row.sealed}"


class RevisionDetail(ReadView):
    """One revision of a claim: its document as stored. It stays as it is, unless it is sealed."""

    def shape(self):
        return {"$ref": "#/components/schemas/document"}

    def get(self, request, slug, number):
        revision = Revision.objects.filter(claim=slug, number=number).first()
        if revision is None:
            raise Http404
        if revision.is_sealed:
            raise _sealed(slug, number)
        return conditional(
            request,
            lambda: bytes(revision.document),
            etag=f'"{revision.sha256}"',
            modified=revision.at,
        )


class ClaimReview(ReadView):
    """The ClaimReview that the claim's page carries, in one of the languages of the site."""

    parameters = ("language",)
    media_types = (claimreview.MEDIA_TYPE,)

    def shape(self):
        return CLAIMREVIEW

    def get(self, request, slug):
        language = asked_language(request)
        head = head_of(request, slug)
        site = claimreview.Site(settings.SITE_NAME, settings.SITE_URL, language)
        refuse_retracted(request, head)
        return conditional(
            request,
            lambda: claimreview.to_json(claimreview.markup(document_of(head), site=site)),
            etag=etag_of([head.sha256, language]),
            modified=head.modified_at,
            media_type=claimreview.MEDIA_TYPE,
        )


class Wikidata(ReadView):
    """Statements for the Wikidata items that the claim names: that our page describes them."""

    parameters = ("language",)

    def shape(self):
        return STATEMENTS

    def get(self, request, slug):
        language = asked_language(request)
        head = head_of(request, slug)
        site = claimreview.Site(settings.SITE_NAME, settings.SITE_URL, language)
        refuse_retracted(request, head)
        return conditional(
            request,
            lambda: orjson.dumps(wikidata.statements(document_of(head), site=site)),
            etag=etag_of([head.sha256, language]),
            modified=head.modified_at,
        )


class Annotations(ReadView):
    """Where the claim was made and what its evidence quotes, as W3C Web Annotations."""

    media_types = (annotations.MEDIA_TYPE,)

    def shape(self):
        return ANNOTATIONS

    def get(self, request, slug):
        head = head_of(request, slug)
        refuse_retracted(request, head)
        return conditional(
            request,
            lambda: annotations.to_json(
                annotations.collection(document_of(head), origin=settings.SITE_URL)
            ),
            etag=etag_of([head.sha256]),
            modified=head.modified_at,
            media_type=annotations.MEDIA_TYPE,
        )


def asked_language(request):
    tags = [tag_of(code) for code, _ in settings.LANGUAGES]
    language = once(request, "language") or tag_of(settings.LANGUAGE_CODE)
    if language not in tags:
        raise bad_parameter("language", f"Write one of these: {', '.join(tags)}.")
    return language


def header(revision):
    """What the chain holds of a revision, and its place in the chain."""
    return {
        "seq": revision.seq,
        "claim": revision.claim,
        "revision": revision.number,
        "action": revision.action,
        "at": moment(revision.at),
        "sha256": revision.sha256,
        "chain": revision.chain,
    }


def document_of(head):
    return orjson.loads(bytes(head.revision.document))


def head_of(request, slug):
    """The head row of a claim with its document. Merged, sealed or never there: says which."""
    rows = PublishedClaim.objects.with_document().filter(slug=slug)
    # The columns that are read, and no order for one row: half of what asking costs.
    rows = rows.only("sha256", "modified_at", "rating", "revision__document").order_by()
    for head in rows:
        return head
    if to := redirect_of(slug):
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        address = reverse(request.resolver_match.view_name, args=[to])
        raise Moved(redirect(f"{address}{query}", permanent=True))
    if sealing := sealing_of(slug):
        raise Problem(410, "sealed", f"Sealed on {sealing.at:%Y-%m-%d}: {sealing.rule}")
    raise Http404


def refuse_retracted(request, head):
    """Gone, not absent: whoever has a copy is told to take it down."""
    if not head.rating:
        detail = f"The verdict was taken back on {head.modified_at:%Y-%m-%d}."
        claim = reverse("api:claim-detail", args=[head.slug], request=request)
        raise Problem(410, "retracted", detail, claim=claim)


def _sealed(slug, number):
    for sealing in Revision.objects.filter(claim=slug, action=Action.SEAL).order_by("seq"):
        said = orjson.loads(bytes(sealing.document))
        if number in said["sealed"]:
            return Problem(410, "sealed", f"Sealed on {sealing.at:%Y-%m-%d}: {said['rule']}")
    raise LookupError(f"{slug} v{number} is sealed without a sealing")
