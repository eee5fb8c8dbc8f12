"""Quote selectors: where the words of a quote stand in a text, to the letter or not at all.

White space counts as one space, whatever it is made of, and quotation marks count by their
kind, whatever their shape. Nothing else is forgiven: a quote that needs guessing needs a person.
"""

import re

DOUBLE = '"“”„‟«»「」『』＂〝〞〟'
SINGLE = "'‘’‚‛‹›＇"
CONTEXT = 32


def find(text, exact):
    """Every `(start, end)` where `text` spells the quote; code points, end exclusive.

    Occurrences may overlap. An empty quote occurs nowhere.
    """
    words = exact.split()
    if not words:
        return []
    spelling = re.compile("(?=(" + r"\s+".join(map(_pattern, words)) + "))")
    return [match.span(1) for match in spelling.finditer(text)]


def around(text, start, end):
    """`(prefix, suffix)`: up to 32 characters on either side, as they stand."""
    return text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]


def normalise(text):
    """One spelling of what `find` takes for equal."""
    text = text.translate(str.maketrans(dict.fromkeys(DOUBLE, '"') | dict.fromkeys(SINGLE, "'")))
    return " ".join(text.split())


def _pattern(word):
    return "".join(map(_character, word))


def _character(character):
    for kind in (DOUBLE, SINGLE):
        if character in kind:
            return f"[{re.escape(kind)}]"
    return re.escape(character)
