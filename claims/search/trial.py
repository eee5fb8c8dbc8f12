"""Public sets of questions and the claims that answer them: for training and for measuring.

A set is a folder with claims.jsonl, queries.<split>.jsonl and qrels.<split>.tsv. Its claims are
indexed in tables that stand before the site's own until the transaction ends.
"""

import datetime
import itertools
import json
from collections import defaultdict
from contextlib import contextmanager
from typing import NamedTuple

from django.db import connection, transaction

from . import features, index, match

PARTS = ("title", "text", "subtitle")
BATCH = 5_000
OWN_TABLES = """
    CREATE TEMP TABLE {0} (LIKE public.{0} INCLUDING DEFAULTS INCLUDING CONSTRAINTS
    INCLUDING INDEXES) ON COMMIT DROP
"""
TABLES = [model._meta.db_table for model in index.MODELS]


class Question(NamedTuple):
    id: str
    text: str
    right: frozenset  # ids of the claims that answer it


class Claims(NamedTuple):
    """The claims of a set by their entries in the index."""

    ids: list
    texts: list
    days: list


def folders(data, split):
    return [file.parent for file in sorted(data.glob(f"**/qrels.{split}.tsv"))]


def lines(file):
    return map(json.loads, file.read_text().splitlines())


def questions(folder, split):
    """Those that have an answer."""
    answers = defaultdict(set)
    for line in (folder / f"qrels.{split}.tsv").read_text().splitlines():
        question, _zero, claim, relevant = line.split()
        if int(relevant) > 0:
            answers[question].add(claim)
    return [
        Question(row["id"], row["text"], frozenset(answers[row["id"]]))
        for row in lines(folder / f"queries.{split}.jsonl")
        if row["id"] in answers
    ]


@contextmanager
def indexed(folder):
    """Meanwhile the index holds this set's claims, and nothing else."""
    # Of equals the newest stands first, so the first of the file is the newest.
    claims = list(lines(folder / "claims.jsonl"))[::-1]
    texts = [tuple(filter(None, (claim.get(part) for part in PARTS))) for claim in claims]
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(OWN_TABLES.format(table))
        _fill(texts)
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")
        yield Claims([claim["id"] for claim in claims], texts, [_day(claim) for claim in claims])
        for table in TABLES:
            cursor.execute(f"DROP TABLE pg_temp.{table}")


def _fill(texts):
    made = index.rows_of(
        (entry, index.weighted((text, 1.0) for text in several))
        for entry, several in enumerate(texts)
    )
    while batch := list(itertools.islice(made, BATCH)):
        for model in index.MODELS:
            model.objects.bulk_create([row for row in batch if type(row) is model])


def _day(claim):
    for form in ("%d %B %Y", "%Y-%m-%d"):
        try:
            return datetime.datetime.strptime(claim.get("date") or "", form).date()
        except ValueError:
            continue
    return None


def found_for(text, claims):
    """`(entries of the candidates, what match compares)` of a question."""
    read = features.read(text)
    [several] = match.candidates([read])
    made = [
        features.Candidate(features.known(claims.texts[entry]), score, claims.days[entry])
        for entry, score in several
    ]
    scale = match.scale_of([candidate.known for candidate in made], [read])
    entries = [entry for entry, _score in several]
    return entries, match.Asked(text, read, features.posted_on(text), made, scale)
