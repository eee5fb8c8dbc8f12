"""How good search and match are, by public sets of questions and the claims that answer them."""

import statistics
import time
from collections import defaultdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from claims.search import match, ranking, trial

CUTS = (1, 3, 5)
HITS = (1, 5, 10)


class Command(BaseCommand):
    help = (
        "Measure search and match on a folder with claims.jsonl, queries.<split>.jsonl and "
        "qrels.<split>.tsv, or on each folder in it. The site's own index is left alone."
    )

    def add_arguments(self, parser):
        parser.add_argument("--data", type=Path, required=True)
        parser.add_argument("--split", default="dev")
        parser.add_argument("--terms", type=int, default=ranking.MOST_TERMS)

    def handle(self, *, data, split, terms, **options):
        folders = trial.folders(data, split)
        if not folders:
            raise CommandError(f"There is no qrels.{split}.tsv in {data}.")
        for folder in folders:
            asked = trial.questions(folder, split)
            with trial.indexed(folder) as claims:
                ranked, times = search(asked, claims, terms)
                self.show(f"{folder.name} {split}, {len(asked)} questions, search", [
                    measure(asked, ranked), latency(times)
                ])  # fmt: skip
                ranked, sure, times = matched(asked, claims)
                self.show(f"{folder.name} {split}, {len(asked)} questions, match", [
                    measure(asked, ranked), at_threshold(sure, len(asked)), latency(times)
                ])  # fmt: skip

    def show(self, what, figures):
        shown = [f"{name} {value:.3f}" for part in figures for name, value in part.items()]
        self.stdout.write(f"{what}: {'  '.join(shown)}")


def search(asked, claims, terms):
    """`({question: [claim, …]}, [milliseconds])`."""
    ranked, times = {}, []
    for question in asked:
        start = time.perf_counter()
        scores = ranking.scores(question.text, terms)
        times.append(1000 * (time.perf_counter() - start))
        ranked[question.id] = [claims.ids[entry] for entry, _score in scores]
    return ranked, times


def matched(asked, claims):
    """The same of match, and of each question `(is it said, is it right)`: twice.

    Once as it is, and once as if the right claims were not known: then whatever is said is wrong.
    """
    ranked, sure, times = {}, [], []
    for question in asked:
        start = time.perf_counter()
        entries, found = trial.found_for(question.text, claims)
        [judged] = match.judge([found])
        times.append(1000 * (time.perf_counter() - start))
        ids = [claims.ids[entry] for entry in entries]
        ranked[question.id] = [ids[n] for n, _p, _row in judged]
        wrong = [
            made for made, one in zip(found.made, ids, strict=True) if one not in question.right
        ]
        [without] = match.judge([found._replace(made=wrong)])
        is_right = bool(judged) and ids[judged[0][0]] in question.right
        sure.append((is_said(judged), is_right, is_said(without)))
    return ranked, sure, times


def is_said(judged):
    return any(match.label(p, row) == match.REPEATS for _n, p, row in judged[:1])


def at_threshold(sure, many):
    """Of the questions of which match says that they repeat a claim: how often it is that claim."""
    said = [is_right for is_said, is_right, _without in sure if is_said]
    without = sum(is_said for _said, _right, is_said in sure)
    return {
        "precision": sum(said) / len(said) if said else 1.0,
        "recall": sum(said) / many,
        "said without an answer": without / many,
    }


def measure(asked, ranked):
    """Means over all questions, as the scorers of the field define them."""
    figures = defaultdict(float)
    for question in asked:
        found, right = ranked.get(question.id, []), question.right
        places = [n for n, claim in enumerate(found, start=1) if claim in right]
        for cut in CUTS:
            within = [place for place in places if place <= cut]
            precisions = [n / place for n, place in enumerate(within, start=1)]
            figures[f"MAP@{cut}"] += sum(precisions) / len(right)
        figures["MRR"] += 1 / places[0] if places else 0
        for cut in HITS:
            figures[f"Hit@{cut}"] += bool(places) and places[0] <= cut
    return {name: figure / len(asked) for name, figure in figures.items()}


def latency(times):
    cuts = statistics.quantiles(times, n=20)
    return {"p50 ms": cuts[9], "p95 ms": cuts[18]}
