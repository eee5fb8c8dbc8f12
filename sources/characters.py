"""Characters that nobody can see, and that make words something else than they look like."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Controls but tab and line ends; those that turn the direction of what follows (CVE-2021-42574).
HIDDEN = re.compile("[\0-\b\v\f\x0e-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")


def hidden(text):
    """The first character that cannot be seen, such as “U+202E RIGHT-TO-LEFT OVERRIDE”, or None."""
    found = HIDDEN.search(text)
    return name_of(found[0]) if found else None


def name_of(character):
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def objection(text):
    """Which character it is, and behind which words, as a sentence; None if all can be seen."""
    found = HIDDEN.search(text)
    if found is None:
        return None
    before = " ".join(text[max(0, found.start() - 30) : found.start()].split())
    where = _("behind “%(words)s”") % {"words": before} if before else _("at the beginning")
    return _(
        "There is a character in it that nobody can see, %(where)s: %(name)s. Take it out."
    ) % {"where": where, "name": name_of(found[0])}


def require_visible(text):
    """The same as a validator."""
    if problem := objection(text):
        raise ValidationError(problem)
