"""What is still missing before a verdict may go out.

Each rule looks at one verdict and says what is wrong with it in a sentence for editors. Errors
stop; warnings need a person who has read them. The same gate stands before every publication and
every correction, whoever asks (IFCN principles 2.1 and 5.4).
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from sources.choices import Proximity
from sources.languages import texts

from .choices import QuoteState, Stance, SubjectKind, VerdictStatus
from .models import RatingTranslation, Subject

# Who can be asked: works, events and places do not answer.
ANSWERS = {SubjectKind.PERSON, SubjectKind.ORGANIZATION}


class Severity(models.TextChoices):
    ERROR = "error", _("error")
    WARNING = "warning", _("warning")


@dataclass(frozen=True)
class Finding:
    """One thing that stands in the way. `field` names what mends it, as in the admin's form."""

    rule: str
    severity: Severity
    message: str
    field: str

    @property
    def stops(self):
        return self.severity == Severity.ERROR

    def __str__(self):
        return str(self.message)


RULES = {}


def rule(name, severity, field):
    """Register a rule: a function of a verdict that returns a sentence, or None if all is well."""

    def register(check):
        def finding(verdict):
            message = check(verdict)
            return Finding(name, severity, message, field) if message else None

        RULES[name] = finding
        return check

    return register


def findings(verdict):
    """Everything that the rules have to say, errors first.

    `verdict` comes from `document.verdicts_to_render()`, or costs a few queries more.
    """
    found = [finding for check in RULES.values() if (finding := check(verdict))]
    return sorted(found, key=lambda finding: not finding.stops)


@rule("approved", Severity.ERROR, "status")
def is_approved(verdict):
    if verdict.status not in {VerdictStatus.APPROVED, VerdictStatus.PUBLISHED}:
        return _("A reviewer has not approved this verdict yet.")
    return None


@rule("rating", Severity.ERROR, "rating")
def has_rating(verdict):
    return None if verdict.rating else _("Choose a rating.")


@rule("confidence", Severity.ERROR, "confidence")
def has_confidence(verdict):
    return None if verdict.confidence else _("Say how sure we are: high, medium or low.")


@rule("reviewer", Severity.ERROR, "reviewer")
def has_reviewer(verdict):
    return None if verdict.reviewer_id else _("Somebody other than the author must sign.")


@rule("reviewer-is-author", Severity.ERROR, "reviewer")
def reviewer_is_not_author(verdict):
    if verdict.reviewer_id and verdict.reviewer_id == verdict.author_id:
        return _("The reviewer must be somebody else than the author.")
    return None


@rule("summary", Severity.ERROR, "summary")
def has_summary(verdict):
    """In the claim's own language or in the site's default one."""
    wanted = {verdict.claim.original_language, settings.LANGUAGE_CODE}
    if wanted & set(texts(verdict.translations.all(), "summary")):
        return None
    return format_lazy(
        _("Write the summary in one of these languages: {languages}."),
        languages=", ".join(sorted(wanted)),
    )


@rule("evidence", Severity.ERROR, "evidence")
def has_evidence(verdict):
    if verdict.rating and verdict.rating.needs_evidence and not verdict.evidence.all():
        return _("Cite at least one piece of evidence, or rate the claim unproven.")
    return None


@rule("evidence-opened", Severity.ERROR, "evidence")
def some_evidence_was_opened(verdict):
    """What is cited from memory may not be the only support of a firm verdict."""
    evidence = verdict.evidence.all()
    if not (verdict.rating and verdict.rating.needs_evidence and evidence):
        return None
    if any(row.source.retrieved for row in evidence):
        return None
    return _("Nobody has opened any of the sources cited. Open one, or rate the claim unproven.")


@rule("finding", Severity.WARNING, "evidence")
def evidence_says_what_was_found(verdict):
    mute = [row for row in verdict.evidence.all() if not row.translations.all()]
    if not mute:
        return None
    return format_lazy(
        _("Nothing says what was found in “{source}”."), source=mute[0].source.original.title
    )


@rule("quote-broken", Severity.ERROR, "evidence")
def quotes_stand(verdict):
    broken = [row for row in verdict.evidence.all() if row.quote_state == QuoteState.BROKEN]
    if not broken:
        return None
    return format_lazy(
        _("The quote from “{source}” does not occur in the archived text."),
        source=broken[0].source.title,
    )


@rule("minor", Severity.ERROR, "claim")
def names_no_minor(verdict):
    """No text that goes out may carry the name of somebody flagged as a minor."""
    names = [
        name
        for subject in Subject.objects.filter(is_minor=True).prefetch_related("translations")
        for name in [*subject.aliases, *texts(subject.translations.all(), "name").values()]
    ]
    public = "\n".join(_public_texts(verdict))
    if any(_occurs(name, public) for name in names):
        return _("A text names a minor. Say it without the name.")
    return None


@rule("statement", Severity.WARNING, "statement")
def statement_is_free_of_the_verdict(verdict):
    """The statement is what was claimed; what we think of it stands elsewhere."""
    labels = RatingTranslation.objects.values_list("label", flat=True).distinct()
    statement = "\n".join(texts(verdict.claim.translations.all(), "statement").values())
    found = next((label for label in labels if _occurs(label, statement)), None)
    if found is None:
        return None
    return format_lazy(_("The statement has the words of a rating in it: “{label}”."), label=found)


@rule("no-primary-source", Severity.WARNING, "sourcing_note")
def cites_a_primary_source(verdict):
    evidence = verdict.evidence.all()
    if not evidence or texts(verdict.translations.all(), "sourcing_note"):
        return None
    if any(row.source.original.proximity == Proximity.PRIMARY for row in evidence):
        return None
    return _("No evidence is primary. Cite a primary source, or note why none could be had.")


@rule("one-stance", Severity.WARNING, "evidence")
def evidence_has_two_sides(verdict):
    """Evidence for and against is looked for (IFCN principle 5.3)."""
    stances = {row.stance for row in verdict.evidence.all()}
    if len(stances) != 1:
        return None
    return format_lazy(
        _("All evidence has one stance: {stance}. Was the other side looked for?"),
        stance=Stance(stances.pop()).label,
    )


@rule("reason", Severity.WARNING, "reason")
def says_why_it_was_checked(verdict):
    """Readers may ask why this claim and not another (IFCN principle 5.2)."""
    if texts(verdict.claim.translations.all(), "reason"):
        return None
    return _("Say why this claim was checked.")


@rule("contact", Severity.WARNING, "contacts")
def claimant_was_asked(verdict):
    """Whoever made the claim may say what it rests on (IFCN principle 5.5)."""
    claimant = verdict.claim.claimant
    if claimant is None or claimant.kind not in ANSWERS or verdict.contacts.all():
        return None
    return _("No attempt to ask the claimant is recorded.")


def _public_texts(verdict):
    claim = verdict.claim
    for row in claim.translations.all():
        yield from (row.statement, row.speaker, row.reason)
    for row in verdict.translations.all():
        yield from (row.summary, row.analysis, row.sourcing_note)
    yield from claim.appearances.values_list("exact", flat=True)
    yield verdict.conflict_of_interest
    for row in verdict.contacts.all():
        yield from (row.whom, row.answer)
    for evidence in verdict.evidence.all():
        yield from (evidence.quote, evidence.locator, evidence.source.original.title)
        yield from texts(evidence.translations.all(), "finding").values()


def _occurs(words, text):
    """Whole words where letters have word boundaries; anywhere in Chinese, which has none."""
    if not words:
        return False
    edge = r"\b" if words.isascii() else ""
    return re.search(f"{edge}{re.escape(words)}{edge}", text, re.IGNORECASE) is not None
