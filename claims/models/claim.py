"""What somebody asserted, and where."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims import choices
from sources.choices import Precision
from sources.constraints import (
    approximate_date,
    language_format,
    one_of,
    read_only,
    says_something,
    slug_format,
)
from sources.history import recorded
from sources.languages import Translation, last_translation_stays, needs_translation
from sources.models import Snapshot, Source

from .vocabulary import Subject, Topic


@recorded(exclude=["modified_at"])  # a save that changes nothing else is none
class Claim(models.Model):
    """One checkable assertion, apart from the article it was found in and from any verdict."""

    slug = models.SlugField(
        _("slug"), max_length=80, unique=True, help_text=_("Its public address. Never changes.")
    )
    original_language = models.CharField(_("original language"), max_length=12)
    claimant = models.ForeignKey(
        Subject,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims_made",
        verbose_name=_("claimant"),
        help_text=_("Or describe the speaker beside the statement."),
    )
    claimed_on = models.DateField(_("claimed on"), null=True, blank=True)
    claimed_precision = models.CharField(
        _("date known to the"), max_length=5, choices=Precision, blank=True
    )
    about_from = models.DateField(
        _("about the time from"),
        null=True,
        blank=True,
        help_text=_("When it is said to have been."),
    )
    about_until = models.DateField(_("until"), null=True, blank=True)
    about_precision = models.CharField(
        _("time known to the"), max_length=5, choices=Precision, blank=True
    )
    kind = models.CharField(_("kind"), max_length=20, choices=choices.ClaimKind)
    subjects = models.ManyToManyField(Subject, blank=True, verbose_name=_("subjects"))
    topics = models.ManyToManyField(Topic, blank=True, verbose_name=_("topics"))
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,  # nobody: it came with a dossier or an import
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    modified_at = models.DateTimeField(_("modified at"), auto_now=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-pk"]
        permissions = [
            ("merge_claim", "Can merge claims in the record"),
            ("seal_claim", "Can seal revisions of the record"),
        ]
        constraints = [
            slug_format(),
            language_format("original_language"),
            one_of("kind", choices.ClaimKind),
            approximate_date("claimed_on", "claimed_precision"),
            approximate_date("about_from", "about_precision"),
            models.CheckConstraint(
                condition=Q(about_until__isnull=True)
                | Q(about_from__isnull=False, about_until__gt=F("about_from")),
                name="claims_claim_about_in_order",
                violation_error_message=_("The time it is about ends after it begins."),
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("pk")),
                name="claims_claim_not_merged_into_itself",
                violation_error_message=_("A claim cannot be merged into itself."),
            ),
        ]
        triggers = [
            needs_translation("claims_claimtranslation"),
            read_only("slug"),
            pgtrigger.Trigger(
                name="merged_for_ever",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("merged_into_id"),
                condition=pgtrigger.Q(
                    old__merged_into__isnull=False, new__merged_into__isnull=True
                ),
                # The record decides, and not a form that was opened before the merge.
                func="""
                    IF 'merge' = (
                        SELECT action FROM claims_revision
                        WHERE claim = OLD.slug AND action <> 'seal' ORDER BY seq DESC LIMIT 1
                    ) THEN
                        RAISE EXCEPTION 'this claim was merged: undo the merge first'
                        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="record_outlives_desk",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF EXISTS (SELECT FROM claims_revision WHERE claim = OLD.slug) THEN
                        RAISE EXCEPTION 'a claim that has been public is never deleted'
                        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
                    END IF;
                    RETURN OLD;
                """,
            ),
        ]

    def __str__(self):
        return self.slug


@recorded(part_of="claim")
class ClaimSubject(Claim.subjects.through):
    """That a claim is about a subject, so that its history has a name."""

    class Meta:
        proxy = True
        default_permissions = ()  # it goes with its claim
        verbose_name = _("subject of a claim")
        verbose_name_plural = _("subjects of claims")


@recorded(part_of="claim")
class ClaimTopic(Claim.topics.through):
    """That a claim stands under a topic, so that its history has a name."""

    class Meta:
        proxy = True
        default_permissions = ()  # it goes with its claim
        verbose_name = _("topic of a claim")
        verbose_name_plural = _("topics of claims")


@recorded(part_of="of")
class ClaimTranslation(Translation):
    """The claim in one language: our wording of it, who is said to make it, why we checked it."""

    of = models.ForeignKey(Claim, models.CASCADE, related_name="translations")
    statement = models.CharField(
        _("statement"), max_length=1000, help_text=_("One sentence, without the verdict.")
    )
    speaker = models.CharField(
        _("speaker"),
        max_length=200,
        blank=True,
        help_text=_("Described, where no subject fits: “Forbes, as retold by the article”."),
    )
    reason = models.TextField(_("why we checked this"), blank=True)

    class Meta(Translation.Meta):
        constraints = [
            *Translation.Meta.constraints,
            says_something("statement", _("Write the statement.")),
        ]
        verbose_name = _("statement in one language")
        verbose_name_plural = _("statements by language")
        indexes = [
            # Which statements are like this one? (claims.search.similar)
            GistIndex(
                fields=["statement"],
                name="claims_statement_trigrams",
                opclasses=["gist_trgm_ops(siglen=256)"],
            )
        ]
        triggers = [last_translation_stays("claims_claim")]


@recorded(part_of="claim")
class Appearance(models.Model):
    """A place where a claim was made: the source, and the exact words in it.

    The words are a W3C TextQuoteSelector (exact, prefix, suffix); in a snapshot they have a
    TextPositionSelector too (start, end: code points, end exclusive).
    """

    claim = models.ForeignKey(
        Claim, models.CASCADE, related_name="appearances", verbose_name=_("claim")
    )
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="appearances", verbose_name=_("source")
    )
    snapshot = models.ForeignKey(
        Snapshot,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appearances",
        verbose_name=_("snapshot"),
    )
    section = models.CharField(_("section"), max_length=100, blank=True)
    order = models.PositiveIntegerField(
        _("order"), default=0, help_text=_("Place in the source, in reading order.")
    )
    exact = models.CharField(_("quote"), max_length=300, blank=True)
    prefix = models.CharField(_("words before"), max_length=100, blank=True)
    suffix = models.CharField(_("words after"), max_length=100, blank=True)
    start = models.PositiveIntegerField(_("start"), null=True, blank=True)
    end = models.PositiveIntegerField(_("end"), null=True, blank=True)
    is_first = models.BooleanField(_("first appearance"), default=False)

    class Meta:
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")
        ordering = ["source", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "source", "exact"],
                name="claims_appearance_once",
                violation_error_message=_("This quote of this source is listed already."),
            ),
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(is_first=True),
                name="claims_appearance_one_first",
                violation_error_message=_("Only one appearance is the first."),
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True, snapshot__isnull=True)
                | Q(
                    snapshot__isnull=False,
                    start__isnull=False,
                    end__isnull=False,
                    start__lt=F("end"),
                ),
                name="claims_appearance_position_in_snapshot",
                violation_error_message=_("A position has a start, a later end and a snapshot."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="snapshot_of_its_source",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("snapshot_id", "source_id"),
                condition=pgtrigger.Q(new__snapshot__isnull=False),
                func="""
                    IF NOT EXISTS (SELECT FROM sources_snapshot
                                   WHERE id = NEW.snapshot_id AND source_id = NEW.source_id) THEN
                        RAISE EXCEPTION 'the snapshot is of another source'
                        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return self.exact or str(self.pk)


@recorded(part_of="claim")
class ClaimRelation(models.Model):
    """What one claim is to another."""

    claim = models.ForeignKey(
        Claim, models.CASCADE, related_name="relations", verbose_name=_("claim")
    )
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=choices.RelationKind,
        default=choices.RelationKind.RELATED,
    )
    other = models.ForeignKey(
        Claim, models.CASCADE, related_name="related_from", verbose_name=_("other claim")
    )

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        ordering = ["claim", "pk"]
        constraints = [
            one_of("kind", choices.RelationKind),
            models.UniqueConstraint(
                fields=["claim", "kind", "other"],
                name="claims_claimrelation_once",
                violation_error_message=_("This relation is listed already."),
            ),
            models.CheckConstraint(
                condition=~Q(claim=F("other")),
                name="claims_claimrelation_two_claims",
                violation_error_message=_("A relation needs two claims."),
            ),
        ]

    def __str__(self):
        return self.kind
