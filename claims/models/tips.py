"""What readers send in."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims import choices
from sources.constraints import SHA256, matches, one_of


def new_token():
    """What looks like the hash of a link, and is of none: for a tip that no form brought."""
    return secrets.token_hex(32)


class Submission(models.Model):
    """A reader's tip: a claim to check, or an error to report. Never public.

    Without a history, so that an address that is erased is nowhere else.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=choices.SubmissionKind)
    text = models.TextField(_("text"))
    url = models.CharField(_("where it stands, or what shows it"), max_length=2000, blank=True)
    claim = models.SlugField(_("about the claim"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    token_hash = models.CharField(
        _("hash of the sender's link"),
        max_length=64,
        unique=True,
        default=new_token,
        editable=False,
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=choices.SubmissionState,
        default=choices.SubmissionState.RECEIVED,
    )
    reason = models.CharField(
        _("why it is declined"),
        max_length=20,
        choices=choices.DeclineReason,
        blank=True,
        help_text=_("The sender reads it in the language of the status page."),
    )
    result = models.ForeignKey(
        "Claim",
        models.PROTECT,
        related_name="+",
        blank=True,
        null=True,
        verbose_name=_("where the answer stands"),
        help_text=_("A published claim: the status page leads to it once the state is “done”."),
    )
    answer = models.TextField(
        _("answer"),
        blank=True,
        help_text=_("The sender reads it on the status page: write it in the sender's language."),
    )
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    answered_at = models.DateTimeField(_("last answered at"), blank=True, null=True, editable=False)
    erased_at = models.DateTimeField(_("address erased at"), blank=True, null=True, editable=False)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-received_at", "-pk"]
        indexes = [
            # The worker asks every day whose address has been kept long enough.
            models.Index(
                fields=["received_at"],
                condition=~Q(email=""),
                name="claims_submission_has_address",
            )
        ]
        constraints = [
            one_of("kind", choices.SubmissionKind),
            one_of("state", choices.SubmissionState),
            one_of("reason", choices.DeclineReason, blank=True),
            matches("token_hash", SHA256, _("A SHA-256 has 64 hexadecimal digits.")),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="claims_submission_has_text",
                violation_error_message=_("Say what it is about."),
            ),
            models.CheckConstraint(
                condition=Q(kind=choices.SubmissionKind.CLAIM, claim="")
                | (Q(kind=choices.SubmissionKind.ERROR) & ~Q(claim="")),
                name="claims_submission_error_has_claim",
                violation_error_message=_("An error is reported of a claim."),
            ),
            models.CheckConstraint(
                condition=(Q(state=choices.SubmissionState.DECLINED) & ~Q(reason=""))
                | (~Q(state=choices.SubmissionState.DECLINED) & Q(reason="")),
                name="claims_submission_declined_has_reason",
                violation_error_message=_("Say why it is declined."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=choices.DeclineReason.OTHER) | ~Q(answer=""),
                name="claims_submission_other_reason_has_answer",
                violation_error_message=_("Give the reason in the answer."),
            ),
            models.CheckConstraint(
                condition=~Q(state=choices.SubmissionState.DONE) | Q(result__isnull=False),
                name="claims_submission_done_has_result",
                violation_error_message=_("Say which claim answers it."),
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(email=""),
                name="claims_submission_erased_stays_erased",
                violation_error_message=_("The address has been erased."),
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"
