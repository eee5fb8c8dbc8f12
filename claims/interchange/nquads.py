"""ClaimReviews as N-Quads (W3C, canonical form of a line): one graph a page.

What schema.org's JSON-LD context makes of the markup, written out, since a processor that reads the
context for each review is hundreds of times slower; a test compares the two. The context leads to
`http://schema.org/`, whichever spelling names it. What has no `@id` is a blank node, labelled by a
hash of what it says and where: so the same record gives the same lines, and a change only its own.
"""

import hashlib

from .claimreview import to_json
from .dumps import Dump

SCHEMA = "http://schema.org/"
RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
INTEGER = "<http://www.w3.org/2001/XMLSchema#integer>"
# Of the properties that we write, those whose values the context takes for addresses or dates.
ADDRESSES = {"url", "sameAs", "archivedAt", "sdLicense"}
DATES = {"datePublished", "dateModified", "sdDatePublished"}
_ESCAPES = {ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n", ord("\r"): "\\r"}
_ESCAPES |= {ord("\t"): "\\t", ord("\b"): "\\b", ord("\f"): "\\f"}
_ESCAPES |= {
    code: f"\\u{code:04X}" for code in [*range(0x20), 0x7F] if chr(code) not in "\t\b\n\f\r"
}
# No address may have these; a browser would send them so.
_NOT_IN_IRI = {code: f"%{code:02X}" for code in [*range(0x21), *map(ord, '<>"{}|^`\\')]}


class NQuads(Dump):
    """Sorted, so that two dumps can be compared line by line."""

    name, media_type = "claimreview.nq", "application/n-quads"
    is_sorted = True

    def rows(self, item):
        return [line for review in item.reviews for line in quads(review)]


def quads(review):
    """The lines of one review, in no order."""
    graph = _iri(review["url"])
    found = []
    _describe(review, graph, found)
    return [
        f"{subject} {predicate} {value} {graph} .\n".encode() for subject, predicate, value in found
    ]


def _describe(node, graph, found):
    """Add the triples of a node and of those in it; return what it is called."""
    name = _iri(node["@id"]) if "@id" in node else _label(node, graph)
    found.append((name, RDF_TYPE, _iri(SCHEMA + node["@type"])))
    for key, values in node.items():
        if key.startswith("@"):
            continue
        for value in values if isinstance(values, list) else [values]:
            is_node = isinstance(value, dict)
            said = _describe(value, graph, found) if is_node else _value(key, value)
            found.append((name, _iri(SCHEMA + key), said))
    return name


def _label(node, graph):
    digest = hashlib.sha256(graph.encode() + to_json(node)).hexdigest()
    return f"_:b{digest[:32]}"


def _value(key, value):
    if key in ADDRESSES:
        return _iri(value)
    if isinstance(value, int):
        return f'"{value}"^^{INTEGER}'
    literal = f'"{value.translate(_ESCAPES)}"'
    return f"{literal}^^{_iri(SCHEMA + 'Date')}" if key in DATES else literal


def _iri(address):
    return f"<{address.translate(_NOT_IN_IRI)}>"
