"""Which pages about the newsroom every page leads to."""

from django.core.cache import cache

from claims.choices import PageKind
from claims.models.record import PublishedPage

KEY = "pages-about-us"
# Asked by every page and changed once a year: a new one may take a minute to show below the rest.
SECONDS = 60


def about_us():
    """The kinds of page that are published, in the order of PageKind."""
    published = cache.get_or_set(KEY, _published, SECONDS)
    return [kind for kind in PageKind if kind in published]


def _published():
    return set(PublishedPage.objects.order_by().values_list("slug", flat=True).distinct())
