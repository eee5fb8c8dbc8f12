"""Corrections, to be looked at: they are proposed and carried out on their verdict's page."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from claims.models import Correction, CorrectionTranslation
from sources.admin.base import ReadOnlyAdmin, linked, shortened
from sources.admin.inlines import ReadOnlyInline
from sources.admin.words import in_own_language
from sources.languages import texts


class CorrectionTranslationInline(ReadOnlyInline):
    model = CorrectionTranslation
    fk_name = "of"
    fields = ["language", "text"]


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    words_need = [
        "translations",
        "verdict__claim__translations",
        "verdict__rating__translations",
    ]
    list_display = [
        "public_text",
        "kind",
        "verdict_linked",
        "proposed_by",
        "approved_by",
        "revision",
    ]
    list_filter = ["kind", ("revision", admin.EmptyFieldListFilter)]
    list_select_related = ["proposed_by", "approved_by"]
    search_fields = ["translations__text", "verdict__claim__slug"]
    date_hierarchy = "proposed_at"
    readonly_fields = ["verdict_linked"]
    fields = ["verdict_linked", "kind", "proposed_by", "proposed_at", "approved_by", "revision"]
    inlines = [CorrectionTranslationInline]

    def words(self, obj):
        return shortened(in_own_language(texts(obj.translations.all(), "text")))

    @admin.display(description=_("what readers are told"))
    def public_text(self, obj):
        return self.words(obj)

    @admin.display(description=_("verdict"))
    def verdict_linked(self, obj):
        return linked(obj.verdict)
