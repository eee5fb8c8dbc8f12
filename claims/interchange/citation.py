"""How to cite one revision of a claim: BibTeX, RIS and CSL-JSON.

What is cited is the permanent address of the version that was read: the page itself changes.
"""

from typing import NamedTuple

import orjson

from claims.choices import State
from claims.languages import choose, in_language

BIBTEX = str.maketrans(
    {character: f"\\{character}" for character in "{}%&#_$"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)
RETRACTED = {"en": "Retracted", "zh-Hans": "已撤回"}


class Citation(NamedTuple):
    """What all formats say, in one language."""

    key: str
    title: str
    verdict: str
    author: str | None
    site: str
    day: str
    version: int
    url: str
    language: str


def cite(document, *, site):
    """A document of the record, published or retracted, as a citation in the site's language."""
    number = document["revision"]
    path = in_language(f"{document['url']}v/{number}/", site.language.lower())
    verdict = document.get("verdict")
    rating = verdict["rating"]["label"] if document["state"] == State.PUBLISHED else RETRACTED
    return Citation(
        key=f"{document['slug']}-v{number}",
        title=" ".join(choose(document["statement"], site.language).text.split()),
        verdict=choose(rating, site.language).text,
        author=verdict["author"]["name"] if verdict else None,
        site=site.name,
        day=document["modified_at"][:10],
        version=number,
        url=site.origin + path,
        language=site.language,
    )


def to_bibtex(cited):
    year, month, day = cited.day.split("-")
    # Braces keep names and capitals as they are written.
    fields = {
        "author": cited.author and f"{{{cited.author.translate(BIBTEX)}}}",
        "title": f"{{{cited.title.translate(BIBTEX)}}}",
        "howpublished": cited.site.translate(BIBTEX),
        "year": year,
        "month": str(int(month)),
        "day": str(int(day)),
        "version": str(cited.version),
        "note": f"Fact check, verdict: {cited.verdict}".translate(BIBTEX),
        "language": cited.language,
        "url": cited.url,
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@misc{{{cited.key},\n{''.join(lines)}}}\n".encode()


def to_ris(cited):
    lines = [
        ("TY", "ELEC"),
        ("ID", cited.key),
        ("TI", cited.title),
        ("AU", cited.author and " ".join(cited.author.split())),
        ("PB", cited.site),
        ("PY", cited.day[:4]),
        ("DA", cited.day.replace("-", "/")),
        ("ET", cited.version),
        ("N1", f"Fact check, verdict: {cited.verdict}"),
        ("LA", cited.language),
        ("UR", cited.url),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value is not None).encode()


def to_csl(cited):
    item = {
        "id": cited.key,
        "type": "webpage",
        "genre": "Fact check",
        "title": cited.title,
        "container-title": cited.site,
        "issued": {"date-parts": [[int(part) for part in cited.day.split("-")]]},
        "version": str(cited.version),
        "note": f"Verdict: {cited.verdict}",
        "language": cited.language,
        "URL": cited.url,
    }
    if cited.author:
        item["author"] = [{"literal": cited.author}]
    return orjson.dumps([item], option=orjson.OPT_INDENT_2)


class Form(NamedTuple):
    """A format of files that reference managers read."""

    write: object
    media_type: str


# By the ending of the file.
FORMS = {
    "bib": Form(to_bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": Form(to_ris, "application/x-research-info-systems; charset=utf-8"),
    "json": Form(to_csl, "application/vnd.citationstyles.csl+json"),
}
