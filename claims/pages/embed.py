"""A claim's card on other sites, and oEmbed, by which they ask how to show it."""

import re
from urllib.parse import urlencode, urlsplit

import orjson
from csp.decorators import csp
from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt

from claims.interchange import oembed as format_of
from claims.models.record import ClaimRedirect, PublishedClaim, redirect_of, sealing_of

from .cards import WORDS, changed, said_by
from .context import Site
from .drawing import SIZE
from .reading import asked
from .responses import conditional, page, respond, unknown_claim

WIDTH = 600
# `(from this width on, so high)`: what the longest card of the first article takes, and a little.
HEIGHTS = [(480, 320), (360, 430), (300, 530), (0, 690)]
SHAREABLE = {"pages:claim", "pages:embed"}
# May stand in any page, and may do nothing there but be read and followed.
ALONE = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["*"],
    "sandbox": format_of.SANDBOX,
}


@xframe_options_exempt
@csp(ALONE)
@page
def embed(request, slug):
    asked(request)
    head = PublishedClaim.objects.with_document().filter(slug=slug).first()
    if head is None:
        return _moved_or_gone(request, slug)
    document = orjson.loads(bytes(head.revision.document))
    context = {
        "claim": document,
        "said_by": said_by(document.get("claimant")),
        "changed": changed(document),
    }
    return respond(request, "claims/embed.html", context, read=[head.sha256])


def _moved_or_gone(request, slug):
    if to := redirect_of(slug):
        return HttpResponsePermanentRedirect(reverse("pages:embed", args=[to]))
    sealing = sealing_of(slug)
    if sealing is None:
        raise unknown_claim()
    context = {"sealing": sealing, "slug": slug}
    return respond(request, "claims/embed.html", context, read=[str(sealing)], status=410)


# --- oEmbed ----------------------------------------------------------------------


def discovery(url):
    """How a claim's page tells others where to ask: `[(media type, address)]`."""
    base = settings.SITE_URL + reverse("machines:oembed")
    return [
        (kind, f"{base}?{urlencode({'url': url, 'format': form})}")
        for form, kind in format_of.DISCOVERY.items()
    ]


@page
def oembed(request):
    """Parameters that are not ours are let pass: askers send what other providers want."""
    form = request.GET.get("format", "json")
    if form not in format_of.TYPES:
        return _refuse(501, "The formats are json and xml.")
    limits = [_limit(request, name) for name in ("maxwidth", "maxheight")]
    if None in limits:
        return _refuse(400, "maxwidth and maxheight are whole numbers above zero.")
    code, slug = _claim_at(request.GET.get("url", ""))
    named = Q(slug=slug) | Q(slug__in=ClaimRedirect.objects.filter(slug=slug).values("to"))
    head = slug and PublishedClaim.objects.with_document().filter(named).first()
    if not head:
        return _refuse(404, "No published claim has this address here.")

    def make():
        with translation.override(code):
            data = format_of.write(_embed(head, Site(request), *limits), form)
        return HttpResponse(data, content_type=format_of.TYPES[form])

    response = conditional(request, make, read=[head.sha256, code, form, str(limits)])
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _refuse(status, text):
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


def _limit(request, name):
    """The number given, infinity without one, None for what is no number."""
    value = request.GET.get(name)
    if value is None:
        return float("inf")
    return int(value) if re.fullmatch("0*[1-9][0-9]{0,5}", value) else None


def _claim_at(url):
    """`(language, slug)` of the claim whose page this is; its slug is None for any other."""
    try:
        asked_for, ours = urlsplit(url), urlsplit(settings.SITE_URL)
        if (
            asked_for.scheme in {"http", "https"}
            and asked_for.netloc.lower() == ours.netloc.lower()
        ):
            code = translation.get_language_from_path(asked_for.path) or settings.LANGUAGE_CODE
            with translation.override(code):
                match = resolve(asked_for.path)
            if match.view_name in SHAREABLE:
                return code, match.kwargs["slug"]
    except (ValueError, Resolver404):
        pass
    return settings.LANGUAGE_CODE, None


def _embed(head, site, max_width, max_height):
    document = orjson.loads(bytes(head.revision.document))
    title, _description = WORDS[document["state"]](document)
    width = min(WIDTH, max_width)
    height = next(height for least, height in HEIGHTS if width >= least)
    picture = None
    if max_width >= SIZE[0] and max_height >= SIZE[1]:
        path = reverse("pages:card", args=[head.slug, head.number])
        picture = format_of.Thumbnail(site.origin + path, *SIZE)
    return format_of.Embed(
        title=title,
        address=site.origin + reverse("pages:embed", args=[head.slug]),
        width=width,
        height=min(height, max_height),
        site=site,
        thumbnail=picture,
    )
