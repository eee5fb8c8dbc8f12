"""A file to a checked dossier, or to everything that is wrong with it. Knows no database."""

import stat
from dataclasses import dataclass
from pathlib import Path

from . import checks, plain_yaml, schema
from .mistakes import Mistake, Mistakes

MAX_BYTES = 20_000_000


@dataclass(frozen=True)
class Dossier:
    """What one file says, checked against the format and within itself."""

    name: str
    data: dict

    def __getitem__(self, section):
        return self.data.get(section, [])

    @property
    def article(self):
        return next(row for row in self["sources"] if row["slug"] == self.data["article"])

    def refuse(self, mistakes):
        """Raise Mistakes if there are any."""
        if found := list(mistakes):
            raise Mistakes(self.name, found)


def read(path):
    """The dossier in the file. Raises Mistakes, with all of them."""
    path = Path(path)
    return parse(_text(path), name=path.name)


def parse(text, *, name):
    """The dossier in the text. Raises Mistakes, with all of them."""
    data, mistakes = plain_yaml.parse(text)
    if not mistakes and not isinstance(data, dict):
        mistakes = [Mistake("", "is no dossier: it begins with “format: 1”")]
    if mistakes and data is None:
        raise Mistakes(name, mistakes)
    if isinstance(data, dict):
        _forgive(data)
        mistakes += schema.violations(data) + checks.violations(data)
    if mistakes:
        raise Mistakes(name, mistakes, data)
    return Dossier(name, checks.normalised(data))


def _forgive(data):
    """Two places where what one types is not what YAML hands on."""
    if data.get("format") == "1":  # every number is text, and this one is none
        data["format"] = 1
    for _, claim in checks.entries(data, "claims"):
        if isinstance(claim.get("rating"), bool):  # the ratings true and false, without quotes
            claim["rating"] = str(claim["rating"]).lower()


def _text(path):
    """The file as text; whatever stands in the way is one plain line."""
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise _unreadable(path, "is a directory, not a file")
        if not stat.S_ISREG(facts.st_mode):
            raise _unreadable(path, "is not an ordinary file")
        if facts.st_size > MAX_BYTES:
            raise _unreadable(path, f"has {facts.st_size:,} bytes; at most {MAX_BYTES:,}")
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(path, f"line {line}: is not UTF-8 text") from None
    if not text.strip():
        raise _unreadable(path, "is empty")
    return text.removeprefix("\ufeff")


def _unreadable(path, reason):
    return Mistakes(str(path), [Mistake("", reason)])
