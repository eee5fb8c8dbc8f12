"""What the newsroom says about itself: method, corrections policy, money, people."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims import choices
from sources.constraints import one_of, read_only
from sources.history import recorded
from sources.languages import Translation, last_translation_stays, needs_translation


class PageQuerySet(models.QuerySet):
    def overdue(self, on=None):
        """Pages that their owner should have looked at again by that day (today)."""
        return self.filter(review_due_on__lte=on or timezone.localdate())


@recorded()
class Page(models.Model):
    """One page about the newsroom, as it is written; what readers see is a PublishedPage."""

    slug = models.CharField(_("page"), max_length=30, unique=True, choices=choices.PageKind)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("owner"),
        help_text=_("Answers for the page, and looks at it again when its review is due."),
    )
    review_due_on = models.DateField(
        _("review due on"), help_text=_("From that day on, the whole desk is reminded.")
    )

    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("page about us")
        verbose_name_plural = _("pages about us")
        ordering = ["slug"]
        permissions = [("publish_page", "Can publish pages about the newsroom")]
        constraints = [one_of("slug", choices.PageKind)]
        triggers = [
            needs_translation("claims_pagetranslation"),
            read_only("slug"),
            pgtrigger.Trigger(
                name="record_outlives_desk",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF EXISTS (SELECT FROM claims_publishedpage WHERE slug = OLD.slug) THEN
                        RAISE EXCEPTION 'a page that has been public is never deleted'
                        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
                    END IF;
                    RETURN OLD;
                """,
            ),
        ]

    def __str__(self):
        return self.get_slug_display()

    def is_overdue(self):
        return self.review_due_on <= timezone.localdate()


@recorded(part_of="of")
class PageTranslation(Translation):
    """The page in one language."""

    of = models.ForeignKey(Page, models.CASCADE, related_name="translations")
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), help_text=_("Markdown."))

    class Meta(Translation.Meta):
        verbose_name = _("page in one language")
        verbose_name_plural = _("page by language")
        constraints = [
            *Translation.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(body=""),
                name="claims_pagetranslation_says_something",
                violation_error_message=_("A page has a title and a text."),
            ),
        ]
        triggers = [last_translation_stays("claims_page")]
