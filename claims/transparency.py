"""Pages about the newsroom: how they become public, and which of them wait for a review.

They are public facts, so readers get them from the record; but a revision of the chain says
something about a claim, and everything that follows revisions (heads, feeds, mirrors) relies on
that. So published pages are a table of the record beside it, written by `publish_page` alone.
"""

import json

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from sources.history import signed
from sources.languages import texts

from .chain import canonical, moment, now_after, sha256
from .models import Page, PublishedPage
from .publishing import Refused
from .rules import require

FORMAT = 1


@signed
@transaction.atomic
def publish_page(page, *, by):
    """Make a page public as it is now and return its version; the last one if nothing changed.

    Raises PermissionDenied, and Refused when the page's own review is due.
    """
    require(by, "claims.publish_page")
    page = Page.objects.select_for_update().get(pk=page.pk)
    last = PublishedPage.objects.filter(slug=page.slug).first()
    if last and not differs(page, last.document):
        return last
    if page.is_overdue():
        raise Refused(_("Its review is due: read it again, and set a day for the next review."))
    at = now_after(last and last.at)
    number = last.number + 1 if last else 1
    data = canonical(
        {
            "format": FORMAT,
            "slug": page.slug,
            "url": f"/about/{page.slug}/",
            "version": number,
            "published_at": moment(at),
            "previous": last.sha256 if last else None,
            "license": settings.CONTENT_LICENSE,
            **_said(page),
        }
    )
    return PublishedPage.objects.create(
        slug=page.slug, number=number, at=at, document=data, sha256=sha256(data)
    )


def differs(page, public):
    """Does the desk say something else than this public document (None: there is none yet)?"""
    if public is None:
        return True
    document, said = json.loads(bytes(public)), _said(page)
    return {key: document[key] for key in said} != said


def overdue_pages(on=None):
    """Pages whose review is due, the longest waiting first."""
    pages = Page.objects.overdue(on).select_related("owner")
    return pages.prefetch_related("translations").order_by("review_due_on", "slug")


def first_fault():
    """Where the published pages are not what they were: a sentence, or None."""
    last = None
    for row in PublishedPage.objects.order_by("slug", "number").iterator(chunk_size=100):
        if last is not None and last.slug != row.slug:
            last = None
        data = bytes(row.document)
        document = json.loads(data)
        said = [document[key] for key in ("slug", "version", "published_at", "previous")]
        is_whole = sha256(data) == row.sha256 and row.number == (last.number if last else 0) + 1
        before = last.sha256 if last else None
        if not is_whole or said != [row.slug, row.number, moment(row.at), before]:
            return f"The published page {row} is not what was published."
        last = row
    return None


def _said(page):
    rows = page.translations.all()
    return {"title": texts(rows, "title"), "body": texts(rows, "body")}
