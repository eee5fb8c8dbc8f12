"""A claim's page through time, for programs: what was in force when, and which versions stay."""

import datetime

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.choices import Action
from claims.interchange import memento
from claims.models.record import SEALED, Revision

from .context import Site
from .reading import asked
from .responses import CACHE_CONTROL, BadAddress, conditional, page, unknown_claim


def kept():
    """Revisions that still say something of a claim."""
    return Revision.objects.exclude(document=SEALED).exclude(action=Action.SEAL)


@page
def timemap(request, slug):
    asked(request)
    site = Site(request)
    versions = _all(site, slug)
    if not versions:
        raise unknown_claim()

    def make():
        text = memento.timemap(_original(site, slug), versions)
        return HttpResponse(text, content_type=memento.TIMEMAP)

    return conditional(request, make, read=map(str, versions))


def negotiate(request, slug):
    """Where the version is that was in force at the moment asked for; None if none is asked for."""
    try:
        seconds = memento.wanted(request.headers)
    except ValueError:
        raise BadAddress([_("Accept-Datetime is not a date of HTTP.")]) from None
    site = Site(request)
    versions = seconds is not None and _all(site, slug)
    if not versions:
        return None
    version = memento.version_at(versions, seconds)
    response = HttpResponseRedirect(version.url)
    response["Link"] = memento.links(_original(site, slug), {"memento": version})
    response["Cache-Control"] = CACHE_CONTROL
    return response


def tell(response, request, row, *, permalink):
    """Name the other versions in the answer's head. `row` is the revision that it shows."""
    site = Site(request)
    own = _version(site, row.claim, row.number, row.at)
    found = {"memento" if permalink else "last memento": own}
    if permalink:
        response["Memento-Datetime"] = memento.date(own)
        for name in ("prev", "next"):
            if beside := getattr(row, name):
                at = datetime.datetime.fromisoformat(beside["at"])
                found[f"{name} memento"] = _version(site, row.claim, beside["number"], at)
    response["Link"] = memento.links(_original(site, row.claim), found)
    return response


def _all(site, slug):
    rows = kept().filter(claim=slug).order_by("number").values_list("number", "at")
    return [_version(site, slug, number, at) for number, at in rows]


def _version(site, slug, number, at):
    return memento.Version(site.origin + reverse("pages:revision", args=[slug, number]), at)


def _original(site, slug):
    paths = (reverse(f"pages:{name}", args=[slug]) for name in ("claim", "timemap"))
    return memento.Original(*(site.origin + path for path in paths))
