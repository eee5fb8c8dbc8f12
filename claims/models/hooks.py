"""Programs elsewhere that are told what the record says, and what became of the telling."""

import base64
import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims import choices
from sources.constraints import matches, one_of, says_something
from sources.history import recorded


def new_secret():
    """As Standard Webhooks wants it: 24 to 64 random bytes in base64, with a prefix."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


@recorded(exclude=["secret", "old_secret", "old_secret_until", "told", "failing_since"])
class Webhook(models.Model):
    """An address that is told of every revision of the record, or of those of some kinds."""

    name = models.CharField(_("name"), max_length=100, help_text=_("Whose it is, and what for."))
    url = models.CharField(_("address"), max_length=2000, help_text=_("https:// only."))
    kinds = ArrayField(
        models.CharField(max_length=20, choices=choices.Action),
        verbose_name=_("of what"),
        default=list,
        blank=True,
        help_text=_("None chosen: of everything."),
    )
    is_on = models.BooleanField(
        _("on"),
        default=True,
        help_text=_("Turned on again, it goes on where it stopped: nothing is left out."),
    )
    off_because = models.CharField(
        _("turned off because"), max_length=300, blank=True, editable=False
    )
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    secret = models.CharField(
        _("secret"), max_length=100, default=new_secret, editable=False, unique=True
    )
    old_secret = models.CharField(_("old secret"), max_length=100, blank=True, editable=False)
    old_secret_until = models.DateTimeField(_("old secret signs until"), null=True, editable=False)
    # The last revision of the record of which it has a delivery, or that it did not ask for.
    told = models.BigIntegerField(_("told up to revision"), editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "pk"]
        constraints = [
            says_something("name", _("Give it a name.")),
            matches("url", r"^https?://[!-~]+$", _("Write a whole web address.")),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=choices.Action.values),
                name="claims_webhook_kinds_known",
                violation_error_message=_("Choose among the kinds offered."),
            ),
            models.CheckConstraint(
                condition=Q(off_because="") | Q(is_on=False),
                name="claims_webhook_is_off_for_a_reason",
                violation_error_message=_("What is turned on has no reason to be off."),
            ),
        ]

    def __str__(self):
        return self.name


class Delivery(models.Model):
    """One message to one webhook: what was said, and what came of it."""

    webhook = models.ForeignKey(
        Webhook, models.CASCADE, related_name="deliveries", verbose_name=_("webhook")
    )
    event = models.CharField(_("message"), max_length=60)  # the webhook-id: the same every time
    kind = models.CharField(_("of what"), max_length=40)
    body = models.TextField(_("body"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=choices.DeliveryState,
        default=choices.DeliveryState.WAITING,
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    made_at = models.DateTimeField(_("made at"))
    due_at = models.DateTimeField(_("next attempt"))
    last_at = models.DateTimeField(_("last attempt"), null=True)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    problem = models.CharField(_("what went wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [
            one_of("state", choices.DeliveryState),
            models.UniqueConstraint(
                fields=["webhook", "event"],
                name="claims_delivery_once",
                violation_error_message=_("This message is in its log already."),
            ),
        ]
        indexes = [
            # What has to be sent now?
            models.Index(
                fields=["webhook", "due_at"],
                condition=Q(state=choices.DeliveryState.WAITING),
                name="claims_delivery_waiting",
            ),
            # What is old enough to be forgotten?
            models.Index(fields=["made_at"], name="claims_delivery_made"),
        ]

    def __str__(self):
        return self.event
