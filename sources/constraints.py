"""Rules that several tables share: constraints and triggers with a message for editors."""

import functools
import operator

import pgtrigger
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

# BCP 47, the part we use: language, script, region (en, zh-Hans, pt-BR).
LANGUAGE_TAG = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
SLUG_MESSAGE = _("A slug has lower-case letters, digits and single hyphens only.")
SHA256 = r"^[0-9a-f]{64}$"
WIKIDATA_ID = r"^Q[1-9][0-9]*$"
WEB_ADDRESS = r"^https?://[^\s/?#]+([/?#]\S*)?$"

PREFIX = "%(app_label)s_%(class)s"


def matches(field, pattern, message, *, blank=False):
    """The text of `field` matches `pattern`; with `blank`, it may be empty."""
    condition = Q(**{f"{field}__regex": pattern})
    if blank:
        condition |= Q(**{field: ""})
    return CheckConstraint(
        condition=condition, name=f"{PREFIX}_{field}_format", violation_error_message=message
    )


def slug_format():
    return matches("slug", SLUG, SLUG_MESSAGE)


def says_something(field, message):
    """Not empty, and not white space alone."""
    return matches(field, r"\S", message)


def language_format(field="language"):
    return matches(
        field, LANGUAGE_TAG, _("Write the language as a BCP 47 tag, such as en or zh-Hans.")
    )


def one_of(field, choices, *, blank=False):
    """Choices alone check forms only; this holds for every writer."""
    values = [*choices.values, ""] if blank else choices.values
    return CheckConstraint(
        condition=Q(**{f"{field}__in": values}),
        name=f"{PREFIX}_{field}_known",
        violation_error_message=_("Choose one of the values offered."),
    )


def approximate_date(date, precision):
    """A date and its precision stand together, and what is not known is stored as the first."""
    rough = Q(**{f"{precision}": "day"})
    month = Q(**{f"{precision}": "month", f"{date}__day": 1})
    year = Q(**{f"{precision}": "year", f"{date}__day": 1, f"{date}__month": 1})
    return CheckConstraint(
        condition=Q(**{f"{date}__isnull": True, precision: ""})
        | (Q(**{f"{date}__isnull": False}) & (rough | month | year)),
        name=f"{PREFIX}_{date}_precision",
        violation_error_message=_(
            "A date needs a precision; known to the month it is the first of the month, "
            "known to the year the first of January."
        ),
    )


def refuse(name, operation, why, *, condition=None, level=pgtrigger.Row):
    """A trigger that answers `operation` with an IntegrityError saying `why`."""
    return pgtrigger.Trigger(
        name=name,
        level=level,
        when=pgtrigger.Before,
        operation=operation,
        condition=condition,
        func=f"RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;",
    )


def changed(*fields):
    """One of these columns changes: a trigger condition that combines with others."""
    changes = [pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in fields]
    return functools.reduce(operator.or_, changes)


def append_only(noun):
    """Rows are written once: no UPDATE, DELETE or TRUNCATE, whoever asks."""
    return [
        refuse(
            "append_only",
            pgtrigger.Update | pgtrigger.Delete,
            f"{noun} are written once: never changed, never deleted",
        ),
        no_truncate(noun),
    ]


def no_truncate(noun):
    return refuse(
        "no_truncate", pgtrigger.Truncate, f"{noun} are never emptied", level=pgtrigger.Statement
    )


def read_only(*fields):
    """These columns keep their first value."""
    return refuse(
        "read_only",
        pgtrigger.Update,
        f"{' and '.join(fields)} never changes",
        condition=changed(*fields),
    )
