"""What readers sent in: read as it came, answered here."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from claims.models import Submission
from sources.admin.base import DeskAdmin, shortened
from sources.admin.words import badge


@admin.register(Submission)
class SubmissionAdmin(DeskAdmin):
    list_display = ["start_of_text", "kind", "state_badge", "claim", "language", "received_at"]
    list_filter = ["state", "kind", "language"]
    search_fields = ["text", "url", "claim", "email"]
    date_hierarchy = "received_at"
    readonly_fields = ["kind", "text", "url", "claim", "email", "language", "received_at"]

    def has_add_permission(self, request):
        return False  # readers write them

    def words(self, obj):
        return shortened(obj.text)

    @admin.display(description=_("text"))
    def start_of_text(self, obj):
        return self.words(obj)

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, obj):
        return badge("state", obj.state, obj.get_state_display())
