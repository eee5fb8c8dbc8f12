"""Subjects, topics, sources, publishers and ratings, as far as a published claim names them."""

import orjson
from django.db.models import F
from django.http import Http404

from claims.interchange import table
from claims.models.record import PublishedTerm
from claims.release import etag_of

from .base import ReadView, conditional
from .description import shape_of_list
from .lists import ListView
from .pagination import Order


class TermList(ListView):
    """Everything of one kind that published claims name, each with the number of those claims."""

    kind = None
    orders = {"slug": Order(F("slug"), "slug"), "claims": Order(F("claims"), "slug")}
    default_order = "slug"

    def shape(self):
        return shape_of_list(self.columns, like=self.kind)

    def get(self, request):
        return self.respond(PublishedTerm.objects.filter(kind=self.kind))

    @property
    def columns(self):
        return table.TERMS[self.kind]

    def item(self, row):
        return _with_claims(row)

    def mark(self, row):
        return f"{row.claims} {bytes(row.document).hex()}"


class TermDetail(ReadView):
    """What the newest claim that names it says of it, with the number of claims that do."""

    kind = None

    def shape(self):
        rows = shape_of_list(table.TERMS[self.kind], like=self.kind)
        return rows["properties"]["results"]["items"]

    def get(self, request, slug):
        row = PublishedTerm.objects.filter(kind=self.kind, slug=slug).first()
        if row is None:
            raise Http404
        etag = etag_of([str(row.claims), row.document])
        return conditional(request, lambda: _with_claims(row), etag=etag)


def _with_claims(row):
    document = orjson.loads(bytes(row.document)) | {"claims": row.claims}
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
