"""A desk to test on: the least valid rows, and a verdict that could be published as it stands."""

import hashlib

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils import timezone

from claims import publishing, quotes, review
from claims.models import (
    Appearance,
    Claim,
    ClaimTranslation,
    Contact,
    Evidence,
    EvidenceTranslation,
    ExternalReview,
    Page,
    PageTranslation,
    Rating,
    RatingScale,
    RatingTranslation,
    Subject,
    SubjectTranslation,
    Topic,
    TopicTranslation,
    Verdict,
    VerdictTranslation,
)
from claims.search.reviews import index_reviews
from sources.models import Publisher, Snapshot, Source


def make_user(name, *permissions, role=None):
    user = get_user_model().objects.create_user(name, first_name=name.title(), is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


def known(name):
    """The user, if a fixture of the module made them already."""
    return get_user_model().objects.filter(username=name).first()


def make_author(name="ann"):
    return make_user(name, role="editor")


def make_reviewer(name="ben"):
    """Signs and publishes; and seals, which is an administrator's, so that one is enough here."""
    return make_user(name, "claims.seal_claim", role="reviewer")


def make_publisher(slug="county-records", **fields):
    fields = {"name": slug.replace("-", " ").title(), "kind": "government"} | fields
    return Publisher.objects.get_or_create(slug=slug, defaults=fields)[0]


def make_source(slug, **fields):
    fields.setdefault("url", f"https://example.org/{slug}")
    fields.setdefault("publisher", make_publisher())
    defaults = {"title": f"Title of {slug}", "language": "en", "type": "news"}
    return Source.objects.create(slug=slug, **defaults | {"proximity": "primary"} | fields)


@transaction.atomic
def make_subject(slug, *, name=None, **fields):
    subject = Subject.objects.create(slug=slug, **{"kind": "person"} | fields)
    SubjectTranslation.objects.create(of=subject, language="en", name=name or slug.title())
    return subject


@transaction.atomic
def make_topic(slug, **fields):
    topic = Topic.objects.create(slug=slug, **fields)
    TopicTranslation.objects.create(of=topic, language="en", name=slug.title())
    TopicTranslation.objects.create(of=topic, language="zh-Hans", name=f"主题{slug}")
    return topic


@transaction.atomic
def make_claim(slug="bridge-cost", *, statement="The bridge cost 90 million.", **fields):
    claim = Claim.objects.create(
        slug=slug, **{"original_language": "en", "kind": "documentary"} | fields
    )
    ClaimTranslation.objects.create(
        of=claim,
        language="en",
        statement=statement,
        speaker="the article",
        reason="The council votes on it.",
    )
    ClaimTranslation.objects.create(
        of=claim, language="zh-Hans", statement=f"{slug} 的说法。", speaker="本文"
    )
    return claim


def rating(slug):
    """As the newest version of the scale has it."""
    return Rating.objects.filter(slug=slug).order_by("scale__in_force_from").last()


@transaction.atomic
def new_scale(version, slug, meaning):
    """A version of the scale in which a rating means something else."""
    scale = RatingScale.objects.create(version=version, in_force_from="2027-01-01")
    row = rating(slug)
    row.pk, row.scale, row._state.adding = None, scale, True
    with transaction.atomic():
        row.save()
        RatingTranslation.objects.create(of=row, language="en", label="As it was", meaning=meaning)


def make_draft(claim, *, author, rating_slug="mostly-false", summary="It cost 41 million."):
    """A verdict with evidence on both sides, its claimant asked: the gate finds nothing."""
    verdict = Verdict.objects.create(
        claim=claim, author=author, rating=rating(rating_slug), confidence="high"
    )
    VerdictTranslation.objects.create(
        of=verdict, language="en", summary=summary, analysis="The *accounts* say so."
    )
    for order, stance in enumerate(["refutes", "supports"]):
        slug = f"{claim.slug}-{stance}"
        source = Source.objects.filter(slug=slug).first() or make_source(slug)
        evidence = Evidence.objects.create(
            verdict=verdict, order=order, source=source, stance=stance, locator="page 2"
        )
        EvidenceTranslation.objects.create(of=evidence, language="en", finding=f"It {stance}.")
    if claim.claimant:
        Contact.objects.create(
            verdict=verdict, contacted_on="2026-05-04", channel="email", whom="the press office"
        )
    return verdict


def archive(source, text, **fields):
    """One more text of a source, newer than those before."""
    at = {"captured_at": timezone.now()} | fields
    return Snapshot.objects.create(
        source=source,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        media_type="text/plain",
        size=len(text),
        text=text,
        method="pasted",
        **at,
    )


def verify(evidence, quote="It cost 41."):
    """Let the source have said it."""
    Evidence.objects.filter(pk=evidence.pk).update(quote=quote)
    archive(evidence.source, f"So it was. {quote} Nobody minded.")
    quotes.check_source(evidence.source)
    evidence.refresh_from_db()
    return evidence


def approve(verdict, *, by):
    review.submit(verdict, by=verdict.author)
    return review.approve(verdict, by=by)


def make_published(
    slug="bridge-cost", *, author, reviewer, topics=(), subjects=(), article="article", **fields
):
    """A claim with a verdict in force, made in an article; returns its first revision."""
    claim = make_claim(
        slug, **{k: v for k, v in fields.items() if k not in {"rating_slug", "summary"}}
    )
    claim.topics.set(topics)
    claim.subjects.set(subjects)
    article = Source.objects.filter(slug=article).first() or make_source(article)
    Appearance.objects.create(
        claim=claim, source=article, section="1", order=claim.pk, exact=f"quote of {slug}"
    )
    draft = make_draft(
        claim,
        author=author,
        **{k: v for k, v in fields.items() if k in {"rating_slug", "summary"}},
    )
    return publishing.publish(approve(draft, by=reviewer), by=reviewer)


@transaction.atomic
def make_page(slug="method", *, owner, review_due_on="2100-01-01", **texts):
    page = Page.objects.create(slug=slug, owner=owner, review_due_on=review_due_on)
    texts = {"en": ("How we check", "# First\n\nWe read *everything*.")} | texts
    for language, (title, body) in texts.items():
        PageTranslation.objects.create(of=page, language=language, title=title, body=body)
    return page


def make_external_review(n=0, claim="The bridge of Northgate cost 90 million.", **fields):
    """What another fact-checker published."""
    defaults = {
        "url": f"https://example.net/{n}",
        "claim_reviewed": claim,
        "publisher_name": "Them",
        "publisher_site": "example.net",
        "rating_label": "Nope",
        "normalized": "false",
        "language": "en",
    }
    review = ExternalReview.objects.create(**defaults | fields)
    index_reviews([review.pk])
    return review


def retract(claim, *, by, reason=None):
    """Take back the claim's verdict, the last one that was in force."""
    verdict = claim.verdicts.exclude(published_at=None).latest("pk")
    return publishing.retract(verdict, reason=reason or {"en": "We erred."}, by=by)


def correct(verdict, *, by, kind="update", text=None, accepted=()):
    """What the author proposes, `by` carries out."""
    correction = review.propose_correction(
        verdict, kind=kind, text=text or {"en": "The figure was wrong."}, by=verdict.author
    )
    return publishing.correct(correction, by=by, accepted=accepted)
