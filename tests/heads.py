"""Many head rows at once, straight into the projection: what lists read, without the desk."""

from django.db import connection

ANCHOR = "2026-01-01T00:00:00Z"
COLUMNS = {
    "slug": "'claim-' || n",
    "revision_id": "n",
    "entry": "n",
    "number": "1",
    "state": "'published'",
    "sha256": "repeat('0', 64)",
    "published_at": "timestamptz '2026-01-01' + n * interval '1 second'",
    "modified_at": "timestamptz '2026-01-01' + n * interval '1 second'",
    "language": "'en'",
    "claimant": "''",
    "claimed_on": "date '2026-01-01'",
    "rating": "'false'",
    "scale": "'2026.1'",
    "normalized": "'false'",
    "topics": "'{}'::text[]",
    "subjects": "'{}'::text[]",
    "sources": "'{}'::text[]",
    "publishers": "'{}'::text[]",
    "articles": "'{}'::text[]",
    "related": "'{}'::text[]",
    "card": "convert_to('{\"slug\":\"claim-' || n || '\"}', 'UTF8')",
}


def make_heads(first, last, **columns):
    """Heads number `first` to `last`; each column is SQL in which `n` is the number."""
    columns = COLUMNS | columns
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO claims_revision (seq, claim, number, action, at, document, sha256, chain)
            SELECT n, 'claim-' || n, 1, 'publish', now(), '', repeat('0', 64), repeat('0', 64)
            FROM generate_series(%s, %s) AS n
            """,
            [first, last],
        )
        values = ", ".join(columns.values()).replace("%", "%%")
        cursor.execute(
            f"INSERT INTO claims_publishedclaim ({', '.join(columns)})"
            f" SELECT {values} FROM generate_series(%s, %s) AS n",
            [first, last],
        )
