"""What the newsroom says about itself: each page as it is in force, and as it was before."""

import orjson
from django.utils.translation import gettext as _

from claims.choices import PageKind
from claims.models.record import PublishedPage

from .reading import asked
from .responses import Missing, page, respond


@page
def index(request):
    asked(request)
    rows = {row.slug: row for row in PublishedPage.objects.in_force()}
    pages = [_said(rows[kind]) for kind in PageKind if kind in rows]
    return respond(request, "about/index.html", {"pages": pages}, read=_marks(rows.values()))


@page
def about(request, slug):
    asked(request)
    versions = _versions(slug)
    return _show(request, versions, versions[0])


@page
def version(request, slug, number):
    """The permalink: these words, whatever was published later."""
    asked(request)
    versions = _versions(slug)
    wanted = next((row for row in versions if row.number == number), None)
    if wanted is None:
        raise _missing()
    return _show(request, versions, wanted, permalink=True)


def _versions(slug):
    """All versions, the newest first. They are few: a policy changes once a year."""
    versions = list(PublishedPage.objects.filter(slug=slug).order_by("-number"))
    if not versions:
        raise _missing()
    return versions


def _missing():
    return Missing(_("No page about us is published at this address."))


def _show(request, versions, row, *, permalink=False):
    context = {
        "about": _said(row),
        "sha256": row.sha256,
        "versions": [_said(other) for other in versions],
        "is_old": row.number != versions[0].number,
        "permalink": permalink,
    }
    read = [str(row.number), *_marks(versions)]
    return respond(request, "about/page.html", context, read=read)


def _said(row):
    return orjson.loads(bytes(row.document))


def _marks(rows):
    return [row.sha256 for row in rows]
