import csv

from django.core.management.base import BaseCommand

from claims import same
from sources.cells import guarded

COLUMNS = ["text", "statement", "label", "reason", "score", "review", "claim", "at"]


class Command(BaseCommand):
    help = (
        "Write what editors decided on matches to standard output, as CSV: a text of others, a "
        "statement of ours, and 1 if both are the same claim. Nobody is named."
    )

    def handle(self, **options):
        writer = csv.writer(self.stdout)
        writer.writerow(COLUMNS)
        for row in same.pairs().iterator():
            writer.writerow([guarded(str(cell)) for cell in _cells(row)])


def _cells(row):
    yield row.text
    yield row.statement
    yield int(row.is_accepted)
    yield row.reason
    yield "" if row.score is None else row.score
    yield row.review_id
    yield row.claim
    yield row.at.isoformat()
