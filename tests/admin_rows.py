"""Rows for every model of the admin, as many as a test asks for, all of them tied to one object."""

import datetime
import hashlib

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from claims import keys
from claims.choices import PageKind
from claims.models import (
    AccessKey,
    Appearance,
    Checker,
    Claim,
    ClaimRedirect,
    ClaimRelation,
    Comment,
    Contact,
    Correction,
    CorrectionTranslation,
    Delivery,
    Evidence,
    EvidenceTranslation,
    ExternalReview,
    Job,
    JobError,
    Look,
    Page,
    PageTranslation,
    PublishedClaim,
    PublishedPage,
    PublishedTerm,
    Rating,
    RatingLabel,
    RatingScale,
    RatingTranslation,
    Revision,
    Subject,
    Submission,
    Timestamp,
    Topic,
    Verdict,
    VerdictTranslation,
    Webhook,
)
from sources.models import ArchiveCopy, LinkCheck, Publisher, Snapshot, Source, SourceTranslation

from . import desk


def language(n):
    return "".join(chr(97 + digit % 26) for digit in (n // 676, n // 26, n))


def sha(n):
    return hashlib.sha256(str(n).encode()).hexdigest()


class Rows:
    """`add(n)` makes one more row of every kind: a new object each, and a part of the first one."""

    def __init__(self):
        self.author, self.reviewer = desk.make_author(), desk.make_reviewer()
        self.administrator = desk.make_user("zoe", role="administrator")

    def add(self, n):
        publisher = desk.make_publisher(f"publisher-{n}")
        source = desk.make_source(f"source-{n}", publisher=publisher)
        topic = desk.make_topic(f"topic-{n}", parent=Topic.objects.first())
        subject = desk.make_subject(f"subject-{n}")
        with transaction.atomic():
            rating = Rating.objects.create(
                scale=RatingScale.objects.first(), slug=f"r{n}", normalized="other", color="x",
                symbol="x", order=n,
            )  # fmt: skip
            RatingTranslation.objects.create(of=rating, language="en", label="L", meaning="M")
        RatingScale.objects.create(version=f"v{n}", in_force_from=datetime.date(2027, 1, 1))
        revision = desk.make_published(
            f"claim-{n}",
            author=self.author,
            reviewer=self.reviewer,
            topics=[topic],
            subjects=[subject],
            claimant=subject,
        )
        claim = Claim.objects.get(slug=revision.claim)
        desk.make_draft(claim, author=self.author)
        Timestamp.objects.create(
            seq=revision.seq, chain=revision.chain, authority="https://tsa.example.org/",
            at=timezone.now(), token=b"x",
        )  # fmt: skip
        ClaimRedirect.objects.create(slug=f"gone-{n}", to=claim.slug)
        self._parts_of_first(n, claim, source)
        self._other(n, source)

    def _parts_of_first(self, n, claim, source):
        first = self.first(Claim)
        if first != claim:
            ClaimRelation.objects.create(claim=first, other=claim)
        Appearance.objects.create(claim=first, source=source, exact=f"words {n}")
        verdict = self.first(Verdict)
        evidence = Evidence.objects.create(verdict=verdict, source=source, stance="context")
        EvidenceTranslation.objects.create(of=evidence, language="en", finding=f"Finding {n}.")
        EvidenceTranslation.objects.create(
            of=self.first(Evidence), language=language(n), finding=f"Finding {n}."
        )
        VerdictTranslation.objects.create(of=verdict, language=language(n), summary=f"S {n}.")
        Comment.objects.create(verdict=verdict, author=self.reviewer, text=f"Remark {n}.")
        Look.objects.create(
            verdict=verdict, reason="link", about=n, since=timezone.now(), by=self.author, note="N"
        )
        with transaction.atomic():
            correction = Correction.objects.create(
                verdict=verdict, kind="minor", proposed_by=self.author, approved_by=self.reviewer,
                revision=n + 1, proposed_sha256=sha(n),
            )  # fmt: skip
            CorrectionTranslation.objects.create(of=correction, language="en", text=f"Text {n}.")
        CorrectionTranslation.objects.create(
            of=self.first(Correction), language=language(n), text=f"Text {n}."
        )
        Contact.objects.create(
            verdict=verdict, contacted_on=datetime.date(2026, 1, 1), channel="email", whom="office"
        )

    def _other(self, n, source):
        now = timezone.now()
        first = self.first(Source)
        SourceTranslation.objects.create(of=first, language=language(n), title=f"Title {n}")
        if n < len(PageKind):
            with transaction.atomic():
                about = Page.objects.create(
                    slug=PageKind.values[n], owner=self.author, review_due_on="2026-01-01"
                )
                PageTranslation.objects.create(of=about, language="en", title="T", body="B")
        PageTranslation.objects.create(
            of=self.first(Page), language=language(n), title=f"T {n}", body="B"
        )
        document = b'{"slug": "method", "title": {"en": "T"}, "body": {"en": "B"}, "n": %d,' % n
        document += b'"version": 1, "published_at": "2026-01-01T00:00:00Z"}'
        PublishedPage.objects.create(
            slug="method", number=n + 1, at=now, document=document,
            sha256=hashlib.sha256(document).hexdigest(),
        )  # fmt: skip
        for of in {source, first}:
            Snapshot.objects.create(
                source=of, sha256=sha(n), media_type="text/html", size=1, text="x" * 100,
                captured_at=now, method="pasted",
            )  # fmt: skip
            ArchiveCopy.objects.create(
                source=of, service="archive", state="requested", requested_at=now
            )
            LinkCheck.objects.create(source=of, checked_at=now, state="ok")
        desk.make_external_review(n)
        Checker.objects.create(site=f"{n}.example.net", name="Them")
        RatingLabel.objects.create(label=f"Nope {n}", language="en", normalized="false")
        hook = Webhook.objects.create(name=f"Hook {n}", url="https://example.net/", told=0)
        Delivery.objects.create(
            webhook=hook, event="evt_1", kind="ping", body="{}", made_at=now, due_at=now
        )
        keys.make(name=f"Key {n}", scopes=[], days=1, by=self.administrator)
        Submission.objects.create(kind="claim", text=f"Please check {n}.")
        add_job(n)
        get_user_model().objects.create_user(f"user-{n}")
        Group.objects.create(name=f"group-{n}")

    def first(self, model):
        """The row that has the parts: a draft, where there are drafts."""
        rows = model.objects.order_by("pk")
        if model is Verdict:
            rows = rows.filter(status="draft")
        if model is Evidence:
            rows = rows.filter(verdict=self.first(Verdict))
        if model is Claim:
            rows = rows.filter(slug="claim-0")
        if model is Source:
            rows = rows.filter(slug="source-0")
        return rows.first()


def add_job(n):
    job = app.tasks["claims.jobs.publish_due"].defer(timestamp=n)
    JobError.objects.create(job_id=job, text=f"OSError: {n}")


MODELS = [
    AccessKey, Appearance, ArchiveCopy, Checker, Claim, ClaimRedirect, Correction, Delivery,
    Evidence,
    ExternalReview, Group,
    Job, LinkCheck, Page, PublishedClaim, PublishedPage, PublishedTerm, Publisher,
    Rating, RatingLabel, RatingScale, Revision, Snapshot, Source, Subject, Submission, Timestamp,
    Topic, Verdict, Webhook, get_user_model(),
]  # fmt: skip
