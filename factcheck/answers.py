"""Middleware for answers on their way out: shorter, safer, one in whatever language is asked."""

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.utils.cache import patch_vary_headers
from django_http_compression.middleware import HttpCompressionMiddleware

API = ("/api/", "/v1alpha1/")
# They hold what only the signed-in may know, and lengths of compressed answers can betray it; and
# ETags of the desk's drafts stay strong, for what is compressed has a weak one.
PRIVATE = ("/admin/", "/api/v1/desk/")
OF_GOOGLES_CLIENTS = ["content-type", "x-goog-api-client", "x-goog-api-key"]
OF_GOOGLES_CLIENTS += ["x-http-method-override"]


# No page of ours asks a browser for any of these, so nothing that got into one shall.
NOT_FOR_PAGES = [
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment",
    "picture-in-picture", "screen-wake-lock", "usb", "xr-spatial-tracking",
]  # fmt: skip
PERMISSIONS = ", ".join(f"{name}=()" for name in NOT_FOR_PAGES)


def told_to_browsers(get_response):
    """What a page may not do, beside its Content-Security-Policy, and what other sites may load."""

    def answer(request):
        response = get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response["Permissions-Policy"] = PERMISSIONS
        if request.path.startswith(PRIVATE):
            response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return answer


class Compression(HttpCompressionMiddleware):
    """gzip, Brotli or Zstandard, for what everybody may read."""

    max_random_bytes = 0  # there is no secret in it that its length could betray

    def maybe_compress(self, request, response):
        if request.path.startswith(PRIVATE) or response.cookies:
            return
        super().maybe_compress(request, response)
        patch_vary_headers(response, ["Accept-Encoding"])  # also where this one is as it was


# What is asked by POST all the same: a long question as a form, a text to be read and forgotten.
ASKED_BY_POST = {
    "/v1alpha1/": OF_GOOGLES_CLIENTS,
    "/api/v1/match/": ["content-type"],
    "/api/v1/validate/": ["content-type"],
}


class Cors(CorsMiddleware):
    """Pages of others may read; at Google's addresses, by what its clients send in a browser."""

    def add_response_headers(self, request, response):
        response = super().add_response_headers(request, response)
        for address, more in ASKED_BY_POST.items():
            if "Access-Control-Allow-Methods" in response and request.path.startswith(address):
                headers = [*settings.CORS_ALLOW_HEADERS, *more]
                response["Access-Control-Allow-Headers"] = ", ".join(headers)
                methods = [*settings.CORS_ALLOW_METHODS, "POST"]
                response["Access-Control-Allow-Methods"] = ", ".join(methods)
        return response


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
