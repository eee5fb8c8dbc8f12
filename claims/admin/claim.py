"""Claims, where they were made, and what they are to one another."""

from django.contrib import admin
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from claims import history, publishing, review, rules
from claims.models import (
    Appearance,
    Claim,
    ClaimRelation,
    ClaimTranslation,
    PublishedClaim,
    Revision,
    Verdict,
)
from claims.review import foremost
from sources import dates
from sources.admin.base import DeskAdmin, OwnWorkAdmin, linked, shortened
from sources.admin.exchange import ExchangeMixin
from sources.admin.fields import Excerpt
from sources.admin.inlines import (
    AtHandForm,
    ReadOnlyInline,
    StackedInline,
    TabularInline,
    TranslationInline,
)
from sources.admin.words import WordsFilter, badge, in_own_language, needed, words
from sources.languages import texts
from sources.models import Source

from .door_forms import MergeForm, SealForm, TopicsForm
from .doors import Door, DoorsMixin
from .looks import LooksOfClaim, verdict_in_force
from .record import on_site, public_history
from .same import SameAsClaim
from .similar import SimilarMixin
from .tables import ClaimTable
from .vocabulary import rating_badge


class ClaimTranslationInline(TranslationInline):
    model = ClaimTranslation


class AppearanceForm(AtHandForm):
    """A position belongs to the words it was found for: other words, and it is unknown again."""

    class Meta:
        field_classes = dict.fromkeys(["exact", "prefix", "suffix"], Excerpt)

    def clean(self):
        cleaned = super().clean()
        if {"source", "exact", "prefix", "suffix"} & set(self.changed_data):
            self.instance.snapshot = self.instance.start = self.instance.end = None
        return cleaned


class Position:
    """Where the words stand in the archived text: found by a program, never typed."""

    @admin.display(description=_("position"))
    def position(self, obj):
        if obj.start is None:
            return _("not located")
        workbench = reverse("admin:sources_source_workbench", args=[obj.source_id])
        return format_html(
            '{}–{} <a href="{}#mark-{}">{}</a>',
            obj.start,
            obj.end,
            workbench,
            obj.pk,
            _("See it in the text"),
        )


class AppearanceInline(Position, StackedInline):
    model = Appearance
    form = AppearanceForm
    autocomplete_fields = ["source"]
    readonly_fields = ["position"]
    fields = [
        ("source", "is_first"),
        ("section", "order"),
        "exact",
        ("prefix", "suffix"),
        "position",
    ]


class RelationInline(TabularInline):
    model = ClaimRelation
    fk_name = "claim"
    autocomplete_fields = ["other"]


def status_badge(verdict):
    return badge("status", verdict.status, verdict.get_status_display())


class VerdictOfClaimInline(ReadOnlyInline):
    model = Verdict
    fields = ["rated", "status_shown", "author", "reviewer", "published_at"]

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("rating", "author", "reviewer")
        return rows.prefetch_related("rating__translations", "claim__translations")

    def shown(self, name):
        return name  # people go by their names

    @admin.display(description=_("rating"))
    def rated(self, obj):
        return rating_badge(obj.rating) if obj.rating else "-"

    @admin.display(description=_("status"))
    def status_shown(self, obj):
        return status_badge(obj)


def seal(claim, user, data, _accepted):
    return publishing.seal(claim.slug, rule=data["rule"], numbers=data["numbers"], by=user)


DOORS = [
    Door(
        name="topics",
        label=_("Set topics"),
        explained=_("Adds topics to each of these claims, or takes them away."),
        done=_("topics set"),
        permission="claims.add_claim",
        run=lambda claim, user, data, _accepted: review.set_topics(
            claim, add=data["add"], remove=data["remove"], by=user
        ),
        is_open=lambda _user, _claim: False,  # one claim has a field for it
        form=TopicsForm,
    ),
    Door(
        name="merge",
        label=_("Merge into another claim"),
        explained=_("Its address leads to the other claim from now on, for good."),
        done=_("merged"),
        permission="claims.merge_claim",
        run=lambda claim, user, data, _accepted: publishing.merge(
            claim, into=data["into"], by=user
        ),
        is_open=rules.may_merge,
        form=MergeForm,
    ),
    Door(
        name="unmerge",
        label=_("Undo the merge"),
        explained=_("It has its own page again, as long as neither claim has changed since."),
        done=_("restored"),
        permission="claims.merge_claim",
        run=lambda claim, user, _data, _accepted: publishing.unmerge(claim, by=user),
        is_open=rules.may_unmerge,
    ),
    Door(
        name="seal",
        label=_("Seal revisions"),
        explained=_(
            "For a court's order or somebody's safety only: the published text goes for good. Its "
            "hash stays, and readers see under what rule it went."
        ),
        done=_("sealed"),
        permission="claims.seal_claim",
        run=seal,
        is_open=rules.may_seal,
        form=SealForm,
    ),
]


def _is_in_record(claim):
    return PublishedClaim.objects.filter(slug=claim.slug).exists()


@admin.register(Claim)
class ClaimAdmin(SameAsClaim, LooksOfClaim, SimilarMixin, ExchangeMixin, DoorsMixin, OwnWorkAdmin):
    resource_classes = [ClaimTable]
    words_need = ["translations"]
    list_display = ["statement", "verdict", "claimant_name", "date"]
    list_filter = [
        "verdicts__status",
        ("verdicts__rating", WordsFilter),
        "kind",
        ("topics", WordsFilter),
        ("appearances__source", WordsFilter),
        "original_language",
    ]
    search_fields = ["translations__statement", "slug", "translations__speaker"]
    autocomplete_fields = ["claimant", "subjects", "topics"]
    readonly_fields = ["merged_to", "another_look"]
    fixed = ["slug"]
    fieldsets = [
        (None, {"fields": ["slug", ("original_language", "kind"), "claimant"]}),
        (_("When"), {"fields": [
            ("claimed_on", "claimed_precision"),
            ("about_from", "about_until", "about_precision"),
        ]}),
        (_("About"), {"fields": ["subjects", "topics"]}),
    ]  # fmt: skip
    inlines = [ClaimTranslationInline, AppearanceInline, RelationInline, VerdictOfClaimInline]
    doors = DOORS
    restore_label = _("Restore")
    restore_explained = _(
        "The claim gets back the fields, statements, subjects and topics that it had. Appearances "
        "and relations stay, and so does what readers see, until somebody corrects it."
    )
    change_form_template = "admin/claims/claim_form.html"

    def get_queryset(self, request):
        verdicts = Verdict.objects.select_related("rating").prefetch_related("rating__translations")
        rows = super().get_queryset(request).prefetch_related("claimant__translations")
        return rows.prefetch_related(Prefetch("verdicts", verdicts))

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        top = ["merged_to"] if obj.merged_into else []
        top += ["another_look"] if verdict_in_force(obj) else []
        return [(None, {"fields": top}), *fieldsets] if top else fieldsets

    def may_change(self, user, obj):
        return rules.may_change_claim(user, obj)

    def door_rows(self, queryset):
        return super().door_rows(queryset).prefetch_related(*self.words_need)

    def words(self, obj):
        return in_own_language(texts(obj.translations.all(), "statement")) or obj.slug

    def why_kept(self, obj):
        if Revision.objects.filter(claim=obj.slug).exists():
            return _("It has been public: retract it or merge it instead.")
        return None

    def view_on_site(self, obj):
        return on_site(obj.slug) if _is_in_record(obj) else None

    def may_restore(self, user, obj):
        return obj is not None and rules.may_restore_claim(user, obj)

    def restore(self, pk, moment, *, by, seen):
        return history.restore_claim(pk, moment, by=by, seen=seen)

    def beside_history(self, obj):
        return {"revisions": public_history(obj.slug) if obj else None}

    @admin.display(description=_("claim"), ordering="slug")
    def statement(self, obj):
        return format_html(
            '{}<br><span class="quiet">{}</span>', shortened(self.words(obj)), obj.slug
        )

    @admin.display(description=_("claimant"))
    def claimant_name(self, obj):
        if obj.claimant:
            return words(obj.claimant)
        return in_own_language(texts(obj.translations.all(), "speaker")) or None

    @admin.display(description=_("claimed on"), ordering="claimed_on")
    def date(self, obj):
        return dates.to_text(obj.claimed_on, obj.claimed_precision)

    @admin.display(description=_("merged into"))
    def merged_to(self, obj):
        return linked(obj.merged_into)

    @admin.display(description=_("verdict"))
    def verdict(self, obj):
        """The one in force, else the newest."""
        found = foremost(obj.verdicts.all())
        if found is None:
            return None
        rated = rating_badge(found.rating) if found.rating else ""
        page = reverse("admin:claims_verdict_change", args=[found.pk])
        return format_html('<a href="{}">{} {}</a>', page, rated, status_badge(found))


@admin.register(Appearance)
class AppearanceAdmin(Position, DeskAdmin):
    list_display = ["quote", "claim_in_words", "source_in_words", "section", "order", "position"]
    list_filter = [("source", WordsFilter), "section", "is_first"]
    search_fields = ["exact", "claim__slug", "claim__translations__statement", "source__title"]
    form = AppearanceForm
    autocomplete_fields = ["claim", "source"]
    readonly_fields = ["position", "snapshot"]
    exclude = ["start", "end"]

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.prefetch_related("claim__translations", *needed("source", Source))

    def has_change_permission(self, request, obj=None):
        if obj is None:
            return super().has_change_permission(request)
        return rules.may_change_claim(request.user, obj.claim)

    def get_readonly_fields(self, request, obj=None):
        """To put it under another claim takes the right to change that one, too."""
        fields = super().get_readonly_fields(request, obj)
        if obj is None or request.user.has_perm("claims.change_claim"):
            return fields
        return [*fields, "claim"]

    @admin.display(description=_("quote"), ordering="exact")
    def quote(self, obj):
        return obj.exact or _("(without a quote)")

    @admin.display(description=_("claim"), ordering="claim__slug")
    def claim_in_words(self, obj):
        return linked(obj.claim)

    @admin.display(description=_("source"), ordering="source__title")
    def source_in_words(self, obj):
        return linked(obj.source)
