import orjson
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import is_valid_path
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from claims.filters import ClaimFilter
from claims.models.record import ClaimRedirect, PublishedClaim, sealing_of

from .filters import StrictFilterBackend, refuse_unknown
from .pagination import ClaimPagination
from .problems import Problem, problem


class RootView(APIView):
    """The way in: what there is, and under what licence."""

    def get(self, request):
        refuse_unknown(request, [])
        return Response(
            {
                "name": settings.SITE_NAME,
                "license": settings.CONTENT_LICENSE,
                "claims": reverse("api:claim-list", request=request),
            }
        )


class ClaimViewSet(GenericViewSet):
    """Published claims, the newest revision first; one claim is its document as stored."""

    queryset = PublishedClaim.objects.listed()
    filter_backends = [StrictFilterBackend]
    filterset_class = ClaimFilter
    pagination_class = ClaimPagination
    lookup_field = "slug"
    lookup_value_regex = "[-a-z0-9]+"

    def list(self, request):
        rows = self.paginate_queryset(
            self.filter_queryset(self.get_queryset().only("card", "revision"))
        )
        response = self.get_paginated_response([orjson.Fragment(bytes(row.card)) for row in rows])
        response.data["license"] = settings.CONTENT_LICENSE
        return response

    def retrieve(self, request, slug):
        refuse_unknown(request, [])
        head = PublishedClaim.objects.with_document().filter(slug=slug).first()
        if head is not None:
            # Hash and bytes from one read: between two, a publication could come.
            etag = f'"{head.sha256}"'
            unchanged = get_conditional_response(request, etag=etag)
            data, kind = bytes(head.revision.document), "application/json"
            response = unchanged or HttpResponse(data, content_type=kind)
            response["ETag"] = etag
            return response
        if to := ClaimRedirect.objects.filter(slug=slug).values_list("to", flat=True).first():
            return redirect("api:claim-detail", slug=to, permanent=True)
        if sealing := sealing_of(slug):
            raise Problem(410, "sealed", f"Sealed on {sealing.at:%Y-%m-%d}: {sealing.rule}")
        raise Http404


@csrf_exempt
def not_found(request, path):
    """Any other address under the API: as a problem too, never as a page."""
    if not request.path.endswith("/") and is_valid_path(f"{request.path}/"):
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(f"{request.path}/{query}", permanent=True)
    return problem(404, None, "There is nothing at this address.", request.get_full_path())
