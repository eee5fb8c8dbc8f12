"""What readers sent in: read as it came, answered here."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from claims import rules, tips
from claims.choices import SubmissionState
from claims.languages import name_of
from claims.models import Claim, Submission
from sources.admin.base import DeskAdmin, linked, shortened
from sources.admin.words import badge

ANSWER = ["state", "reason", "result", "answer"]


class AnswerForm(forms.ModelForm):
    def clean(self):
        cleaned = super().clean()
        if cleaned.get("state") != SubmissionState.DECLINED:
            cleaned["reason"] = ""
        if why := tips.why_not(cleaned.get("state"), cleaned.get("result")):
            self.add_error("result", why)
        return cleaned


@admin.register(Submission)
class SubmissionAdmin(DeskAdmin):
    list_display = ["start_of_text", "kind", "state_badge", "claim", "language", "received_at"]
    list_filter = ["state", "kind", "language"]
    search_fields = ["text", "url", "claim", "email"]
    date_hierarchy = "received_at"
    form = AnswerForm
    fieldsets = [
        (None, {"fields": ["kind", "about", "text", "url"]}),
        (_("The sender"), {"fields": ["sender_language", "address", "received_at"]}),
        (_("What the sender reads"), {"fields": [*ANSWER, "answered_at"]}),
    ]
    readonly_fields = [
        *("kind", "text", "url", "about", "sender_language", "address"),
        *("received_at", "answered_at"),
    ]
    autocomplete_fields = ["result"]

    def has_add_permission(self, request):
        return False  # readers write them

    def has_view_permission(self, request, obj=None):
        return rules.may_see_tips(request.user)

    def has_change_permission(self, request, obj=None):
        return rules.may_answer_tips(request.user)

    def save_model(self, request, obj, form, change):
        said = {name: form.cleaned_data[name] for name in ANSWER}
        tips.answer(obj, **said, by=request.user)

    def words(self, obj):
        """The log of the admin keeps it for ever: no word of the reader's."""
        return f"{obj.get_kind_display()} {obj}"

    @admin.display(description=_("text"))
    def start_of_text(self, obj):
        return shortened(obj.text)

    @admin.display(description=_("about the claim"))
    def about(self, obj):
        claim = obj.claim and Claim.objects.filter(slug=obj.claim).first()
        return linked(claim) if claim else obj.claim

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, obj):
        return badge("state", obj.state, obj.get_state_display())

    @admin.display(description=_("language"))
    def sender_language(self, obj):
        return obj.language and name_of(obj.language)

    @admin.display(description=_("e-mail"))
    def address(self, obj):
        return _("erased") if obj.erased_at else obj.email
