"""What other fact-checkers published. Public facts with a table of their own, beside the record."""

import functools
import re
import unicodedata

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import MD5, Concat
from django.utils.translation import gettext_lazy as _

from claims import choices
from sources.constraints import (
    LANGUAGE_TAG,
    WEB_ADDRESS,
    language_format,
    matches,
    one_of,
    says_something,
)
from sources.history import recorded

from .edition import renews_edition, renews_edition_when_changed

HOST = r"^(?!www\.)[^A-Z\s/]+$"
HOST_MESSAGE = _("Write the host alone, in small letters and without www., such as example.org.")
# The column `appeared_at` as its parts: `appearing_at` asks, an index answers.
_PLACES = Func(
    F("appeared_at"),
    Value("\n"),
    function="string_to_array",
    output_field=ArrayField(models.TextField()),
)
_TURKISH = str.maketrans({"ı": "i", "\u0307": None})  # YANLIŞ and yanlış


@functools.lru_cache(maxsize=10_000)
def label_key(label):
    """What the spellings of a rating have in common: “ FALSE! ” and “False”.

    Without regard to case, width and what stands around the words; where there are no words, the
    signs themselves.
    """
    text = " ".join(unicodedata.normalize("NFKC", label).casefold().translate(_TURKISH).split())
    inside = [n for n, sign in enumerate(text) if unicodedata.category(sign)[0] in "LNM"]
    return (text[inside[0] : inside[-1] + 1] if inside else text)[:300]


def host_of(site):
    """A host as it is compared: EXAMPLE.ORG and www.example.org are example.org."""
    return re.sub(r"^www\.", "", site.strip().lower())


class Tidied(models.Model):
    """Rows with columns that follow from others; a bulk write brings them along."""

    class Meta:
        abstract = True

    def save(self, **kwargs):
        self.tidy()
        super().save(**kwargs)

    def clean(self):
        super().clean()
        self.tidy()


@recorded()
class Checker(Tidied):
    """Another fact-checker, known by the host of its pages."""

    site = models.CharField(_("site"), max_length=200, unique=True)
    name = models.CharField(_("name"), max_length=200)
    memberships = ArrayField(
        models.CharField(max_length=10, choices=[("IFCN", "IFCN"), ("EFCSN", "EFCSN")]),
        verbose_name=_("codes of principles signed"),
        default=list,
        blank=True,
    )
    standing = models.CharField(
        _("standing"), max_length=7, choices=choices.Standing, default=choices.Standing.LISTED
    )
    note = models.TextField(_("note"), blank=True, help_text=_("Why it is trusted or hidden."))

    class Meta:
        verbose_name = _("other fact-checker")
        verbose_name_plural = _("other fact-checkers")
        ordering = ["site"]
        constraints = [
            matches("site", HOST, HOST_MESSAGE),
            says_something("name", _("Write the name.")),
            one_of("standing", choices.Standing),
            models.CheckConstraint(
                condition=Q(memberships__contained_by=["IFCN", "EFCSN"]),
                name="claims_checker_memberships_known",
                violation_error_message=_("The codes of principles are IFCN and EFCSN."),
            ),
        ]
        triggers = [renews_edition()]

    def __str__(self):
        return self.site

    def tidy(self):
        self.site = host_of(self.site)


@recorded()
class RatingLabel(Tidied):
    """What a rating in the words of other fact-checkers comes to, in one language or in any."""

    label = models.CharField(_("label"), max_length=300)
    key = models.CharField(max_length=300, editable=False)
    language = models.CharField(
        _("language"),
        max_length=12,
        blank=True,
        help_text=_("BCP 47 tag, such as en; empty for any language that has no row of its own."),
    )
    normalized = models.CharField(_("normalised"), max_length=5, choices=choices.Normalized)

    class Meta:
        verbose_name = _("label of other fact-checkers")
        verbose_name_plural = _("labels of other fact-checkers")
        ordering = ["key", "language", "pk"]
        constraints = [
            says_something("label", _("Write the label.")),
            matches(
                "language",
                LANGUAGE_TAG,
                _("Write the language as a BCP 47 tag, such as en or zh-Hans."),
                blank=True,
            ),
            one_of("normalized", choices.Normalized),
            models.UniqueConstraint(
                fields=["key", "language"],
                name="claims_ratinglabel_once",
                violation_error_message=_("This label is in the table already."),
            ),
        ]

    def __str__(self):
        return self.label

    def tidy(self):
        self.key = label_key(self.label)


class ExternalReviewQuerySet(models.QuerySet):
    def shown(self):
        """What the public may see: not of a hidden publisher, and not withdrawn by its own."""
        hidden = Checker.objects.filter(standing=choices.Standing.HIDDEN)
        return self.filter(withdrawn_at=None).exclude(publisher_site__in=hidden.values("site"))

    def of_claims(self, slugs):
        """Those of which an editor said that they are about one of these claims, newest first."""
        known = SameClaim.objects.filter(claim__in=slugs).values("review")
        newest = F("reviewed_on").desc(nulls_last=True)
        return self.shown().filter(pk__in=known).order_by(newest, "-pk")

    def appearing_at(self, pages):
        """Those whose claim was made at one of these pages (sources.addresses.same_page)."""
        rows = self.alias(places=_PLACES).exclude(appeared_at="")
        return rows.filter(places__overlap=sorted(pages))


class ExternalReview(Tidied):
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
    withdrawn_at = models.DateTimeField(
        _("withdrawn at"), null=True, blank=True, help_text=_("Its publisher took it back.")
    )
    label_key = models.CharField(max_length=300, editable=False, db_default="")
    # Where the claim was made, one page a line, in the spelling of sources.addresses.same_page.
    appeared_at = models.TextField(editable=False, db_default="")
    # One page may review several claims, and two newsrooms share a page; the three are one review.
    identity = models.GeneratedField(
        expression=MD5(
            Concat(
                *("url", Value("\n"), "claim_reviewed", Value("\n"), "publisher_name"),
                output_field=models.TextField(),
            )
        ),
        output_field=models.CharField(max_length=32),
        db_persist=True,
    )

    objects = ExternalReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("external review")
        verbose_name_plural = _("external reviews")
        ordering = ["-reviewed_on", "-pk"]
        indexes = [
            # The desk's list, and the days by which it is narrowed down.
            models.Index(fields=["-reviewed_on", "-id"], name="claims_reviewed_newest"),
            # Whose are they? (`reviewPublisherSiteFilter`, the list of fact-checkers)
            models.Index(fields=["publisher_site"], name="claims_reviewed_by"),
            # What did they say of this page? (an item that its publisher deleted)
            models.Index(MD5("url"), name="claims_reviewed_at"),
            # Whose claim was made at this page?
            GinIndex(_PLACES, name="claims_reviewed_place", condition=~Q(appeared_at="")),
            # Which of those that say so came in last? (the desk's start page)
            models.Index(
                fields=["-id"], name="claims_reviewed_latest", condition=~Q(appeared_at="")
            ),
        ]
        constraints = [
            matches("url", WEB_ADDRESS, _("Write a whole web address.")),
            language_format(),
            one_of("normalized", choices.Normalized),
            matches("publisher_site", HOST, HOST_MESSAGE),
            models.UniqueConstraint(
                fields=["identity"],
                name="claims_externalreview_once",
                violation_error_message=_("This review is known already."),
            ),
        ]
        triggers = [renews_edition_when_changed()]

    def __str__(self):
        return self.url

    def tidy(self):
        self.publisher_site = host_of(self.publisher_site)
        self.label_key = label_key(self.rating_label)


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
        triggers = [renews_edition()]

    def __str__(self):
        return self.claim_id
