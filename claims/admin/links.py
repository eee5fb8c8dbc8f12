"""Links that need a person, the heaviest first: those on which most public verdicts rest."""

from django.contrib import admin
from django.db.models import F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.choices import TermKind
from claims.models import PublishedTerm
from sources.admin.words import words
from sources.choices import LinkState
from sources.models import Source

TROUBLED = [LinkState.DEAD, LinkState.SOFT_404, LinkState.CHANGED, LinkState.BLOCKED]


def weighed(sources):
    """With `weight`: how many published claims name the source, or the one that it is a copy of."""
    named = PublishedTerm.objects.filter(
        kind=TermKind.SOURCE, slug=Coalesce(OuterRef("copy_of__slug"), OuterRef("slug"))
    )
    count = Coalesce(Subquery(named.values("claims"), output_field=IntegerField()), 0)
    return sources.annotate(weight=count)


def troubled():
    """Sources whose links need a person, the heaviest first."""
    rows = weighed(Source.objects.filter(link_state__in=TROUBLED))
    return rows.order_by("-weight", F("link_state_since").asc(nulls_last=True), "pk")


def rows(limit):
    """`[(words, address, remark)]` of the heaviest."""
    admin_of = admin.site.get_model_admin(Source)
    found = troubled().prefetch_related(*admin_of.words_need)[:limit]
    return [
        (words(row), reverse("admin:sources_source_change", args=[row.pk]), _remark(row))
        for row in found
    ]


def _remark(source):
    facts = {
        "state": source.get_link_state_display(),
        "since": date_format(source.link_state_since, "j M Y") if source.link_state_since else "?",
        "weight": ngettext("%(n)d public claim", "%(n)d public claims", source.weight)
        % {"n": source.weight},
    }
    return _("%(state)s since %(since)s; %(weight)s") % facts


def more():
    states = ",".join(TROUBLED)
    return f"{reverse('admin:sources_source_changelist')}?link_state__in={states}&o=-2"


class WeighedSources:
    """A ModelAdmin of sources that shows how much rests on each."""

    def get_queryset(self, request):
        return weighed(super().get_queryset(request))

    def get_list_display(self, request):
        first, *others = super().get_list_display(request)
        return [first, "weight", *others]

    def weight(self, obj):
        return obj.weight or "–"

    weight.short_description = gettext_lazy("public claims")
    weight.admin_order_field = "weight"
