"""Which published claims speak of what somebody asks, the likeliest first: one statement of SQL."""

from typing import NamedTuple

import orjson
from django.db import connections, router

from claims.models.record import PublishedClaim

from .analysis import tokens

# Whoever asks for more than this gets the best of it.
MOST = 1000
# A question is cut to its rarest terms, and to as many postings as a machine reads in no time: what
# stands everywhere tells nothing, and so the answer takes as long on a million claims.
MOST_TERMS = 40
MOST_POSTINGS = 10_000
# How much a term tells, as in BM25, and somewhat more of the rare ones.
RARE_COUNTS = 1.3
TELLS = f"""power(
    ln(1 + (everywhere.claims - known.claims + 0.5::float8) / (known.claims + 0.5::float8)),
    {RARE_COUNTS}
) AS tells"""
# Of the best claim's score: below it, a claim shares only common words with the question.
LEAST = 0.3
# As long as a statement may be. What comes after is not read, and the page says so.
LONGEST = 1000
# A longer question has words enough that are spelt right, and would be led astray by guesses.
MENDED_UP_TO = 8
# How much alike two spellings are: the trigrams of PostgreSQL, from 0 to 1.
ALIKE = 0.35

STATEMENT = """
WITH asked AS MATERIALIZED (
    SELECT new.term, new.word, known.claims
    FROM unnest(%(terms)s::text[], %(words)s::text[]) AS new (term, word)
    LEFT JOIN claims_searchterm AS known USING (term)
), mended AS MATERIALIZED (
    SELECT asked.word, near.word AS meant, near.term
    FROM asked CROSS JOIN greatest(2, length(asked.word) / 2) AS half
    CROSS JOIN LATERAL (
        -- The commonest slip of all, which leaves few trigrams whole: two letters swapped.
        (SELECT known.word, known.term, known.claims, 2 AS alike
         FROM generate_series(1, length(asked.word) - 1) AS at
         JOIN claims_searchword AS known ON known.word = left(asked.word, at - 1)
             || reverse(substr(asked.word, at, 2)) || substr(asked.word, at + 2)
         ORDER BY known.claims DESC, known.word LIMIT 1)
        UNION ALL
        (SELECT known.word, known.term, known.claims, 1 FROM claims_searchword AS known
         WHERE known.word > asked.word AND known.word < asked.word || chr(1114109)
         ORDER BY known.claims DESC, known.word LIMIT 1)
        UNION ALL
        -- One slip leaves the first half of a word or the second as it was.
        (SELECT known.word, known.term, known.claims, similarity(known.word, asked.word)
         FROM (
            SELECT * FROM claims_searchword AS known
            WHERE length(known.word) BETWEEN length(asked.word) - 2 AND length(asked.word) + 2
              AND known.word >= left(asked.word, half)
              AND known.word < left(asked.word, half) || chr(1114109)
            UNION SELECT * FROM claims_searchword AS known
            WHERE length(known.word) BETWEEN length(asked.word) - 2 AND length(asked.word) + 2
              AND reverse(known.word) >= reverse(right(asked.word, half))
              AND reverse(known.word) < reverse(right(asked.word, half)) || chr(1114109)
            -- And of two words written together, each is whole.
            UNION SELECT known.* FROM generate_series(4, length(asked.word) - 1) AS n
            JOIN claims_searchword AS known
                ON known.word = ANY(ARRAY[left(asked.word, n), right(asked.word, n)])
         ) AS known
         ORDER BY 4 DESC, known.claims DESC, known.word LIMIT 1)
        ORDER BY 4 DESC, 3 DESC LIMIT 1
    ) AS near
    WHERE asked.claims IS NULL AND length(asked.word) > 2 AND near.alike >= %(alike)s
), telling AS MATERIALIZED (
    SELECT known.*, sum(known.claims) OVER (ORDER BY known.claims, known.term) - known.claims
        AS before, everywhere.claims AS many, {tells}
    FROM (
        SELECT term, claims FROM asked WHERE claims IS NOT NULL
        UNION SELECT term, known.claims FROM mended JOIN claims_searchterm AS known USING (term)
    ) AS known
    JOIN claims_searchterm AS everywhere ON everywhere.term = ''
    ORDER BY known.claims, known.term LIMIT %(most_terms)s
), scored AS (
    SELECT (posting.block << 14) + (e >> 8) AS entry, sum((e & 255) * tells) AS score
    FROM telling
    CROSS JOIN LATERAL (
        -- Of a term with more than may be read, the newest claims.
        SELECT block, entries FROM claims_searchposting WHERE term = telling.term
        ORDER BY block DESC LIMIT CASE
            WHEN telling.before + telling.claims > %(most_postings)s THEN greatest(1,
                (%(most_postings)s - telling.before) * ((many >> 14) + 1)
                    / telling.claims)
        END
    ) AS posting
    CROSS JOIN LATERAL unnest(posting.entries) AS e
    WHERE telling.before < %(most_postings)s
    GROUP BY 1 ORDER BY 2 DESC, 1 DESC LIMIT %(most)s
)
"""
SELECT = """
SELECT
    (SELECT json_agg(mended) FROM mended)::text,
    (SELECT json_agg(asked.word) FROM asked
     WHERE claims IS NULL AND word <> '' AND word NOT IN (SELECT word FROM mended))::text,
    (SELECT '[' || string_agg({facts}, ',' ORDER BY score DESC, entry DESC) || ']'
     FROM scored {join} WHERE score >= %(least)s * (SELECT max(score) FROM scored))
"""
PLAIN = STATEMENT.format(tells=TELLS) + SELECT.format(
    facts="json_build_array(entry, score)::text", join=""
)
TOLD = STATEMENT.format(tells=TELLS) + SELECT.format(
    facts="facts", join="JOIN claims_searchclaim USING (entry)"
)


class Hit(NamedTuple):
    """A claim that was found, with what it can be filtered by: see SearchClaim."""

    slug: str
    revision: int
    rating: str
    normalized: str
    topics: list
    subjects: list
    claimant: str
    publishers: list
    language: str
    year: int | None


class Found(NamedTuple):
    """What a question finds: `hits` in their order."""

    terms: frozenset  # what is marked where it stands
    mended: dict  # words of the question that no claim has, and the ones taken instead
    unknown: list  # words that no claim has, nor anything like them
    hits: list


def search(question):
    """The published claims that speak of what is asked, the likeliest first, at most a thousand."""
    return _ask(question, TOLD, lambda row: Hit(*row))


def entries(question):
    """The same, as the numbers of the claims in the index alone."""
    return _ask(question, PLAIN, lambda row: row[0]).hits


def scores(question, most_terms=MOST_TERMS):
    """`[(entry, score)]`, to be measured: see the command evaluate_match."""
    return _ask(question, PLAIN, tuple, most_terms).hits


def _ask(question, statement, make, most_terms=MOST_TERMS):
    asked = {term: token.word for token in tokens(question[:LONGEST]) for term in token.terms}
    if not asked:
        return Found(frozenset(), {}, [], [])
    words = list(asked.values()) if len(asked) <= MENDED_UP_TO else [""] * len(asked)
    values = {"terms": list(asked), "words": words, "alike": ALIKE, "most": MOST}
    values |= {"most_terms": most_terms, "most_postings": MOST_POSTINGS, "least": LEAST}
    with connections[router.db_for_read(PublishedClaim)].cursor() as cursor:
        cursor.execute(statement, values)
        mended, unknown, rows = (orjson.loads(part or "[]") for part in cursor.fetchone())
    return Found(
        frozenset(asked) | {row["term"] for row in mended},
        {row["word"]: row["meant"] for row in mended},
        unknown,
        [make(row) for row in rows],
    )
