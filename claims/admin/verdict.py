"""Verdicts. Their status is never a field: it moves through the doors."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from claims import rules
from claims.choices import FROZEN
from claims.models import Comment, Contact, Correction, Verdict, VerdictTranslation
from sources.admin.base import OwnWorkAdmin, linked, shortened
from sources.admin.inlines import ReadOnlyInline, TabularInline, TranslationInline
from sources.admin.words import WordsFilter, in_own_language, words
from sources.languages import texts

from . import findings
from .claim import status_badge
from .doors import DoorsMixin
from .evidence import WHY_SIGNED, EvidenceInline, is_signed
from .record import on_site
from .verdict_doors import DOORS
from .vocabulary import rating_badge


class VerdictTranslationInline(TranslationInline):
    model = VerdictTranslation
    min_num = 0


class ContactInline(TabularInline):
    model = Contact


class CorrectionInline(ReadOnlyInline):
    """What was proposed for the public, and who carried it out."""

    model = Correction
    fields = ["kind", "text", "proposed_by", "approved_by", "public_as"]

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("proposed_by", "approved_by")
        return rows.prefetch_related("translations")

    def shown(self, name):
        return name

    @admin.display(description=_("public text"))
    def text(self, obj):
        return in_own_language(texts(obj.translations.all(), "text"))

    @admin.display(description=_("revision"))
    def public_as(self, obj):
        return obj.revision or _("waits for somebody else")


class CommentInline(ReadOnlyInline):
    model = Comment
    fields = ["written_at", "author", "kind", "text"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("author")

    def shown(self, name):
        return name


@admin.register(Verdict)
class VerdictAdmin(DoorsMixin, OwnWorkAdmin):
    words_need = ["claim__translations", "rating__translations"]
    list_display = ["claim_in_words", "rated", "status_shown", "author", "assignee", "due_on"]
    list_filter = [
        "status",
        ("rating", WordsFilter),
        "confidence",
        ("claim__topics", WordsFilter),
        ("author", admin.RelatedOnlyFieldListFilter),
        ("assignee", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["claim", "rating", "author", "reviewer", "assignee"]
    search_fields = ["claim__translations__statement", "claim__slug", "translations__summary"]
    date_hierarchy = "published_at"
    autocomplete_fields = ["claim"]
    readonly_fields = ["claim_linked", "status_shown", "author", "reviewer"]
    readonly_fields += ["published_at", "accepted_warnings", "assignee", "due_on", "recheck_on"]
    fieldsets = [
        (None, {"fields": ["claim_linked", ("rating", "confidence"), "conflict_of_interest"]}),
        (_("Who and when"), {"fields": [
            "status_shown", ("author", "reviewer"), ("assignee", "due_on"),
            "published_at", "accepted_warnings", "recheck_on",
        ]}),
    ]  # fmt: skip
    add_fieldsets = [
        (None, {"fields": ["claim", ("rating", "confidence"), "conflict_of_interest"]})
    ]
    inlines = [
        VerdictTranslationInline,
        EvidenceInline,
        ContactInline,
        CorrectionInline,
        CommentInline,
    ]
    doors = DOORS
    writer = "author"
    change_form_template = "admin/claims/verdict_form.html"

    def door_rows(self, queryset):
        return findings.with_all_parts(queryset)

    def get_fieldsets(self, request, obj=None):
        """A verdict answers one claim, chosen once: another claim needs another verdict."""
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_inlines(self, request, obj):
        """Of a new verdict, only what can be written in it."""
        if obj is None:
            return [inline for inline in self.inlines if not issubclass(inline, ReadOnlyInline)]
        return self.inlines

    def may_change(self, user, obj):
        return rules.may_change_verdict(user, obj)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and obj.status not in FROZEN:
            verdict = findings.with_all_parts(Verdict.objects.filter(pk=obj.pk)).get()
            context["notes"] = findings.notes(verdict)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def why_closed(self, obj):
        return WHY_SIGNED if is_signed(obj) else None

    def words(self, obj):
        rating = words(obj.rating) if obj.rating else _("not rated")
        return f"{shortened(words(obj.claim))} — {rating}"

    def why_kept(self, obj):
        if obj.status in FROZEN:
            return _("It has been public: retract it instead.")
        return WHY_SIGNED if is_signed(obj) else None

    def view_on_site(self, obj):
        return on_site(obj.claim.slug) if obj.status in FROZEN else None

    @admin.display(description=_("claim"), ordering="claim__slug")
    def claim_in_words(self, obj):
        return shortened(words(obj.claim))

    @admin.display(description=_("claim"))
    def claim_linked(self, obj):
        return linked(obj.claim)

    @admin.display(description=_("rating"), ordering="rating__order")
    def rated(self, obj):
        return rating_badge(obj.rating) if obj.rating else None

    @admin.display(description=_("status"), ordering="status")
    def status_shown(self, obj):
        return status_badge(obj)
