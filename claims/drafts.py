"""Drafts as programs write them: by the rules of the desk, whole or not at all.

What the admin's forms refuse beyond the models is refused here too, or by whoever read the words:
characters that cannot be seen are for that reader.
"""

from dataclasses import dataclass, field

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from sources import visits
from sources.history import signed
from sources.models import SourceTranslation

from . import anchoring, appearances, quotes, rules
from .choices import VerdictStatus
from .models import (
    Appearance,
    ClaimTranslation,
    Evidence,
    EvidenceTranslation,
    Rating,
    RatingScale,
    VerdictTranslation,
)


@dataclass
class Said:
    """What is to change, by the models' names. What is not named stays as it is."""

    columns: dict = field(default_factory=dict)
    texts: dict = field(default_factory=dict)  # {column: {language: text, or "" for none}}
    sets: dict = field(default_factory=dict)  # {many-to-many field: all its rows}
    parts: dict = field(default_factory=dict)  # {related name: all its rows, as {column: value}}


class Unfit(Exception):
    """`errors` are pairs of a path (a column, then languages or places) and a sentence."""

    def __init__(self, errors):
        super().__init__("; ".join(sentence for _path, sentence in errors))
        self.errors = errors


class NotADraft(Exception):
    """A reviewer has it, or readers: its words are fixed."""


def ratings():
    """The ratings of the scale in force."""
    scales = RatingScale.objects.filter(in_force_from__lte=timezone.now().date())
    return Rating.objects.filter(scale=scales.order_by("-in_force_from", "-pk").first())


# All raise Unfit, PermissionDenied, and what the database refuses; the caller holds the row's lock.


@signed
@transaction.atomic
def write_source(source, said, *, by):
    """A new source, or changes of one."""
    if source.pk is None:
        rules.require(by, "sources.add_source")
        source.created_by = by
    elif not rules.may_change_source(by, source):
        raise PermissionDenied(_("This source is somebody else's, or a reviewer has it."))
    _write(source, said, SourceTranslation)
    connection.check_constraints()
    return source


@signed
@transaction.atomic
def write_claim(claim, said, *, by):
    """A new claim, or changes of one."""
    if claim.pk is None:
        rules.require(by, "claims.add_claim")
        claim.created_by = by
    elif not rules.may_change_claim(by, claim):
        raise PermissionDenied(_("This claim is somebody else's, or a reviewer has it."))
    _write(claim, said, ClaimTranslation)
    if not ClaimTranslation.objects.filter(of=claim).exists():
        raise Unfit([(("statement",), _("Write it in at least one language."))])
    if "appearances" in said.parts:
        _write_appearances(claim, said.parts["appearances"], by)
    if "relations" in said.parts:
        _write_alike(claim.relations, "relations", said.parts["relations"])
    connection.check_constraints()
    return claim


@signed
@transaction.atomic
def write_verdict(verdict, said, *, by):
    """A new draft of `by`, or changes of a draft. Raises NotADraft too."""
    if verdict.pk is None:
        rules.require(by, "claims.add_verdict")
        verdict.author = by
    else:
        _require_draft(verdict, by)
    _write(verdict, said, VerdictTranslation)
    if "contacts" in said.parts:
        _write_alike(verdict.contacts, "contacts", said.parts["contacts"])
    connection.check_constraints()
    return verdict


@signed
@transaction.atomic
def write_evidence(evidence, said, *, by):
    """A new piece of evidence for a draft, or changes of one. Raises NotADraft too."""
    _require_draft(evidence.verdict, by)
    if evidence.pk is None and "order" not in said.columns:
        last = evidence.verdict.evidence.aggregate(last=Max("order"))["last"]
        evidence.order = 0 if last is None else last + 1
    is_quoted_anew = {"source", "quote"} & said.columns.keys()
    _write(evidence, said, EvidenceTranslation)
    quotes.check(Evidence.objects.filter(pk=evidence.pk))
    if is_quoted_anew and evidence.quote:
        visits.look_again(evidence.source)
    evidence.refresh_from_db()
    connection.check_constraints()
    return evidence


@signed
@transaction.atomic
def remove_evidence(evidence, *, by):
    """Take a piece of evidence out of a draft. Raises NotADraft, PermissionDenied."""
    _require_draft(evidence.verdict, by)
    evidence.delete()
    connection.check_constraints()


def _require_draft(verdict, by):
    if verdict.status != VerdictStatus.DRAFT:
        raise NotADraft(_("It is no draft any more: its words are fixed."))
    if not rules.may_change_verdict(by, verdict):
        raise PermissionDenied(_("This verdict is somebody else's: an editor can do this."))


# --- Rows, their texts, their parts ---------------------------------------------------


def _write(row, said, translation):
    _put(row, said.columns)
    _check(row)
    row.save()
    for name, rows in said.sets.items():
        getattr(row, name).set(rows)
    for language in sorted({tag for texts in said.texts.values() for tag in texts}):
        _write_texts(row, translation, language, said.texts)


def _put(row, columns):
    for name, value in columns.items():
        setattr(row, name, value)


def _check(row, path=()):
    try:
        row.full_clean()
    except ValidationError as error:
        raise Unfit(
            [
                ((*path, *([name] if name != NON_FIELD_ERRORS else [])), sentence)
                for name, sentences in error.message_dict.items()
                for sentence in sentences
            ]
        ) from error


def _write_texts(of, translation, language, texts):
    """What is said in one language; without a word left, the language goes."""
    given = {column: found[language] for column, found in texts.items() if language in found}
    row = translation.objects.filter(of=of, language=language).first()
    row = row or translation(of=of, language=language)
    _put(row, given)
    if not any(getattr(row, column).strip() for column in texts_of(translation)):
        if row.pk:
            row.delete()
        return
    try:
        _check(row)
    except Unfit as error:
        first = next(iter(given))
        raise Unfit(
            [
                ((path[0] if path and path[0] != "language" else first, language), sentence)
                for path, sentence in error.errors
            ]
        ) from error
    row.save()


def texts_of(translation):
    """The columns of a table of texts that hold texts."""
    return [
        column.name
        for column in translation._meta.concrete_fields
        if column.name not in {"id", "of", "language"}
    ]


def _write_alike(rows, name, wanted):
    """All parts of one kind: those that say the same stay, others go, others come."""
    kept = list(rows.all())
    new = []
    for place, columns in enumerate(wanted):
        same = next((row for row in kept if _says(row, columns)), None)
        if same:
            kept.remove(same)
        else:
            new.append((place, columns))
    rows.filter(pk__in=[row.pk for row in kept]).delete()
    for place, columns in new:
        row = rows.model(**{rows.field.name: rows.instance}, **columns)
        _check(row, (name, place))
        row.save()


def _says(row, columns):
    return all(getattr(row, name) == value for name, value in columns.items())


# --- Where a claim was made ---------------------------------------------------------


def _write_appearances(claim, wanted, by):
    """All places of a claim. One with the same source and words stays the row that it is."""
    known = {
        (row.source_id, anchoring.normalise(row.exact)): row for row in claim.appearances.all()
    }
    found = [
        known.pop((columns["source"].pk, anchoring.normalise(columns["exact"])), None)
        for columns in wanted
    ]
    claim.appearances.filter(pk__in=[row.pk for row in known.values()]).delete()
    # Who is the first no more says so before another one is.
    order = sorted(range(len(wanted)), key=lambda place: bool(wanted[place].get("is_first")))
    for place in order:
        columns = dict(wanted[place])
        try:
            row = found[place] or _new_appearance(claim, columns, by)
        except appearances.NotAnchored as error:
            raise Unfit([(("appearances", place, "exact"), str(error))]) from error
        except ValidationError as error:
            raise Unfit([(("appearances", place), " ".join(error.messages))]) from error
        for name in ("source", "exact", *(["prefix", "suffix"] if row.snapshot_id else [])):
            columns.pop(name, None)  # as the text has them
        _put(row, columns)
        _check(row, ("appearances", place))
        row.save()


def _new_appearance(claim, columns, by):
    """With its position, where the source's text is stored: there, the words must stand."""
    source, exact = columns["source"], columns["exact"]
    snapshot = appearances.newest_text(source) if exact else None
    if snapshot is None:
        return Appearance(claim=claim, **columns)
    around = {name: columns.get(name, "") for name in ("prefix", "suffix")}
    place = appearances.only_place(snapshot, exact, **around)
    section = columns.get("section") or place.section
    return appearances.attach(claim, place, section=section, by=by)
