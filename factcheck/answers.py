"""Middleware for answers on their way out: shorter, and the same whatever language is asked for."""

from django.utils.cache import patch_vary_headers
from django_http_compression.middleware import HttpCompressionMiddleware

API = ("/api/", "/v1alpha1/")
# Their pages hold what only the signed-in may know; lengths of compressed pages can betray it.
PRIVATE = ("/admin/",)


class Compression(HttpCompressionMiddleware):
    """gzip, Brotli or Zstandard, for what everybody may read."""

    max_random_bytes = 0  # there is no secret in it that its length could betray

    def maybe_compress(self, request, response):
        if request.path.startswith(PRIVATE) or response.cookies:
            return
        super().maybe_compress(request, response)
        patch_vary_headers(response, ["Accept-Encoding"])  # also where this one is as it was


def api_speaks_one_language(get_response):
    """The API answers alike whatever languages are asked for: caches need not keep one for each."""

    def answer(request):
        response = get_response(request)
        if request.path.startswith(API):
            kept = [
                name
                for name in response.get("Vary", "").split(", ")
                if name.lower() != "accept-language"
            ]
            if kept != [""] and kept:
                response["Vary"] = ", ".join(kept)
            else:
                del response["Vary"]
            del response["Content-Language"]
        return response

    return answer
