"""The way in, and every address that leads nowhere."""

from django.conf import settings
from django.shortcuts import redirect
from django.urls import is_valid_path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.response import Response
from rest_framework.reverse import reverse

from .base import ReadView
from .problems import problem

LISTS = ["claims", "subjects", "topics", "sources", "publishers", "ratings", "changes", "lookup"]


class Root(ReadView):
    """The way in: what there is, and under what licence."""

    def get(self, request):
        return Response(
            {
                "name": settings.SITE_NAME,
                "license": settings.CONTENT_LICENSE,
                **{name: reverse(f"api:{name}", request=request) for name in LISTS},
            }
        )


@csrf_exempt
def not_found(request, path):
    """Any other address under the API: as a problem too, never as a page."""
    if not request.path.endswith("/") and is_valid_path(f"{request.path}/"):
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(f"{request.path}/{query}", permanent=True)
    return problem(404, None, "There is nothing at this address.", request.get_full_path())
