"""What all parts of a load share: the report, and texts by language."""

from collections import Counter
from dataclasses import dataclass, field

from claims.choices import VerdictStatus
from sources import dates

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"


@dataclass
class Report:
    """What a load did, or would do: counts by kind of row and outcome, and what to know."""

    counts: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)

    def count(self, kind, outcome, number=1):
        self.counts.setdefault(kind, Counter())[outcome] += number

    @property
    def changed(self):
        """How many rows are not as they were."""
        by_outcome = sum(self.counts.values(), Counter())
        return by_outcome.total() - by_outcome[UNCHANGED]


def is_public(claim):
    return any(row.status == VerdictStatus.PUBLISHED for row in claim.verdicts.all())


def parsed_date(text):
    return dates.parse(text) if text else (None, "")


def write_texts(model, of, fields):
    """Make the rows of `model` say what `fields` does: {field: {language: text}}."""
    languages = sorted({tag for by_language in fields.values() for tag in by_language})
    model.objects.filter(of=of).exclude(language__in=languages).delete()
    rows = [
        model(of=of, language=tag, **{name: texts.get(tag, "") for name, texts in fields.items()})
        for tag in languages
    ]
    model.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["of", "language"], update_fields=list(fields)
    )
