import orjson
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import is_valid_path
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from claims.filters import ClaimFilter
from claims.interchange import claimreview
from claims.languages import tag_of
from claims.models.record import PublishedClaim, redirect_of, sealing_of
from claims.release import etag_of

from .filters import StrictFilterBackend, refuse_unknown
from .pagination import ClaimPagination
from .problems import Problem, bad_parameter, problem


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
            data = bytes(head.revision.document)
            return _conditional(request, f'"{head.sha256}"', data, "application/json")
        return self._absent(request, slug, "api:claim-detail")

    @action(detail=True)
    def claimreview(self, request, slug):
        """The ClaimReview that the claim's page carries, in one of the languages of the site."""
        refuse_unknown(request, ["language"])
        tags = [tag_of(code) for code, _ in settings.LANGUAGES]
        language = request.query_params.get("language", tag_of(settings.LANGUAGE_CODE))
        if language not in tags:
            raise bad_parameter("language", f"Write one of these: {', '.join(tags)}.")
        head = PublishedClaim.objects.with_document().filter(slug=slug).first()
        if head is None:
            return self._absent(request, slug, "api:claim-claimreview")
        site = claimreview.Site(settings.SITE_NAME, settings.SITE_URL, language)
        markup = claimreview.markup(orjson.loads(bytes(head.revision.document)), site=site)
        if markup is None:
            # Gone, not absent: whoever has a copy is told to take it down.
            detail = f"The verdict was taken back on {head.modified_at:%Y-%m-%d}."
            claim = reverse("api:claim-detail", args=[slug], request=request)
            raise Problem(410, "retracted", detail, claim=claim)
        data = claimreview.to_json(markup)
        return _conditional(request, etag_of([head.sha256, language]), data, claimreview.MEDIA_TYPE)

    def _absent(self, request, slug, name):
        """No head row: merged, sealed, or never there."""
        if to := redirect_of(slug):
            query = f"?{request.GET.urlencode()}" if request.GET else ""
            return redirect(f"{reverse(name, args=[to])}{query}", permanent=True)
        if sealing := sealing_of(slug):
            raise Problem(410, "sealed", f"Sealed on {sealing.at:%Y-%m-%d}: {sealing.rule}")
        raise Http404


def _conditional(request, etag, data, media_type):
    """The bytes, or 304 for a client that has them."""
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged or HttpResponse(data, content_type=media_type)
    response["ETag"] = etag
    return response


@csrf_exempt
def not_found(request, path):
    """Any other address under the API: as a problem too, never as a page."""
    if not request.path.endswith("/") and is_valid_path(f"{request.path}/"):
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(f"{request.path}/{query}", permanent=True)
    return problem(404, None, "There is nothing at this address.", request.get_full_path())
