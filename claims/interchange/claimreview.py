"""schema.org ClaimReview: what a claim's page says, for programs that read pages.

`markup` makes it from a document of the record, `to_json` and `to_script` write it; the rules that
it must keep stand in claimreview_rules. Nothing else spells this format.
"""

from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from claims.choices import State, SubjectKind
from claims.languages import choose, in_language
from sources.choices import SourceType

CONTEXT = "https://schema.org"
MEDIA_TYPE = "application/ld+json"
TYPE = "ClaimReview"
WORK_TYPES = {
    SourceType.NEWS: "NewsArticle",
    SourceType.PAPER: "ScholarlyArticle",
    SourceType.CODE_REPOSITORY: "SoftwareSourceCode",
    SourceType.DATASET: "Dataset",
    SourceType.BLOG: "BlogPosting",
    SourceType.ENCYCLOPEDIA: "Article",
}
# Only these can be the author of a claim; a work or a place that "says" something cannot.
AUTHOR_TYPES = {SubjectKind.PERSON: "Person", SubjectKind.ORGANIZATION: "Organization"}
ABOUT_TYPES = AUTHOR_TYPES | {
    SubjectKind.WORK: "CreativeWork",
    SubjectKind.EVENT: "Event",
    SubjectKind.PLACE: "Place",
}


class Site(NamedTuple):
    """The newsroom, and the language that is asked for. What pages know of the site will do too."""

    name: str
    origin: str
    language: str


# --- From the record to the format ---------------------------------------------


def markup(document, *, site):
    """A document as ClaimReview in the site's language; None where no verdict is in force.

    Every value stands on the claim's page in the same language. What is not known is left out.
    """
    if document["state"] != State.PUBLISHED:
        return None
    words = partial(_words, language=site.language)
    verdict = document["verdict"]
    url = site.origin + in_language(document["url"], site.language.lower())
    modified = _day(document["modified_at"])
    return _known(
        {
            "@context": CONTEXT,
            "@type": TYPE,
            "@id": f"{url}#review",
            "url": url,
            "inLanguage": site.language,
            "datePublished": _day(document["published_at"]),
            "dateModified": modified,
            "claimReviewed": words(document["statement"]),
            "reviewBody": words(verdict["summary"]),
            "author": {"@type": "Organization", "name": site.name, "url": f"{site.origin}/"},
            "reviewRating": _rating(verdict, words),
            "itemReviewed": _claim(document, words, site),
            "citation": _citations(document),
            "correction": [_correction(row, words) for row in document["corrections"]],
            "sdLicense": document["license"],
            "sdDatePublished": modified,
        }
    )


def _rating(verdict, words):
    """A rating off the scale has no number: any would be a lie, and -1 is read as one."""
    rating = verdict["rating"] or {"label": {}, "value": None}  # a draft may have none yet
    found = {
        "@type": "Rating",
        "alternateName": words(rating["label"]),
        # The short answer once more: most programs read it here and not in reviewBody.
        "ratingExplanation": words(verdict["summary"]),
    }
    if rating["value"] is not None:
        found |= {
            "ratingValue": rating["value"],
            "worstRating": rating["worst"],
            "bestRating": rating["best"],
        }
    return _known(found)


def _claim(document, words, site):
    """The claim, which is one thing in all languages of its review: so is its `@id`."""
    places = _sources_in_order(sorted(document["appearances"], key=lambda row: not row["is_first"]))
    works = [_work(source, "headline") for source in _cited(document, places)]
    has_first = any(row["is_first"] for row in document["appearances"])
    claimed_on = document["claimed_on"]
    return _known(
        {
            "@type": "Claim",
            "@id": f"{site.origin}{document['url']}#claim",
            "text": words(document["statement"]),
            "datePublished": claimed_on and claimed_on["date"],
            "author": _claimant(document["claimant"]["subject"], words),
            "about": [_about(row, words) for row in document["subjects"] if row["wikidata"]],
            "firstAppearance": works[0] if has_first else None,
            "appearance": works[1:] if has_first else works,
        }
    )


def _claimant(subject, words):
    """Left out unless we know who it is: "an acquaintance" is nobody's name."""
    if subject is None or subject["kind"] not in AUTHOR_TYPES:
        return None
    return _about(subject, words)


def _about(subject, words):
    wikidata = subject["wikidata"]
    return _known(
        {
            "@type": ABOUT_TYPES[subject["kind"]],
            "name": words(subject["name"]),
            "sameAs": wikidata and f"https://www.wikidata.org/wiki/{wikidata}",
        }
    )


def _citations(document):
    places = _sources_in_order(document["evidence"])
    return [_work(source, "name") for source in _cited(document, places)]


def _sources_in_order(rows):
    return list(dict.fromkeys(row["source"] for row in rows))


def _cited(document, slugs):
    sources = {source["slug"]: source for source in document["sources"]}
    return [sources[slug] for slug in slugs]


def _work(source, titled):
    newest_first = sorted(source["archived"], key=lambda copy: copy["archived_at"], reverse=True)
    copies = [*(copy["url"] for copy in newest_first), *source["copies"]]
    return _known(
        {
            "@type": WORK_TYPES.get(source["type"], "CreativeWork"),
            titled: source["title"],
            "url": web(source["url"]),
            "archivedAt": next(filter(web, copies), None),
        }
    )


def _correction(row, words):
    return {
        "@type": "CorrectionComment",
        "datePublished": _day(row["at"]),
        "text": words(row["text"]),
    }


def _words(texts, *, language):
    found = choose(texts, language)
    return found and found.text


def _day(moment):
    return moment[:10]


def web(url):
    return url if url and urlsplit(url).scheme in {"http", "https"} else None


def _known(values):
    return {key: value for key, value in values.items() if value not in (None, "", [])}


# --- Writing it ----------------------------------------------------------------

_UNSAFE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def to_json(found):
    """Bytes of JSON that nothing can mistake for HTML, in the order of the format."""
    return orjson.dumps(found).decode().translate(_UNSAFE).encode()


def to_script(found):
    """The markup as a page carries it. No text in it can close the element."""
    text = mark_safe(to_json(found).decode())
    return format_html('<script type="{}">{}</script>', MEDIA_TYPE, text)
