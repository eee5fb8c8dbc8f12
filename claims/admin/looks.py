"""Why a verdict in force needs another look, where editors meet it: start page, claim, verdict."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from claims import looks, rules
from claims.choices import LookReason, VerdictStatus
from claims.models import Claim, Look
from sources.admin.base import linked
from sources.admin.inlines import ReadOnlyInline
from sources.admin.sources import SourceAdmin
from sources.characters import require_visible
from sources.models import Source

from .doors import Door, DoorForm

NEEDED = SourceAdmin.words_need


def told(found):
    """`[(reason, HTML)]`: what changed, leading to it, and since when; in two queries."""
    of_claims = [one.on for one in found if one.kind == LookReason.CLAIM]
    of_sources = [one.on for one in found if one.kind != LookReason.CLAIM]
    rows = {
        (Claim, row.pk): row
        for row in Claim.objects.filter(pk__in=of_claims).prefetch_related("translations")
    } | {
        (Source, row.pk): row
        for row in Source.objects.filter(pk__in=of_sources).prefetch_related(*NEEDED)
    }
    return [
        (
            one,
            format_html(
                '{}: {} <span class="quiet">{}</span>',
                one.kind.label,
                linked(rows[Claim if one.kind == LookReason.CLAIM else Source, one.on]),
                date_format(one.since, "j M Y") if one.since > looks.LONG_AGO.value else "",
            ),
        )
        for one in found
    ]


def listed(verdict):
    """The open reasons of a verdict as a list; nothing where there are none."""
    found = told(looks.reasons([verdict.pk]))
    if not found:
        return ""
    rows = format_html_join("", "<li>{}</li>", ([html] for _reason, html in found))
    return format_html('<ul class="looks">{}</ul>', rows)


def as_shown(verdict):
    """The reasons that an editor has before them."""
    return " ".join(one.key for one in looks.reasons([verdict.pk]))


class LookedForm(DoorForm):
    note = forms.CharField(
        label=_("What was done"),
        help_text=_("For colleagues: what you looked at, and why the verdict stands or changes."),
        validators=[require_visible],
        widget=forms.Textarea(attrs={"rows": 3}),
    )


LOOKED = Door(
    name="looked",
    label=_("Looked at it again"),
    explained=_("Its ground has changed. Say what you did; the reasons below are then settled."),
    done=_("looked at again"),
    permission="claims.change_verdict",
    run=lambda verdict, user, data, _accepted: looks.clear(
        verdict, note=data["note"], seen=data["seen"].split(), by=user
    ),
    is_open=lambda user, verdict: (
        rules.may_clear_look(user, verdict) and bool(looks.reasons([verdict.pk]))
    ),
    form=LookedForm,
    signs=as_shown,
    shows=listed,
)


class LookInline(ReadOnlyInline):
    model = Look
    fields = ["at", "by", "reason", "note"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")

    def shown(self, name):
        return name


class LooksFilter(admin.SimpleListFilter):
    """Verdicts in force whose ground has changed."""

    title = _("needs another look")
    parameter_name = "look"

    def lookups(self, request, model_admin):
        return [("open", _("Yes"))]

    def queryset(self, request, queryset):
        if self.value() != "open":
            return queryset
        return queryset.filter(pk__in={one.verdict for one in looks.reasons()})


def verdict_in_force(claim):
    rows = [row for row in claim.verdicts.all() if row.status == VerdictStatus.PUBLISHED]
    return rows[0] if rows else None


class LooksOfClaim:
    """On a claim's page: why the verdict in force needs another look, and the way to say so."""

    @admin.display(description=_("needs another look"))
    def another_look(self, obj):
        verdict = verdict_in_force(obj)
        if verdict is None or not (reasons := listed(verdict)):
            return "-"
        door = reverse("admin:claims_verdict_door", args=[verdict.pk, LOOKED.name])
        return format_html('{}<p><a href="{}">{}</a></p>', reasons, door, LOOKED.label)
