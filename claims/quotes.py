"""What becomes of quotes when there is a text: verified to the letter, or broken for a person.

A quote is looked for in its source's newest text when it is saved, when its verdict goes out, and
whenever a newer text comes in. Found once, it stays only where the words before or after it stayed
too: the same words between others may be another sentence. A broken quote keeps its words and its
old place, and gets a suggestion that somebody takes or leaves; nothing here takes one by itself.
"""

from dataclasses import asdict, dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from sources.capture import NEWEST_TEXT
from sources.history import signed
from sources.models import Snapshot
from sources.wording import compare

from . import anchoring
from .choices import QuoteState, VerdictStatus
from .models import Evidence
from .models.evidence import FOUND
from .rules import may_settle_quote

ALIKE = 60  # of 100: what is less like the quote helps nobody
REACH = 12  # signs by which the words that stand there now may be longer or shorter on each side
AT_A_TIME = 200
# What once was in force is looked at no more.
PAST = [VerdictStatus.SUPERSEDED, VerdictStatus.RETRACTED]
# For looking, never for verifying: signs of one kind alike, each still one sign.
_ONE_SIGN = str.maketrans(
    {sign: kind[0] for kind in (anchoring.DOUBLE, anchoring.SINGLE, anchoring.DASHES)
     for sign in kind} | dict.fromkeys("\n\r\t\u00a0\u3000", " ")
)  # fmt: skip


class NotSettled(Exception):
    """The quote stays as it is; the message says why."""


@dataclass(frozen=True)
class Suggestion:
    """The words of a text that are most like a broken quote, and how much: 100 is to the letter."""

    start: int
    end: int
    words: str
    score: int

    def differences(self, quote):
        """What a person sees before taking it: as `sources.wording.compare`."""
        return compare(quote, self.words)


def check_source(source):
    """Look for the quotes of a source in its newest text: after each new snapshot.

    Safe to repeat, also by two at once. Returns how many changed their state.
    """
    return check(Evidence.objects.filter(source=source))


def check_due():
    """The same for whatever has not been compared with the newest text, however that came in."""
    newest = Snapshot.objects.filter(source=OuterRef("source")).exclude(text="")
    newest = newest.order_by(*NEWEST_TEXT).values("pk")[:1]
    rows = Evidence.objects.exclude(quote="").exclude(verdict__status__in=PAST)
    rows = rows.annotate(newest=Subquery(newest)).filter(newest__isnull=False)
    rows = rows.filter(~Q(newest=Coalesce("checked", 0)))
    sources = rows.order_by("source_id").values_list("source_id", flat=True).distinct()
    return sum(check_source(source) for source in sources[:AT_A_TIME])


@transaction.atomic
def check(rows):
    """Look for the quotes of these pieces of evidence, each in the newest text of its source."""
    rows = rows.exclude(quote="").exclude(verdict__status__in=PAST).order_by("source_id", "pk")
    rows = list(rows.select_related("snapshot").select_for_update(of=["self"]))
    texts = _newest_texts({row.source_id for row in rows})
    before = {row.pk: _said(row) for row in rows}
    for row in rows:
        if (newest := texts.get(row.source_id)) is not None:
            judge(row, newest)
    moved = [row for row in rows if _said(row) != before[row.pk]]
    fields = {"quote_state", "is_left", *FOUND} - {"broken_at"}  # the database's own
    Evidence.objects.bulk_update(moved, sorted(fields), batch_size=AT_A_TIME)
    return sum(row.quote_state != before[row.pk][0] for row in moved)


def suggestion(evidence):
    """What may be taken in the place of a broken quote, or None."""
    known = evidence.quote_state == QuoteState.BROKEN and not evidence.is_left
    return Suggestion(**evidence.suggestion) if known and evidence.suggestion else None


def can_be_taken(evidence):
    """Is there a suggestion, and may its words go in? Words that are signed stay."""
    found = suggestion(evidence)
    return found is not None and (
        evidence.verdict.status == VerdictStatus.DRAFT
        or anchoring.normalise(found.words) == anchoring.normalise(evidence.quote)
    )


def most_like(text, quote):
    """The place of a text that is most like a quote, at whole words; None where none is like it."""
    within, wanted = text.translate(_ONE_SIGN), quote.translate(_ONE_SIGN)
    if len(wanted) >= len(within):
        start, end = 0, len(within)
    else:
        found = fuzz.partial_ratio_alignment(wanted, within, score_cutoff=ALIKE)
        if found is None:
            return None
        start, end = _whole_words(within, *_nearer(wanted, within, found))
    score = int(fuzz.ratio(wanted, within[start:end]))
    return Suggestion(start, end, text[start:end], score) if score >= ALIKE else None


# --- What a person does with a broken quote -----------------------------------


@signed
@transaction.atomic
def take(evidence, *, by, seen=None):
    """Put the suggested words in the place of a broken quote.

    `seen` is what `as_shown` said when the person looked. In a verdict in review, signed or public
    the words stay, so there only the same words at another place are taken. Raises NotSettled,
    PermissionDenied, ValidationError.
    """
    row, found = _broken(evidence, by, seen)
    if found is None:
        raise NotSettled(_("Nothing in the text is like this quote."))
    written = ["quote_state", "snapshot", "start", "end"]
    if row.verdict.status == VerdictStatus.DRAFT:
        written += ["quote", "prefix", "suffix"]
        row.quote = found.words
        if row.prefix or row.suffix:
            row.prefix, row.suffix = anchoring.around(row.checked.text, found.start, found.end)
    elif not can_be_taken(row):
        raise NotSettled(_("Its verdict is in review or signed: write a new one with these words."))
    row.snapshot, row.start, row.end = row.checked, found.start, found.end
    row.quote_state = QuoteState.VERIFIED
    row.full_clean()
    row.save(update_fields=written)
    return row


@signed
@transaction.atomic
def leave(evidence, *, by, seen=None):
    """Leave a quote broken, off the worklist, until a newer text comes in."""
    row, _found = _broken(evidence, by, seen)
    row.is_left = True
    row.save(update_fields=["is_left"])
    return row


def as_shown(evidence):
    """What was on the page when somebody decided."""
    return f"{evidence.checked_id} {evidence.quote_state} {evidence.is_left}"


def _broken(evidence, by, seen):
    rows = Evidence.objects.select_for_update(of=["self"]).select_related("verdict", "checked")
    row = rows.get(pk=evidence.pk)
    if not may_settle_quote(by, row):
        raise PermissionDenied(_("This verdict is somebody else's: an editor can do this."))
    if seen is not None and seen != as_shown(row):
        raise NotSettled(_("It has changed since you opened it. Look at it again."))
    if row.quote_state != QuoteState.BROKEN:
        raise NotSettled(_("This quote is not broken."))
    return row, suggestion(row)


# --- How one quote is judged --------------------------------------------------


def _newest_texts(sources):
    rows = Snapshot.objects.filter(source__in=sources).exclude(text="")
    rows = rows.order_by("source_id", *NEWEST_TEXT).distinct("source_id")
    return {row.source_id: row for row in rows}


def _said(row):
    return row.quote_state, row.snapshot_id, row.start, row.end, row.checked_id, row.is_left


def judge(row, newest):
    """Let a piece of evidence say what is known of its quote once this text is the newest one.

    Looks at the row, its last place and the text, and stores nothing.
    """
    if row.checked_id == newest.pk and row.quote_state != QuoteState.UNVERIFIED:
        return
    found = anchoring.places(newest.text, row.quote, row.prefix, row.suffix)
    if row.snapshot is not None:
        found = _at_the_same_neighbours(row, newest.text, found)
    row.checked, row.is_left = newest, False
    if found:
        row.quote_state, row.suggestion = QuoteState.VERIFIED, None
        row.snapshot, (row.start, row.end) = newest, found[0]
    else:
        row.quote_state = QuoteState.BROKEN
        like = most_like(newest.text, row.quote)
        row.suggestion = like and asdict(like)


def _at_the_same_neighbours(row, text, found):
    """Those of the places that have the words before or after that the quote had; where it stood
    comes first. Where the same words stood several times, each of them counts as its place."""
    if row.snapshot.text == text:
        return found
    old = anchoring.places(row.snapshot.text, row.quote, row.prefix, row.suffix)
    known = {anchoring.neighbours(row.snapshot.text, *place) for place in old}
    own = anchoring.neighbours(row.snapshot.text, row.start, row.end)
    known.add(own)
    before, after = ({pair[side] for pair in known if pair[side]} for side in (0, 1))
    kept = []
    for place in found:
        pair = anchoring.neighbours(text, *place)
        if pair in known or pair[0] in before or pair[1] in after:
            alike = (pair[0] == own[0]) + (pair[1] == own[1])
            kept.append((-alike, place))
    return [place for _alike, place in sorted(kept)]


def _nearer(quote, text, found):
    """The place found is as long as the quote; what is meant may be a little longer or shorter."""
    reach = range(-REACH, REACH + 1)
    around = [
        (start, end)
        for start in (found.dest_start + step for step in reach)
        for end in (found.dest_end + step for step in reach)
        if 0 <= start < end <= len(text)
    ]
    return max(around, key=lambda place: fuzz.ratio(quote, text[slice(*place)]))


def _whole_words(text, start, end):
    """The place, widened to where its first and last word begin and end."""
    while 0 < start < end and _is_within_word(text, start):
        start -= 1
    while end < len(text) and _is_within_word(text, end):
        end += 1
    while start < end - 1 and text[start].isspace():
        start += 1
    while end - 1 > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _is_within_word(text, at):
    """Does a place cut a word here? Chinese has no such words."""
    return all(sign.isalnum() and ord(sign) < 0x2E80 for sign in text[at - 1 : at + 1])
