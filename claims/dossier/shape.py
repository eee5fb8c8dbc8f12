"""One spelling of a dossier's data: order of keys and lists, and nothing that goes without saying.

What the file says and what the desk holds are both brought to it; equal means equal.
"""

from . import schema
from .checks import RELATIONS

_SORTED = {"memberships", "subjects", "topics", *RELATIONS}
_BY_LANGUAGE = {
    "name", "description", "translated_title", "statement", "speaker", "why", "summary",
    "analysis", "sourcing_note", "finding", "identifiers",
}  # fmt: skip
VERDICT = (
    "rating", "confidence", "summary", "analysis", "sourcing_note", "conflict_of_interest",
    "evidence",
)  # fmt: skip


def entry(kind, data, *, language=None):
    """A publisher, subject, topic, source, claim or evidence. `language` is the article's."""
    result = {}
    for key, rules in schema.properties(kind).items():
        value = _value(key, data.get(key))
        if value in (None, "", [], {}) or value == rules.get("default"):
            continue
        if kind == "claim" and key == "language" and value == language:
            continue
        result[key] = value
    return result


def _value(key, value):
    if isinstance(value, str):
        return _text(value)
    if not value:
        return value
    if key in _SORTED:
        return sorted(value)
    if key in _BY_LANGUAGE:
        return {tag: _text(value[tag]) for tag in sorted(value) if value[tag]}
    if key == "evidence":
        return [entry("evidence", row) for row in value]
    return value


def _text(value):
    """Forms send line ends of their own and spaces nobody meant."""
    return value.replace("\r\n", "\n").strip()


def verdict(claim):
    """The part of a claim's entry that is its verdict; empty if there is none."""
    return {key: claim[key] for key in VERDICT if key in claim}


def without_verdict(claim):
    return {key: value for key, value in claim.items() if key not in VERDICT}


def dossier(data):
    """The whole of it, in the order of the file."""
    language = next(row["language"] for row in data["sources"] if row["slug"] == data["article"])
    result = {"format": 1, "article": data["article"]}
    for section in ("publishers", "subjects", "topics", "sources"):
        rows = sorted(data.get(section, []), key=lambda row: row["slug"])
        if rows:
            result[section] = [entry(section.removesuffix("s"), row) for row in rows]
    result["claims"] = [entry("claim", row, language=language) for row in data["claims"]]
    return result
