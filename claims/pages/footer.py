"""Which pages about the newsroom every page leads to."""

import functools

from django.core.cache import cache

from claims.choices import PageKind
from claims.models.record import PublishedPage
from claims.release import EDITION

KEY = "pages-about-us"
# Asked by every page and changed once a year. Where nobody asked for the edition, a new one may
# take a minute to show below the rest.
SECONDS = 60


def about_us(request):
    """The kinds of page that are published, in the order of PageKind."""
    edition = request.META.get(EDITION)
    try:
        published = _of(edition) if edition else cache.get_or_set(KEY, _published, SECONDS)
    except OSError:  # a full disk keeps nothing, and nobody from reading
        published = _published()
    return [kind for kind in PageKind if kind in published]


@functools.lru_cache(maxsize=2)
def _of(edition):
    return _published()


def _published():
    return set(PublishedPage.objects.order_by().values_list("slug", flat=True).distinct())
