"""Which known claims a text repeats: sentence by sentence, with how sure that is and why.

The index finds ten claims for each sentence; weights that `train_match` made tell how likely each
is the one that the sentence repeats. What we published and what other fact-checkers published are
two shelves, told apart until the end: that both have checked a claim makes neither less likely.
Three queries for each shelf, whatever the length of the text.
"""

import datetime
import functools
import math
from pathlib import Path
from typing import NamedTuple

import orjson
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router

from claims.models.external import ExternalReview
from claims.models.record import PublishedClaim

from . import features, ranking
from .reasons import reasons
from .sentences import Sentence, sentences

LONGEST = 100_000  # bytes of all texts together
MOST_SENTENCES = 120  # that are read: what a machine compares in a second
MOST_SHOWN = 3  # claims of a sentence
LEAST_WORDS = 3  # fewer assert nothing
LEAST_COMMON = 2  # terms: one name makes no sentence about the same thing
CANDIDATES = 10
LEAST = 0.5  # of the best one's score: below it are one right claim in 500, and half of the wrong
# With a model of meanings: more are found, and the likeliest of them by words are compared by it.
MODEL_CANDIDATES = 50
MODEL_LEAST = 0.2
MOST_COMPARED = 10
LEAST_COMPARED = 0.002  # of probability by words: most sentences of an article have none
# Of a sentence. Fewer than for a question alone, since an article asks a hundred of them.
MOST_POSTINGS = 4_000
EVERYWHERE = ""  # the term that the index has for all claims
REPEATS, RELATED = "repeats", "related"
OURS, OTHERS = "claims_search", "claims_review"  # how the tables of a shelf begin
WEIGHTS = Path(__file__).parent / "weights.json"
MODEL_WEIGHTS = Path(__file__).parent / "weights-dense.json"

STATEMENT = """
WITH asked AS MATERIALIZED (
    SELECT sentence, known.term, known.claims, {tells},
        row_number() OVER rarest AS nth, sum(known.claims) OVER rarest AS postings
    FROM unnest(%(sentences)s::int[], %(terms)s::text[]) AS new (sentence, term)
    JOIN {shelf}term AS known USING (term)
    JOIN {shelf}term AS everywhere ON everywhere.term = ''
    WINDOW rarest AS (PARTITION BY sentence ORDER BY known.claims, known.term)
), scored AS (
    SELECT sentence, (posting.block << 14) + (e >> 8) AS entry, sum((e & 255) * tells) AS score
    FROM asked
    JOIN {shelf}posting AS posting ON posting.term = asked.term
    CROSS JOIN LATERAL unnest(posting.entries) AS e
    WHERE nth <= %(most_terms)s AND (
        postings <= %(most_postings)s OR nth <= 2 AND asked.claims <= 5 * %(most_postings)s
    )
    GROUP BY 1, 2
), placed AS (
    SELECT *, max(score) OVER (PARTITION BY sentence) AS best,
        row_number() OVER (PARTITION BY sentence ORDER BY score DESC, entry DESC) AS place
    FROM scored
)
SELECT sentence, entry, score FROM placed
WHERE place <= 3 OR place <= %(candidates)s AND score >= %(least)s * best
ORDER BY sentence, place
"""
CLAIMS = "SELECT term, claims FROM {shelf}term WHERE term = ANY(%s)"


class Hit(NamedTuple):
    """What a sentence repeats or is related to: a card of ours, or a review of others."""

    what: dict | ExternalReview
    label: str
    probability: float
    reasons: list

    @property
    def card(self):
        """Of a claim of ours; None of what others published."""
        return self.what if isinstance(self.what, dict) else None

    @property
    def review(self):
        return None if isinstance(self.what, dict) else self.what


class Matched(NamedTuple):
    """A sentence, and what is known about it, the likeliest first."""

    sentence: Sentence
    hits: list


class Answer(NamedTuple):
    """The sentences of a text that were read, and how many it has."""

    sentences: list
    many: int


def match(texts):
    """An `Answer` for each text. Nothing of them is kept."""
    cut = [list(sentences(text)) for text in texts]
    left, kept = MOST_SENTENCES, []
    for one in cut:
        kept.append(one[:left])
        left -= len(kept[-1])
    found = iter(_known([sentence.text for part in kept for sentence in part]))
    return [
        Answer([Matched(sentence, next(found)) for sentence in part], len(whole))
        for part, whole in zip(kept, cut, strict=True)
    ]


def _known(texts):
    """The hits of each sentence: of equals, ours come first."""
    reads = [features.read(text) for text in texts]
    ours = _on_shelf(OURS, _cards, texts, reads)
    others = _on_shelf(OTHERS, _reviews, texts, reads)
    for several in map(list.__add__, ours, others):
        yield sorted(several, key=lambda hit: -round(hit.probability, 2))[:MOST_SHOWN]


def ours_like(text):
    """Our claims that a text may be about, whole as it is and however long: the likeliest first."""
    return _on_shelf(OURS, _cards, [text], [features.read(text)], most=CANDIDATES)[0]


def others_like(texts):
    """What others published that may be about what one of these texts says: `[Hit]` for each."""
    return _on_shelf(OTHERS, _reviews, texts, list(map(features.read, texts)), most=CANDIDATES)


def _on_shelf(shelf, fetch, texts, reads, most=MOST_SHOWN):
    """`[Hit]` for each sentence. `fetch` gives `{entry: (what, its texts, its day)}`."""
    found = candidates(reads, shelf)
    entries = {entry for several in found for entry, _score in several}
    rows = fetch(entries) if entries else {}
    knowns = {entry: features.known(said) for entry, (_what, said, _day) in rows.items()}
    if not rows:
        return [[] for _text in texts]
    scale = scale_of(knowns.values(), reads, shelf)
    asked, whats = [], []
    for text, read, scored in zip(texts, reads, found, strict=True):
        several = [
            (entry, score)
            for entry, score in scored
            if entry in rows and len(read.terms & knowns[entry].together.terms) >= LEAST_COMMON
        ]
        made = [features.Candidate(knowns[e], score, rows[e][2]) for e, score in several]
        asked.append(Asked(text, read, features.posted_on(text), made, scale))
        whats.append([rows[entry][0] for entry, _score in several])
    return [_hits(*several)[:most] for several in zip(asked, whats, judge(asked), strict=True)]


def _hits(one, whats, judged):
    return [
        Hit(whats[n], label(p, row), p, reasons(one.read, one.made[n], row, one.scale))
        for n, p, row in judged
        if p >= _weights_for(row)["related"]
    ]


def _cards(entries):
    heads = PublishedClaim.objects.listed().filter(entry__in=entries)
    cards = {entry: orjson.loads(bytes(card)) for entry, card in heads.values_list("entry", "card")}
    return {
        entry: (card, compared(card), _day(card["claimed_on"])) for entry, card in cards.items()
    }


def _reviews(entries):
    reviews = ExternalReview.objects.shown().defer("markup").in_bulk(entries)
    return {
        pk: (one, tuple(filter(None, [one.claim_reviewed, one.title])), one.claimed_on)
        for pk, one in reviews.items()
    }


def compared(card):
    """The texts of a card that a sentence may repeat, in all its languages."""
    quotes = [appearance["quote"] for appearance in card["appearances"]]
    return tuple(dict.fromkeys(filter(None, [*card["statement"].values(), *quotes])))


def _day(claimed_on):
    try:
        return datetime.date.fromisoformat(claimed_on["date"]) if claimed_on else None
    except ValueError:
        return None  # the month or year alone


# --- Also for those who train and measure ----------------------------------------


def candidates(reads, shelf=OURS):
    """`[(entry, score)]` for each sentence: one statement for all."""
    asked = [
        (number, term)
        for number, read in enumerate(reads)
        if len(read.sequence) >= LEAST_WORDS
        for term in sorted(read.terms)
    ]
    found = [[] for _read in reads]
    values = {"sentences": [n for n, _term in asked], "terms": [term for _n, term in asked]}
    values |= {"most_terms": ranking.MOST_TERMS, "most_postings": MOST_POSTINGS}
    most, least = (MODEL_CANDIDATES, MODEL_LEAST) if model() else (CANDIDATES, LEAST)
    values |= {"candidates": most, "least": least}
    with connections[router.db_for_read(PublishedClaim)].cursor() as cursor:
        cursor.execute(STATEMENT.format(shelf=shelf, tells=ranking.TELLS), values)
        for number, entry, score in cursor:
            found[number].append((entry, score))
    return [
        several if features.is_latin(read) else _fewer(several)
        for read, several in zip(reads, found, strict=True)
    ]


def _fewer(several):
    """As many as without a model, of a sentence that it does not read."""
    return several[:3] + [one for one in several[3:CANDIDATES] if one[1] >= LEAST * several[0][1]]


def scale_of(knowns, reads, shelf=OURS):
    """How much each term tells that stands in these claims and sentences."""
    terms = {EVERYWHERE}.union(
        *(known.together.terms for known in knowns), *(read.terms for read in reads)
    )
    with connections[router.db_for_read(PublishedClaim)].cursor() as cursor:
        cursor.execute(CLAIMS.format(shelf=shelf), [list(terms)])
        claims = dict(cursor.fetchall())
    return features.Scale(claims.pop(EVERYWHERE, 0), claims)


class Asked(NamedTuple):
    """A sentence and its candidates."""

    text: str
    read: features.Read
    posted: datetime.date | None
    made: list
    scale: features.Scale


def judge(asked):
    """Of each sentence `[(which candidate, probability, its features)]`, the likeliest first."""
    for rows in compared_rows(asked):
        judged = [(n, probability(row), row) for n, row in enumerate(rows)]
        yield sorted(judged, key=lambda one: (-one[1], one[0]))


def compared_rows(asked):
    """Of each sentence the features of its candidates; `near` where their meanings were compared.

    The likeliest by words, of all sentences, are compared first: there is an end to what is read.
    """
    rows = [features.of_all(one.read, one.posted, one.made, one.scale) for one in asked]
    if not model():
        return rows
    wanted = []
    for place, one in enumerate(asked):
        if features.is_latin(one.read):
            likely = sorted((-probability(row), n) for n, row in enumerate(rows[place]))
            wanted += [(p, place, n) for p, n in likely[:MOST_COMPARED] if -p >= LEAST_COMPARED]
    pairs = {(place, n): _texts(asked[place].made[n].known) for _p, place, n in sorted(wanted)}
    texts = [text for at, said in pairs.items() if said for text in (asked[at[0]].text, *said)]
    vectors = model().vectors(texts)
    for (place, n), said in pairs.items():
        if said and all(text in vectors for text in (asked[place].text, *said)):
            near = max(float(vectors[asked[place].text] @ vectors[text]) for text in said)
            rows[place][n]["near"] = round(near, 3)
    for several in rows:
        features.lead([row for row in several if "near" in row], ["near"])
    return rows


def _texts(known):
    """Those of a claim that the model reads."""
    return [t for t, read in zip(known.said, known.texts, strict=True) if features.is_latin(read)]


def probability(row):
    known = _weights_for(row)
    z = known["constant"] + sum(w * row[name] for name, w in known["weights"].items())
    return 1 / (1 + math.exp(-max(-30, min(30, z))))


def label(p, row):
    return REPEATS if p >= _weights_for(row)["repeats"] else RELATED


@functools.cache
def weights():
    return orjson.loads(WEIGHTS.read_bytes())


def _weights_for(row):
    return model_weights() if "near" in row else weights()


@functools.cache
def model():
    """What compares meanings, where MATCH_MODEL names one; else None."""
    if not settings.MATCH_MODEL:
        return None
    from .dense import Model  # of the extra, which need not be installed

    return Model(settings.MATCH_MODEL)


@functools.cache
def model_weights():
    """Those that were learnt with this model: beside it, or ours, for all-MiniLM-L6-v2."""
    file = settings.MATCH_MODEL / "weights.json"
    found = orjson.loads((file if file.exists() else MODEL_WEIGHTS).read_bytes())
    if not model().is_that_of(found["model"]):
        raise ImproperlyConfigured(
            f"MATCH_MODEL is another model than that of {file.name}, so how near two texts are "
            f"means something else in it: make {file} by `manage.py train_match`."
        )
    return found


def prepare():
    """Read the model, if there is one, so that a wrong one stops the start and no reader waits."""
    if model():
        model_weights()
