"""Approximate dates as text: 2023, 2023-06 or 2023-06-04 (ISO 8601, reduced precision)."""

import datetime

from django.utils.translation import gettext as _

from .choices import Precision

_PARTS = {Precision.YEAR: 1, Precision.MONTH: 2, Precision.DAY: 3}


def parse(text):
    """`(date, precision)` of 2023, 2023-06 or 2023-06-04; ValueError says what is wrong."""
    parts = text.split("-")
    is_amiss = len(parts) > 3 or [len(part) for part in parts] != [4, 2, 2][: len(parts)]
    if is_amiss or not all(part.isascii() and part.isdigit() for part in parts):
        refusal = _("%(text)s is not a date; write 2023, 2023-06 or 2023-06-04")
        raise ValueError(refusal % {"text": repr(text)})
    numbers = [int(part) for part in parts]
    try:
        date = datetime.date(*numbers, *[1] * (3 - len(numbers)))
    except ValueError:
        refusal = _("%(text)s is not a day of the calendar")
        raise ValueError(refusal % {"text": repr(text)}) from None
    precision = next(name for name, length in _PARTS.items() if length == len(parts))
    return date, precision


def to_text(date, precision):
    """2023-06 for the first of June 2023 known to the month; None for no date."""
    if date is None:
        return None
    return "-".join(date.isoformat().split("-")[: _PARTS[precision]])
