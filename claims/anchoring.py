"""Quote selectors: where the words of a quote stand in a text, to the letter or not at all.

Forgiven is exactly this: white space counts as one space, whatever it is made of; quotation marks
count by their kind and dashes as one, whatever their shape; soft hyphens do not count; and letters
count as composed (Unicode NFC). A quote that needs more than that needs a person.

The database knows the same rules, for `Evidence` (`PLAIN` in claims.models.evidence).
"""

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate

DOUBLE = '"“”„‟«»「」『』＂〝〞〟'
SINGLE = "'‘’‚‛‹›＇"
DASHES = "-‐‑‒–—―−﹘﹣－"
SOFT_HYPHEN = "\u00ad"
CONTEXT = 32
AROUND = 300  # how far to look for the words before and after: more than they can have
_KINDS = (DOUBLE, SINGLE, DASHES)
_ONE_SPELLING = str.maketrans(
    {sign: kind[0] for kind in _KINDS for sign in kind} | {SOFT_HYPHEN: None}
)


def find(text, exact):
    """Every `(start, end)` where `text` spells the quote; code points, end exclusive.

    Occurrences may overlap. An empty quote occurs nowhere, and no place cuts a letter off its
    accents.
    """
    words = _composed(exact).replace(SOFT_HYPHEN, "").split()
    if not words:
        return []
    if unicodedata.is_normalized("NFC", text):
        return _spelled(text, words)
    return _traced_back(text, words)


def places(text, exact, prefix="", suffix=""):
    """As `find`, with only those between the words before and after, where these are given."""
    return [place for place in find(text, exact) if _stands_between(text, place, prefix, suffix)]


def around(text, start, end):
    """`(prefix, suffix)`: up to 32 characters on either side, as they stand."""
    return text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]


def neighbours(text, start, end):
    """As `around`, in one spelling: for comparing places of two texts."""
    before = normalise(text[max(0, start - AROUND) : start])
    after = normalise(text[end : end + AROUND])
    return before[-CONTEXT:], after[:CONTEXT]


def normalise(text):
    """One spelling of what `find` takes for equal."""
    return " ".join(_composed(text).translate(_ONE_SPELLING).split())


def _composed(text):
    return unicodedata.normalize("NFC", text)


def _stands_between(text, place, prefix, suffix):
    start, end = place
    before = normalise(text[max(0, start - AROUND) : start])
    after = normalise(text[end : end + AROUND])
    return before.endswith(normalise(prefix)) and after.startswith(normalise(suffix))


def _spelled(text, words):
    """Where a text in NFC has these words."""
    # Only where there are any, since to look for them at every letter takes its time.
    soft = f"{SOFT_HYPHEN}*" if SOFT_HYPHEN in text else ""
    space = rf"{soft}\s[\s{SOFT_HYPHEN}]*" if soft else r"\s+"
    spelling = space.join(soft.join(map(_character, word)) for word in words)
    found = re.finditer(f"(?=({spelling}))", text)
    return [match.span(1) for match in found if not _cuts_a_letter(text, *match.span(1))]


def _cuts_a_letter(text, start, end):
    marks = text[start] + text[end : end + 1]
    return any(map(unicodedata.combining, marks))


def _traced_back(text, words):
    """Places in the composed text, as places of the text as it is.

    By lines, since nothing composes across their ends.
    """
    lines = text.splitlines(keepends=True)
    composed = [_composed(line) for line in lines]
    starts = [0, *accumulate(map(len, lines))]
    starts_composed = [0, *accumulate(map(len, composed))]

    def back(position):
        n = min(bisect_right(starts_composed, position) - 1, len(lines) - 1)
        within = _before(lines[n], composed[n], position - starts_composed[n])
        return None if within is None else starts[n] + within

    found = [tuple(map(back, place)) for place in _spelled("".join(composed), words)]
    return [place for place in found if None not in place]


def _before(line, composed, position):
    """How much of a line makes so much of it composed; None where no cut makes just that."""
    cuts = range(len(line) + 1)
    at = bisect_right(cuts, position, key=lambda cut: len(_composed(line[:cut]))) - 1
    halves = _composed(line[:at]), _composed(line[at:])
    return at if halves == (composed[:position], composed[position:]) else None


def _character(character):
    for kind in _KINDS:
        if character in kind:
            return f"[{re.escape(kind)}]"
    return re.escape(character)
