"""What is wrong with a dossier: every mistake with its place, for the person who has to mend it."""

import difflib
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing to mend. `path` is a place in the file: claims[17].evidence[0].source."""

    path: str
    reason: str

    def __str__(self):
        return f"{self.path}: {self.reason}" if self.path else self.reason


class Mistakes(Exception):
    """The file cannot be used; `lines` says everything that is wrong with it.

    `data` is what could be read of it all the same, if anything.
    """

    def __init__(self, name, mistakes, data=None):
        self.name = name
        self.mistakes = list(mistakes)
        self.data = data
        self.lines = [f"{name}: {mistake}" for mistake in self.mistakes]
        super().__init__("\n".join(self.lines))


ENOUGH_TO_SEARCH = 5000


def did_you_mean(word, known):
    """A hint at the nearest known name, if there is one and the search does not take long."""
    if len(known) > ENOUGH_TO_SEARCH:
        return ""
    close = difflib.get_close_matches(str(word), [str(name) for name in known], n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
