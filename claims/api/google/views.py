"""Google's Fact Check Tools API, v1alpha1, so that its own clients work with the address changed.

Everything is read from the record. docs/google.md says what differs from Google.
"""

import hashlib
import logging
import math
import re
from functools import partial
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.templatetags.static import static
from django.utils.cache import get_conditional_response
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.views import APIView

from claims.interchange import claimreview, google
from claims.languages import in_language, tag_of

from . import finding
from .parameters import (
    Refusal,
    bad,
    cut,
    given,
    host,
    is_pretty,
    language,
    number,
    paging,
    selection,
    text,
)

MEDIA_TYPE = "application/json; charset=UTF-8"
# As for the rest of the API: a correction is everywhere within a minute.
CACHE_CONTROL = "public, max-age=0, s-maxage=30, stale-while-revalidate=30"
PAGING = ("pageSize", "pageToken", "offset")
SELECTING = ("query", "languageCode", "reviewPublisherSiteFilter", "maxAgeDays")
logger = logging.getLogger(__name__)


# --- The address and the envelope ----------------------------------------------


class WhateverIsAccepted(BaseContentNegotiation):
    """There is JSON and nothing else; Google answers with it whatever the headers say."""

    def select_parser(self, request, parsers):
        return None

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], MEDIA_TYPE


class Method(APIView):
    """An address of Google's API. Only reading is open."""

    content_negotiation_class = WhateverIsAccepted
    schema = None  # Google's discovery document describes it, not ours
    parameters = ()
    shape = {}

    def get(self, request, **names):
        found = given(request._request, self.parameters)
        chosen = selection(found, self.shape)
        body = cut(self.answer(found, **names), chosen)
        return respond(request, body, is_pretty=is_pretty(found))

    def post(self, request, **names):
        """Clients send an address that is too long as a form, and say which method they meant."""
        meant = request.headers.get("X-HTTP-Method-Override", "").lower()
        handler = getattr(self, meant, None) if meant in {"get", "put", "delete"} else self.create
        return (handler or self.http_method_not_allowed)(request, **names)

    def create(self, request, **names):
        raise exceptions.MethodNotAllowed(request.method)

    def options(self, request, **names):
        return HttpResponse(status=204)

    def answer(self, found, **names):
        raise Http404

    def get_exception_handler(self):
        return refuse

    def finalize_response(self, request, response, *args, **names):
        response = super().finalize_response(request, response, *args, **names)
        for name, value in getattr(request, "limits", {}).items():
            response[name] = value
        return response


def respond(request, body, *, is_pretty):
    data = orjson.dumps(body, option=orjson.OPT_INDENT_2 if is_pretty else None)
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    is_read = request.method in {"GET", "HEAD"}
    unchanged = get_conditional_response(request, etag=etag) if is_read else None
    response = unchanged or HttpResponse(data, content_type=MEDIA_TYPE)
    response["ETag"] = etag
    response["Cache-Control"] = CACHE_CONTROL
    return response


def refuse(error, context):
    """DRF's exception handler: whatever went wrong, in Google's words and never as a page."""
    if isinstance(error, Refusal):
        return envelope(error.status_code, error.message, error.violations)
    if isinstance(error, (SuspiciousOperation, BadRequest)):
        return envelope(400, "The request could not be understood.")
    if isinstance(error, exceptions.Throttled):
        response = envelope(429, "Too many requests. See Retry-After.")
        if error.wait:
            response["Retry-After"] = str(math.ceil(error.wait))
        return response
    if isinstance(error, (Http404, exceptions.MethodNotAllowed)):
        return envelope(404, "Method not found.")
    logger.error("Google's API", exc_info=error)
    return envelope(500, "This is our mistake. It has been noted.")


def envelope(code, message, violations=()):
    return HttpResponse(
        orjson.dumps(google.error(code, message, violations), option=orjson.OPT_INDENT_2),
        status=code,
        headers={"Cache-Control": "no-store"},
        content_type=MEDIA_TYPE,
    )


class Unknown(Method):
    """Every other address."""

    def get(self, request, **names):
        raise Http404


# --- claims:search -------------------------------------------------------------


class ClaimsSearch(Method):
    parameters = (*SELECTING, *PAGING)
    shape = google.SEARCH

    def answer(self, found):
        ours = google.site_of(settings.SITE_URL)
        question = text(found, "query")
        publisher = host(found, "reviewPublisherSiteFilter", ours)
        wanted, tags = language(found, site_languages())
        days = number(found, "maxAgeDays")
        page = paging(found, "search", SELECTING)
        if not question and not publisher:
            message = "Set query or reviewPublisherSiteFilter."
            detail = "Required unless reviewPublisherSiteFilter is set."
            raise Refusal(400, message, ("query", detail))
        is_ours = publisher in {"", ours}
        if is_ours and not tags:
            return {}
        asked = finding.Asked(
            question=question,
            tags=tags if wanted and is_ours else [],
            language=wanted,
            publisher="" if is_ours else publisher,
            days=days,
            with_others=publisher != ours,
        )
        rows, following = finding.search(asked, page)
        says = partial(google.claim, site=site(), languages=tags, is_ours=is_ours)
        claims = [
            says(orjson.loads(bytes(row.card)), others=getattr(row, "others", ())) for row in rows
        ]
        return listed("claims", claims, following and page.token(following))


def listed(name, rows, token):
    """Nothing found is `{}`, and no token is no key."""
    return ({name: rows} if rows else {}) | ({"nextPageToken": token} if token else {})


def site_languages():
    return [tag_of(code) for code, _name in settings.LANGUAGES]


def site():
    return claimreview.Site(settings.SITE_NAME, settings.SITE_URL, tag_of(settings.LANGUAGE_CODE))


class ClaimsImageSearch(Method):
    def get(self, request, **names):
        raise Refusal(501, "Images are not searched here. Ask claims:search for words.")


# --- pages ---------------------------------------------------------------------


class ReadOnly(Method):
    """Markup is written on the desk and published there, signed by two people."""

    def create(self, request, **names):
        # Not 501: clients would try again.
        raise Refusal(403, "Pages are read here, and written by nobody from outside.")

    put = delete = create


class Pages(ReadOnly):
    parameters = ("url", "organization", *PAGING)
    shape = google.PAGES

    def answer(self, found):
        url, ours = text(found, "url"), google.site_of(settings.SITE_URL)
        organization = host(found, "organization", ours)
        page = paging(found, "pages", ["url", "organization"])
        if bool(url) == bool(organization):
            message = "Set either url or organization."
            raise Refusal(400, message, ("url", message), ("organization", message))
        if url:
            head = finding.head_of(slug_of(url))
            heads, following = [head] if head else [], None
        elif organization == ours:
            heads, following = finding.with_documents(page)
        else:
            heads, following = [], None
        rows = [markup(head) for head in heads]
        return listed("claimReviewMarkupPages", rows, following and page.token(following))


class Page(ReadOnly):
    shape = google.PAGE

    def create(self, request, **names):
        raise exceptions.MethodNotAllowed(request.method)

    def answer(self, found, page):
        head = finding.head_of(page)
        if head is None:
            raise Refusal(404, "Requested entity was not found.")
        return markup(head)


def slug_of(url):
    """The claim whose page an address leads to, in whatever language; None of a foreign one."""
    try:
        parts = urlsplit(url)
        is_ours = google.site_of(url) == google.site_of(settings.SITE_URL)
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad("url", "url is a whole web address, such as https://facts.example.org/claims/x/.")
    path = in_language(parts.path, settings.LANGUAGE_CODE)
    found = re.fullmatch("/claims/([^/]+)/?", path)
    return found[1] if found and is_ours else None


def markup(head):
    document = orjson.loads(bytes(head.revision.document))
    logo = settings.SITE_URL + static("icon.svg")
    return google.page(document, site=site(), logo=logo)
