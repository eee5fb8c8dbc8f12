"""The way in, and every address that leads nowhere."""

import orjson
from django.conf import settings
from django.shortcuts import redirect
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt
from rest_framework.reverse import reverse

from claims.release import etag_of

from .base import ReadView, conditional
from .problems import problem
from .shapes import root

LISTS = [
    *["claims", "subjects", "topics", "sources", "publishers", "ratings", "changes", "chain"],
    *["lookup", "match", "validate", "schema", "docs"],
]


class Root(ReadView):
    """The way in: what there is, and under what licence."""

    def shape(self):
        return root(LISTS)

    def get(self, request):
        said = orjson.dumps(
            {
                "name": settings.SITE_NAME,
                "license": settings.CONTENT_LICENSE,
                **{name: reverse(f"api:{name}", request=request) for name in LISTS},
            }
        )
        return conditional(request, lambda: said, etag=etag_of([said]))


@csrf_exempt
def not_found(request):
    """Any other address under the API: as a problem too, never as a page."""
    if not request.path.endswith("/") and resolve(f"{request.path}/").func is not not_found:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        writes = request.method not in {"GET", "HEAD"}  # and is sent there as it is
        return redirect(f"{request.path}/{query}", permanent=True, preserve_request=writes)
    return problem(404, None, "There is nothing at this address.", request.get_full_path())
