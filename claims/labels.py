"""What the ratings of other fact-checkers come to: true, mixed, false or other.

Editors keep the table (RatingLabel); the words themselves are kept with each review and shown. What
it begins with stands in labels.txt.
"""

from pathlib import Path

from django.db import transaction
from django.db.models import Count, Max, Min

from .choices import Normalized
from .models import ExternalReview, RatingLabel
from .models.external import label_key

BEGINNING = Path(__file__).with_name("labels.txt")


@transaction.atomic
def fill():
    """Enter what labels.txt has and the table never had; returns how many.

    A later version may bring more, and what editors changed or deleted stays as they left it.
    """
    entered = RatingLabel.objects.values_list("key", "language")
    ever = RatingLabel.pgh_event_model.objects.values_list("key", "language")
    known = {*entered, *ever}
    rows = [row for row in _beginning() if (row.key, row.language) not in known]
    RatingLabel.objects.bulk_create(rows)
    return len(rows)


def _beginning():
    for line in BEGINNING.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        head, labels = line.split(": ", 1)
        language, normalized = head.split()
        language = "" if language == "-" else language
        for label in labels.split(" | "):
            yield RatingLabel(
                label=label, key=label_key(label), language=language, normalized=normalized
            )


class Labels:
    """The table as it stands now, to be asked often."""

    def __init__(self):
        self.by_language = {}
        self.anywhere = {}
        for key, language, normalized in RatingLabel.objects.values_list(
            "key", "language", "normalized"
        ):
            self.by_language[key, language] = normalized
            self.anywhere.setdefault(key, set()).add(normalized)

    def normalised(self, key, language):
        """What a label comes to, by its key; None if nobody said.

        In this language, in this language elsewhere (pt for pt-BR), in any: so that a label counts
        where nobody knows the language, or wrote it in another one, if all agree on it.
        """
        for tag in (language, language.partition("-")[0], ""):
            if found := self.by_language.get((key, tag)):
                return found
        agreed = self.anywhere.get(key, ())
        return next(iter(agreed)) if len(agreed) == 1 else None


@transaction.atomic
def renormalise(keys):
    """Bring the reviews with labels of these keys up to the table; returns how many changed.

    What an editor wrote into a review by hand stays until its label is changed in the table.
    """
    labels, changed = Labels(), 0
    reviews = ExternalReview.objects.filter(label_key__in=keys)
    kinds = reviews.order_by().values_list("label_key", "language").distinct()
    for key, language in kinds:
        found = labels.normalised(key, language) or Normalized.OTHER
        rows = reviews.filter(label_key=key, language=language).exclude(normalized=found)
        changed += rows.update(normalized=found)
    return changed


@transaction.atomic
def enter(rows):
    """Put `(label, language, normalized)` into the table; returns how many reviews changed.

    A label that somebody else entered meanwhile stays as they had it.
    """
    for label, language, normalized in rows:
        RatingLabel.objects.get_or_create(
            key=label_key(label),
            language=language,
            defaults={"label": label, "normalized": normalized},
        )
    return renormalise({label_key(label) for label, _language, _normalized in rows})


def unmapped():
    """Labels that the table does not know, the most frequent first: a queryset of dicts.

    What is a number in place of a label is normalised by it, and is not among them.
    """
    known = RatingLabel.objects.values("key")
    return (
        ExternalReview.objects.exclude(label_key__in=known)
        .filter(withdrawn_at=None, normalized=Normalized.OTHER)
        .values("label_key", "language")
        .annotate(reviews=Count("pk"), label=Min("rating_label"), example=Max("pk"))
        .order_by("-reviews", "label_key", "language")
    )
