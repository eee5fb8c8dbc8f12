"""What other fact-checkers published."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from claims.models import ExternalReview, SameClaim
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
    list_filter = ["normalized", "language"]
    search_fields = ["claim_reviewed", "claimant", "publisher_name", "title", "url"]
    date_hierarchy = "reviewed_on"
    readonly_fields = ["imported_at"]
    inlines = [SameClaimInline]

    def words(self, obj):
        return shortened(obj.claim_reviewed)

    @admin.display(description=_("claim reviewed"), ordering="claim_reviewed")
    def reviewed(self, obj):
        return self.words(obj)
