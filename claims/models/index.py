"""The index of what is published, for search: postings, terms and words. Projections, all of them.

What they hold is told by claims.search.index and, of others' reviews, claims.search.reviews, which
alone write them.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Length, Reverse
from django.utils.translation import gettext_lazy as _

from .edition import renews_edition


class SearchPosting(models.Model):
    """In which claims of a block a term stands, and how much it says of each."""

    pk = models.CompositePrimaryKey("term", "block")
    term = models.TextField(_("term"), db_collation="C")
    block = models.IntegerField(_("block"))
    entries = ArrayField(models.IntegerField())

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["term", "block"]
        triggers = [renews_edition()]

    def __str__(self):
        return f"{self.term} {self.block}"


class SearchTerm(models.Model):
    """How many claims a term stands in; the empty one stands in all."""

    term = models.TextField(_("term"), db_collation="C", primary_key=True)
    claims = models.IntegerField(_("claims"))

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["term"]
        triggers = [renews_edition()]

    def __str__(self):
        return self.term


class SearchWord(models.Model):
    """A word as it is written in claims, for whoever writes it a little otherwise."""

    word = models.TextField(_("word"), db_collation="C", primary_key=True)
    term = models.TextField(_("term"), db_collation="C")
    claims = models.IntegerField(_("claims"))

    class Meta:
        verbose_name = _("word")
        verbose_name_plural = _("words")
        ordering = ["word"]
        triggers = [renews_edition()]
        indexes = [
            # Which words of about this length begin, or end, like this one?
            models.Index(Length("word"), "word", name="claims_searchword_begins"),
            models.Index(Length("word"), Reverse("word"), name="claims_searchword_ends"),
        ]

    def __str__(self):
        return self.word


class SearchClaim(models.Model):
    """What facets count of a claim. A search reads a thousand: heads, with cards, are too large."""

    entry = models.BigIntegerField(_("entry"), primary_key=True)
    facts = models.TextField(_("facts"))  # an array of JSON, as claims.search.ranking.Hit has them

    class Meta:
        verbose_name = _("claim that is found")
        verbose_name_plural = _("claims that are found")
        ordering = ["entry"]
        triggers = [renews_edition()]

    def __str__(self):
        return str(self.entry)


class ReviewPosting(models.Model):
    """The same of what other fact-checkers published: their numbers are their keys."""

    pk = models.CompositePrimaryKey("term", "block")
    term = models.TextField(_("term"), db_collation="C")
    block = models.IntegerField(_("block"))
    entries = ArrayField(models.IntegerField())

    class Meta:
        verbose_name = _("posting of reviews")
        verbose_name_plural = _("postings of reviews")
        ordering = ["term", "block"]

    def __str__(self):
        return f"{self.term} {self.block}"


class ReviewTerm(models.Model):
    """How many reviews of others a term stands in; the empty one stands in all."""

    term = models.TextField(_("term"), db_collation="C", primary_key=True)
    claims = models.IntegerField(_("claims"))

    class Meta:
        verbose_name = _("term of reviews")
        verbose_name_plural = _("terms of reviews")
        ordering = ["term"]

    def __str__(self):
        return self.term


class ReviewEntry(models.Model):
    """Under which terms a review is in the index: what has to go when it changes."""

    review = models.BigIntegerField(_("external review"), primary_key=True)
    terms = ArrayField(models.TextField())

    class Meta:
        verbose_name = _("entry of a review")
        verbose_name_plural = _("entries of reviews")
        ordering = ["review"]

    def __str__(self):
        return str(self.review)
