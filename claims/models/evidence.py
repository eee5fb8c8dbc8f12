"""What a verdict rests on: evidence with its findings, and contacts with the claimant."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims import choices
from sources.constraints import one_of
from sources.history import recorded
from sources.languages import Translation
from sources.models import Source

from .verdict import Verdict, frozen_with_verdict

MAX_QUOTE_WORDS = 50


@recorded(part_of="verdict")
class Evidence(models.Model):
    """What one source says for or against a claim, as far as this verdict rests on it."""

    verdict = models.ForeignKey(
        Verdict, models.CASCADE, related_name="evidence", verbose_name=_("verdict")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="evidence", verbose_name=_("source")
    )
    stance = models.CharField(_("stance"), max_length=10, choices=choices.Stance)
    locator = models.CharField(
        _("locator"), max_length=200, blank=True, help_text=_("Page, paragraph, minute.")
    )
    quote = models.CharField(
        _("quote"), max_length=500, blank=True, help_text=_("At most 50 words, to the letter.")
    )
    prefix = models.CharField(_("words before"), max_length=100, blank=True)
    suffix = models.CharField(_("words after"), max_length=100, blank=True)
    quote_state = models.CharField(
        _("quote is"),
        max_length=10,
        choices=choices.QuoteState,
        default=choices.QuoteState.UNVERIFIED,
        editable=False,
    )

    class Meta:
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("evidence")
        ordering = ["verdict", "order", "pk"]
        constraints = [
            one_of("stance", choices.Stance),
            one_of("quote_state", choices.QuoteState),
            models.CheckConstraint(
                condition=Q(quote__regex=rf"^\s*(\S+\s+){{0,{MAX_QUOTE_WORDS - 1}}}\S*\s*$"),
                name="claims_evidence_quote_is_short",
                violation_error_message=_("A quote has at most 50 words."),
            ),
        ]
        triggers = [
            # The state of the quote may still change: it is what we know of it, not what we said.
            frozen_with_verdict(
                "row.verdict_id",
                pgtrigger.Insert
                | pgtrigger.Delete
                | pgtrigger.UpdateOf(
                    "verdict_id",
                    "order",
                    "source_id",
                    "stance",
                    "locator",
                    "quote",
                    "prefix",
                    "suffix",
                ),
            )
        ]

    def __str__(self):
        return f"{self.get_stance_display()} {self.order}"


@recorded(part_of="of")
class EvidenceTranslation(Translation):
    """What we found in the source, in one language."""

    of = models.ForeignKey(Evidence, models.CASCADE, related_name="translations")
    finding = models.TextField(_("finding"))

    class Meta(Translation.Meta):
        verbose_name = _("finding in one language")
        verbose_name_plural = _("findings by language")
        triggers = [
            frozen_with_verdict(
                "SELECT verdict_id FROM claims_evidence WHERE id = row.of_id",
                pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            )
        ]


@recorded(part_of="verdict")
class Contact(models.Model):
    """One attempt to ask the claimant (IFCN principle 5.5)."""

    verdict = models.ForeignKey(
        Verdict, models.CASCADE, related_name="contacts", verbose_name=_("verdict")
    )
    contacted_on = models.DateField(_("contacted on"))
    channel = models.CharField(_("channel"), max_length=10, choices=choices.ContactChannel)
    whom = models.CharField(_("whom"), max_length=200, help_text=_("Office or role. Public."))
    answer = models.TextField(_("answer"), blank=True, help_text=_("Empty: none came. Public."))

    class Meta:
        verbose_name = _("contact with the claimant")
        verbose_name_plural = _("contacts with the claimant")
        ordering = ["contacted_on", "pk"]
        constraints = [one_of("channel", choices.ContactChannel)]
        triggers = [
            frozen_with_verdict(
                "row.verdict_id", pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.contacted_on}"
