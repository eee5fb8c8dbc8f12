"""What readers send in."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims import choices
from sources.constraints import one_of


def new_token():
    return secrets.token_urlsafe(24)


class Submission(models.Model):
    """A reader's tip: a claim to check, or an error to report. Never public."""

    kind = models.CharField(_("kind"), max_length=10, choices=choices.SubmissionKind)
    text = models.TextField(_("text"))
    url = models.CharField(_("address"), max_length=2000, blank=True)
    claim = models.SlugField(_("about the claim"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    token = models.CharField(
        _("token"), max_length=40, unique=True, default=new_token, editable=False
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=choices.SubmissionState,
        default=choices.SubmissionState.RECEIVED,
    )
    answer = models.TextField(
        _("answer"), blank=True, help_text=_("The sender reads this on the status page.")
    )
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-received_at", "-pk"]
        constraints = [
            one_of("kind", choices.SubmissionKind),
            one_of("state", choices.SubmissionState),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="claims_submission_has_text",
                violation_error_message=_("Say what it is about."),
            ),
            models.CheckConstraint(
                condition=~Q(state=choices.SubmissionState.DECLINED) | ~Q(answer=""),
                name="claims_submission_declined_has_answer",
                violation_error_message=_("Say why it is declined."),
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"
