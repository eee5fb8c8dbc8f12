"""What the schema cannot say: references, dates, addresses, cycles, lengths in words."""

import re
import unicodedata

from claims.markdown import cited
from claims.models.evidence import MAX_QUOTE_WORDS
from sources import addresses, dates
from sources.constraints import WEB_ADDRESS

from .mistakes import Mistake, did_you_mean

RELATIONS = ("repeats", "contradicts", "part_of", "depends_on", "related")
# Texts that may have several lines; all others are one.
_LONG = {"interests", "note", "why", "analysis", "sourcing_note", "conflict_of_interest", "finding"}
# Control characters, and those that turn the direction of what follows (CVE-2021-42574).
_UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def violations(data):
    """Everything found. `data` may be malformed: what is not of the format is passed over here."""
    return [
        *_texts(data, ""),
        *_slugs(data),
        *_article(data),
        *_references(data),
        *_cycles(data, "topics", "parent"),
        *_copies(data),
        *_sources(data),
        *_claims(data),
        *_citations(data),
    ]


def normalised(data):
    """The data with addresses in one spelling. Only for data without violations."""
    sources = [
        source | {"url": addresses.normalise(source["url"])} if "url" in source else source
        for source in data["sources"]
    ]
    return data | {"sources": sources}


# --- Careful reading: nothing here trusts the shape ------------------------------


def listed(container, key):
    value = container.get(key) if isinstance(container, dict) else None
    return value if isinstance(value, list) else []


def entries(data, section):
    """`(path, entry)` of each mapping in a list."""
    rows = enumerate(listed(data, section))
    return [(f"{section}[{index}]", row) for index, row in rows if isinstance(row, dict)]


def evidence(data):
    return [
        (f"{path}.{place}", row)
        for path, claim in entries(data, "claims")
        for place, row in entries(claim, "evidence")
    ]


def slugs(data, section):
    """The slugs of a section, in their order and fast to ask."""
    slugs = [row.get("slug") for _, row in entries(data, section)]
    return dict.fromkeys(slug for slug in slugs if isinstance(slug, str))


# --- One rule each ---------------------------------------------------------------


def _texts(value, path, *, long=False):
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _texts(part, f"{path}.{key}" if path else key, long=long or key in _LONG)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _texts(part, f"{path}[{index}]", long=long)
    elif isinstance(value, str):
        if found := _UNFIT.search(value):
            name = unicodedata.name(found[0], "a control character").lower()
            yield Mistake(path, f"has U+{ord(found[0]):04X} ({name}) in it; take it out")
        if "\n" in value and not long:
            yield Mistake(path, "has several lines; write one")
        if value != value.strip():
            yield Mistake(path, "begins or ends with white space")


def _slugs(data):
    for section in ("publishers", "subjects", "topics", "sources", "claims"):
        seen = {}
        for path, row in entries(data, section):
            slug = row.get("slug")
            if not isinstance(slug, str):
                continue
            if slug in seen:
                yield Mistake(f"{path}.slug", f"{slug!r} is taken by {seen[slug]}")
            seen.setdefault(slug, path)


def _article(data):
    slug, known = data.get("article"), slugs(data, "sources")
    if isinstance(slug, str) and slug not in known:
        yield Mistake("article", f"no source {slug!r}{did_you_mean(slug, known)}")


def _references(data):
    known = {
        section: slugs(data, section) for section in ("publishers", "subjects", "topics", "sources")
    }
    single = [
        ("topics", "parent", "topics"),
        ("sources", "publisher", "publishers"),
        ("sources", "copy_of", "sources"),
        ("claims", "claimant", "subjects"),
    ]
    for section, key, target in single:
        for path, row in entries(data, section):
            yield from _reference(f"{path}.{key}", row.get(key), target, known[target])
    for path, row in evidence(data):
        yield from _reference(f"{path}.source", row.get("source"), "sources", known["sources"])
    for path, claim in entries(data, "claims"):
        for key in ("subjects", "topics"):
            for index, slug in enumerate(listed(claim, key)):
                yield from _reference(f"{path}.{key}[{index}]", slug, key, known[key])


def _reference(path, slug, target, known):
    if isinstance(slug, str) and slug not in known:
        yield Mistake(path, f"no {target.removesuffix('s')} {slug!r}{did_you_mean(slug, known)}")


def _cycles(data, section, key):
    """Going up from entry to entry must end somewhere."""
    up = _upward(data, section, key)
    for path, row in entries(data, section):
        walked, slug = {}, row.get("slug")
        while isinstance(slug, str) and slug in up and slug not in walked:
            walked[slug] = True
            slug = up[slug]
        if walked and slug == next(iter(walked)):
            yield Mistake(f"{path}.{key}", f"leads back to itself: {' → '.join([*walked, slug])}")


def _upward(data, section, key):
    pairs = [(row.get("slug"), row.get(key)) for _, row in entries(data, section)]
    return {slug: up for slug, up in pairs if isinstance(slug, str) and isinstance(up, str)}


def _copies(data):
    """A copy names the original, never another copy."""
    yield from _cycles(data, "sources", "copy_of")
    copies = _upward(data, "sources", "copy_of")
    for path, row in entries(data, "sources"):
        of = row.get("copy_of")
        if isinstance(of, str) and of in copies and copies[of] != row.get("slug"):
            yield Mistake(f"{path}.copy_of", f"{of!r} is a copy itself; name the original")


def _sources(data):
    seen = {}
    for path, row in entries(data, "sources"):
        if not {"url", "no_url"} & set(row):
            yield Mistake(path, "has neither 'url' nor 'no_url'; give the address, or say why not")
        if {"url", "no_url"} <= set(row):
            yield Mistake(f"{path}.no_url", "there is an address; leave the reason out")
        yield from _date(f"{path}.published", row.get("published"))
        if not isinstance(row.get("url"), str):
            continue
        try:
            url = addresses.normalise(row["url"])
        except ValueError as error:
            yield Mistake(f"{path}.url", str(error))
            continue
        if not re.search(WEB_ADDRESS, url):
            yield Mistake(f"{path}.url", f"{row['url']!r} is not a web address")
        if url in seen:
            yield Mistake(f"{path}.url", f"{seen[url]} has this address already")
        seen.setdefault(url, path)


def _claims(data):
    for path, claim in entries(data, "claims"):
        yield from _date(f"{path}.claimed_on", claim.get("claimed_on"))
        yield from _period(f"{path}.about", claim.get("about"))
        for key in RELATIONS:
            for index, slug in enumerate(listed(claim, key)):
                if slug == claim.get("slug"):
                    yield Mistake(f"{path}.{key}[{index}]", "the claim names itself")
    for path, row in evidence(data):
        words = len(row["quote"].split()) if isinstance(row.get("quote"), str) else 0
        if words > MAX_QUOTE_WORDS:
            yield Mistake(f"{path}.quote", f"has {words} words; at most {MAX_QUOTE_WORDS}")


def _citations(data):
    """`[2]` in an analysis leads to the second piece of evidence, which there must be."""
    for path, claim in entries(data, "claims"):
        known = set(range(1, len(listed(claim, "evidence")) + 1))
        analysis = claim.get("analysis")
        for tag, text in analysis.items() if isinstance(analysis, dict) else ():
            numbers = cited(text) if isinstance(text, str) else set()
            for lost in sorted(numbers - known):
                yield Mistake(
                    f"{path}.analysis.{tag}", f"cites [{lost}], and no evidence has that number"
                )


def _date(path, text):
    if isinstance(text, str):
        try:
            dates.parse(text)
        except ValueError as error:
            yield Mistake(path, str(error))


def _period(path, text):
    if not isinstance(text, str):
        return
    try:
        parts = [dates.parse(part) for part in text.split("/")]
    except ValueError as error:
        yield Mistake(path, str(error))
        return
    if len(parts) == 2:
        (begin, rough), (end, also) = parts
        if rough != also:
            yield Mistake(path, f"{text!r} begins and ends with different precision")
        elif end <= begin:
            yield Mistake(path, f"{text!r} ends before it has begun")
