"""What was published, who published it, and what proves it."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from . import addresses, choices, dates
from .constraints import (
    SHA256,
    WEB_ADDRESS,
    WIKIDATA_ID,
    append_only,
    approximate_date,
    language_format,
    matches,
    one_of,
    slug_format,
)
from .history import recorded
from .languages import Translation
from .watches import Archive, Watch

__all__ = [
    "Archive",
    "ArchiveCopy",
    "LinkCheck",
    "Publisher",
    "Snapshot",
    "Source",
    "SourceTranslation",
    "Watch",
]


@recorded()
class Publisher(models.Model):
    """Whoever published a source: a newspaper, a court, a company, a person."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=choices.PublisherKind)
    homepage = models.URLField(_("homepage"), blank=True)
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("ISO 3166 code of two letters.")
    )
    interests = models.TextField(
        _("interests"),
        blank=True,
        help_text=_("What readers should know: owner, money, a side taken. Public."),
    )
    memberships = ArrayField(
        models.CharField(max_length=10, choices=[("IFCN", "IFCN"), ("EFCSN", "EFCSN")]),
        verbose_name=_("codes of principles signed"),
        default=list,
        blank=True,
    )
    wikidata = models.CharField(_("Wikidata id"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")
        ordering = ["name", "pk"]
        constraints = [
            slug_format(),
            one_of("kind", choices.PublisherKind),
            matches("homepage", WEB_ADDRESS, _("Write a whole web address."), blank=True),
            matches(
                "country", "^[A-Z]{2}$", _("Write two capital letters, such as GB."), blank=True
            ),
            matches("wikidata", WIKIDATA_ID, _("Write an id such as Q42."), blank=True),
            models.CheckConstraint(
                condition=Q(memberships__contained_by=["IFCN", "EFCSN"]),
                name="sources_publisher_memberships_known",
                violation_error_message=_("The codes of principles are IFCN and EFCSN."),
            ),
        ]

    def __str__(self):
        return self.name


# What checks of the link found is in LinkCheck, which is a history itself.
@recorded(exclude=["link_state", "link_state_since", "link_ok_at"])
class Source(models.Model):
    """One published thing: evidence for a verdict, or an article whose claims are checked."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=500, help_text=_("In its own language."))
    publisher = models.ForeignKey(
        Publisher, models.PROTECT, related_name="sources", verbose_name=_("publisher")
    )
    authors = ArrayField(
        models.CharField(max_length=200), verbose_name=_("authors"), default=list, blank=True
    )
    published_on = models.DateField(_("published on"), null=True, blank=True)
    published_precision = models.CharField(
        _("date known to the"), max_length=5, choices=choices.Precision, blank=True
    )
    language = models.CharField(_("language"), max_length=12)
    type = models.CharField(_("type"), max_length=20, choices=choices.SourceType)
    proximity = models.CharField(_("proximity"), max_length=10, choices=choices.Proximity)
    url = models.CharField(_("address"), max_length=2000, unique=True, null=True, blank=True)
    no_url_reason = models.CharField(
        _("why there is no address"), max_length=300, blank=True, help_text=_("For editors only.")
    )
    retrieved = models.BooleanField(
        _("opened"),
        default=True,
        help_text=_("Somebody here has read it. If not, readers see “cited, not opened”."),
    )
    paywalled = models.BooleanField(
        _("behind a paywall"),
        default=False,
        help_text=_("Copies of it are never linked in public."),
    )
    withdrawn_on = models.DateField(
        _("taken back on"),
        null=True,
        blank=True,
        help_text=_("By its publisher: retracted, deleted or declared wrong. Public."),
    )
    copy_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="copies",
        verbose_name=_("copy of"),
        help_text=_("A mirror is not a publisher: readers see the original."),
    )
    identifiers = models.JSONField(
        _("identifiers"),
        default=dict,
        blank=True,
        help_text=_('Such as {"doi": "…"} or {"case": "[2025] EWHC 2863 (Ch)"}.'),
    )
    text_sha256 = models.CharField(
        _("SHA-256 of the text"),
        max_length=64,
        blank=True,
        help_text=_("Of the exact text whose claims were checked."),
    )
    note = models.TextField(_("note"), blank=True, help_text=_("For editors only."))
    link_state = models.CharField(
        _("link"), max_length=10, choices=choices.LinkState, default=choices.LinkState.UNKNOWN
    )
    link_state_since = models.DateTimeField(_("since"), null=True, blank=True, editable=False)
    link_ok_at = models.DateTimeField(_("last worked"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,  # nobody: it came with a dossier
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["slug"]
        constraints = [
            slug_format(),
            language_format(),
            one_of("type", choices.SourceType),
            one_of("proximity", choices.Proximity),
            one_of("link_state", choices.LinkState),
            approximate_date("published_on", "published_precision"),
            matches("text_sha256", SHA256, _("Write 64 hexadecimal digits."), blank=True),
            models.CheckConstraint(
                condition=Q(url__isnull=True) | Q(url__regex=WEB_ADDRESS),
                name="sources_source_url_format",
                violation_error_message=_("Write a whole web address: http:// or https://."),
            ),
            models.CheckConstraint(
                condition=Q(url__isnull=False) | ~Q(no_url_reason=""),
                name="sources_source_url_or_reason",
                violation_error_message=_("Give the address, or say why there is none."),
            ),
            models.CheckConstraint(
                condition=~Q(copy_of=F("pk")),
                name="sources_source_not_copy_of_itself",
                violation_error_message=_("A source cannot be a copy of itself."),
            ),
            models.CheckConstraint(
                condition=Exact(
                    Func("identifiers", function="jsonb_typeof", output_field=models.TextField()),
                    Value("object"),
                ),
                name="sources_source_identifiers_by_name",
                violation_error_message=_('Write names and values, such as {"doi": "…"}.'),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="original_is_no_copy",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("copy_of_id"),
                condition=pgtrigger.Q(new__copy_of__isnull=False),
                func="""
                    IF EXISTS (SELECT FROM sources_source
                               WHERE id = NEW.copy_of_id AND copy_of_id IS NOT NULL)
                       OR EXISTS (SELECT FROM sources_source WHERE copy_of_id = NEW.id) THEN
                        RAISE EXCEPTION 'the original of a copy is no copy itself'
                        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return self.slug

    def clean(self):
        if self.url:
            try:
                self.url = addresses.normalise(self.url)
            except ValueError as error:
                raise ValidationError({"url": str(error)}) from error
        else:
            self.url = None

    @property
    def original(self):
        """A mirror is not a publisher: what readers see in place of a copy."""
        return self.copy_of or self

    @property
    def is_withdrawn(self):
        """A copy goes with its original."""
        return bool(self.withdrawn_on or self.original.withdrawn_on)

    @property
    def link_for_readers(self):
        """To them, a page that says “not found” is as dead as one that answers so."""
        is_gone = self.link_state == choices.LinkState.SOFT_404
        return choices.LinkState.DEAD.value if is_gone else self.link_state

    @property
    def published(self):
        return dates.to_text(self.published_on, self.published_precision)


@recorded(part_of="of")
class SourceTranslation(Translation):
    """A source's title in another language than its own: a help for readers, in our words."""

    of = models.ForeignKey(Source, models.CASCADE, related_name="translations")
    title = models.CharField(_("title"), max_length=500)

    class Meta(Translation.Meta):
        verbose_name = _("translated title")
        verbose_name_plural = _("translated titles")


class Snapshot(models.Model):
    """What a source said at one moment: bytes by hash, and the text read out of them.

    Private to editors: the words are a third party's. Written once.
    """

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="snapshots", verbose_name=_("source")
    )
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    media_type = models.CharField(_("media type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    text = models.TextField(_("text"), blank=True)
    captured_at = models.DateTimeField(_("captured at"))
    method = models.CharField(_("how"), max_length=10, choices=choices.CaptureMethod)
    http = models.JSONField(_("HTTP facts"), default=dict, blank=True)
    warc = models.CharField(_("SHA-256 of the WARC file"), max_length=64, blank=True)
    says = models.JSONField(_("what it says of itself"), default=dict, blank=True)
    note = models.CharField(_("why there is no text"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        ordering = ["-captured_at", "-pk"]
        constraints = [
            matches("sha256", SHA256, _("Write 64 hexadecimal digits.")),
            matches("warc", SHA256, _("Write 64 hexadecimal digits."), blank=True),
            one_of("method", choices.CaptureMethod),
            models.UniqueConstraint(
                fields=["source", "sha256", "captured_at"],  # a page may change back
                name="sources_snapshot_once",
                violation_error_message=_("This source has a snapshot of the same bytes already."),
            ),
        ]
        triggers = append_only("snapshots")

    def __str__(self):
        return f"{self.sha256[:12]} {self.captured_at:%Y-%m-%d}"


# How often the archive was asked, and when it will be again, is no edit.
@recorded(part_of="source", exclude=["ticket", "attempts", "due_at"])
class ArchiveCopy(models.Model):
    """A copy at an archive: asked for, made, or refused with the reason."""

    source = models.ForeignKey(
        Source, models.CASCADE, related_name="archive_copies", verbose_name=_("source")
    )
    service = models.CharField(_("service"), max_length=50)
    url = models.URLField(_("address of the copy"), max_length=2000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=choices.ArchiveState)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    requested_at = models.DateTimeField(_("requested at"))
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)
    ticket = models.CharField(
        _("number at the archive"), max_length=200, blank=True, editable=False
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    due_at = models.DateTimeField(_("asked again at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("archived copy")
        verbose_name_plural = _("archived copies")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            one_of("state", choices.ArchiveState),
            matches("url", WEB_ADDRESS, _("Write a whole web address."), blank=True),
            models.CheckConstraint(
                condition=~Q(state=choices.ArchiveState.ARCHIVED)
                | (Q(archived_at__isnull=False) & ~Q(url="")),
                name="sources_archivecopy_archived_has_address",
                violation_error_message=_("An archived copy has an address and a moment."),
            ),
            models.CheckConstraint(
                condition=~Q(state=choices.ArchiveState.REFUSED) | ~Q(reason=""),
                name="sources_archivecopy_refused_has_reason",
                violation_error_message=_("Say why the archive refused."),
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(state=choices.ArchiveState.REQUESTED),
                name="sources_archivecopy_asked_until_answered",
                violation_error_message=_("An archive that has answered is not asked again."),
            ),
        ]
        indexes = [
            # Which archive is to be asked now?
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False),
                name="sources_archivecopy_due",
            ),
        ]

    def __str__(self):
        return f"{self.service}: {self.get_state_display()}"


class LinkCheck(models.Model):
    """One visit to a source's address and what it answered. Written once."""

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="link_checks", verbose_name=_("source")
    )
    checked_at = models.DateTimeField(_("checked at"))
    state = models.CharField(_("state"), max_length=10, choices=choices.LinkState)
    status_code = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    final_url = models.CharField(_("ended at"), max_length=2000, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("link check")
        verbose_name_plural = _("link checks")
        ordering = ["-checked_at", "-pk"]
        constraints = [one_of("state", choices.LinkState)]
        triggers = append_only("link checks")

    def __str__(self):
        return f"{self.checked_at:%Y-%m-%d}: {self.get_state_display()}"
