"""What a sentence and a known claim have in common, as numbers: what the weights of match weigh.

They are told by words, numbers and names alone, in any language that the analysis reads, and do
not depend on how many claims there are. docs/matching.md says what each means.
"""

import datetime
import functools
import math
import re
from collections import defaultdict
from operator import itemgetter
from typing import NamedTuple

from .analysis import tokens
from .numerals import MONTHS
from .ranking import RARE_COUNTS

GRAM = 4
# A day and ten years: how near in time two things are, on a scale of logarithms.
LONGEST_AGO = 3650
UNDATED = 0.4  # where one of the two says no day; about the mean of those that do
CARDS = 2000  # claims that a process keeps as they are compared: about 20 MB

POSTED = re.compile(r"\(@\w+\)\s+(?P<month>[A-Za-z]+)\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})(?!\w)")


class Read(NamedTuple):
    """A text as it is compared."""

    terms: frozenset
    sequence: tuple  # words, characters and numbers in their order
    grams: frozenset  # stretches of letters: forgiving of spelling, and of words run together
    numbers: frozenset
    names: frozenset  # words with a capital letter


class Known(NamedTuple):
    """A published claim as it is compared: each of its texts, and all of them together."""

    texts: tuple
    together: Read
    said: tuple  # the texts themselves


class Candidate(NamedTuple):
    """A claim that the index found for a sentence."""

    known: Known
    score: float
    said_on: datetime.date | None


def read(text):
    terms, sequence, letters, numbers, names = set(), [], [], set(), set()
    for token in tokens(text):
        if not token.terms:
            continue
        first = token.terms[0]
        terms.update(token.terms)
        numbers.update(term for term in token.terms if term[0].isdecimal())
        if token.word:
            letters.append(token.word)
            if text[token.start].isupper():
                names.add(first)
        elif len(first) == 1 and not first.isdecimal():
            letters.append(first)
        elif not first[0].isdecimal():
            continue  # a pair of characters, each of which stands in the sequence already
        sequence.append(first)
    run = "".join(letters)
    grams = frozenset(run[n : n + GRAM] for n in range(len(run) - GRAM + 1))
    return Read(frozenset(terms), tuple(sequence), grams, frozenset(numbers), frozenset(names))


@functools.lru_cache(maxsize=CARDS)
def known(texts):
    made = tuple(read(text) for text in texts)
    together = Read(*(frozenset().union(*parts) for parts in zip(*made, strict=True)))
    return Known(made, together, texts)


def posted_on(text):
    """The day of a post as it is embedded, or None."""
    found = POSTED.search(text)
    if not found or found["month"].lower() not in MONTHS:
        return None
    try:
        return datetime.date(int(found["year"]), MONTHS[found["month"].lower()], int(found["day"]))
    except ValueError:
        return None


class Scale:
    """How much terms tell: 1 for one that stands in a single claim, less for those in more."""

    def __init__(self, everywhere, claims):
        self.everywhere, self.claims = everywhere, claims
        self.most = self.plain(1)
        self.weights = {}

    def plain(self, claims):
        """As in BM25."""
        return math.log(1 + (self.everywhere - claims + 0.5) / (claims + 0.5))

    def __call__(self, term):
        weight = self.weights.get(term)
        if weight is None:
            claims = max(self.claims.get(term, 1), 1)
            weight = self.weights[term] = max(self.plain(claims) / self.most, 0.01)
        return weight

    def mass(self, terms):
        return sum(map(self, terms))


def of_pair(sentence, posted, candidate, scale):
    """What one candidate has in common with a sentence, whatever the others have."""
    together = candidate.known.together
    whole = scale.mass(sentence.terms) or 1
    common = sentence.terms & together.terms
    shared = scale.mass(common)
    rarest = sorted(map(scale, common), reverse=True)[:1]
    made = {
        "score": math.log1p(candidate.score / 255 / scale.most**RARE_COUNTS),
        "covered": shared / whole,
        "rarest": rarest[0] if rarest else 0,
        "numbers": _share(sentence.numbers, together.numbers),
        "other_numbers": float(
            bool(sentence.numbers and together.numbers)
            and sentence.numbers.isdisjoint(together.numbers)
        ),
        "names": scale.mass(together.names & sentence.terms) / (scale.mass(together.names) or 1),
        "named": scale.mass(sentence.names & together.terms) / (scale.mass(sentence.names) or 1),
        "time": _near(posted, candidate.said_on),
    }
    best = [_of_text(sentence, whole, text, scale) for text in candidate.known.texts]
    return made | {name: max(one[name] for one in best) for name in best[0]}


def _of_text(sentence, whole, text, scale):
    """The same of one of the claim's texts: its statement in one language, or a quotation."""
    mass = scale.mass(text.terms) or 1
    shared = scale.mass(sentence.terms & text.terms)
    grams = len(sentence.grams & text.grams)
    tell = sorted(map(scale, text.terms), reverse=True)[:3]
    most = [term for term in text.terms if tell and scale(term) >= tell[-1]]
    return {
        "said": shared / mass if len(text.terms) > 2 else 0,
        "alike": 2 * shared / (whole + mass),
        "letters": grams / (len(sentence.grams) or 1),
        "its_letters": grams / (len(text.grams) or 1),
        "run": longest_run(sentence, text, scale)[0] / mass,
        "telling": len(sentence.terms.intersection(most)) / (len(most) or 1),
        "shorter": -math.log((1 + len(sentence.sequence)) / (1 + len(text.sequence))) / 4,
    }


def longest_run(sentence, text, scale):
    """`(weight, length)` of the heaviest stretch of terms that stands in both."""
    places = defaultdict(list)
    for place, term in enumerate(text.sequence):
        if term in sentence.terms:
            places[term].append(place)
    best, before = (0, 0), {}
    for term in sentence.sequence:
        here = {}
        for place in places.get(term, ()):
            weight, length = before.get(place - 1, (0, 0))
            here[place] = (weight + scale(term), length + 1)
            best = max(best, here[place])
        before = here
    return best


def _share(ours, theirs):
    return len(ours & theirs) / len(theirs) if theirs else 0


def _near(one, other):
    if not one or not other:
        return UNDATED
    return 1 - min(1, math.log1p(abs((one - other).days)) / math.log1p(LONGEST_AGO))


# In these, what counts besides is by how much one candidate leads the next best.
LEADS = ("score", "covered", "said", "alike", "its_letters", "names", "time")


def of_all(sentence, posted, candidates, scale):
    """The features of each candidate of a sentence, in their order."""
    rows = [of_pair(sentence, posted, candidate, scale) for candidate in candidates]
    lead(rows, LEADS)
    return rows


def lead(rows, names):
    """Each row gets by how much it leads the next best, or is behind the best."""
    for name in names:
        first, second = sorted([*map(itemgetter(name), rows), 0, 0], reverse=True)[:2]
        for row in rows:
            row[f"lead_{name}"] = row[name] - (second if row[name] == first else first)


def is_latin(read):
    """Whether most of what a text says is in Latin script, which the model of meanings reads."""
    return 2 * sum(map(str.isascii, read.terms)) > len(read.terms)
