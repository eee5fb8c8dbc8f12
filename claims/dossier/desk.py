"""Rows of the desk as a dossier says them, read in a fixed number of queries."""

from django.db.models import Prefetch

from claims.choices import FROZEN, RelationKind, VerdictStatus
from claims.models import Appearance, Claim, ClaimRelation, Evidence, Subject, Topic, Verdict
from sources import dates
from sources.languages import texts
from sources.models import Publisher, Source

from . import shape

RELATION_KEYS = {
    RelationKind.REPEATS: "repeats",
    RelationKind.CONTRADICTS: "contradicts",
    RelationKind.PART_OF: "part_of",
    RelationKind.DEPENDS_ON: "depends_on",
    RelationKind.RELATED: "related",
}


def publishers():
    return Publisher.objects.all()


def subjects():
    return Subject.objects.prefetch_related("translations")


def topics():
    return Topic.objects.select_related("parent").prefetch_related("translations")


def sources():
    return Source.objects.select_related("publisher", "copy_of").prefetch_related("translations")


def claims():
    """Claims with their place in the article and their verdicts."""
    evidence = Evidence.objects.select_related("source").prefetch_related("translations")
    verdicts = (
        Verdict.objects.order_by("-pk")
        .select_related("rating")
        .prefetch_related("translations", Prefetch("evidence", evidence))
    )
    return Claim.objects.select_related("claimant").prefetch_related(
        "translations",
        "subjects",
        "topics",
        Prefetch("relations", ClaimRelation.objects.select_related("other")),
        Prefetch("appearances", Appearance.objects.order_by("order", "pk")),
        Prefetch("verdicts", verdicts),
    )


def current_verdict(claim):
    """The verdict that is being worked on; else the public one; else the last there was."""
    verdicts = list(claim.verdicts.all())
    working = [row for row in verdicts if row.status not in FROZEN]
    published = [row for row in verdicts if row.status == VerdictStatus.PUBLISHED]
    return next(iter([*working, *published, *verdicts]), None)


def appearance_in(claim, article):
    return next((row for row in claim.appearances.all() if row.source_id == article.pk), None)


def place(claim, article):
    """Where the claim comes among the article's, as its page sorts them."""
    return appearance_in(claim, article).order, claim.slug


# --- Entries -------------------------------------------------------------------


def publisher_entry(row):
    keys = ("slug", "name", "kind", "homepage", "country", "interests", "memberships", "wikidata")
    return shape.entry("publisher", {key: getattr(row, key) for key in keys})


def subject_entry(row):
    rows = row.translations.all()
    return shape.entry(
        "subject",
        {
            "slug": row.slug,
            "kind": row.kind,
            "name": texts(rows, "name"),
            "description": texts(rows, "description"),
            "aliases": row.aliases,
            "wikidata": row.wikidata,
            "minor": row.is_minor,
            "private": row.is_private,
        },
    )


def topic_entry(row):
    return shape.entry(
        "topic",
        {
            "slug": row.slug,
            "parent": row.parent.slug if row.parent else None,
            "name": texts(row.translations.all(), "name"),
        },
    )


def source_entry(row):
    keys = (
        "slug", "title", "authors", "published", "language", "type", "proximity", "url",
        "retrieved", "paywalled", "identifiers", "text_sha256", "note",
    )  # fmt: skip
    return shape.entry(
        "source",
        {key: getattr(row, key) for key in keys}
        | {
            "translated_title": texts(row.translations.all(), "title"),
            "publisher": row.publisher.slug,
            "no_url": row.no_url_reason,
            "copy_of": row.copy_of.slug if row.copy_of else None,
        },
    )


def claim_entry(row, article):
    rows = row.translations.all()
    place = appearance_in(row, article)
    related = {key: [] for key in RELATION_KEYS.values()}
    for relation in row.relations.all():
        related[RELATION_KEYS[relation.kind]].append(relation.other.slug)
    data = {
        "slug": row.slug,
        "section": place.section if place else None,
        "quote": place.exact if place else None,
        "statement": texts(rows, "statement"),
        "speaker": texts(rows, "speaker"),
        "claimant": row.claimant.slug if row.claimant else None,
        "why": texts(rows, "reason"),
        "language": row.original_language,
        "claimed_on": dates.to_text(row.claimed_on, row.claimed_precision),
        "about": period(row),
        "kind": row.kind,
        "subjects": [subject.slug for subject in row.subjects.all()],
        "topics": [topic.slug for topic in row.topics.all()],
    }
    verdict = current_verdict(row)
    facts = verdict_facts(verdict) if verdict else {}
    return shape.entry("claim", data | facts | related, language=article.language)


def period(claim):
    begin = dates.to_text(claim.about_from, claim.about_precision)
    end = dates.to_text(claim.about_until, claim.about_precision)
    return f"{begin}/{end}" if end else begin


def verdict_facts(row):
    rows = row.translations.all()
    return {
        "rating": row.rating.slug if row.rating else None,
        "confidence": row.confidence,
        "summary": texts(rows, "summary"),
        "analysis": texts(rows, "analysis"),
        "sourcing_note": texts(rows, "sourcing_note"),
        "conflict_of_interest": row.conflict_of_interest,
        "evidence": [evidence_entry(evidence) for evidence in row.evidence.all()],
    }


def evidence_entry(row):
    return shape.entry(
        "evidence",
        {
            "source": row.source.slug,
            "stance": row.stance,
            "locator": row.locator,
            "quote": row.quote,
            "finding": texts(row.translations.all(), "finding"),
        },
    )
