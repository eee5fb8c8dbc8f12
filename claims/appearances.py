"""Where claims stand in an article's text: found exactly once, or chosen by a person.

Nothing here guesses. A quote keeps its place in a newer text where it occurs exactly once there;
everything else waits for a person, in the place that it had.
"""

import re
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sources import capture
from sources.characters import hidden
from sources.choices import CaptureMethod
from sources.history import signed
from sources.models import Snapshot

from . import anchoring, quotes
from .models import Appearance, ClaimTranslation
from .rules import may_change_claim, may_store_text, require

MAX_QUOTE = Appearance._meta.get_field("exact").max_length
STEP = 10  # between the places of two claims, so that others fit in between
PLACED = ["snapshot", "start", "end", "prefix", "suffix"]
# "01 A heading", "2.1 …", "三、…", "第四章 …"; a date or an amount is none.
HEADING = re.compile(
    r"^[ \t\u3000]*(?:第?0*(\d{1,2}(?:\.\d{1,2})*)(?![\d年月日号时点:：%％,，-])"
    r"|第?([一二三四五六七八九十]{1,3})[、章节部])[^\n]{0,60}$",
    re.MULTILINE,
)
SENTENCE_END = "。；，,;.!！"


class NotAnchored(Exception):
    """These words have no place in the text; the message says why."""


@dataclass(frozen=True)
class Place:
    """Words of a text, by their position: code points, end exclusive."""

    snapshot: Snapshot
    start: int
    end: int

    @property
    def exact(self):
        return self.snapshot.text[self.start : self.end]

    @property
    def section(self):
        return section(self.snapshot.text, self.start)

    def give_to(self, row):
        row.snapshot, row.start, row.end = self.snapshot, self.start, self.end
        row.prefix, row.suffix = anchoring.around(self.snapshot.text, self.start, self.end)


@dataclass
class Standing:
    """The appearances of a source, as its newest text has them."""

    marks: list = field(default_factory=list)  # with a place in this text, in reading order
    carried: list = field(default_factory=list)  # those of `marks` whose place is not stored yet
    adrift: list = field(default_factory=list)  # (row, times): their place is in an earlier text
    unplaced: list = field(default_factory=list)  # (row, times): never had one, or lost it
    quoteless: list = field(default_factory=list)


def newest_text(source):
    """The source's last snapshot that has a text, or None."""
    return source.snapshots.exclude(text="").order_by(*capture.NEWEST_TEXT).first()


def sections(text):
    """`[(position, number)]` of the numbered headings in a text."""
    return [
        (found.start(), found[1] or found[2])
        for found in HEADING.finditer(text)
        if found[0].rstrip()[-1] not in SENTENCE_END
    ]


def section(text, at):
    """The number of the nearest numbered heading at or above a position, or nothing."""
    return next((number for start, number in reversed(sections(text)) if start <= at), "")


# --- The text itself ---


@signed
@transaction.atomic
def store_text(source, text, *, by):
    """What somebody pasted becomes the source's newest text; quotes that occur in it once follow.

    Returns the standing. Raises PermissionDenied, and ValidationError for an empty text and for one
    that has been replaced since it was stored.
    """
    require(by, "sources.add_source")
    if not may_store_text(by, source):
        raise PermissionDenied(_("This source is somebody else's: an editor can do this."))
    text = text.replace("\r\n", "\n")
    if not text.strip():
        raise ValidationError(_("There is no text in it."))
    data = text.encode()
    newest, digest = newest_text(source), capture.digest_of(data)
    # A page may change back, and a visit sees that; who pastes has rather not seen the newer one.
    if newest and newest.sha256 != digest and source.snapshots.filter(sha256=digest).exists():
        raise ValidationError(_("This text was stored before, and a newer one has come in since."))
    snapshot = capture.snapshot(
        source,
        data,
        media_type="text/plain",
        text=text,
        method=CaptureMethod.PASTED,
        at=timezone.now(),
    )
    quotes.check_source(source)
    return carry_over(source, snapshot)


# --- From words to a place ---


def selected(snapshot, start, end, quote):
    """The place that a person chose, if the words that they saw are the words that stand there.

    The same words may stand elsewhere too: the position says which are meant.
    """
    text = snapshot.text
    if not 0 <= start < end <= len(text) or anchoring.normalise(
        text[start:end]
    ) != anchoring.normalise(quote):
        raise NotAnchored(_("The text has other words at this position. Select the words again."))
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return _short(Place(snapshot, start, start + len(words.strip())))


def only_place(snapshot, quote, prefix="", suffix=""):
    """The place of words without a position: they must occur exactly once, or once between these
    words before and after."""
    _refuse_hidden(quote)
    places = anchoring.find(snapshot.text, quote)
    if len(places) > 1:
        places = anchoring.places(snapshot.text, quote, prefix, suffix) or places
    if len(places) == 1:
        return _short(Place(snapshot, *places[0]))
    if not places:
        raise NotAnchored(_("These words do not occur in the text, to the letter."))
    raise NotAnchored(
        _("These words occur %(times)d times in the text. Select the ones that are meant.")
        % {"times": len(places)}
    )


def _short(place):
    if place.start == place.end:
        raise NotAnchored(_("There is nothing but white space in the selection."))
    if place.end - place.start > MAX_QUOTE:
        raise NotAnchored(
            _("The selection has %(length)d characters; a quote has at most %(most)d.")
            % {"length": place.end - place.start, "most": MAX_QUOTE}
        )
    _refuse_hidden(place.exact)
    return place


def _refuse_hidden(quote):
    if name := hidden(quote):
        raise NotAnchored(
            _("There is a character in the quote that nobody can see: %(name)s. Select around it.")
            % {"name": name}
        )


# --- What a newer text does to places ---


def standing(rows, snapshot):
    """Sort a source's appearances by where they are in this text. Changes nothing stored."""
    found = Standing()
    for row in rows:
        if row.snapshot_id == snapshot.pk:
            found.marks.append(row)
            continue
        if not row.exact:
            found.quoteless.append(row)
            continue
        places = anchoring.find(snapshot.text, row.exact)
        if len(places) == 1:
            Place(snapshot, *places[0]).give_to(row)
            found.marks.append(row)
            found.carried.append(row)
        elif row.snapshot_id:
            found.adrift.append((row, len(places)))
        else:
            found.unplaced.append((row, len(places)))
    found.marks.sort(key=lambda row: (row.start, -row.end, row.pk))
    return found


@transaction.atomic
def carry_over(source, snapshot):
    """Store the places of the quotes that occur exactly once in this text; returns the standing.

    What was found in another text, and is not here exactly once, stays as it is. Safe to repeat:
    what has a place in this text already is not looked at, so a person's choice stands.
    """
    rows = source.appearances.select_for_update(of=["self"]).select_related("claim")
    found = standing(rows.order_by("order", "pk"), snapshot)
    Appearance.objects.bulk_update(found.carried, PLACED)
    return found


# --- What a person does with a place ---


@signed
@transaction.atomic
def new_claim(place, *, claim, statement, section, by):
    """A claim (not saved yet), its statement in its own language, and its first appearance.

    Raises ValidationError, PermissionDenied.
    """
    require(by, "claims.add_claim")
    claim.created_by = by
    claim.full_clean()
    claim.save()
    words = ClaimTranslation(of=claim, language=claim.original_language, statement=statement)
    words.full_clean()
    words.save()
    attach(claim, place, section=section, by=by)
    connection.check_constraints()  # deferred rules speak here, where somebody listens
    return claim


@signed
@transaction.atomic
def attach(claim, place, *, section, by):
    """The claim stands here too. The same words of the same source count once.

    Raises ValidationError, NotAnchored, PermissionDenied.
    """
    _require_claim(claim, by)
    source = place.snapshot.source
    row = claim.appearances.filter(source=source, exact=place.exact).first()
    if row and row.snapshot_id == place.snapshot.pk:
        raise NotAnchored(_("This claim has a mark at the same words already."))
    row = row or Appearance(claim=claim, source=source, exact=place.exact, order=_order(place))
    row.is_first = row.is_first or not claim.appearances.filter(is_first=True).exists()
    row.section = section
    place.give_to(row)
    row.full_clean()
    row.save()
    return row


@signed
@transaction.atomic
def anchor(row, place, *, by):
    """Move an appearance to the words that a person chose for it."""
    row = Appearance.objects.select_for_update(of=["self"]).get(pk=row.pk)
    _require_claim(row.claim, by)
    row.exact = place.exact
    row.section = row.section or place.section
    place.give_to(row)
    row.full_clean()
    row.save()
    return row


@signed
def detach(row, *, by):
    """The appearance keeps its words and gives up its place."""
    _require_claim(row.claim, by)
    row.snapshot = row.start = row.end = None
    row.save(update_fields=["snapshot", "start", "end"])
    return row


def _require_claim(claim, by):
    """Where a claim stands is part of it."""
    require(by, "claims.add_claim")
    if not may_change_claim(by, claim):
        raise ValidationError(_("This claim is somebody else's, or with a reviewer."))


def _order(place):
    """Between its neighbours. Where no number is free, beside the one before: a new number for
    all that follow would change what published claims say of themselves."""
    rows = Appearance.objects.filter(snapshot=place.snapshot).order_by("start", "pk")
    before = rows.filter(start__lte=place.start).last()
    after = rows.filter(start__gt=place.start).first()
    low = before.order if before else 0
    if after is None:
        return low + STEP
    return max(low, (low + after.order) // 2)
