"""The index of what other fact-checkers published: beside our own, with counts of its own.

So their many claims do not change how ours are found. A review's entry is its primary key; blocks
and postings are those of claims.search.index. Whoever writes, changes or deletes an ExternalReview
calls `index_reviews` in the same transaction.
"""

from collections import Counter, defaultdict
from itertools import islice

from django.db import connection, transaction

from claims.models.external import ExternalReview
from claims.models.index import ReviewEntry, ReviewPosting, ReviewTerm

from .index import EVERYWHERE, QUOTES, STATEMENT, SUBJECTS, packed, split, weighted

# Any number will do, as long as every writer takes the same.
LOCK = 0x0FAC7C4ED
BATCH = 5_000
# What of a review is found, and how much each counts; TEXTS has them in this order.
FIELDS = ("claim_reviewed", "claimant", "title")
FACTORS = (STATEMENT, SUBJECTS, QUOTES)

DROP = """
    UPDATE claims_reviewposting AS posting SET entries = ARRAY(
        SELECT e FROM unnest(entries) AS e WHERE NOT e >> 8 = ANY(places) ORDER BY e
    )
    FROM (
        SELECT term, block, array_agg(place) AS places
        FROM unnest(%s::text[], %s::int[], %s::int[]) AS gone (term, block, place)
        GROUP BY term, block
    ) AS gone
    WHERE posting.term = gone.term AND posting.block = gone.block
"""
DROP_EMPTY = """
    DELETE FROM claims_reviewposting AS posting
    USING unnest(%s::text[], %s::int[]) AS gone (term, block)
    WHERE posting.term = gone.term AND posting.block = gone.block AND entries = '{}'
"""
# A long column travels as one text and not as an array: no term has a control character in it.
# New reviews have the highest numbers, so they are mostly appended.
ADD = r"""
    INSERT INTO claims_reviewposting AS posting (term, block, entries)
    SELECT term, %s, entries::int[]
    FROM unnest(string_to_array(%s, E'\n'), string_to_array(%s, E'\n')) AS come (term, entries)
    ON CONFLICT (term, block) DO UPDATE SET entries = CASE
        WHEN posting.entries[cardinality(posting.entries)] < EXCLUDED.entries[1]
        THEN posting.entries || EXCLUDED.entries
        ELSE ARRAY(SELECT e FROM unnest(posting.entries || EXCLUDED.entries) AS e ORDER BY e)
    END
"""
ENTER = r"""
    INSERT INTO claims_reviewentry (review, terms)
    SELECT review::bigint, string_to_array(terms, E'\t')
    FROM unnest(string_to_array(%s, E'\n'), string_to_array(%s, E'\n')) AS come (review, terms)
"""
COUNT = r"""
    INSERT INTO claims_reviewterm AS known (term, claims)
    SELECT term, claims::int
    FROM unnest(string_to_array(%s, E'\n'), string_to_array(%s, E'\n')) AS changed (term, claims)
    ON CONFLICT (term) DO UPDATE SET claims = known.claims + EXCLUDED.claims
"""
NONE_LEFT = "DELETE FROM claims_reviewterm WHERE term = ANY(%s) AND claims < 1"
# By hand, for thousands of numbers take Django as long as the words behind them.
TEXTS = """
    SELECT id, claim_reviewed, claimant, title FROM claims_externalreview
    WHERE id = ANY(%s) ORDER BY id
"""
ENTERED = "SELECT review, terms FROM claims_reviewentry WHERE review = ANY(%s)"
LEFT = "DELETE FROM claims_reviewentry WHERE review = ANY(%s)"


def index_reviews(ids, known=None):
    """Make the index hold what these reviews say now, and nothing of those that are gone.

    Set-based and safe to repeat: the number of statements depends on the batches of 5,000 alone.
    One writer at a time, until the caller's transaction ends. `known` is what `weigh` made of some
    of their texts already.
    """
    ids = iter(sorted(set(ids)))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        while batch := list(islice(ids, BATCH)):
            _replace(cursor, batch, known or {})


def weigh(texts):
    """`{texts of a review, in the order of FIELDS: (its terms, their weights)}`, for many.

    It asks nobody, so that another thread can do it while this one waits for the database.
    """
    return {of_one: _weighed(of_one) for of_one in texts}


@transaction.atomic
def rebuild():
    """Make the whole index of reviews again."""
    for model in (ReviewPosting, ReviewTerm, ReviewEntry):
        model.objects.all().delete()
    index_reviews(ExternalReview.objects.values_list("pk", flat=True))


def _weighed(texts):
    weights = weighted(zip(texts, FACTORS, strict=True))[0]
    return "\t".join(sorted(weights)), weights


def _replace(cursor, ids, known):
    changed = Counter()
    _remove(cursor, ids, changed)
    entered, postings = [], defaultdict(lambda: defaultdict(list))
    cursor.execute(TEXTS, [ids])
    for number, *texts in cursor.fetchall():
        terms, weights = known.get(tuple(texts)) or _weighed(texts)
        if weights:
            entered.append((number, terms))
            block, place = split(number)
            in_block = postings[block]
            for term, weight in weights.items():
                in_block[term].append(packed(place, weight))
    if entered:
        cursor.execute(ENTER, _columns(entered))
        changed[EVERYWHERE] += len(entered)
    for block, in_block in postings.items():
        come = [(term, f"{{{str(found)[1:-1]}}}") for term, found in sorted(in_block.items())]
        cursor.execute(ADD, [block, *_columns(come)])
        for term, found in in_block.items():
            changed[term] += len(found)
    if counts := sorted((term, by) for term, by in changed.items() if by):
        cursor.execute(COUNT, _columns(counts))
        if less := [term for term, by in counts if by < 0]:
            cursor.execute(NONE_LEFT, [less])


def _remove(cursor, ids, changed):
    cursor.execute(ENTERED, [ids])
    old = cursor.fetchall()
    gone = [(term, *split(number)) for number, terms in old for term in terms]
    if gone:
        terms, blocks, places = map(list, zip(*gone, strict=True))
        cursor.execute(DROP, [terms, blocks, places])
        cursor.execute(DROP_EMPTY, [terms, blocks])
        changed.subtract(terms)
        changed.subtract({EVERYWHERE: len(old)})
        cursor.execute(LEFT, [ids])


def _columns(rows):
    return ["\n".join(map(str, column)) for column in zip(*rows, strict=True)]
