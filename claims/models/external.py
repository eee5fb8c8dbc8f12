"""What other fact-checkers published. Public facts with a table of their own, beside the record."""

from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models.functions import MD5
from django.utils.translation import gettext_lazy as _

from claims import choices
from sources.constraints import WEB_ADDRESS, language_format, matches, one_of
from sources.history import recorded


class ExternalReviewQuerySet(models.QuerySet):
    def of_claims(self, slugs):
        """Those of which an editor said that they are about one of these claims, newest first."""
        known = SameClaim.objects.filter(claim__in=slugs).values("review")
        newest = models.F("reviewed_on").desc(nulls_last=True)
        return self.filter(pk__in=known).order_by(newest, "-pk")


class ExternalReview(models.Model):
    """One ClaimReview of another publisher: their claim, words and page."""

    url = models.CharField(_("address"), max_length=2000)
    claim_reviewed = models.TextField(_("claim reviewed"))
    claimant = models.CharField(_("claimant"), max_length=300, blank=True)
    claimed_on = models.DateField(_("claimed on"), null=True, blank=True)
    publisher_name = models.CharField(_("publisher"), max_length=200)
    publisher_site = models.CharField(_("site"), max_length=200)
    title = models.CharField(_("title"), max_length=500, blank=True)
    rating_label = models.CharField(_("rating in their words"), max_length=300)
    normalized = models.CharField(_("normalised"), max_length=5, choices=choices.Normalized)
    language = models.CharField(_("language"), max_length=12)
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    license = models.CharField(_("licence"), max_length=300, blank=True)
    markup = models.JSONField(_("as received"), default=dict, blank=True)
    imported_at = models.DateTimeField(_("imported at"), auto_now_add=True)

    objects = ExternalReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("external review")
        verbose_name_plural = _("external reviews")
        ordering = ["-reviewed_on", "-pk"]
        indexes = [
            # Which claims that others reviewed are like this one? (claims.search.similar)
            GistIndex(
                fields=["claim_reviewed"],
                name="claims_reviewed_trigrams",
                opclasses=["gist_trgm_ops(siglen=256)"],
            )
        ]
        constraints = [
            matches("url", WEB_ADDRESS, _("Write a whole web address.")),
            language_format(),
            one_of("normalized", choices.Normalized),
            # One page may review several claims; the same pair twice is the same review.
            models.UniqueConstraint(
                "url",
                MD5("claim_reviewed"),
                name="claims_externalreview_once",
                violation_error_message=_("This review is known already."),
            ),
        ]

    def __str__(self):
        return self.url


@recorded(part_of="review")
class SameClaim(models.Model):
    """An editor's word that a review of others and a claim of ours are about the same.

    It names the claim by its slug, so that pages find it without a look at the desk.
    """

    review = models.ForeignKey(
        ExternalReview, models.CASCADE, related_name="same", verbose_name=_("external review")
    )
    claim = models.ForeignKey(
        "Claim",
        models.CASCADE,
        to_field="slug",
        db_column="claim",
        related_name="elsewhere",
        verbose_name=_("claim"),
    )

    class Meta:
        verbose_name = _("same claim")
        verbose_name_plural = _("same claims")
        ordering = ["claim"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "claim"],
                name="claims_sameclaim_once",
                violation_error_message=_("This claim is named already."),
            )
        ]

    def __str__(self):
        return self.claim_id
