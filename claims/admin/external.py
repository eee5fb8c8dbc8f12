"""What other fact-checkers published."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from claims.models import ExternalReview, SameClaim
from claims.search.match import match
from claims.search.reviews import index_reviews
from sources.admin.base import DeskAdmin, shortened
from sources.admin.inlines import TabularInline


class SameClaimInline(TabularInline):
    model = SameClaim
    autocomplete_fields = ["claim"]
    verbose_name = _("claim of ours that it is about")
    verbose_name_plural = _("claims of ours that it is about: it is shown on their pages")


@admin.register(ExternalReview)
class ExternalReviewAdmin(DeskAdmin):
    list_display = ["reviewed", "publisher_name", "rating_label", "language", "reviewed_on"]
    list_filter = ["normalized", ("withdrawn_at", admin.EmptyFieldListFilter), "language"]
    search_fields = ["claim_reviewed", "claimant", "publisher_name", "title", "url"]
    date_hierarchy = "reviewed_on"
    readonly_fields = ["imported_at", "withdrawn_at", "about_ours"]
    inlines = [SameClaimInline]

    def words(self, obj):
        return shortened(obj.claim_reviewed)

    @admin.display(description=_("claim reviewed"), ordering="claim_reviewed")
    def reviewed(self, obj):
        return self.words(obj)

    @admin.display(description=_("seems to be about"))
    def about_ours(self, obj):
        """Published claims of ours that it may be about: to be named below by an editor."""
        if not obj.pk:
            return "-"
        [answer] = match([obj.claim_reviewed.replace("\n", " ")])
        near = {hit.card["slug"]: hit for one in answer.sentences for hit in one.hits if hit.card}
        for slug in obj.same.values_list("claim", flat=True):
            near.pop(slug, None)
        return render_to_string("admin/claims/_about_ours.html", {"hits": list(near.values())})

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        index_reviews([obj.pk])

    def delete_model(self, request, obj):
        known = obj.pk
        super().delete_model(request, obj)
        index_reviews([known])

    def delete_queryset(self, request, queryset):
        known = list(queryset.values_list("pk", flat=True))
        super().delete_queryset(request, queryset)
        index_reviews(known)
