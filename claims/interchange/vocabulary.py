"""The words of schema.org: which types there are, and which properties each of them has.

schemaorg.json has them as `{type: [types above it, properties of its own]}`, and says where from.
"""

import functools
import json
from pathlib import Path

PREFIXES = ("https://schema.org/", "http://schema.org/", "schema:")


@functools.cache
def _types():
    return json.loads(Path(__file__).with_name("schemaorg.json").read_bytes())["types"]


def plain(name):
    """A type's name without the address of the vocabulary."""
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


@functools.cache
def properties_of(name):
    """The properties that a type has, its own and those of the types above; None: no such type."""
    if name not in _types():
        return None
    above, own = _types()[name]
    return frozenset(own).union(*(properties_of(one) for one in above))
