"""The format's JSON Schema: what it finds, said in sentences, and the order it gives to keys."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from .mistakes import Mistake, did_you_mean

SCHEMA = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
_VALIDATOR = Draft202012Validator(SCHEMA)
_KINDS = {"object": "a mapping", "array": "a list", "string": "text", "boolean": "true or false"}
SHOWN = 60


def properties(name):
    """The keys of a publisher, subject, … in their order, each with its rules."""
    return SCHEMA["$defs"][name]["properties"]


def violations(data):
    """Where the data are not of the format."""
    found = {}
    for error in _VALIDATOR.iter_errors(data):
        for mistake in _mistakes(error):
            found.setdefault(mistake)  # two rules may say the same
    return list(found)


def path(parts):
    """claims[17].evidence[0].source"""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _mistakes(error):
    where = path(error.absolute_path)
    say = _SENTENCES.get(error.validator)
    if error.instance is None and error.validator != "required":
        yield Mistake(where, "is empty; write something, or leave the key out")
    elif error.validator == "additionalProperties":
        for key in sorted(set(error.instance) - set(error.schema["properties"])):
            hint = did_you_mean(key, error.schema["properties"])
            yield Mistake(where, f"unknown key {key!r}{hint}")
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                yield Mistake(where, f"{key!r} is missing")
    else:
        yield Mistake(where, say(error) if say else error.message)


def _shown(value):
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _pattern(error):
    return f"{_shown(error.instance)} is not {error.schema['title']}"


def _enum(error):
    hint = did_you_mean(error.instance, error.validator_value)
    known = ", ".join(error.validator_value)
    return f"{_shown(error.instance)} is not known{hint} (known: {known})"


def _type(error):
    if isinstance(error.instance, bool):
        word = str(error.instance).lower()
        return f"{word} is not {_KINDS[error.validator_value]}; put it in quotes"
    return f"{_shown(error.instance)} is not {_KINDS[error.validator_value]}"


_SENTENCES = {
    "pattern": _pattern,
    "enum": _enum,
    "type": _type,
    "const": lambda error: (
        f"{_shown(error.instance)} is not {error.validator_value!r}, the only version there is"
    ),
    "minLength": lambda error: "is empty; write something, or leave the key out",
    "minProperties": lambda error: "is empty; write something, or leave the key out",
    "maxLength": lambda error: (
        f"has {len(error.instance)} characters; at most {error.validator_value}"
    ),
    "uniqueItems": lambda error: "names something twice",
}
