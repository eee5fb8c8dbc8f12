"""Publishers, sources and what proves that they said it."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from sources import dates
from sources.languages import texts
from sources.models import (
    ArchiveCopy,
    LinkCheck,
    Publisher,
    Snapshot,
    Source,
    SourceTranslation,
)

from .base import DeskAdmin, OwnWorkAdmin, ReadOnlyAdmin, linked, shortened
from .columns import Address, Column, Facts, Lines, RoughDate, Slug, YesNo
from .copies import CopiesMixin
from .exchange import ExchangeMixin
from .inlines import ReadOnlyInline, TabularInline, TranslationInline
from .tables import Table
from .words import WordsFilter, badge, in_own_language, needed


class PublisherForm(forms.ModelForm):
    memberships = forms.MultipleChoiceField(
        label=_("Codes of principles signed"),
        choices=[("IFCN", "IFCN"), ("EFCSN", "EFCSN")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


@admin.register(Publisher)
class PublisherAdmin(DeskAdmin):
    list_display = ["name", "kind", "country", "homepage"]
    list_filter = ["kind", "country"]
    search_fields = ["name", "slug", "wikidata"]
    form = PublisherForm
    prepopulated_fields = {"slug": ["name"]}
    fixed = ["slug"]


class SourceTranslationInline(TranslationInline):
    """Optional: a title has a language of its own, and is there already."""

    model = SourceTranslation
    min_num = 0


class ArchiveCopyInline(TabularInline):
    model = ArchiveCopy


class SnapshotInline(ReadOnlyInline):
    model = Snapshot
    fields = ["captured_at", "method", "media_type", "size", "sha256"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("text", "http")


class SourceForm(forms.ModelForm):
    def clean_identifiers(self):
        """Documents carry them: a name and a text each, nothing nested."""
        identifiers = self.cleaned_data["identifiers"] or {}
        if not isinstance(identifiers, dict) or not all(
            isinstance(value, str) for value in identifiers.values()
        ):
            raise ValidationError(_('Write names with texts, such as {"doi": "10.1000/182"}.'))
        return identifiers


class SourceTable(Table):
    """Whether the link works is found out, not told: it is no column."""

    columns = (
        Column("slug"),
        Column("title"),
        Column("publisher", Slug(Publisher)),
        Column("authors", Lines()),
        RoughDate("published_on", "published_precision"),
        Column("language"),
        Column("type"),
        Column("proximity"),
        Column("url", Address()),
        Column("no_url_reason"),
        Column("retrieved", YesNo()),
        Column("paywalled", YesNo()),
        Column("copy_of", Slug(Source)),
        Column("identifiers", Facts()),
        Column("text_sha256"),
        Column("note"),
    )
    texts = ("title",)

    class Meta(Table.Meta):
        model = Source


@admin.register(Source)
class SourceAdmin(ExchangeMixin, OwnWorkAdmin):
    resource_classes = [SourceTable]
    words_need = ["translations", "publisher", "copy_of__publisher"]
    list_display = ["title_in_words", "publisher_name", "type", "date", "opened", "link"]
    list_display_links = ["title_in_words"]
    list_filter = [
        "type",
        "proximity",
        "retrieved",
        "paywalled",
        "link_state",
        "language",
        ("publisher", WordsFilter),
    ]
    list_select_related = ["publisher"]
    search_fields = ["title", "translations__title", "slug", "url", "publisher__name"]
    form = SourceForm
    autocomplete_fields = ["publisher", "copy_of"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["link"]
    fixed = ["slug"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "title",
                    "slug",
                    "publisher",
                    "authors",
                    ("published_on", "published_precision"),
                    "language",
                    ("type", "proximity"),
                ]
            },
        ),
        (
            _("Where it is"),
            {
                "fields": [
                    "url",
                    "no_url_reason",
                    "link",
                    ("retrieved", "paywalled"),
                    "withdrawn_on",
                    "copy_of",
                ]
            },
        ),
        (_("Details"), {"fields": ["identifiers", "text_sha256", "note"]}),
    ]
    inlines = [SourceTranslationInline, ArchiveCopyInline, SnapshotInline]

    def words(self, obj):
        """With its publisher: the same words stand over many reports, and over every copy."""
        facts = {"title": self.title(obj), "publisher": obj.publisher}
        if obj.copy_of is None:
            return _("%(title)s (%(publisher)s)") % facts
        facts["original"] = obj.copy_of.publisher
        return _("%(title)s (%(publisher)s, copy of %(original)s)") % facts

    @staticmethod
    def title(obj):
        return in_own_language({obj.language: obj.title} | texts(obj.translations.all(), "title"))

    @admin.display(description=_("source"), ordering="title")
    def title_in_words(self, obj):
        name, own = self.title(obj), obj.title
        if name == own:
            return shortened(name)
        return format_html(
            '{}<br><span class="quiet" lang="{}">{}</span>',
            shortened(name),
            obj.language,
            shortened(own),
        )

    @admin.display(description=_("publisher"), ordering="publisher__name")
    def publisher_name(self, obj):
        return obj.publisher.name

    @admin.display(description=_("published"), ordering="published_on")
    def date(self, obj):
        return dates.to_text(obj.published_on, obj.published_precision)

    @admin.display(description=_("opened"), ordering="retrieved", boolean=True)
    def opened(self, obj):
        return obj.retrieved

    @admin.display(description=_("link"), ordering="link_state")
    def link(self, obj):
        return badge("link", obj.link_state, obj.get_link_state_display())


class OfSource:
    """Columns of what belongs to a source."""

    @admin.display(description=_("source"), ordering="source__title")
    def source_in_words(self, obj):
        return linked(obj.source)


@admin.register(ArchiveCopy)
class ArchiveCopyAdmin(OfSource, DeskAdmin):
    list_display = ["__str__", "source_in_words", "state", "requested_at", "archived_at"]
    list_filter = ["state", "service"]
    search_fields = ["source__title", "source__slug", "url"]
    autocomplete_fields = ["source"]
    date_hierarchy = "requested_at"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(*needed("source", Source))


@admin.register(Snapshot)
class SnapshotAdmin(OfSource, CopiesMixin, ReadOnlyAdmin):
    list_display = ["__str__", "source_in_words", "captured_at", "method", "media_type", "size"]
    list_filter = ["method", "media_type"]
    search_fields = ["source__title", "source__slug", "sha256"]
    date_hierarchy = "captured_at"
    fields = [
        *["source", "captured_at", "method", "media_type", "size", "sha256", "ways"],
        *["says_of_itself", "answers", "note", "text_in_full"],
    ]
    readonly_fields = ["ways", "says_of_itself", "answers", "text_in_full"]

    def get_queryset(self, request):
        """The text may be long, and a list does not show it."""
        rows = super().get_queryset(request).defer("text", "http")
        return rows.prefetch_related(*needed("source", Source))


@admin.register(LinkCheck)
class LinkCheckAdmin(OfSource, ReadOnlyAdmin):
    list_display = ["checked_at", "source_in_words", "state", "status_code", "final_url"]
    list_filter = ["state"]
    search_fields = ["source__title", "source__slug", "final_url"]
    date_hierarchy = "checked_at"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(*needed("source", Source))
