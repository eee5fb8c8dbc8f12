"""Whom and what claims are about, and the scale on which they are rated."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from claims.models import (
    Rating,
    RatingScale,
    RatingTranslation,
    Subject,
    SubjectTranslation,
    Topic,
    TopicTranslation,
)
from sources.admin.base import DeskAdmin
from sources.admin.exchange import ExchangeMixin
from sources.admin.inlines import ReadOnlyInline, TranslationInline
from sources.admin.words import WordsFilter, badge, in_own_language, words
from sources.languages import texts

from .tables import SubjectTable


class SubjectTranslationInline(TranslationInline):
    model = SubjectTranslation


@admin.register(Subject)
class SubjectAdmin(ExchangeMixin, DeskAdmin):
    resource_classes = [SubjectTable]
    words_need = ["translations"]
    list_display = ["name", "slug", "kind", "wikidata", "is_minor", "is_private"]
    list_filter = ["kind", "is_minor", "is_private"]
    search_fields = ["translations__name", "slug", "aliases", "wikidata"]
    fixed = ["slug"]
    inlines = [SubjectTranslationInline]

    def words(self, obj):
        return in_own_language(texts(obj.translations.all(), "name"))

    @admin.display(description=_("name"))
    def name(self, obj):
        return self.words(obj)


class TopicTranslationInline(TranslationInline):
    model = TopicTranslation


@admin.register(Topic)
class TopicAdmin(DeskAdmin):
    words_need = ["translations"]
    list_display = ["name", "slug", "parent_name"]
    list_filter = [("parent", WordsFilter)]
    search_fields = ["translations__name", "slug"]
    autocomplete_fields = ["parent"]
    fixed = ["slug"]
    inlines = [TopicTranslationInline]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("parent__translations")

    def words(self, obj):
        return in_own_language(texts(obj.translations.all(), "name"))

    @admin.display(description=_("name"))
    def name(self, obj):
        return self.words(obj)

    @admin.display(description=_("parent"))
    def parent_name(self, obj):
        return words(obj.parent) if obj.parent else None


class RatingTranslationInline(TranslationInline):
    model = RatingTranslation


def rating_badge(rating):
    return badge("rating", rating.color, f"{rating.symbol} {words(rating)}")


@admin.register(Rating)
class RatingAdmin(DeskAdmin):
    words_need = ["translations"]
    has_order = True
    list_display = ["label", "slug", "value", "normalized", "needs_evidence", "scale", "order"]
    list_filter = ["scale", "normalized"]
    list_select_related = ["scale"]
    search_fields = ["translations__label", "slug"]
    fixed = ["slug", "scale"]
    inlines = [RatingTranslationInline]

    def words(self, obj):
        return in_own_language(texts(obj.translations.all(), "label"))

    @admin.display(description=_("rating"), ordering="order")
    def label(self, obj):
        return rating_badge(obj)


class RatingInline(ReadOnlyInline):
    model = Rating
    fields = ["label", "value", "normalized", "needs_evidence"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("translations")

    @admin.display(description=_("rating"))
    def label(self, obj):
        return rating_badge(obj)


@admin.register(RatingScale)
class RatingScaleAdmin(DeskAdmin):
    list_display = ["version", "in_force_from", "note"]
    search_fields = ["version", "note"]
    inlines = [RatingInline]
