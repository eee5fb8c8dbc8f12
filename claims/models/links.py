"""What visits have found of public sources since: beside the record, as others' reviews are."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Func, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from sources.choices import LinkState
from sources.constraints import one_of, slug_format

from .edition import renews_edition


class PublishedLink(models.Model):
    """Whether a public source is still where it was, and its archived copies, as of today.

    The record says what was so when it was written, and stays. A page overlays this, so that a
    dead link leads to the copy at once, and no revision is needed for what nobody here did.
    """

    slug = models.SlugField(_("source"), max_length=80, primary_key=True)
    state = models.CharField(_("link"), max_length=10, choices=LinkState)
    archived = models.JSONField(_("archived copies"), default=list)

    class Meta:
        verbose_name = _("link of a public source")
        verbose_name_plural = _("links of public sources")
        ordering = ["slug"]
        default_permissions = ()  # the worker's alone
        constraints = [slug_format(), one_of("state", LinkState)]
        triggers = [renews_edition()]

    def __str__(self):
        return self.slug


def links(*, slug=None, slugs=None):
    """For a query of rows: the links of the source, or sources, that their column of this name has.

    Part of the row's own query, so that a page asks no more often for them.
    """
    if slugs:
        named = Func(
            F("slug"),
            OuterRef(slugs),
            template="%(expressions)s)",
            arg_joiner=" = ANY(",
            output_field=models.BooleanField(),
        )
    else:
        named = Q(slug=OuterRef(slug))
    rows = PublishedLink.objects.filter(named).order_by("slug")
    link = JSONObject(slug="slug", state="state", archived="archived")
    return ArraySubquery(rows.values(link=link))


def overlay(sources, found):
    """Sources of a document, as they are today."""
    today = {row["slug"]: row for row in found}
    return [
        source
        if source["slug"] not in today
        else source
        | {
            "link_state": today[source["slug"]]["state"],
            "archived": today[source["slug"]]["archived"],
        }
        for source in sources
    ]
