"""The weights of match, from public sets of questions: the same sets make the same file."""

import math
from operator import mul
from pathlib import Path

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.search import match, trial

PULL = 10.0  # to zero, of each weight: against chance
MOST_STEPS = 30
DIGITS = 4
RELATED = 0.15  # one in seven: worth a look
REPEATS = 0.5  # at least; more, if 95 in 100 would not be right
PRECISION = 0.95


class Command(BaseCommand):
    help = (
        "Fit the weights of match on the training split of each folder of public questions. "
        "Nothing is drawn by lot: the same data give the same file. With MATCH_MODEL, those that "
        "weigh meanings too, for this model."
    )

    def add_arguments(self, parser):
        parser.add_argument("--data", type=Path, required=True)
        parser.add_argument("--split", default="train")
        beside = settings.MATCH_MODEL and settings.MATCH_MODEL / "weights.json"
        parser.add_argument("--output", type=Path, default=beside or match.WEIGHTS)

    def handle(self, *, data, split, output, **options):
        folders = trial.folders(data, split)
        if not folders:
            raise CommandError(f"There is no qrels.{split}.tsv in {data}.")
        rows, right, asked = [], [], []
        for folder in folders:
            with trial.indexed(folder) as claims:
                for question in trial.questions(folder, split):
                    made, many = pairs(question, claims)
                    asked.append(range(len(rows), len(rows) + many))
                    rows += [row for row, _is_right in made]
                    right += [is_right for _row, is_right in made]
        names = sorted(rows[0])
        constant, weights = fit([[row[name] for row in rows] for name in names], right)
        found = {
            "trained_on": {folder.name: split for folder in folders},
            "questions": len(asked),
            "related": RELATED,
            "repeats": threshold(names, constant, weights, rows, right, asked),
            "constant": round(constant, DIGITS),
            "weights": {n: round(w, DIGITS) for n, w in zip(names, weights, strict=True)},
        }
        if match.model():
            found = {"model": match.model().fingerprint()} | found
        output.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
        self.stdout.write(f"{len(asked)} questions, {len(rows)} pairs: {output}")


def pairs(question, claims):
    """`[(features, is it right)]`: with all claims, so many, then as if the right were not known.

    Most sentences of a text have no answer, so how likely one is must not rest on there being one.
    """
    entries, found = trial.found_for(question.text, claims)
    is_right = [claims.ids[entry] in question.right for entry in entries]
    wrong = [made for made, right in zip(found.made, is_right, strict=True) if not right]
    made = [
        (row, right)
        for row, right in zip(rows_of(found, found.made), is_right, strict=True)
        if weighed(row)
    ]
    return made + [(row, False) for row in rows_of(found, wrong) if weighed(row)], len(made)


def rows_of(found, made):
    [rows] = match.compared_rows([found._replace(made=made)])
    return rows


def weighed(row):
    """With a model, only what it compared: the rest is judged by the other weights."""
    return "near" in row or not match.model()


def fit(columns, right):
    """`(constant, weights)` of a logistic regression, by Newton's method.

    Sums are exact (fsum), so they are the same on every machine and version of Python.
    """
    many = len(right)
    means = [math.fsum(column) / many for column in columns]
    spreads = [
        math.sqrt(math.fsum((x - mean) ** 2 for x in column) / many) or 1.0
        for column, mean in zip(columns, means, strict=True)
    ]
    scaled = [[1.0] * many] + [
        [(x - mean) / spread for x in column]
        for column, mean, spread in zip(columns, means, spreads, strict=True)
    ]
    found = [0.0] * len(scaled)
    for _step in range(MOST_STEPS):
        sums = [math.fsum(map(mul, found, row)) for row in zip(*scaled, strict=True)]
        chances = [1 / (1 + math.exp(-max(-30.0, min(30.0, z)))) for z in sums]
        change = solve(*_system(scaled, found, chances, right))
        found = [one + by for one, by in zip(found, change, strict=True)]
        if max(map(abs, change)) < 1e-9:
            break
    weights = [weight / spread for weight, spread in zip(found[1:], spreads, strict=True)]
    return found[0] - math.fsum(map(mul, weights, means)), weights


def _system(scaled, found, chances, right):
    """The second and the first derivatives, with the pull to zero."""
    certain = [chance * (1 - chance) for chance in chances]
    missed = [is_right - chance for is_right, chance in zip(right, chances, strict=True)]
    matrix = [[0.0] * len(scaled) for _column in scaled]
    for i, column in enumerate(scaled):
        counted = list(map(mul, column, certain))
        for j in range(i, len(scaled)):
            matrix[i][j] = matrix[j][i] = math.fsum(map(mul, counted, scaled[j]))
    slope = [math.fsum(map(mul, column, missed)) for column in scaled]
    for i in range(1, len(scaled)):
        matrix[i][i] += PULL
        slope[i] -= PULL * found[i]
    return matrix, slope


def solve(matrix, right):
    """Gauss, with the largest pivot."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda n: abs(rows[n][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for n, row in enumerate(rows):
            if n != i and row[i]:
                times = row[i] / rows[i][i]
                rows[n] = [a - times * b for a, b in zip(row, rows[i], strict=True)]
    return [row[-1] / row[i] for i, row in enumerate(rows)]


def threshold(names, constant, weights, rows, right, asked):
    """From which probability on the first claim of a question is the right one, 95 times in 100."""
    firsts = []
    for known in filter(None, asked):
        of_row = {n: sum(map(mul, weights, (rows[n][name] for name in names))) for n in known}
        first = max(of_row, key=of_row.get)
        firsts.append((constant + of_row[first], right[first]))
    least, good = 1.0, 0
    for place, (z, is_right) in enumerate(sorted(firsts, reverse=True), start=1):
        good += is_right
        if good >= PRECISION * place:
            least = 1 / (1 + math.exp(-z))
    return round(max(least, REPEATS), DIGITS)
