"""Verdicts. Their status is never a field: it moves through the doors."""

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from claims import history, quotes, rules
from claims.choices import FROZEN, VerdictStatus
from claims.models import Comment, Contact, Correction, Evidence, Verdict, VerdictTranslation
from sources.admin.base import OwnWorkAdmin, linked, shortened
from sources.admin.inlines import ReadOnlyInline, TabularInline, TranslationInline
from sources.admin.words import WordsFilter, in_own_language, words
from sources.languages import texts

from . import findings
from .claim import status_badge
from .door_forms import time_zone
from .doors import DoorsMixin
from .evidence import WHY_SIGNED, EvidenceInline, is_signed
from .looks import LOOKED, LookInline, LooksFilter, listed
from .record import on_site, public_history
from .verdict_doors import DOORS
from .vocabulary import rating_badge


def to_come(verdict):
    """What an approved verdict waits for, or why its moment passed in vain."""
    if verdict.schedule_refusal:
        return _("did not go out: %(reason)s") % {"reason": verdict.schedule_refusal}
    if verdict.publish_at is None:
        return ""
    moment = date_format(timezone.localtime(verdict.publish_at), "j F Y, H:i e")
    told = _("goes out on %(moment)s") if verdict.scheduled_by_id else _("not before %(moment)s")
    return told % {"moment": moment}


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
        LooksFilter,
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
    readonly_fields += ["scheduled_by", "schedule_refusal", "another_look"]
    fieldsets = [
        (None, {"fields": ["claim_linked", ("rating", "confidence"), "conflict_of_interest"]}),
        (_("Who and when"), {"fields": [
            "status_shown", ("author", "reviewer"), ("assignee", "due_on"), "publish_at",
            "scheduled_by", "schedule_refusal", "published_at", "accepted_warnings", "recheck_on",
        ]}),
    ]  # fmt: skip
    add_fieldsets = [
        (None, {"fields": [
            "claim", ("rating", "confidence"), "conflict_of_interest", "publish_at",
        ]})
    ]  # fmt: skip
    inlines = [
        VerdictTranslationInline,
        EvidenceInline,
        ContactInline,
        CorrectionInline,
        CommentInline,
        LookInline,
    ]
    doors = [*DOORS, LOOKED]
    writer = "author"
    restore_label = _("Restore into a draft")
    restore_explained = _(
        "Writes a new verdict, a draft of yours, that says what this one said. What is signed or "
        "public stays as it is."
    )
    change_form_template = "admin/claims/verdict_form.html"

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        quotes.check(Evidence.objects.filter(verdict=form.instance.pk))

    def door_rows(self, queryset):
        return findings.with_all_parts(queryset)

    def get_fieldsets(self, request, obj=None):
        """A verdict answers one claim, chosen once: another claim needs another verdict."""
        if obj is None:
            return self.add_fieldsets
        top = (
            [(None, {"fields": ["another_look"]})] if obj.status == VerdictStatus.PUBLISHED else []
        )
        return [*top, *super().get_fieldsets(request, obj)]

    def get_inlines(self, request, obj):
        """Of a new verdict, only what can be written in it."""
        if obj is None:
            return [inline for inline in self.inlines if not issubclass(inline, ReadOnlyInline)]
        return self.inlines

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "publish_at":
            field.help_text = f"{field.help_text} {time_zone()}"
        return field

    def may_change(self, user, obj):
        return rules.may_change_verdict(user, obj)

    def may_restore(self, user, obj):
        return rules.may_restore_verdict(user, obj)

    def restore(self, pk, moment, *, by, seen):
        return history.restore_verdict(pk, moment, by=by)

    def beside_history(self, obj):
        return {"revisions": public_history(obj.claim.slug) if obj else None}

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
        """With what is to come, where that is not said by the status."""
        if obj.status != VerdictStatus.APPROVED:
            return shortened(words(obj.claim))
        said = shortened(words(obj.claim)), to_come(obj)
        return format_html('{}<br><span class="quiet">{}</span>', *said)

    @admin.display(description=_("claim"))
    def claim_linked(self, obj):
        return linked(obj.claim)

    @admin.display(description=_("needs another look"))
    def another_look(self, obj):
        return listed(obj) or "-"

    @admin.display(description=_("rating"), ordering="rating__order")
    def rated(self, obj):
        return rating_badge(obj.rating) if obj.rating else None

    @admin.display(description=_("status"), ordering="status")
    def status_shown(self, obj):
        return status_badge(obj)
