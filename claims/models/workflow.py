"""What colleagues say to one another about a verdict; of it, only a correction's text goes out."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims import choices
from sources.constraints import (
    SHA256,
    SLUG,
    SLUG_MESSAGE,
    append_only,
    matches,
    one_of,
    says_something,
)
from sources.history import recorded
from sources.languages import Translation, last_translation_stays, needs_translation

from .external import ExternalReview
from .verdict import Verdict


@recorded(part_of="verdict")
class Comment(models.Model):
    """A remark of one colleague to the others about a verdict. It never leaves the desk."""

    verdict = models.ForeignKey(
        Verdict, models.CASCADE, related_name="comments", verbose_name=_("verdict")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=choices.CommentKind,
        default=choices.CommentKind.REMARK,
    )
    text = models.TextField(_("text"))
    written_at = models.DateTimeField(_("written at"), auto_now_add=True)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["written_at", "pk"]
        constraints = [
            one_of("kind", choices.CommentKind),
            models.CheckConstraint(
                condition=Q(text__regex=r"\S"),
                name="claims_comment_has_text",
                violation_error_message=_("Write something."),
            ),
        ]

    def __str__(self):
        return self.text[:60]


class Look(models.Model):
    """That somebody looked at a verdict again for one reason, and what they did. Written once.

    The reasons themselves are nowhere stored: claims.looks reads them off the desk, so that none
    can be forgotten. `about` is the number of what gave the reason (evidence, source or revision)
    and `since` the moment it began: when it happens anew, that is another reason.
    """

    verdict = models.ForeignKey(
        Verdict, models.PROTECT, related_name="looks", verbose_name=_("verdict")
    )
    reason = models.CharField(_("reason"), max_length=10, choices=choices.LookReason)
    about = models.BigIntegerField(_("about"))
    since = models.DateTimeField(_("since"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    note = models.TextField(_("what was done"))

    class Meta:
        verbose_name = _("another look")
        verbose_name_plural = _("other looks")
        ordering = ["-at", "-pk"]
        constraints = [
            one_of("reason", choices.LookReason),
            says_something("note", _("Say what was done.")),
            models.UniqueConstraint(
                fields=["verdict", "reason", "about", "since"],
                name="claims_look_once",
                violation_error_message=_("Somebody looked at it for this reason already."),
            ),
        ]
        triggers = append_only("looks")

    def __str__(self):
        return self.note[:60]


class MatchDecision(models.Model):
    """An editor's word whether a review of others and a claim of ours are about the same.

    Written once, with the words that it was about, so that it can be learnt from whatever becomes
    of either: `review` is the number that the review had. The last one of a pair counts.
    """

    review = models.ForeignKey(
        ExternalReview,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="decisions",
        verbose_name=_("external review"),
    )
    claim = models.SlugField(_("claim"), max_length=80)
    is_accepted = models.BooleanField(_("accepted"))
    reason = models.CharField(_("reason shown"), max_length=10, choices=choices.MatchReason)
    score = models.FloatField(
        _("score shown"), null=True, blank=True, help_text=_("A probability, of like words.")
    )
    text = models.TextField(_("claim reviewed"))
    statement = models.TextField(_("statement of ours"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("decision on a match")
        verbose_name_plural = _("decisions on matches")
        ordering = ["-pk"]
        default_permissions = ()  # read beside the review and the claim
        constraints = [
            matches("claim", SLUG, SLUG_MESSAGE),
            one_of("reason", choices.MatchReason),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__range=(0, 1)),
                name="claims_matchdecision_score_probability",
                violation_error_message=_("A probability is from 0 to 1."),
            ),
        ]
        triggers = append_only("decisions on matches")

    def __str__(self):
        return self.claim


@recorded(part_of="verdict")
class Correction(models.Model):
    """A change to what is public, proposed by one person and carried out by another.

    `verdict` is what will be in force: an approved successor, or the verdict in force itself when
    the desk has mended facts around it (a statement, a source).
    """

    verdict = models.ForeignKey(
        Verdict, models.CASCADE, related_name="corrections", verbose_name=_("verdict")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=choices.CorrectionKind)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"), auto_now_add=True)
    proposed_sha256 = models.CharField(_("what was proposed"), max_length=64, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("approved by"),
    )
    revision = models.BigIntegerField(_("revision"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-pk"]
        constraints = [
            one_of("kind", choices.CorrectionKind),
            matches("proposed_sha256", SHA256, _("Write 64 hexadecimal digits.")),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="claims_correction_two_people",
                violation_error_message=_("Somebody else than the proposer carries it out."),
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, revision__isnull=True)
                | Q(approved_by__isnull=False, revision__isnull=False),
                name="claims_correction_done_has_revision",
                violation_error_message=_("A correction that was carried out has its revision."),
            ),
            models.UniqueConstraint(
                fields=["verdict"],
                condition=Q(revision__isnull=True),
                name="claims_correction_one_open",
                violation_error_message=_("A correction of this verdict is proposed already."),
            ),
        ]
        triggers = [needs_translation("claims_correctiontranslation")]

    def __str__(self):
        return f"#{self.pk}"


@recorded(part_of="of")
class CorrectionTranslation(Translation):
    """What readers are told about a correction, in one language."""

    of = models.ForeignKey(Correction, models.CASCADE, related_name="translations")
    text = models.TextField(_("text"))

    class Meta(Translation.Meta):
        verbose_name = _("public text in one language")
        verbose_name_plural = _("public text by language")
        triggers = [last_translation_stays("claims_correction")]
