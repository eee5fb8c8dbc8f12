"""The record: what the public may know. Only claims.publishing writes these tables."""

import datetime
import json
from dataclasses import dataclass

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from claims import choices
from sources.addresses import same_page
from sources.constraints import (
    SHA256,
    append_only,
    matches,
    no_truncate,
    one_of,
    refuse,
    slug_format,
)

from .edition import renews_edition

SEALED = b""
# The hash is that of the bytes beside it.
HASH_OF_DOCUMENT = Q(
    sha256=Func(
        Func("document", function="sha256", output_field=models.BinaryField()),
        Value("hex"),
        function="encode",
        output_field=models.TextField(),
    )
)


# What the public log of corrections shows.
LOGGED = [choices.Action.CORRECT, choices.Action.RETRACT, choices.Action.SEAL]


class RevisionQuerySet(models.QuerySet):
    def logged(self):
        """What changed a verdict or took words away, newest first, as far as its words are left."""
        return self.filter(action__in=LOGGED).exclude(document=SEALED).order_by("-seq")


class Revision(models.Model):
    """One public statement about one claim: the exact bytes, their hash, and the chain.

    Never changed and never deleted. The one exception is sealing: the bytes go, the hash and the
    place in the chain stay, and a later revision of the claim says when and under what rule.
    """

    seq = models.BigIntegerField(_("sequence"), primary_key=True)
    claim = models.SlugField(_("claim"), max_length=80)
    number = models.PositiveIntegerField(_("number"))
    action = models.CharField(_("action"), max_length=10, choices=choices.Action)
    at = models.DateTimeField(_("at"))
    document = models.BinaryField(_("document"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    chain = models.CharField(_("chain"), max_length=64)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["seq"]
        constraints = [
            one_of("action", choices.Action),
            matches("sha256", SHA256, _("Write 64 hexadecimal digits.")),
            matches("chain", SHA256, _("Write 64 hexadecimal digits.")),
            models.UniqueConstraint(fields=["claim", "number"], name="claims_revision_number_once"),
            models.CheckConstraint(
                condition=Q(seq__gte=1, number__gte=1), name="claims_revision_counts_from_one"
            ),
            models.CheckConstraint(
                condition=Q(document=SEALED) | HASH_OF_DOCUMENT,
                name="claims_revision_hash_is_of_document",
                violation_error_message=_("The hash is not that of the document."),
            ),
        ]
        indexes = [
            # What was corrected, newest first?
            models.Index(
                fields=["-seq"], condition=Q(action__in=LOGGED), name="claims_revision_logged"
            ),
        ]
        triggers = [
            refuse("never_deleted", pgtrigger.Delete, "revisions are never deleted"),
            no_truncate("revisions"),
            renews_edition(),
            pgtrigger.Trigger(
                name="only_sealed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF NEW.document = ''::bytea
                       AND (NEW.seq, NEW.claim, NEW.number, NEW.action)
                         = (OLD.seq, OLD.claim, OLD.number, OLD.action)
                       AND (NEW.at, NEW.sha256, NEW.chain) = (OLD.at, OLD.sha256, OLD.chain)
                       AND OLD.action <> 'seal'
                       AND EXISTS (
                           SELECT FROM claims_revision AS sealing
                           WHERE sealing.claim = OLD.claim AND sealing.action = 'seal'
                             AND sealing.seq > OLD.seq
                             AND convert_from(sealing.document, 'UTF8')::jsonb -> 'sealed'
                                 @> to_jsonb(OLD.number)
                       ) THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'revisions are never changed'
                    USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.claim} v{self.number}"

    @property
    def is_sealed(self):
        return bytes(self.document) == SEALED


@dataclass(frozen=True)
class Sealing:
    """When a claim's documents went, and under what rule."""

    at: datetime.datetime
    rule: str


def sealing_of(slug):
    """The sealing of a claim of which nothing is public any more, or None."""
    last = Revision.objects.filter(claim=slug).order_by("seq").last()
    if last is None or last.action != choices.Action.SEAL:
        return None
    return Sealing(at=last.at, rule=json.loads(bytes(last.document))["rule"])


def redirect_of(slug):
    """The slug of the claim that this one became part of, or None."""
    return ClaimRedirect.objects.filter(slug=slug).values_list("to", flat=True).first()


UNDATED_LAST = Coalesce("claimed_on", Value(datetime.date.max))
UNDATED_LEAST = Coalesce("claimed_on", Value(datetime.date.min))


def sources_at(url):
    """The terms of the sources at a page, whatever the spelling of its address. ValueError."""
    same = [same_page(url)]
    return PublishedTerm.objects.filter(kind=choices.TermKind.SOURCE, addresses__contains=same)


class PublishedClaimQuerySet(models.QuerySet):
    def listed(self):
        """Claims with a verdict in force, newest first: what lists and facets show.

        The order is total (one revision, one row), so a cursor neither repeats nor loses a row.
        """
        return self.filter(state=choices.State.PUBLISHED).order_by("-revision_id")

    def with_document(self):
        """The head rows together with the bytes of their documents, in one query."""
        return self.select_related("revision").defer("card")


class PublishedClaim(models.Model):
    """One head row a claim: the card for lists, and the columns that filters ask.

    A projection: `rebuild_record` makes the same rows again from the revisions.
    """

    slug = models.SlugField(_("slug"), max_length=80, primary_key=True)
    revision = models.OneToOneField(Revision, models.PROTECT, related_name="+")
    # The claim's number in the index for search: the sequence of its first revision.
    entry = models.IntegerField(_("entry"), unique=True)
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=choices.State)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    published_at = models.DateTimeField(_("first published at"))
    modified_at = models.DateTimeField(_("modified at"))
    language = models.CharField(_("language"), max_length=12)
    claimed_on = models.DateField(_("claimed on"), null=True)
    claimant = models.SlugField(_("claimant"), max_length=80, blank=True, db_index=False)
    rating = models.SlugField(_("rating"), max_length=40, blank=True, db_index=False)
    scale = models.CharField(_("version of the scale"), max_length=20, blank=True)
    normalized = models.CharField(_("normalised"), max_length=5, blank=True)
    topics = ArrayField(models.SlugField(max_length=80), default=list)
    subjects = ArrayField(models.SlugField(max_length=80), default=list)
    sources = ArrayField(models.SlugField(max_length=80), default=list)
    publishers = ArrayField(models.SlugField(max_length=50), default=list)
    articles = ArrayField(models.SlugField(max_length=80), default=list)
    related = ArrayField(models.SlugField(max_length=80), default=list)
    card = models.BinaryField(_("card"))

    objects = PublishedClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("published claim")
        verbose_name_plural = _("published claims")
        ordering = ["-revision_id"]
        constraints = [slug_format(), one_of("state", choices.State)]
        indexes = [
            # Which claims have this rating, newest first?
            models.Index(fields=["rating", "-revision"], name="claims_published_rating"),
            # Which claims did this subject make, newest first?
            models.Index(fields=["claimant", "-revision"], name="claims_published_claimant"),
            # Which claims are in force, newest first?
            models.Index(fields=["state", "-revision"], name="claims_published_state"),
            # Which claims of one claimant, language or normalised rating changed last?
            *[
                models.Index(
                    fields=[column, "-modified_at", "-revision"],
                    condition=Q(state=choices.State.PUBLISHED),
                    name=f"claims_head_{column}",
                )
                for column in ["claimant", "language", "normalized"]
            ],
            # Which claims changed, came out or were made last, or in this span of time?
            models.Index(
                fields=["-modified_at", "-revision"],
                condition=Q(state=choices.State.PUBLISHED),
                name="claims_head_modified",
            ),
            models.Index(
                fields=["-published_at", "-slug"],
                condition=Q(state=choices.State.PUBLISHED),
                name="claims_head_published",
            ),
            models.Index(
                fields=["claimed_on"],
                condition=Q(state=choices.State.PUBLISHED),
                name="claims_head_claimed",
            ),
            # The same in order, with those of no known day at the end, whichever way it goes.
            models.Index(
                UNDATED_LAST.asc(),
                F("slug").asc(),
                condition=Q(state=choices.State.PUBLISHED),
                name="claims_head_oldest_claim",
            ),
            models.Index(
                UNDATED_LEAST.desc(),
                F("slug").desc(),
                condition=Q(state=choices.State.PUBLISHED),
                name="claims_head_newest_claim",
            ),
            # Which claims name this topic, subject, source, publisher, article or claim?
            *[
                GinIndex(fields=[column], name=f"claims_published_{column}")
                for column in [
                    "topics",
                    "subjects",
                    "sources",
                    "publishers",
                    "articles",
                    "related",
                ]
            ],
        ]
        triggers = [renews_edition()]

    def __str__(self):
        return self.slug


class PublishedTerm(models.Model):
    """A subject, topic, source, publisher or rating, as far as a published document names it.

    The document is what the newest such claim says of it; `claims` counts those claims.
    """

    key = models.CharField(_("key"), max_length=100, primary_key=True)
    kind = models.CharField(_("kind"), max_length=10, choices=choices.TermKind)
    slug = models.SlugField(_("slug"), max_length=80)
    document = models.BinaryField(_("document"))
    claims = models.PositiveIntegerField(_("claims"))
    # Of a source: where it is, in the spelling of sources.addresses.same_page.
    addresses = ArrayField(
        models.TextField(), verbose_name=_("addresses"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("published term")
        verbose_name_plural = _("published terms")
        ordering = ["kind", "slug"]
        constraints = [
            one_of("kind", choices.TermKind),
            models.UniqueConstraint(fields=["kind", "slug"], name="claims_publishedterm_once"),
            models.CheckConstraint(
                condition=Q(
                    key=Concat(F("kind"), Value(":"), F("slug"), output_field=models.TextField())
                ),
                name="claims_publishedterm_key_of_kind_and_slug",
            ),
        ]
        indexes = [
            # Which source is at this address?
            GinIndex(fields=["addresses"], name="claims_publishedterm_address"),
            # Which terms of this kind are named most?
            models.Index(fields=["kind", "-claims", "slug"], name="claims_publishedterm_most"),
        ]
        triggers = [renews_edition()]

    def __str__(self):
        return f"{self.kind} {self.slug}"


class ClaimRedirect(models.Model):
    """Where a merged claim's address leads, for ever. A projection, like the head rows."""

    slug = models.SlugField(_("slug"), max_length=80, primary_key=True)
    to = models.SlugField(_("leads to"), max_length=80)

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        ordering = ["slug"]
        constraints = [slug_format()]
        triggers = [renews_edition()]

    def __str__(self):
        return f"{self.slug} → {self.to}"


class PublishedPageQuerySet(models.QuerySet):
    def in_force(self):
        """The version in force of each page."""
        return self.order_by("slug", "-number").distinct("slug")


class PublishedPage(models.Model):
    """One version of a page about the newsroom: what it said, and from when. Written once.

    Its document names the hash of the version before, so that a silent edit shows.
    """

    slug = models.SlugField(_("page"), max_length=30)
    number = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    document = models.BinaryField(_("document"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    objects = PublishedPageQuerySet.as_manager()

    class Meta:
        verbose_name = _("published page")
        verbose_name_plural = _("published pages")
        ordering = ["slug", "-number"]
        constraints = [
            slug_format(),
            matches("sha256", SHA256, _("Write 64 hexadecimal digits.")),
            models.UniqueConstraint(fields=["slug", "number"], name="claims_publishedpage_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="claims_publishedpage_counts_from_one"
            ),
            models.CheckConstraint(
                condition=HASH_OF_DOCUMENT,
                name="claims_publishedpage_hash_is_of_document",
                violation_error_message=_("The hash is not that of the document."),
            ),
        ]
        triggers = [*append_only("published pages"), renews_edition()]

    def __str__(self):
        return f"{self.slug} v{self.number}"
