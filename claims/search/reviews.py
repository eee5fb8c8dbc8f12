"""The index of what other fact-checkers published: beside our own, with counts of its own.

So their many claims do not change how ours are found. A review's entry is its primary key; blocks
and postings are those of claims.search.index. Whoever writes, changes or deletes an ExternalReview
calls `index_reviews` in the same transaction.
"""

from collections import Counter
from itertools import islice

from django.db import connection, transaction

from claims.models.external import ExternalReview
from claims.models.index import ReviewEntry, ReviewPosting, ReviewTerm

from .index import EVERYWHERE, QUOTES, STATEMENT, SUBJECTS, packed, split, weighted

# Any number will do, as long as every writer takes the same.
LOCK = 0x0FAC7C4ED
BATCH = 5_000

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
ADD = """
    INSERT INTO claims_reviewposting AS posting (term, block, entries)
    SELECT term, block, array_agg(entry ORDER BY entry)
    FROM unnest(%s::text[], %s::int[], %s::int[]) AS come (term, block, entry)
    GROUP BY term, block
    ON CONFLICT (term, block) DO UPDATE SET entries = ARRAY(
        SELECT e FROM unnest(posting.entries || EXCLUDED.entries) AS e ORDER BY e
    )
"""
COUNT = """
    INSERT INTO claims_reviewterm AS known (term, claims)
    SELECT term, claims FROM unnest(%s::text[], %s::int[]) AS changed (term, claims)
    ON CONFLICT (term) DO UPDATE SET claims = known.claims + EXCLUDED.claims
"""
NONE_LEFT = "DELETE FROM claims_reviewterm WHERE term = ANY(%s) AND claims < 1"


def index_reviews(ids):
    """Make the index hold what these reviews say now, and nothing of those that are gone.

    Set-based and safe to repeat: the number of statements depends on the batches of 5,000 alone.
    One writer at a time, until the caller's transaction ends.
    """
    ids = iter(sorted(set(ids)))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        while batch := list(islice(ids, BATCH)):
            _replace(cursor, batch)


@transaction.atomic
def rebuild():
    """Make the whole index of reviews again."""
    for model in (ReviewPosting, ReviewTerm, ReviewEntry):
        model.objects.all().delete()
    index_reviews(ExternalReview.objects.values_list("pk", flat=True))


def fields_of(review):
    """What of a review is found, and how much each counts."""
    yield review.claim_reviewed, STATEMENT
    yield review.claimant, SUBJECTS
    yield review.title, QUOTES


def _replace(cursor, ids):
    changed = Counter()
    old = ReviewEntry.objects.filter(pk__in=ids)
    gone = [(term, *split(entry.pk)) for entry in old for term in entry.terms]
    if gone:
        terms, blocks, places = map(list, zip(*gone, strict=True))
        cursor.execute(DROP, [terms, blocks, places])
        cursor.execute(DROP_EMPTY, [terms, blocks])
        changed.subtract(terms)
        changed.subtract({EVERYWHERE: len(old)})
    old.delete()
    fields = ("pk", "claim_reviewed", "claimant", "title")
    made = {
        review.pk: weighted(fields_of(review))[0]
        for review in ExternalReview.objects.filter(pk__in=ids).only(*fields)
    }
    made = {pk: weights for pk, weights in made.items() if weights}
    if come := [
        (term, block, packed(place, weight))
        for pk, weights in made.items()
        for block, place in [split(pk)]
        for term, weight in weights.items()
    ]:
        terms, blocks, entries = map(list, zip(*come, strict=True))
        cursor.execute(ADD, [terms, blocks, entries])
        changed.update(terms)
        changed.update({EVERYWHERE: len(made)})
        ReviewEntry.objects.bulk_create(
            [ReviewEntry(review=pk, terms=sorted(weights)) for pk, weights in made.items()]
        )
    if changed := {term: by for term, by in sorted(changed.items()) if by}:
        cursor.execute(COUNT, [list(changed), list(changed.values())])
        cursor.execute(NONE_LEFT, [list(changed)])
