"""What other fact-checkers published."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from claims.models import ExternalReview
from sources.admin.base import DeskAdmin, shortened


@admin.register(ExternalReview)
class ExternalReviewAdmin(DeskAdmin):
    list_display = ["reviewed", "publisher_name", "rating_label", "language", "reviewed_on"]
    list_filter = ["normalized", "language"]
    search_fields = ["claim_reviewed", "claimant", "publisher_name", "title", "url"]
    date_hierarchy = "reviewed_on"
    readonly_fields = ["imported_at"]

    def words(self, obj):
        return shortened(obj.claim_reviewed)

    @admin.display(description=_("claim reviewed"), ordering="claim_reviewed")
    def reviewed(self, obj):
        return self.words(obj)
