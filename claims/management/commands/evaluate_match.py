"""How good the search is, by public sets of questions and the claims that answer them."""

import itertools
import json
import statistics
import time
from collections import defaultdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from claims.search import index, ranking

CUTS = (1, 3, 5)
HITS = (1, 5, 10)
BATCH = 5_000
# The index of the site is not touched: tables of the same names stand before it for a while.
OWN_TABLES = """
    CREATE TEMP TABLE {0} (LIKE public.{0} INCLUDING DEFAULTS INCLUDING CONSTRAINTS
    INCLUDING INDEXES) ON COMMIT DROP
"""


class Command(BaseCommand):
    help = (
        "Measure the ranking on a folder with claims.jsonl, queries.<split>.jsonl and "
        "qrels.<split>.tsv, or on each folder in it. The site's own index is left alone."
    )

    def add_arguments(self, parser):
        parser.add_argument("--data", type=Path, required=True)
        parser.add_argument("--split", default="dev")
        parser.add_argument("--terms", type=int, default=ranking.MOST_TERMS)

    def handle(self, *, data, split, terms, **options):
        folders = [file.parent for file in sorted(data.glob(f"**/qrels.{split}.tsv"))]
        if not folders:
            raise CommandError(f"There is no qrels.{split}.tsv in {data}.")
        for folder in folders:
            answers = answers_of(folder / f"qrels.{split}.tsv")
            with transaction.atomic():
                ids = index_claims(folder / "claims.jsonl")
                ranked, times = ask(folder / f"queries.{split}.jsonl", answers, ids, terms)
            figures = measure(answers, ranked) | latency(times)
            shown = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
            self.stdout.write(f"{folder.name} {split}, {len(answers)} questions: {shown}")


def lines(file):
    return map(json.loads, file.read_text().splitlines())


def answers_of(file):
    answers = defaultdict(set)
    for line in file.read_text().splitlines():
        question, _zero, claim, relevant = line.split()
        if int(relevant) > 0:
            answers[question].add(claim)
    return answers


def index_claims(file):
    """Index the file's claims in tables of its own; returns their ids by entry."""
    claims = list(lines(file))[::-1]  # of equals the newest stands first, so: in the file's order
    parts = ("title", "text", "subtitle")
    made = index.rows_of(
        (entry, index.weighted((claim.get(part) or "", 1.0) for part in parts))
        for entry, claim in enumerate(claims)
    )
    with connection.cursor() as cursor:
        for model in index.MODELS:
            cursor.execute(OWN_TABLES.format(model._meta.db_table))
        while batch := list(itertools.islice(made, BATCH)):
            for model in index.MODELS:
                model.objects.bulk_create([row for row in batch if type(row) is model])
        for model in index.MODELS:
            cursor.execute(f"ANALYZE {model._meta.db_table}")
    return [claim["id"] for claim in claims]


def ask(file, answers, ids, terms):
    """`({question: [claim, …]}, [milliseconds])`."""
    ranked, times = {}, []
    for question in lines(file):
        if question["id"] in answers:
            start = time.perf_counter()
            scores = ranking.scores(question["text"], terms)
            times.append(1000 * (time.perf_counter() - start))
            ranked[question["id"]] = [ids[entry] for entry, _score in scores]
    return ranked, times


def measure(answers, ranked):
    """Means over all questions, as the scorers of the field define them."""
    figures = defaultdict(float)
    for question, right in answers.items():
        places = [n for n, claim in enumerate(ranked.get(question, []), start=1) if claim in right]
        for cut in CUTS:
            within = [place for place in places if place <= cut]
            precisions = [n / place for n, place in enumerate(within, start=1)]
            figures[f"MAP@{cut}"] += sum(precisions) / len(right)
        figures["MRR"] += 1 / places[0] if places else 0
        for cut in HITS:
            figures[f"Hit@{cut}"] += bool(places) and places[0] <= cut
    return {name: figure / len(answers) for name, figure in figures.items()}


def latency(times):
    cuts = statistics.quantiles(times, n=20)
    return {"p50 ms": cuts[9], "p95 ms": cuts[18]}
