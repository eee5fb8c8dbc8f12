"""What a verdict gives Wikidata: statements in the shape of the Wikibase REST API, and as
QuickStatements, for a person to look at and to enter. Nothing is sent.

A verdict is our opinion with its sources, and no fact about a person that a program could enter.
What is certain is that our page describes the subject, so that is all that is stated: *described
at URL* (P973), with the day and language, and as reference URLs (P854) our page at this version and
what the evidence cites. Only for what the claim is about or whose it is, with a Wikidata id.
"""

from claims.languages import in_language

from .claimreview import web

DESCRIBED_AT, PUBLISHED_ON, LANGUAGE = "P973", "P577", "P407"
REFERENCE_URL = "P854"
# English and Chinese as items; other languages are left out.
LANGUAGES = {"en": "Q1860", "zh-Hans": "Q7850"}
GREGORIAN = "http://www.wikidata.org/entity/Q1985727"
DAY = 11  # the precision of a time in Wikibase


def statements(document, *, site):
    """The statements of a published document, as `{item: …}` rows and as QuickStatements."""
    url = site.origin + in_language(document["url"], site.language.lower())
    items = list(dict.fromkeys(_items(document)))
    references = [f"{site.origin}{document['url']}v/{document['revision']}/", *_cited(document)]
    day = document["modified_at"][:10]
    rows = [_statement(item, url, day, site.language, references) for item in items]
    lines = [_line(item, url, day, site.language, references) for item in items]
    return {
        "license": document["license"],
        "claim": document["slug"],
        "revision": document["revision"],
        "statements": rows,
        "quickstatements": "".join(lines),
    }


def _items(document):
    claimant = document["claimant"]["subject"]
    for subject in [*([claimant] if claimant else []), *document["subjects"]]:
        if subject["wikidata"]:
            yield subject["wikidata"]


def _cited(document):
    """The addresses of the evidence, in its order, each once."""
    sources = {source["slug"]: source for source in document["sources"]}
    urls = [web(sources[row["source"]]["url"]) for row in document["evidence"]]
    return [url for url in dict.fromkeys(urls) if url]


def _statement(item, url, day, language, references):
    qualifiers = [_part(PUBLISHED_ON, _time(day))]
    if language in LANGUAGES:
        qualifiers.append(_part(LANGUAGE, LANGUAGES[language]))
    return {
        "item": item,
        "statement": _part(DESCRIBED_AT, url)
        | {
            "rank": "normal",
            "qualifiers": qualifiers,
            "references": [{"parts": [_part(REFERENCE_URL, one)]} for one in references],
        },
    }


def _part(name, content):
    return {"property": {"id": name}, "value": {"type": "value", "content": content}}


def _time(day):
    return {"time": f"+{day}T00:00:00Z", "precision": DAY, "calendarmodel": GREGORIAN}


def _line(item, url, day, language, references):
    """One command of QuickStatements, version 1: tabs between, references begin with S."""
    parts = [item, DESCRIBED_AT, _quoted(url), PUBLISHED_ON, f"+{day}T00:00:00Z/{DAY}"]
    if language in LANGUAGES:
        parts += [LANGUAGE, LANGUAGES[language]]
    for number, one in enumerate(references):
        # A reference of its own each, as the exclamation mark says from the second on.
        sign = "!S" if number else "S"
        parts += [sign + REFERENCE_URL.removeprefix("P"), _quoted(one)]
    return "\t".join(parts) + "\n"


def _quoted(url):
    # No address has these; one with a tab would be another command.
    for sign, spelling in (('"', "%22"), ("\t", "%09"), ("\n", "%0A"), ("\r", "%0D")):
        url = url.replace(sign, spelling)
    return f'"{url}"'
