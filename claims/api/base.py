"""What all addresses of the API have in common: strict parameters, conditional answers, headers."""

import orjson
from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from claims.filters import closest

from .description import Description
from .problems import Problem, bad_parameter, once, refuse_unknown

# A cache between us may keep an answer for half a minute, and show it for as long again while it
# asks us; a reader's own asks every time. So a correction is everywhere within a minute.
CACHE_CONTROL = "public, max-age=0, s-maxage=30, stale-while-revalidate=30"


class Moved(Exception):
    """The claim was merged: `response` leads on to the one that it is part of now."""

    def __init__(self, response):
        super().__init__()
        self.response = response


class ReadView(APIView):
    """An address that is read. It takes the parameters that it names and refuses any other."""

    parameters = ()
    media_types = ()  # of the answer, where it is not what a renderer writes
    schema = Description()

    def shape(self):
        """The JSON Schema of the answer."""
        return {"type": "object"}

    def dispatch(self, request, *args, **kwargs):
        with translation.override(settings.LANGUAGE_CODE):  # programs are told in one language
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request, *args, **kwargs):
        if request.method in self.allowed_methods:  # or 405 says what is wrong
            self.refuse_parameters(request)
        super().initial(request, *args, **kwargs)

    def refuse_parameters(self, request):
        formats = [renderer.format for renderer in self.renderer_classes]
        known = [*self.parameters, *(["format"] if len(formats) > 1 else [])]
        refuse_unknown(request, known)
        for name, values in request.query_params.lists():
            # A program that lost a value must not get the whole list for it.
            if not all(value.strip() for value in values):
                raise bad_parameter(name, "It is empty: give it a value, or leave it out.")
        given = once(request, "format")
        if given is not None and given not in formats:
            meant = {given: match} if (match := closest(given, formats)) else None
            raise bad_parameter(
                "format",
                f"Write one of these: {', '.join(formats)}.",
                **{"did_you_mean": meant} if meant else {},
            )

    def handle_exception(self, exc):
        return exc.response if isinstance(exc, Moved) else super().handle_exception(exc)

    def options(self, request, *args, **kwargs):
        return HttpResponse(status=204)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(request, "limits", {}).items():
            response[name] = value
        response.headers.setdefault(
            "Cache-Control", CACHE_CONTROL if response.status_code < 400 else "no-store"
        )
        links = {"license": settings.CONTENT_LICENSE, **getattr(response, "links", {})}
        links["describedby"] = reverse("api:schema", request=request)
        response["Link"] = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items() if url)
        return response


def sent_json(request, longest):
    """The JSON of a request, in which text has at most `longest` bytes of UTF-8."""
    if request.content_type.partition(";")[0].strip() != "application/json":
        raise Problem(415, "bad-text", "Send JSON, and say so: Content-Type: application/json.")
    # JSON may write one byte of text as six of its own.
    most = 6 * longest + 10_000
    body = request.read(most + 1)
    if len(body) > most:
        raise too_long(longest)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem(400, "bad-text", "This is not JSON in UTF-8.") from error


def too_long(longest):
    detail = f"All texts together may have {longest} bytes of UTF-8. Send parts."
    return Problem(413, "too-long", detail)


def conditional(request, make, *, etag, media_type="application/json", modified=None, links=None):
    """What `make` makes, or 304 for a client that has it. Nothing is made for nothing."""
    seconds = modified and int(modified.timestamp())
    response = get_conditional_response(request, etag=etag, last_modified=seconds)
    response = response or HttpResponse(make(), content_type=media_type)
    response["ETag"] = etag
    if modified:
        response["Last-Modified"] = http_date(seconds)
    response.links = links or {}
    return response
