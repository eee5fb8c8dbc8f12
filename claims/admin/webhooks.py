"""Webhooks, which administrators keep, and the log of what they were told."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from claims import rules, webhooks
from claims.choices import Action, DeliveryState
from claims.models import Delivery, Webhook
from sources import fetching
from sources.admin.base import DeskAdmin, ReadOnlyAdmin
from sources.admin.words import badge

from .doors import Door, DoorsMixin

PERMISSION = "claims.change_webhook"

DOORS = [
    Door(
        name="ping",
        label=_("Send a test message"),
        explained=_("It goes out within a minute, and stands in the log with what came of it."),
        done=_("in line for a test message"),
        permission=PERMISSION,
        run=lambda webhook, user, _data, _accepted: webhooks.ping(webhook, by=user),
        is_open=lambda user, webhook: rules.may_keep_webhooks(user) and webhook.is_on,
    ),
    Door(
        name="new_secret",
        label=_("New secret"),
        explained=_("For a day the old one signs too, so that the receiver can change over."),
        done=_("given a new secret"),
        permission=PERMISSION,
        run=lambda webhook, user, _data, _accepted: webhooks.change_secret(webhook, by=user),
        is_open=lambda user, _webhook: rules.may_keep_webhooks(user),
    ),
]
SEND_AGAIN = Door(
    name="send_again",
    label=_("Send again"),
    explained=_("With the same id, so that whoever has it already can tell."),
    done=_("in line to be sent again"),
    permission=PERMISSION,
    run=lambda delivery, user, _data, _accepted: webhooks.send_again(delivery, by=user),
    is_open=lambda user, delivery: (
        rules.may_keep_webhooks(user) and delivery.state != DeliveryState.WAITING
    ),
)


class WebhookForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        label=_("Of what"),
        choices=Action.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: of everything."),
    )

    def clean_url(self):
        url = self.cleaned_data["url"]
        if "url" in self.changed_data and (why := fetching.why_refused(url)):
            raise ValidationError(why)
        return url


@admin.register(Webhook)
class WebhookAdmin(DoorsMixin, DeskAdmin):
    form = WebhookForm
    list_display = ["name", "url", "state", "failing_since"]
    list_filter = ["is_on"]
    search_fields = ["name", "url"]
    fields = ["name", "url", "kinds", "is_on", "state", "shown_secret", "told", "log"]
    readonly_fields = ["state", "shown_secret", "told", "log"]
    doors = DOORS
    change_form_template = "admin/desk/door_form.html"

    def get_fields(self, request, obj=None):
        """The secret is for those who may set it, and there is none before the first save."""
        shown = [name for name in self.fields if obj or name not in self.readonly_fields]
        if not rules.may_keep_webhooks(request.user):
            shown = [name for name in shown if name != "shown_secret"]
        return shown

    def save_model(self, request, obj, form, change):
        webhooks.keep(obj, by=request.user)

    @admin.display(description=_("state"), ordering="is_on")
    def state(self, obj):
        if not obj.is_on:
            return badge("state", "off", obj.off_because or _("off"))
        return badge("state", "failing", _("failing")) if obj.failing_since else _("on")

    @admin.display(description=_("secret"))
    def shown_secret(self, obj):
        return format_html("<code>{}</code>", obj.secret)

    @admin.display(description=_("log"))
    def log(self, obj):
        address = f"../../../delivery/?webhook__id__exact={obj.pk}"
        return format_html('<a href="{}">{}</a>', address, _("What it was told"))


@admin.register(Delivery)
class DeliveryAdmin(DoorsMixin, ReadOnlyAdmin):
    list_display = [
        "event",
        "webhook",
        "kind",
        "shown_state",
        "attempts",
        "last_at",
        "status",
        "problem",
    ]
    list_filter = ["state", "webhook"]
    list_select_related = ["webhook"]
    search_fields = ["event", "body"]
    fields = [
        *("webhook", "event", "kind", "shown_state", "attempts", "made_at", "due_at", "last_at"),
        *("status", "problem", "body"),
    ]
    doors = [SEND_AGAIN]
    change_form_template = "admin/desk/door_form.html"

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, obj):
        return badge("state", obj.state, obj.get_state_display())
