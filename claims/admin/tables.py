"""Claims and subjects as tables. What was said where, and every verdict, stay out of them."""

from claims.models import Claim, Subject, Topic
from sources.admin.columns import Column, Lines, RoughDate, Slug, Slugs, YesNo
from sources.admin.tables import Table


class ClaimTable(Table):
    columns = (
        Column("slug"),
        Column("original_language"),
        Column("kind"),
        Column("claimant", Slug(Subject)),
        RoughDate("claimed_on", "claimed_precision"),
        RoughDate("about_from", "about_precision"),
        RoughDate("about_until", "about_precision", after="about_from"),
        Slugs("subjects", Subject),
        Slugs("topics", Topic),
    )
    texts = ("statement", "speaker", "reason")

    class Meta(Table.Meta):
        model = Claim


class SubjectTable(Table):
    columns = (
        Column("slug"),
        Column("kind"),
        Column("wikidata"),
        Column("aliases", Lines()),
        Column("is_minor", YesNo()),
        Column("is_private", YesNo()),
    )
    texts = ("name", "description")

    class Meta(Table.Meta):
        model = Subject
