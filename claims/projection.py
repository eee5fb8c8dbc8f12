"""From a document to the rows that lists, filters and term pages read. Pure: no writing here.

The same functions serve the one door, which keeps the rows up to date, and `rebuild_record`, which
makes them again: that is why both come out byte for byte the same.
"""

import datetime

from sources.addresses import is_web, same_page

from .chain import canonical, sha256
from .choices import State, TermKind
from .models import PublishedClaim, PublishedTerm

# The column of PublishedClaim that holds the slugs of each kind of term; a rating is one, not many.
TERM_COLUMNS = {
    TermKind.SUBJECT: "subjects",
    TermKind.TOPIC: "topics",
    TermKind.SOURCE: "sources",
    TermKind.ARTICLE: "articles",
    TermKind.PUBLISHER: "publishers",
}


def head_row(document, revision, entry):
    """The head row of a claim whose latest document is published or retracted.

    `entry` is the sequence of its first revision.
    """
    row = PublishedClaim(
        slug=document["slug"],
        revision=revision,
        entry=entry,
        number=document["revision"],
        state=document["state"],
        sha256=revision.sha256,
        published_at=datetime.datetime.fromisoformat(document["published_at"]),
        modified_at=revision.at,
        language=document["language"],
        card=canonical(card(document)),
    )
    if document["state"] == State.PUBLISHED:
        rating = document["verdict"]["rating"]
        row.claimed_on = _first_day(document["claimed_on"])
        row.claimant = (document["claimant"]["subject"] or {}).get("slug", "")
        row.rating, row.scale = rating["slug"], rating["scale"]
        row.normalized = rating["normalized"]
        row.related = sorted({relation["claim"] for relation in document["relations"]})
        for kind, column in TERM_COLUMNS.items():
            slugs = {term["slug"] for term_kind, term in terms(document) if term_kind == kind}
            setattr(row, column, sorted(slugs))
    return row


def card(document):
    """What a list shows of a claim: the document without its reasons."""
    common = ("slug", "url", "revision", "state", "language", "published_at", "modified_at")
    shown = {key: document[key] for key in common} | {"statement": document["statement"]}
    if document["state"] != State.PUBLISHED:
        return shown
    verdict = document["verdict"]
    return shown | {
        "claimant": document["claimant"],
        "claimed_on": document["claimed_on"],
        "about": document["about"],
        "rating": {key: value for key, value in verdict["rating"].items() if key != "meaning"},
        "confidence": verdict["confidence"],
        "summary": verdict["summary"],
        "subjects": [_named(term) for term in document["subjects"]],
        "topics": [_named(term) for term in document["topics"]],
        "appearances": document["appearances"],
        "corrected": document["corrections"][-1] if document["corrections"] else None,
    }


def terms(document):
    """`(kind, term)` for everything that a published document names; nothing for any other."""
    if document["state"] != State.PUBLISHED:
        return
    subjects = {term["slug"]: term for term in document["subjects"]}
    if claimant := document["claimant"]["subject"]:
        subjects[claimant["slug"]] = claimant
    for term in subjects.values():
        yield TermKind.SUBJECT, term
    for term in document["topics"]:
        yield TermKind.TOPIC, term
    publishers = {}
    for source in document["sources"]:
        yield TermKind.SOURCE, source
        publishers[source["publisher"]["slug"]] = source["publisher"]
        if any(place["source"] == source["slug"] for place in document["appearances"]):
            yield TermKind.ARTICLE, source
    for term in publishers.values():
        yield TermKind.PUBLISHER, term
    rating = document["verdict"]["rating"]
    yield TermKind.RATING, rating
    yield TermKind.MEANING, rating | {"slug": _meaning(rating["slug"], rating["scale"])}


def term_row(kind, term, claims):
    return PublishedTerm(
        key=term_key(kind, term["slug"]),
        kind=TermKind(kind).value,
        slug=term["slug"],
        document=canonical(term),
        claims=claims,
        addresses=_addresses(term) if kind == TermKind.SOURCE else [],
    )


def _addresses(source):
    archived = [copy["url"] for copy in source["archived"]]
    urls = [source["url"], *source["copies"], *archived]
    return sorted({same_page(url) for url in urls if url and is_web(url)})


def term_key(kind, slug):
    return f"{kind}:{slug}"


def terms_of_row(row):
    """`(kind, slug)` of the terms that a head row counts for."""
    if row is None or row.state != State.PUBLISHED:
        return set()
    found = {(TermKind.RATING, row.rating), (TermKind.MEANING, _meaning(row.rating, row.scale))}
    for kind, column in TERM_COLUMNS.items():
        found |= {(kind, slug) for slug in getattr(row, column)}
    return found


def naming(kind, slug):
    """What a head row must be for its document to name this term, as arguments of `filter`."""
    if kind in TERM_COLUMNS:
        return {f"{TERM_COLUMNS[kind]}__contains": [slug]}
    rating, _at, scale = slug.partition("@")
    return {"rating": rating} | ({"scale": scale} if kind == TermKind.MEANING else {})


def _meaning(rating, scale):
    return f"{rating}@{scale}"


def digest(row):
    """A hash of all columns of a row, to tell whether two rows are the same."""
    values = (getattr(row, field.attname) for field in row._meta.concrete_fields)
    plain = [bytes(value) if isinstance(value, memoryview) else value for value in values]
    return sha256(repr((type(row).__name__, plain)).encode())


def _named(term):
    return {"slug": term["slug"], "name": term["name"]}


def _first_day(date):
    if date is None:
        return None
    return datetime.date.fromisoformat((date["date"] + "-01-01")[:10])
