"""What of the published claims the index holds, and how it follows them. Only the ledger calls it.

A claim is known to the index by its `entry`, the sequence of its first revision, which never
changes. Entries stand in blocks of 16,384; of each term, a block has one row with an array of
numbers: the claim's place in the block, and in the last eight bits the weight of the term in it.

The weight is the part of BM25 that depends on the claim alone, against a fixed length instead of
the average of the day: so one claim's publication touches the rows of its own terms only, and the
same cards make the same index, byte for byte, in whatever order they came.
"""

import itertools
import json
from collections import Counter, defaultdict

import orjson
from django.db import connection

from claims.models.index import SearchClaim, SearchPosting, SearchTerm, SearchWord

from .analysis import tokens

BLOCK_BITS = 14
WEIGHT_BITS = 8
HEAVIEST = 2**WEIGHT_BITS - 1
# Of BM25. Tuned on the training sets of docs/matching.md.
SATURATION = 1.2
LENGTH_COUNTS = 0.4
USUAL_LENGTH = 150
# Of the fields of a card: how often a term counts that stands in it once.
STATEMENT, SUBJECTS, SUMMARY, QUOTES = 2.0, 1.5, 1.0, 1.0
EVERYWHERE = ""  # the term that stands in every claim: how many there are


def weighted(fields):
    """`({term: weight}, {word: term})` of `(text, factor)` pairs."""
    often, words = defaultdict(float), {}
    for text, factor in fields:
        for _start, _end, terms, word, units in tokens(text):
            if word and not word.isdecimal():
                words[word] = terms[0]
            for term in terms:
                often[term] += factor
            for unit in units:
                often[unit] += factor
                if unit.isascii():
                    words[unit] = unit
    length = sum(often.values())
    norm = SATURATION * (1 - LENGTH_COUNTS + LENGTH_COUNTS * length / USUAL_LENGTH)
    weights = {term: max(1, round(HEAVIEST * n / (n + norm))) for term, n in often.items()}
    return weights, words


def fields_of(card):
    """What of a card is searched: in all its languages, since nobody says in which they ask."""
    for text in card["statement"].values():
        yield text, STATEMENT
    for text in card["summary"].values():
        yield text, SUMMARY
    named = [*card["subjects"], *card["topics"]]
    if card["claimant"]["subject"]:
        named.append(card["claimant"]["subject"])
    names = {text for term in named for text in term["name"].values()}
    for text in sorted(names | set(card["claimant"]["speaker"].values())):
        yield text, SUBJECTS
    for appearance in card["appearances"]:
        yield appearance["quote"] or "", QUOTES


def _of_head(head):
    """What the index holds of a head row; nothing of one that lists do not show."""
    if head is None or not head.rating:
        return {}, {}
    weights, words = weighted(fields_of(orjson.loads(bytes(head.card))))
    return weights, words


def _told(head):
    """What facets count of a head row, in the order of ranking.Hit."""
    year = head.claimed_on and head.claimed_on.year
    named = (head.topics, head.subjects, head.claimant, head.publishers)
    facts = (head.slug, head.revision_id, head.rating, head.normalized, *named, head.language, year)
    # As PostgreSQL writes jsonb: see the migration that filled the table.
    return SearchClaim(entry=head.entry, facts=json.dumps(facts, ensure_ascii=False))


def split(entry):
    """`(block, place in it)`."""
    return entry >> BLOCK_BITS, entry & (2**BLOCK_BITS - 1)


def packed(place, weight):
    return place << WEIGHT_BITS | weight


# --- One claim -----------------------------------------------------------------

CHANGE = """
    UPDATE claims_searchposting AS posting SET entries = CASE
        WHEN new IS NULL THEN array_remove(entries, old) ELSE array_replace(entries, old, new) END
    FROM unnest(%s::text[], %s::int[], %s::int[]) AS changed (term, old, new)
    WHERE posting.block = %s AND posting.term = changed.term
"""
DROP_EMPTY = """
    DELETE FROM claims_searchposting WHERE block = %s AND term = ANY(%s) AND entries = '{}'
"""
ADD = """
    INSERT INTO claims_searchposting AS posting (term, block, entries)
    SELECT term, %s, ARRAY[entry] FROM unnest(%s::text[], %s::int[]) AS new (term, entry)
    ON CONFLICT (term, block) DO UPDATE SET entries =
        posting.entries[:width_bucket(EXCLUDED.entries[1], posting.entries)] || EXCLUDED.entries
        || posting.entries[width_bucket(EXCLUDED.entries[1], posting.entries) + 1:]
"""
LESS = "UPDATE claims_search{0} SET claims = claims - 1 WHERE {0} = ANY(%s)"
NONE_LEFT = "DELETE FROM claims_search{0} WHERE {0} = ANY(%s) AND claims < 1"
MORE_TERMS = """
    INSERT INTO claims_searchterm (term, claims) SELECT term, 1 FROM unnest(%s::text[]) AS term
    ON CONFLICT (term) DO UPDATE SET claims = claims_searchterm.claims + 1
"""
MORE_WORDS = """
    INSERT INTO claims_searchword (word, term, claims)
    SELECT word, term, 1 FROM unnest(%s::text[], %s::text[]) AS new (word, term)
    ON CONFLICT (word) DO UPDATE SET claims = claims_searchword.claims + 1
"""


def replace(old, new):
    """Bring the index from one head row of a claim to the next; either may be None."""
    if new and new.rating:
        columns = {"unique_fields": ["entry"], "update_fields": ["facts"]}
        SearchClaim.objects.bulk_create([_told(new)], update_conflicts=True, **columns)
    elif old:
        SearchClaim.objects.filter(entry=old.entry).delete()
    before, words_before = _of_head(old)
    after, words_after = _of_head(new)
    if not before and not after:
        return
    block, place = split((new or old).entry)
    old, new = ({t: packed(place, w) for t, w in part.items()} for part in (before, after))
    gone, come = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    changed = sorted(term for term in old if old[term] != new.get(term))
    with connection.cursor() as cursor:
        if changed:
            values = [[old[term] for term in changed], [new.get(term) for term in changed]]
            cursor.execute(CHANGE, [changed, *values, block])
        if gone:
            cursor.execute(DROP_EMPTY, [block, gone])
        if come:
            cursor.execute(ADD, [block, come, [new[term] for term in come]])
        _count(cursor, "term", _everywhere(before) - _everywhere(after))
        _count(cursor, "word", words_before.keys() - words_after.keys())
        if more := sorted(_everywhere(after) - _everywhere(before)):
            cursor.execute(MORE_TERMS, [more])
        if more := sorted(words_after.keys() - words_before.keys()):
            cursor.execute(MORE_WORDS, [more, [words_after[word] for word in more]])


def _everywhere(weights):
    return {*weights, EVERYWHERE} if weights else set()


def _count(cursor, kind, less):
    if less:
        cursor.execute(LESS.format(kind), [sorted(less)])
        cursor.execute(NONE_LEFT.format(kind), [sorted(less)])


# --- All claims ----------------------------------------------------------------


def rows(heads):
    """The whole index, made of a queryset of head rows: in the order of their entries."""
    heads = heads.order_by("entry")
    read = heads.only("entry", "rating", "card").iterator()
    yield from rows_of((head.entry, _of_head(head)) for head in read)
    for head in heads.exclude(rating="").defer("card").iterator():
        yield _told(head)


def rows_of(entries):
    """Postings, terms and words of `(entry, (weights, words))`, block by block."""
    claims, words, terms_of = Counter(), Counter(), {}
    for block, several in itertools.groupby(entries, lambda pair: split(pair[0])[0]):
        postings = {}
        for entry, (weights, written) in several:
            place = split(entry)[1]
            claims.update(_everywhere(weights))
            words.update(written.keys())
            terms_of.update(written)
            for term, weight in weights.items():
                postings.setdefault(term, []).append(packed(place, weight))
        for term, packed_entries in postings.items():
            yield SearchPosting(term=term, block=block, entries=packed_entries)
    for term, count in claims.items():
        yield SearchTerm(term=term, claims=count)
    for word, count in words.items():
        yield SearchWord(word=word, term=terms_of[word], claims=count)


MODELS = (SearchPosting, SearchTerm, SearchWord, SearchClaim)
