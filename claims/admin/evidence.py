"""Evidence: what one source says for or against a claim, with our finding in each language."""

from django import forms
from django.contrib import admin
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from claims import quotes, rules
from claims.choices import FIXED
from claims.models import Evidence, EvidenceTranslation
from sources import visits
from sources.admin.base import DeskAdmin, linked, shortened
from sources.admin.inlines import AtHandForm, StackedInline, TranslationInline
from sources.admin.words import WordsFilter, badge, in_own_language, needed, site_languages
from sources.characters import require_visible
from sources.languages import texts
from sources.models import Source

from .doors import DoorsMixin
from .quotes import DOORS, QuoteColumns

WHY_SIGNED = _(
    "Its verdict is in review or signed: take or send that back, or write a new one and correct."
)


def is_signed(verdict):
    return verdict is not None and verdict.status in FIXED


class EvidenceForm(AtHandForm):
    """A quote made anew wants a copy of the page as it is now."""

    def _save_m2m(self):
        super()._save_m2m()
        if {"source", "quote"} & set(self.changed_data) and self.instance.quote:
            visits.look_again(self.instance.source)


FINDINGS = {f"finding_{tag}": (tag, name) for tag, name in site_languages()}


def finding_label(language):
    return format_lazy(_("Finding ({language})"), language=language)


class FindingsForm(EvidenceForm):
    """Evidence with its findings in the languages of the site, since inlines cannot nest.

    Findings in other languages are left as they are; the page of the evidence shows them all.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            written = texts(self.instance.translations.all(), "finding")
            self.initial |= {
                name: written.get(tag, "") for name, (tag, _language) in FINDINGS.items()
            }

    def _save_m2m(self):
        super()._save_m2m()
        for name, (tag, _language) in FINDINGS.items():
            if name not in self.changed_data:
                continue
            if text := self.cleaned_data[name]:
                EvidenceTranslation.objects.update_or_create(
                    of=self.instance, language=tag, defaults={"finding": text}
                )
            else:
                EvidenceTranslation.objects.filter(of=self.instance, language=tag).delete()


FindingsForm.declared_fields |= {
    name: forms.CharField(
        label=finding_label(language),
        required=False,
        validators=[require_visible],
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField", "lang": tag}),
    )
    for name, (tag, language) in FINDINGS.items()
}


PARTS = [
    ("source", "stance"),
    ("locator", "order"),
    "quote",
    ("prefix", "suffix"),
    "quote_is",
]


class EvidenceInline(QuoteColumns, StackedInline):
    model = Evidence
    form = FindingsForm
    autocomplete_fields = ["source"]
    readonly_fields = ["quote_is"]
    show_change_link = True
    fields = [PARTS[0], *FINDINGS, *PARTS[1:]]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("translations")

    def shown(self, name):
        if name not in FINDINGS:
            return super().shown(name)

        tag, language = FINDINGS[name]

        def finding(obj):
            return texts(obj.translations.all(), "finding").get(tag, "-")

        finding.__name__ = name
        finding.short_description = finding_label(language)
        return finding


class EvidenceTranslationInline(TranslationInline):
    model = EvidenceTranslation
    min_num = 0


@admin.register(Evidence)
class EvidenceAdmin(QuoteColumns, DoorsMixin, DeskAdmin):
    list_display = ["finding", "claim_in_words", "source_in_words", "stance_badge", "quote_is"]
    list_filter = ["stance", "quote_state", "verdict__status", ("verdict__rating", WordsFilter)]
    list_select_related = ["verdict", "snapshot", "checked"]
    search_fields = [
        "translations__finding",
        "quote",
        "source__title",
        "source__slug",
        "verdict__claim__slug",
        "verdict__claim__translations__statement",
    ]
    form = EvidenceForm
    autocomplete_fields = ["verdict", "source"]
    readonly_fields = ["quote_is", "stands", "suggested", "verdict_linked"]
    fields = ["verdict_linked", *PARTS, "stands", "suggested"]
    doors = DOORS
    change_form_template = "admin/desk/door_form.html"
    inlines = [EvidenceTranslationInline]

    def get_queryset(self, request):
        rows = super().get_queryset(request).prefetch_related("translations")
        return rows.prefetch_related(
            "verdict__claim__translations",
            "verdict__rating__translations",
            *needed("source", Source),
        )

    def get_fields(self, request, obj=None):
        return super().get_fields(request, obj) if obj else ["verdict", *PARTS]

    def door_rows(self, queryset):
        rows = super().door_rows(queryset).select_related("verdict", "snapshot", "checked")
        return rows.prefetch_related("translations")

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        quotes.check(Evidence.objects.filter(pk=form.instance.pk))

    def has_change_permission(self, request, obj=None):
        if obj is None:
            return super().has_change_permission(request)
        return rules.may_change_verdict(request.user, obj.verdict)

    def why_kept(self, obj):
        return WHY_SIGNED if is_signed(obj.verdict) else None

    def why_closed(self, obj):
        return WHY_SIGNED if is_signed(obj.verdict) else None

    def words(self, obj):
        return in_own_language(texts(obj.translations.all(), "finding")) or str(obj)

    @admin.display(description=_("finding"))
    def finding(self, obj):
        return shortened(self.words(obj))

    @admin.display(description=_("verdict"))
    def verdict_linked(self, obj):
        return linked(obj.verdict)

    @admin.display(description=_("claim"), ordering="verdict__claim__slug")
    def claim_in_words(self, obj):
        return linked(obj.verdict.claim)

    @admin.display(description=_("source"), ordering="source__title")
    def source_in_words(self, obj):
        return linked(obj.source)

    @admin.display(description=_("stance"), ordering="stance")
    def stance_badge(self, obj):
        return badge("stance", obj.stance, obj.get_stance_display())
