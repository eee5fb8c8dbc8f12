"""Closed lists of the trade. The values are public: documents, API and addresses carry them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SubjectKind(models.TextChoices):
    PERSON = "person", _("person")
    ORGANIZATION = "organization", _("organisation")
    WORK = "work", _("work")
    EVENT = "event", _("event")
    PLACE = "place", _("place")


class Normalized(models.TextChoices):
    """The four values into which the scales of the field can be compared."""

    TRUE = "true", _("true")
    MIXED = "mixed", _("mixed")
    FALSE = "false", _("false")
    OTHER = "other", _("other")


class Standing(models.TextChoices):
    """What the newsroom makes of another fact-checker."""

    LISTED = "listed", _("listed")
    TRUSTED = "trusted", _("trusted")
    HIDDEN = "hidden", _("hidden from readers")


class ClaimKind(models.TextChoices):
    """How a claim can be checked."""

    DOCUMENTARY = "documentary", _("documentary")
    ARITHMETIC = "arithmetic", _("arithmetic")
    ATTRIBUTION = "attribution", _("attribution")
    CONSISTENCY = "consistency", _("consistency")


class RelationKind(models.TextChoices):
    """What one claim is to another. Related says only: read both."""

    REPEATS = "repeats", _("repeats")
    CONTRADICTS = "contradicts", _("contradicts")
    PART_OF = "part-of", _("is part of")
    DEPENDS_ON = "depends-on", _("depends on")
    RELATED = "related", _("is related to")


class Confidence(models.TextChoices):
    HIGH = "high", _("high")
    MEDIUM = "medium", _("medium")
    LOW = "low", _("low")


class VerdictStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in-review", _("in review")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")
    SUPERSEDED = "superseded", _("superseded")
    RETRACTED = "retracted", _("retracted")


# What has been public stays as it was: a change is a new verdict.
FROZEN = [VerdictStatus.PUBLISHED, VerdictStatus.SUPERSEDED, VerdictStatus.RETRACTED]
# What two people stand behind.
SIGNED = [VerdictStatus.APPROVED, *FROZEN]
# The words are fixed while a reviewer reads them, or they would sign what they have not read.
FIXED = [VerdictStatus.IN_REVIEW, *SIGNED]


class Stance(models.TextChoices):
    SUPPORTS = "supports", _("supports")
    REFUTES = "refutes", _("refutes")
    CONTEXT = "context", _("context")


class QuoteState(models.TextChoices):
    """Verified: the words occur in the archived text. Anything less needs a person."""

    UNVERIFIED = "unverified", _("unverified")
    VERIFIED = "verified", _("verified")
    BROKEN = "broken", _("broken")


class Action(models.TextChoices):
    """What a revision did to the record."""

    PUBLISH = "publish", _("published")
    CORRECT = "correct", _("corrected")
    RETRACT = "retract", _("retracted")
    MERGE = "merge", _("merged into another claim")
    ABSORB = "absorb", _("took over a merged claim")
    RESTORE = "restore", _("restored after a merge")
    SEAL = "seal", _("sealed")


class State(models.TextChoices):
    """What a claim's latest document says of it."""

    PUBLISHED = "published", _("published")
    RETRACTED = "retracted", _("retracted")
    MERGED = "merged", _("merged")
    SEALED = "sealed", _("sealed")


class CorrectionKind(models.TextChoices):
    MINOR = "minor", _("minor")
    UPDATE = "update", _("update")
    SUBSTANTIAL = "substantial", _("substantial")


class CommentKind(models.TextChoices):
    REMARK = "remark", _("remark")
    SENT_BACK = "sent-back", _("sent back")


class TermKind(models.TextChoices):
    SUBJECT = "subject", _("subject")
    TOPIC = "topic", _("topic")
    SOURCE = "source", _("source")
    ARTICLE = "article", _("article that claims were made in")
    PUBLISHER = "publisher", _("publisher")
    RATING = "rating", _("rating")
    MEANING = "meaning", _("rating in one version of the scale")


class LookReason(models.TextChoices):
    """Why a verdict in force needs another look."""

    QUOTE = "quote", _("a quote broke")
    LINK = "link", _("the link is dead, or leads to something else")
    WITHDRAWN = "withdrawn", _("the source was taken back")
    CLAIM = "claim", _("the verdict on a claim that it depends on has changed")


class MatchReason(models.TextChoices):
    """Why a review of others seemed to be about a claim of ours."""

    APPEARANCE = "appearance", _("same page")
    WORDS = "words", _("like words")
    HAND = "hand", _("found by an editor")


class SubmissionKind(models.TextChoices):
    CLAIM = "claim", _("claim to check")
    ERROR = "error", _("error to report")


class DeliveryState(models.TextChoices):
    """What became of a message to a webhook."""

    WAITING = "waiting", _("waiting")
    TAKEN = "taken", _("taken")
    GIVEN_UP = "given up", _("given up")


class SubmissionState(models.TextChoices):
    RECEIVED = "received", _("received")
    ACCEPTED = "accepted", _("being looked at")
    DECLINED = "declined", _("declined")
    DONE = "done", _("done")


class DeclineReason(models.TextChoices):
    """Why the desk does not follow a tip, as its sender reads it."""

    OPINION = "opinion", _("It is an opinion or a forecast, and no evidence can settle it.")
    PRIVATE = "private", _("It is about somebody's private life, which we leave alone.")
    UNCLEAR = "unclear", _("What it says is too little, or too unclear, to look for evidence.")
    SCOPE = "scope", _("It is not a matter of public interest, which is what we check.")
    STANDS = "stands", _("We looked at it again, and what we published stands.")
    OTHER = "other", _("For the reason that our answer gives.")


class ContactChannel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    TELEPHONE = "telephone", _("telephone")
    LETTER = "letter", _("letter")
    FORM = "form", _("form on a site")
    SOCIAL = "social", _("social network")
    MEETING = "meeting", _("meeting")


class PageKind(models.TextChoices):
    """The pages on which a newsroom says who it is, as the codes of principles ask."""

    METHOD = "method", _("How we check")
    CORRECTIONS = "corrections-policy", _("How we correct")
    FUNDING = "funding", _("Who pays")
    TEAM = "team", _("Who we are")
    PRINCIPLES = "principles", _("Our principles")
    CONTACT = "contact", _("Contact")


class Scope(models.TextChoices):
    """What a program may write with a key. Every key reads what its owner sees; none publishes."""

    CLAIMS_WRITE = "claims:write", _("write claims")
    SOURCES_WRITE = "sources:write", _("write sources")
    VERDICTS_WRITE = "verdicts:write", _("write verdicts and evidence")
    VERDICTS_SUBMIT = "verdicts:submit", _("hand verdicts to a reviewer")
