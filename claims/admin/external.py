"""What other fact-checkers published."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from claims import same
from claims.models import ExternalReview, SameClaim
from claims.search.reviews import index_reviews
from sources.admin.base import DeskAdmin, shortened
from sources.admin.inlines import TabularInline

from .same import SameAsReview


class SameClaimInline(TabularInline):
    model = SameClaim
    autocomplete_fields = ["claim"]
    verbose_name = _("claim of ours that it is about")
    verbose_name_plural = _("claims of ours that it is about: it is shown on their pages")


@admin.register(ExternalReview)
class ExternalReviewAdmin(SameAsReview, DeskAdmin):
    list_display = ["reviewed", "publisher_name", "rating_label", "language", "reviewed_on"]
    list_filter = ["normalized", ("withdrawn_at", admin.EmptyFieldListFilter), "language"]
    search_fields = ["claim_reviewed", "claimant", "publisher_name", "title", "url"]
    date_hierarchy = "reviewed_on"
    readonly_fields = ["imported_at", "withdrawn_at"]
    inlines = [SameClaimInline]
    change_form_template = "admin/claims/externalreview_form.html"

    def words(self, obj):
        return shortened(obj.claim_reviewed)

    @admin.display(description=_("claim reviewed"), ordering="claim_reviewed")
    def reviewed(self, obj):
        return self.words(obj)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        index_reviews([obj.pk])

    def save_related(self, request, form, formsets, change):
        before = set(form.instance.same.values_list("claim", flat=True))
        super().save_related(request, form, formsets, change)
        same.noted_by_hand(form.instance, before, by=request.user)

    def delete_model(self, request, obj):
        known = obj.pk
        super().delete_model(request, obj)
        index_reviews([known])

    def delete_queryset(self, request, queryset):
        known = list(queryset.values_list("pk", flat=True))
        super().delete_queryset(request, queryset)
        index_reviews(known)
