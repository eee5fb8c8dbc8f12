"""Evidence and places of a claim as W3C Web Annotations, one collection a claim.

`collection` makes it from a document of the record. Nothing else spells this format.
"""

import orjson

from claims.choices import State

from .claimreview import web

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
MEDIA_TYPE = f'application/ld+json; profile="{CONTEXT}"'


def collection(document, *, origin):
    """A document as AnnotationCollection with all its annotations; None without a verdict."""
    if document["state"] != State.PUBLISHED:
        return None
    claim = origin + document["url"]
    sources = {source["slug"]: source for source in document["sources"]}
    items = [
        *(_place(row, number, document, claim) for number, row in _numbered(document)),
        *(_evidence(row, document, claim) for row in document["evidence"]),
    ]
    for item, slug in items:
        item["target"] |= _where(sources[slug], origin)
    found = {
        "@context": CONTEXT,
        "id": f"{claim}#annotations",
        "type": "AnnotationCollection",
        "label": next(iter(document["statement"].values())),
        "modified": document["modified_at"],
        "rights": document["license"],
        "total": len(items),
    }
    if items:
        page = {"type": "AnnotationPage", "startIndex": 0, "items": [item for item, _ in items]}
        found["first"] = {"id": f"{claim}#annotations-1", **page}
    return found


def to_json(found):
    return orjson.dumps(found)


def _numbered(document):
    return enumerate(document["appearances"], start=1)


def _place(row, number, document, claim):
    """Where the claim was made: the claim identifies what the words say."""
    body = [
        _text(text, language, "identifying") for language, text in document["statement"].items()
    ]
    item = _annotation(f"{claim}#appearance-{number}", "identifying", document)
    item["body"] = [{"id": claim, "type": "Text", "purpose": "linking"}, *body]
    item["target"] = _selector(row["quote"], row["section"])
    return item, row["source"]


def _evidence(row, document, claim):
    """What a source says to it: the finding assesses the words that are quoted."""
    item = _annotation(f"{claim}#evidence-{row['number']}", "assessing", document)
    tags = [row["stance"], *([f"quote-{row['quote']['state']}"] if row["quote"] else [])]
    item["body"] = [
        *({"type": "TextualBody", "purpose": "tagging", "value": tag} for tag in tags),
        *(_text(text, language, "describing") for language, text in row["finding"].items()),
    ]
    quote = row["quote"] or {}
    around = {name: quote[name] for name in ("prefix", "suffix") if name in quote}
    item["target"] = _selector(quote.get("exact"), row["locator"], **around)
    return item, row["source"]


def _annotation(name, motivation, document):
    return {
        "id": name,
        "type": "Annotation",
        "motivation": motivation,
        "created": document["published_at"],
        "modified": document["modified_at"],
        "rights": document["license"],
    }


def _text(text, language, purpose):
    return {
        "type": "TextualBody",
        "purpose": purpose,
        "format": "text/plain",
        "language": language,
        "value": text,
    }


def _selector(quote, place, **around):
    """The words exactly as they stand there; the place in our words where nothing is quoted."""
    found = {"type": "SpecificResource"}
    if quote:
        found["selector"] = {"type": "TextQuoteSelector", "exact": quote, **around}
    if place:
        found["label"] = place
    return found


def _where(source, origin):
    """The source, or its page with us where it has no address; and a copy that stays."""
    found = {"source": web(source["url"]) or f"{origin}/sources/{source['slug']}/"}
    newest = max(source["archived"], key=lambda copy: copy["archived_at"], default=None)
    if newest and web(newest["url"]):
        found["state"] = {
            "type": "TimeState",
            "sourceDate": newest["archived_at"],
            "cached": newest["url"],
        }
    return found
