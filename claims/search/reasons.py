"""Why a sentence is taken for a known claim, in words."""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import features

RARE = 0.6  # of how much a term tells that stands in one claim alone
LONG_RUN = 4  # words
SAME_MEANING = 0.75  # of cosine
SAME_DAYS = 0.7  # on the scale of features: within ten days


class Reason(NamedTuple):
    """What two texts have in common, or not; `kind` is for programs, `text` for people."""

    kind: str
    text: str


def reasons(sentence, candidate, row, scale):
    """The telling ones, at most five."""
    return [reason for reason in _all(sentence, candidate, row, scale) if reason][:5]


def _all(sentence, candidate, row, scale):
    if row.get("near", 0) >= SAME_MEANING:
        yield Reason("same_meaning", _("means nearly the same"))
    together = candidate.known.together
    common = sentence.terms & together.terms
    runs = [features.longest_run(sentence, text, scale) for text in candidate.known.texts]
    length = max((length for _weight, length in runs), default=0)
    if length >= LONG_RUN:
        yield Reason(
            "words_in_a_row",
            ngettext("%(n)d word in a row", "%(n)d words in a row", length) % {"n": length},
        )
    if numbers := sentence.numbers & together.numbers:
        yield Reason("same_numbers", _("same numbers: %s") % _listed(numbers))
    elif row["other_numbers"]:
        yield Reason("other_numbers", _("but other numbers"))
    if names := (sentence.names & together.names):
        yield Reason(
            "same_names", ngettext("%(n)d name", "%(n)d names", len(names)) % {"n": len(names)}
        )
    rare = [term for term in common - names - numbers if len(term) > 1 and scale(term) >= RARE]
    if rare:
        yield Reason(
            "rare_words",
            ngettext("%(n)d rare word", "%(n)d rare words", len(rare)) % {"n": len(rare)},
        )
    if row["time"] >= SAME_DAYS:
        yield Reason("same_days", _("said within the same days"))


def _listed(numbers):
    numbers = [one for one in numbers if not any(f"{one}-" in other for other in numbers)]
    shown = sorted(numbers, key=lambda number: (len(number), number))[:3]
    return " · ".join(map(_grouped, shown))


def _grouped(number):
    """A large one with commas, as people read it; years, dates and percentages as they are."""
    return f"{int(number):,}" if number.isdecimal() and len(number) > 4 else number
