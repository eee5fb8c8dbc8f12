"""What is still missing before a verdict may go out.

Each rule looks at one verdict and says what is wrong with it in a sentence for editors. Errors
stop; warnings need a person who has read them. The same gate stands before every publication and
every correction, whoever asks (IFCN principles 2.1 and 5.4).
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from sources import characters
from sources.choices import Proximity
from sources.languages import texts

from . import document
from .choices import QuoteState, Stance, SubjectKind, VerdictStatus
from .languages import occurs
from .markdown import cited
from .models import RatingTranslation, Subject
from .rules import is_under_embargo

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


def rule(name, severity, field, reads=None):
    """Register a rule: a function of a verdict that returns a sentence, or None if all is well.

    What `reads` returns is the same for every verdict and comes second.
    """

    def register(check):
        def finding(verdict, shared):
            if reads and reads not in shared:
                shared[reads] = reads()
            message = check(verdict, shared[reads]) if reads else check(verdict)
            return Finding(name, severity, message, field) if message else None

        RULES[name] = finding
        return check

    return register


def findings(verdict, shared=None):
    """Everything that the rules have to say, errors first.

    `verdict` comes from `document.verdicts_to_render()`, or costs a few queries more. Whoever looks
    at many of them at once hands the same empty dictionary to each call as `shared`.
    """
    shared = {} if shared is None else shared
    found = [finding for check in RULES.values() if (finding := check(verdict, shared))]
    return sorted(found, key=lambda finding: not finding.stops)


@rule("approved", Severity.ERROR, "status")
def is_approved(verdict):
    if verdict.status not in {VerdictStatus.APPROVED, VerdictStatus.PUBLISHED}:
        return _("A reviewer has not approved this verdict yet.")
    return None


@rule("changed-since-signed", Severity.ERROR, "status")
def is_what_was_approved(verdict):
    """What goes out is what two people read: the statement and the sources count, too."""
    if verdict.status == VerdictStatus.IN_REVIEW:
        signed = verdict.submitted_sha256
        message = _("What readers would see has changed since it was handed in. Send it back.")
    elif verdict.status == VerdictStatus.APPROVED:
        signed = verdict.approved_sha256
        message = _("What readers would see has changed since it was approved. Send it back.")
    else:
        return None
    return None if document.fingerprint(verdict) == signed else message


@rule("embargo", Severity.ERROR, "publish_at")
def is_out_of_embargo(verdict):
    if is_under_embargo(verdict):
        return format_lazy(
            _("It may not be public before {moment}."),
            moment=date_format(timezone.localtime(verdict.publish_at), "j F Y, H:i e"),
        )
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


@rule("source-withdrawn", Severity.WARNING, "evidence")
def sources_stand(verdict):
    gone = [row for row in verdict.evidence.all() if row.source.is_withdrawn]
    if not gone:
        return None
    return format_lazy(
        _("“{source}” was taken back by its publisher. Say what it is cited for."),
        source=gone[0].source.title,
    )


def _minors():
    return _names(Q(is_minor=True))


def _private_people():
    return _names(Q(is_private=True))


@rule("minor", Severity.ERROR, "claim", reads=_minors)
def names_no_minor(verdict, names):
    if _named(names, document.draft(verdict)):
        return _("A text names a minor. Say it without the name.")
    return None


@rule("private-person", Severity.ERROR, "claim", reads=_private_people)
def names_no_private_person(verdict, names):
    if _named(names, document.draft(verdict)):
        return _("A text names a private person. Say it without the name.")
    return None


@rule("characters", Severity.ERROR, "claim")
def has_only_fit_characters(verdict):
    """Control characters, and those that turn the direction of what follows (CVE-2021-42574)."""
    return _hidden(document.draft(verdict))


def objection(rendered):
    """What keeps a document from going out, through whatever door; None if nothing does.

    The last look before the record: nothing that was edited since the gate slips by.
    """
    if _named(_names(Q(is_minor=True) | Q(is_private=True)), rendered):
        return _("A text names a minor or a private person. Say it without the name.")
    return _hidden(rendered)


def _hidden(rendered):
    return next(filter(None, map(characters.objection, _strings(rendered))), None)


@rule("claimant", Severity.ERROR, "claim")
def says_who_claims_it(verdict):
    claimant = document.draft(verdict)["claimant"]
    if claimant["subject"] or claimant["speaker"]:
        return None
    return _("Say who makes the claim: choose the claimant, or describe the speaker.")


def _labels_of_ratings():
    return list(RatingTranslation.objects.values_list("label", flat=True).distinct())


@rule("statement", Severity.WARNING, "statement", reads=_labels_of_ratings)
def statement_is_free_of_the_verdict(verdict, labels):
    """The statement is what was claimed; what we think of it stands elsewhere."""
    statement = "\n".join(texts(verdict.claim.translations.all(), "statement").values())
    found = next((label for label in labels if occurs(label, statement)), None)
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


@rule("citations", Severity.WARNING, "analysis")
def citations_lead_to_evidence(verdict):
    """Evidence is numbered by its order, so taking one away may leave `[3]` pointing nowhere."""
    known = set(range(1, len(verdict.evidence.all()) + 1))
    analyses = texts(verdict.translations.all(), "analysis").values()
    lost = sorted({number for text in analyses for number in cited(text)} - known)
    if not lost:
        return None
    return format_lazy(
        _("The analysis cites [{number}], and no evidence has that number."), number=lost[0]
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


def _names(flagged):
    """The names and aliases of all subjects so flagged."""
    found = Subject.objects.filter(flagged).prefetch_related("translations")
    return [
        name
        for subject in found
        for name in [*subject.aliases, *texts(subject.translations.all(), "name").values()]
    ]


def _named(names, rendered):
    """Does a document carry one of these names?"""
    if not names:
        return False
    public = "\n".join(" ".join(text.split()) for text in _strings(rendered))
    return any(occurs(" ".join(name.split()), public) for name in names)


def _strings(value):
    """Every text in a document, in whatever corner."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
