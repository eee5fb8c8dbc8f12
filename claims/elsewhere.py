"""What others published, taken in: read once, staged, and merged set by set.

A review is known by its address, its claim and its author. What is there already and the same is
not written, so the same file again changes nothing, and a run that was stopped is begun again:
what it had merged is found there. Of the same review twice in one file, the later one counts.
"""

import contextlib
import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import DataError, IntegrityError, connection, transaction

from sources.refusals import sentence

from .choices import Normalized
from .interchange.reading.jsonstream import Unreadable
from .interchange.reading.review import Row, Withdrawn
from .labels import Labels, fill
from .models.external import label_key
from .search.reviews import FIELDS, index_reviews, weigh

SLICE = 5000  # reviews merged in one transaction
LOCK = 0x6661637473  # of an import, for pg_try_advisory_lock
IDENTITY = ("url", "claim_reviewed", "publisher_name")
# What a later import of the same review may change.
CHANGING = [*(name for name in Row._fields if name not in {*IDENTITY, "normalized"}), "label_key"]


class Busy(Exception):
    """Another import is under way."""


@dataclass
class Tally:
    """What became of the reviews of a file. All but `mended` add up to `read`."""

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0  # the same review stands further down, or its withdrawal does
    withdrawn: int = 0  # addresses given up
    refused: int = 0
    mended: Counter = field(default_factory=Counter)
    broken_off: str = ""  # why the rest of the file could not be read


def take_in(reads, *, refuse, tell=lambda *_: None, dry_run=False):
    """Merge what `interchange.reading.files.reviews` read; returns a Tally.

    `refuse(number, reason, value)` is called for each that cannot be taken; `tell(step, done, of)`
    as it goes on. With `dry_run` nothing is written. Raises Busy.
    """
    tally = Tally()
    with _alone(), connection.cursor() as cursor:
        cursor.execute(_STAGED)
        try:
            if not dry_run:
                fill()
            _stage(cursor, reads, tally, refuse, tell)
            _settle(cursor, tally)
            if dry_run:
                _foretell(cursor, tally)
            else:
                cursor.execute(_CHECKERS)
                _merge_all(cursor, tally, refuse, tell)
        finally:
            if not connection.needs_rollback and connection.is_usable():
                cursor.execute("DROP TABLE IF EXISTS reviews_staged")
    return tally


@contextlib.contextmanager
def _alone():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Busy
        try:
            yield
        finally:
            if not connection.needs_rollback and connection.is_usable():
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


# --- Staging ---------------------------------------------------------------------

_COLUMNS = ["n", *Row._fields, "label_key", "identity", "gone"]
_TYPES = {"n": "bigint", "claimed_on": "date", "reviewed_on": "date", "gone": "boolean"}
_STAGED = "CREATE TEMPORARY TABLE reviews_staged ({})".format(  # no JSON yet: it may be refused
    ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in _COLUMNS)
)


def _stage(cursor, reads, tally, refuse, tell):
    labels = Labels()
    with cursor.copy(f"COPY reviews_staged ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
        try:
            for read in reads:
                tally.read += 1
                tally.mended.update(set(read.mended))
                if read.row is None:
                    tally.refused += 1
                    refuse(read.number, read.problem, read.value)
                else:
                    copy.write_row(_staged(read, labels))
                if tally.read % 1000 == 0:
                    tell("read", tally.read, None)
        except Unreadable as error:
            tally.broken_off = str(error)


def _staged(read, labels):
    row = read.row
    if isinstance(row, Withdrawn):
        return [read.number, row.url, *[None] * (len(_COLUMNS) - 3), True]
    key = label_key(row.rating_label)
    normalized = labels.normalised(key, row.language) or row.normalized or Normalized.OTHER
    row = row._replace(normalized=str(normalized))
    # As the column `identity` is made by the database.
    said = "\n".join(getattr(row, name) for name in IDENTITY)
    identity = hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()
    return [read.number, *row, key, identity, False]


def _settle(cursor, tally):
    """Leave of each review what the file says last, in the order of the file."""
    cursor.execute("CREATE INDEX ON reviews_staged (n)")
    cursor.execute("ANALYZE reviews_staged (n, identity, url, gone)")
    for superseded in (
        "DELETE FROM reviews_staged a USING reviews_staged b "
        "WHERE a.identity = b.identity AND a.n < b.n",
        "DELETE FROM reviews_staged a USING reviews_staged b "
        "WHERE a.url = b.url AND a.n < b.n AND a.gone IS DISTINCT FROM b.gone",
        "DELETE FROM reviews_staged a USING reviews_staged b "
        "WHERE a.url = b.url AND a.n < b.n AND a.gone AND b.gone",
    ):
        cursor.execute(superseded)
        tally.repeated += cursor.rowcount
    cursor.execute("SELECT count(*) FROM reviews_staged WHERE gone")
    tally.withdrawn = cursor.fetchone()[0]


# --- Merging ---------------------------------------------------------------------

_REVIEWS = "claims_externalreview"


def _value(name):
    return f"s.{name}::jsonb" if name == "markup" else f"s.{name}"


_SAME = "s.identity = e.identity AND s.n >= %s AND s.n < %s AND NOT s.gone"
_DIFFERS = "(({}) IS DISTINCT FROM ({}) OR e.withdrawn_at IS NOT NULL)".format(
    ", ".join(f"e.{name}" for name in CHANGING), ", ".join(map(_value, CHANGING))
)
# What an editor made of the label stays while the label does.
_CHANGE = f"""
    UPDATE {_REVIEWS} e SET withdrawn_at = NULL,
        {", ".join(f"{name} = {_value(name)}" for name in CHANGING)},
        normalized = CASE WHEN (e.label_key, e.language) = (s.label_key, s.language)
            THEN e.normalized ELSE s.normalized END
    FROM reviews_staged s WHERE {_SAME} AND {_DIFFERS} RETURNING e.id
"""
_NEW = [*Row._fields, "label_key"]
_MISSING = f"""
    s.n >= %s AND s.n < %s AND NOT s.gone
    AND NOT EXISTS (SELECT FROM {_REVIEWS} e WHERE e.identity = s.identity)
"""
_ADD = f"""
    INSERT INTO {_REVIEWS} ({", ".join(_NEW)}, imported_at)
    SELECT {", ".join(map(_value, _NEW))}, now() FROM reviews_staged s WHERE {_MISSING} ORDER BY s.n
    ON CONFLICT (identity) DO NOTHING RETURNING id
"""
_WITHDRAW = f"""
    UPDATE {_REVIEWS} e SET withdrawn_at = now() FROM reviews_staged s
    WHERE s.n >= %s AND s.n < %s AND s.gone
        AND md5(e.url) = md5(s.url) AND e.url = s.url AND e.withdrawn_at IS NULL RETURNING e.id
"""
# Whoever is new is known by the host, and has signed what our own entry for that host says.
_CHECKERS = r"""
    INSERT INTO claims_checker (site, name, memberships, standing, note)
    SELECT s.publisher_site, mode() WITHIN GROUP (ORDER BY s.publisher_name), COALESCE((
            SELECT p.memberships FROM sources_publisher p
            WHERE lower(substring(p.homepage FROM '^https?://(?:www\.)?([^/?#:]+)'))
                = s.publisher_site
            ORDER BY cardinality(p.memberships) DESC LIMIT 1
        ), '{}'), 'listed', ''
    FROM reviews_staged s
    WHERE NOT s.gone AND s.publisher_site NOT IN (SELECT site FROM claims_checker)
    GROUP BY s.publisher_site ORDER BY s.publisher_site
    ON CONFLICT (site) DO NOTHING
"""


def _merge_all(cursor, tally, refuse, tell):
    with ThreadPoolExecutor(1) as aside:
        weighing = aside.submit(weigh, _new_texts(cursor, 1))
        for start in range(1, tally.read + 1, SLICE):
            known = weighing.result()
            # While the database merges these, the words of the next ones are cut.
            weighing = aside.submit(weigh, _new_texts(cursor, start + SLICE))
            _merge(cursor, start, min(start + SLICE, tally.read + 1), tally, refuse, known)
            tell("merged", min(start + SLICE - 1, tally.read), tally.read)
            if start == 1 and tally.added:
                # A table that was found empty is taken for empty, and searched row by row.
                cursor.execute(f"ANALYZE {_REVIEWS} (identity, url)")
    if tally.added + tally.changed > SLICE:
        cursor.execute(f"ANALYZE {_REVIEWS}")


def _new_texts(cursor, start):
    """Of the next reviews those that are not there yet: what is found of them."""
    cursor.execute(f"SELECT {', '.join(FIELDS)} FROM reviews_staged s WHERE {_MISSING}",
                   [start, start + SLICE])  # fmt: skip
    return cursor.fetchall()


def _merge(cursor, start, end, tally, refuse, known):
    """The reviews numbered `start` up to `end`; what the database refuses is found by halving."""
    try:
        with transaction.atomic():
            # A power cut may take the last slices with it: the next run brings them again.
            cursor.execute("SET LOCAL synchronous_commit = off")
            changed = _ids(cursor, _CHANGE, start, end)
            added = _ids(cursor, _ADD, start, end)
            _ids(cursor, _WITHDRAW, start, end)
            # What is withdrawn is found no more, but stays in it.
            index_reviews([*changed, *added], known)
    except (DataError, IntegrityError) as error:
        if end - start > 1:
            middle = (start + end) // 2
            _merge(cursor, start, middle, tally, refuse, known)
            _merge(cursor, middle, end, tally, refuse, known)
            return
        tally.refused += 1
        refuse(start, sentence(error), None)
        return
    cursor.execute(
        "SELECT count(*) FROM reviews_staged WHERE n >= %s AND n < %s AND NOT gone", [start, end]
    )
    tally.added += len(added)
    tally.changed += len(changed)
    tally.unchanged += cursor.fetchone()[0] - len(added) - len(changed)


def _ids(cursor, statement, start, end):
    cursor.execute(statement, [start, end])
    return [row[0] for row in cursor.fetchall()]


def _foretell(cursor, tally):
    """What merging would do."""
    whole = [1, tally.read + 1]
    cursor.execute(f"SELECT count(*) FROM reviews_staged s WHERE {_MISSING}", whole)
    tally.added = cursor.fetchone()[0]
    cursor.execute(
        f"SELECT count(*) FROM reviews_staged s JOIN {_REVIEWS} e ON {_SAME} AND {_DIFFERS}", whole
    )
    tally.changed = cursor.fetchone()[0]
    cursor.execute("SELECT count(*) FROM reviews_staged WHERE NOT gone")
    tally.unchanged = cursor.fetchone()[0] - tally.added - tally.changed
