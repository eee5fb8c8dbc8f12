"""What visits to sources find, told where it matters: quotes that are gone, links of public pages.

The visits themselves are sources.visits, which knows nothing of claims.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from sources import archives, visits
from sources.choices import CaptureMethod
from sources.models import Source

from . import quotes
from .anchoring import normalise
from .choices import TermKind
from .cited import archived
from .models import Appearance, Evidence, PublishedLink, PublishedTerm


def visit_due(seconds=None):
    """Visit what is due, as `visits.due` does; yields `(visit, new snapshot or None)`."""
    for visit in visits.due(seconds):
        yield visit, record(visit)


@transaction.atomic
def record(visit):
    """All that follows from one visit: a new copy, the state of the link, and of the quotes."""
    made = visits.record(visit, changed=lost(visit))
    if made:
        quotes.check_source(visit.source)
    tell(Source.objects.filter(pk=visit.source.pk))
    return made


def archive():
    """Take the next steps towards copies at the archive; readers see what comes of them at once."""
    for copy in archives.work():
        tell(Source.objects.filter(pk=copy.source_id))


def lost(visit):
    """What we quote, and a copy of the page had, and the page has no more: in a sentence."""
    if not visit.text:
        return ""
    places = Appearance.objects.filter(source=visit.source).exclude(exact="")
    evidence = Evidence.objects.filter(source=visit.source).exclude(quote="")
    quoted = [
        *places.values_list("exact", flat=True),
        *evidence.exclude(verdict__status__in=quotes.PAST).values_list("quote", flat=True),
    ]
    now = normalise(visit.text)
    missing = {quote for quote in quoted if normalise(quote) not in now}
    if not missing:
        return ""
    copies = visit.source.snapshots.filter(method=CaptureMethod.FETCHED).exclude(text="")
    for text in copies.values_list("text", flat=True).iterator(1):
        before = normalise(text)
        for quote in sorted(missing):
            if normalise(quote) in before:
                return _("The page has no longer: “%(quote)s”") % {"quote": quote[:200]}
    return ""


def tell(sources=None):
    """Bring the links of public sources up to the desk: all, or those of a queryset."""
    rows = Source.objects.all() if sources is None else sources
    public = PublishedTerm.objects.filter(kind=TermKind.SOURCE)
    rows = rows.filter(slug__in=public.values("slug")).prefetch_related("archive_copies")
    rows = {row.slug: {"state": row.link_for_readers, "archived": archived(row)} for row in rows}
    told = PublishedLink.objects.filter(slug__in=rows).values("slug", "state", "archived")
    told = {row.pop("slug"): row for row in told}
    PublishedLink.objects.bulk_create(
        # What is the same is not written: each write has all kept answers made anew.
        [PublishedLink(slug=slug, **row) for slug, row in rows.items() if told.get(slug) != row],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=["state", "archived"],
    )
    if sources is None:
        PublishedLink.objects.exclude(slug__in=public.values("slug")).delete()
