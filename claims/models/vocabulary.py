"""Whom and what claims are about, and the scale on which they are rated."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims import choices
from sources.constraints import WIKIDATA_ID, matches, one_of, says_something, slug_format
from sources.history import recorded
from sources.languages import Translation, last_translation_stays, needs_translation


@recorded()
class Subject(models.Model):
    """A person, organisation, work, event or place that claims are about or made by."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=choices.SubjectKind)
    wikidata = models.CharField(_("Wikidata id"), max_length=20, blank=True)
    aliases = ArrayField(
        models.CharField(max_length=200), verbose_name=_("other names"), default=list, blank=True
    )
    is_minor = models.BooleanField(
        _("minor"), default=False, help_text=_("The name never enters a public document.")
    )
    is_private = models.BooleanField(
        _("private person"), default=False, help_text=_("The name never enters a public document.")
    )

    class Meta:
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        ordering = ["slug"]
        constraints = [
            slug_format(),
            one_of("kind", choices.SubjectKind),
            matches("wikidata", WIKIDATA_ID, _("Write an id such as Q42."), blank=True),
        ]
        triggers = [needs_translation("claims_subjecttranslation")]

    def __str__(self):
        return self.slug

    @property
    def is_named(self):
        """May the public document name this subject?"""
        return not (self.is_minor or self.is_private)


@recorded(part_of="of")
class SubjectTranslation(Translation):
    """A subject's name and one sentence about it, in one language."""

    of = models.ForeignKey(Subject, models.CASCADE, related_name="translations")
    name = models.CharField(_("name"), max_length=200)
    description = models.CharField(_("description"), max_length=500, blank=True)

    class Meta(Translation.Meta):
        constraints = [
            *Translation.Meta.constraints,
            says_something("name", _("Write the name.")),
        ]
        verbose_name = _("name in one language")
        verbose_name_plural = _("names by language")
        triggers = [last_translation_stays("claims_subject")]


@recorded()
class Topic(models.Model):
    """A field of public life under which readers look for claims."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["slug"]
        constraints = [
            slug_format(),
            models.CheckConstraint(
                condition=~Q(parent=F("pk")),
                name="claims_topic_not_its_own_parent",
                violation_error_message=_("A topic cannot stand under itself."),
            ),
        ]
        triggers = [needs_translation("claims_topictranslation")]

    def __str__(self):
        return self.slug


@recorded(part_of="of")
class TopicTranslation(Translation):
    """A topic's name in one language."""

    of = models.ForeignKey(Topic, models.CASCADE, related_name="translations")
    name = models.CharField(_("name"), max_length=200)

    class Meta(Translation.Meta):
        constraints = [
            *Translation.Meta.constraints,
            says_something("name", _("Write the name.")),
        ]
        verbose_name = _("name in one language")
        verbose_name_plural = _("names by language")
        triggers = [last_translation_stays("claims_topic")]


@recorded()
class RatingScale(models.Model):
    """One version of the scale. A change of meaning is a new version; old verdicts keep theirs."""

    version = models.CharField(_("version"), max_length=20, unique=True)
    in_force_from = models.DateField(_("in force from"))
    note = models.TextField(_("what changed"), blank=True)

    class Meta:
        verbose_name = _("rating scale")
        verbose_name_plural = _("rating scales")
        ordering = ["-in_force_from", "-pk"]

    def __str__(self):
        return self.version


@recorded()
class Rating(models.Model):
    """One step of a scale, or an answer off the scale, which has no number."""

    BEST, WORST = 5, 1

    scale = models.ForeignKey(
        RatingScale, models.PROTECT, related_name="ratings", verbose_name=_("scale")
    )
    slug = models.SlugField(_("slug"), max_length=40)
    value = models.PositiveSmallIntegerField(
        _("value"),
        null=True,
        blank=True,
        help_text=_("1 (false) to 5 (true); empty for an answer off the scale."),
    )
    normalized = models.CharField(_("normalised"), max_length=5, choices=choices.Normalized)
    color = models.SlugField(
        _("colour"), max_length=20, help_text=_("Name of a colour of the stylesheet.")
    )
    symbol = models.CharField(_("symbol"), max_length=4)
    needs_evidence = models.BooleanField(
        _("needs evidence"), default=True, help_text=_("Off for “unproven”, which rests on none.")
    )
    order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ["scale", "order", "pk"]
        constraints = [
            slug_format(),
            one_of("normalized", choices.Normalized),
            models.UniqueConstraint(
                fields=["scale", "slug"],
                name="claims_rating_once",
                violation_error_message=_("This scale has a rating of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__range=(1, 5)),
                name="claims_rating_value_on_scale",
                violation_error_message=_("The value is 1 to 5, or empty."),
            ),
        ]
        triggers = [needs_translation("claims_ratingtranslation")]

    def __str__(self):
        return self.slug


@recorded(part_of="of")
class RatingTranslation(Translation):
    """A rating's label and meaning in one language."""

    of = models.ForeignKey(Rating, models.CASCADE, related_name="translations")
    label = models.CharField(_("label"), max_length=60)
    meaning = models.CharField(_("meaning"), max_length=500)

    class Meta(Translation.Meta):
        constraints = [
            *Translation.Meta.constraints,
            says_something("label", _("Write the label.")),
        ]
        verbose_name = _("label in one language")
        verbose_name_plural = _("labels by language")
        triggers = [last_translation_stays("claims_rating")]
