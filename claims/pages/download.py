"""A list of claims, with its filters, as a file for spreadsheets."""

from django.http import StreamingHttpResponse

from claims.interchange import csv
from claims.models.record import Revision

from .context import Site
from .filtering import filtered
from .reading import card
from .responses import conditional, page

CHUNK = 500


@page
def claims(request):
    """All of the list, newest first, made line by line: it may be long."""
    _given, _filters, found = filtered(request)
    newest = Revision.objects.order_by("-seq").values_list("chain", flat=True).first()

    def make():
        rows = map(card, found.qs.iterator(CHUNK))
        response = StreamingHttpResponse(
            csv.lines(rows, Site(request).origin), content_type=csv.TYPE
        )
        response["Content-Disposition"] = 'attachment; filename="claims.csv"'
        return response

    return conditional(request, make, read=[str(newest), request.get_full_path()])
