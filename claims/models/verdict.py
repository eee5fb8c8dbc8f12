"""What we concluded, on what evidence, and who signed it."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims import choices
from claims.choices import FIXED, FROZEN, SIGNED, VerdictStatus
from sources.constraints import SHA256, changed, matches, one_of, refuse
from sources.history import recorded
from sources.languages import Translation

from .claim import Claim
from .vocabulary import Rating

_FIXED_SQL = ", ".join(f"'{status}'" for status in FIXED)
_WHY = "what is in review or signed is not changed: send it back, or write a new verdict"


def frozen_with_verdict(verdict_of_row, operation):
    """Parts of a verdict stay as they are from the moment it is handed to a reviewer.

    `verdict_of_row` is SQL that names the verdict of a row, with `row` for OLD and for NEW: a
    part moves neither out of such a verdict nor into it. The verdict is locked first, so that a
    part cannot slip in while its verdict is being published.
    """

    def refuse_if_fixed(row):
        return f"""
            PERFORM FROM claims_verdict
            WHERE id = ({verdict_of_row.replace("row", row)}) FOR SHARE;
            IF EXISTS (
                SELECT FROM claims_verdict
                WHERE id = ({verdict_of_row.replace("row", row)}) AND status IN ({_FIXED_SQL})
            ) THEN
                RAISE EXCEPTION '{_WHY}' USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
            END IF;
        """

    return pgtrigger.Trigger(
        name="frozen_with_verdict",
        when=pgtrigger.Before,
        operation=operation,
        func=f"""
            IF TG_OP <> 'INSERT' THEN {refuse_if_fixed("OLD")} END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            {refuse_if_fixed("NEW")}
            RETURN NEW;
        """,
    )


@recorded()
class Verdict(models.Model):
    """One answer to one claim: written by an author, signed by a reviewer who is somebody else.

    `status` moves only through claims.review and claims.publishing.
    """

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="verdicts", verbose_name=_("claim")
    )
    rating = models.ForeignKey(
        Rating,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="verdicts",
        verbose_name=_("rating"),
    )
    confidence = models.CharField(
        _("confidence"), max_length=10, choices=choices.Confidence, blank=True
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewer"),
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("handed in by"),
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=VerdictStatus,
        default=VerdictStatus.DRAFT,
        editable=False,
    )
    conflict_of_interest = models.TextField(
        _("conflict of interest"), blank=True, help_text=_("Of those who sign. Public.")
    )
    submitted_sha256 = models.CharField(
        _("what was handed in"),
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("A hash of all that readers would see: the statement and the sources too."),
    )
    approved_sha256 = models.CharField(
        _("what was approved"),
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("A hash of all that readers would see: the statement and the sources too."),
    )
    accepted_warnings = ArrayField(
        models.CharField(max_length=50),
        verbose_name=_("warnings accepted"),
        default=list,
        blank=True,
        editable=False,
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    recheck_on = models.DateField(
        _("look again on"), null=True, blank=True, help_text=_("Brings it back to a worklist.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    publish_at = models.DateTimeField(
        _("not before"),
        null=True,
        blank=True,
        help_text=_("An embargo: until then nobody can publish it."),
    )
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("goes out by itself, in the name of"),
    )
    schedule_refusal = models.TextField(
        _("why it did not go out by itself"), blank=True, editable=False
    )

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ["-pk"]
        permissions = [
            ("approve_verdict", "Can approve verdicts of others"),
            ("publish_verdict", "Can publish verdicts"),
            ("correct_verdict", "Can correct what is published"),
            ("retract_verdict", "Can retract what is published"),
        ]
        constraints = [
            one_of("status", VerdictStatus),
            one_of("confidence", choices.Confidence, blank=True),
            matches("submitted_sha256", SHA256, _("Write 64 hexadecimal digits."), blank=True),
            matches("approved_sha256", SHA256, _("Write 64 hexadecimal digits."), blank=True),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("author")),
                name="claims_verdict_reviewer_is_not_author",
                violation_error_message=_("The reviewer must be somebody else than the author."),
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("submitted_by")),
                name="claims_verdict_reviewer_did_not_hand_it_in",
                violation_error_message=_("Whoever handed it in cannot be its reviewer."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=FIXED) | Q(submitted_by__isnull=False),
                name="claims_verdict_submitted_by_somebody",
                violation_error_message=_("Somebody hands a verdict in before it is reviewed."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=SIGNED) | Q(reviewer__isnull=False, rating__isnull=False),
                name="claims_verdict_approved_is_signed",
                violation_error_message=_("An approved verdict has a rating and a reviewer."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=FROZEN) | Q(published_at__isnull=False),
                name="claims_verdict_published_has_moment",
                violation_error_message=_("A published verdict has its moment."),
            ),
            models.CheckConstraint(
                condition=Q(scheduled_by__isnull=True)
                | Q(publish_at__isnull=False, status__in=SIGNED),
                name="claims_verdict_scheduled_is_signed",
                violation_error_message=_("Only an approved verdict goes out, and at a moment."),
            ),
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(status=VerdictStatus.PUBLISHED),
                name="claims_verdict_one_published_per_claim",
                violation_error_message=_("This claim has a published verdict already."),
            ),
        ]
        indexes = [
            # What is due? Asked every minute.
            models.Index(
                fields=["publish_at"],
                condition=Q(status=VerdictStatus.APPROVED, scheduled_by__isnull=False),
                name="claims_verdict_due",
            )
        ]
        triggers = [
            pgtrigger.FSM(
                name="status_path",
                field="status",
                transitions=[
                    ("draft", "in-review"),
                    ("in-review", "draft"),
                    ("in-review", "approved"),
                    ("approved", "draft"),
                    ("approved", "published"),
                    ("published", "superseded"),
                    ("published", "retracted"),
                    ("superseded", "published"),  # a merge that is undone
                ],
            ),
            refuse(
                "starts_as_draft",
                pgtrigger.Insert,
                "a verdict starts as a draft",
                condition=~pgtrigger.Q(new__status="draft"),
            ),
            refuse(
                "signed",
                pgtrigger.Update,
                _WHY,
                condition=pgtrigger.Q(old__status__in=FIXED)
                & changed("claim", "rating", "confidence", "author", "conflict_of_interest"),
            ),
            refuse(
                "signature",
                pgtrigger.Update,
                _WHY,
                condition=pgtrigger.Q(old__status__in=SIGNED)
                & ~pgtrigger.Q(new__status="draft")
                & changed("reviewer", "submitted_by"),
            ),
            refuse(
                "publication",
                pgtrigger.Update,
                _WHY,
                condition=pgtrigger.Q(old__status__in=FROZEN)
                & changed("accepted_warnings", "published_at"),
            ),
            refuse(
                "never_deleted",
                pgtrigger.Delete,
                "a verdict that has been public is never deleted",
                condition=pgtrigger.Q(old__status__in=FROZEN),
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"

    def move_to(self, status):
        """For claims.review and claims.publishing; the database refuses steps that are none."""
        self.status = status
        self.save(update_fields=["status"])


@recorded(part_of="of")
class VerdictTranslation(Translation):
    """The answer in one language. Analysis and note are Markdown."""

    of = models.ForeignKey(Verdict, models.CASCADE, related_name="translations")
    summary = models.CharField(
        _("summary"), max_length=1000, blank=True, help_text=_("The short answer, in a sentence.")
    )
    analysis = models.TextField(_("analysis"), blank=True, help_text=_("Markdown."))
    sourcing_note = models.TextField(
        _("note on sources"),
        blank=True,
        help_text=_("Why no primary source could be had, where none is cited. Public."),
    )

    class Meta(Translation.Meta):
        verbose_name = _("answer in one language")
        verbose_name_plural = _("answers by language")
        triggers = [
            frozen_with_verdict("row.of_id", pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete)
        ]
