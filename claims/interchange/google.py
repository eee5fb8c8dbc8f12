"""Google's Fact Check Tools API, v1alpha1: its claims, its pages of markup, its errors.

What is not known is left out, as Google does: a field that is not set has no key, and an answer
without results is `{}`. Here the format is spelt; claims/api/google.py finds what is asked for.
"""

from urllib.parse import urlsplit

from claims.languages import choose, in_language

from . import claimreview

# The fields of the messages, for `fields=`; what has no parts is {}.
_CLAIM = {
    "text": {},
    "claimant": {},
    "claimDate": {},
    "claimReview": {
        "publisher": {"name": {}, "site": {}},
        "url": {},
        "title": {},
        "reviewDate": {},
        "textualRating": {},
        "languageCode": {},
    },
}
PAGE = {
    "name": {},
    "versionId": {},
    "pageUrl": {},
    "publishDate": {},
    "claimReviewAuthor": {"name": {}, "imageUrl": {}},
    "claimReviewMarkups": {
        "url": {},
        "claimReviewed": {},
        "claimDate": {},
        "claimLocation": {},
        "claimFirstAppearance": {},
        "claimAppearances": {},
        "claimAuthor": {"name": {}, "jobTitle": {}, "imageUrl": {}, "sameAs": {}},
        "rating": {
            "textualRating": {},
            "ratingValue": {},
            "worstRating": {},
            "bestRating": {},
            "ratingExplanation": {},
            "imageUrl": {},
        },
    },
}
SEARCH = {"claims": _CLAIM, "nextPageToken": {}}
PAGES = {"claimReviewMarkupPages": PAGE, "nextPageToken": {}}

# The word of google.rpc.Code for each status that we answer with.
STATUS = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}


def site_of(address):
    """The host of an address as Google writes it, without "www."; empty where there is none."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


# --- claims:search -------------------------------------------------------------


def claim(card, *, site, languages, others=(), is_ours=True):
    """A card of the record as Google's Claim, reviewed in these of the site's languages.

    Our page in each language is a review of its own, as it is for a search engine. A claim that
    is in none of the site's languages has the review that its page in the first of them shows.
    `others` are columns of ExternalReview; they stand alone if ours is not asked for.
    """
    reviewed = [tag for tag in languages if tag in card["statement"] and tag in card["summary"]]
    reviewed = reviewed or [site.language]
    first = reviewed[0]
    reviews = [_review(card, site, tag) for tag in reviewed] if is_ours else []
    claimant = card["claimant"]
    names = claimant["subject"]["name"] if claimant["subject"] else claimant["speaker"]
    return _known(
        {
            "text": _words(card["statement"], first),
            "claimant": _words(names, first),
            "claimDate": _claim_date(card["claimed_on"]),
            "claimReview": reviews + [_review_of_others(row) for row in others],
        }
    )


def _review(card, site, tag):
    url = site.origin + in_language(card["url"], tag.lower())
    rating = _words(card["rating"]["label"], tag)
    return {
        "publisher": {"name": site.name, "site": site_of(url)},
        "url": url,
        "title": f"{rating}: {_words(card['statement'], tag)}",  # as the page's own title begins
        "reviewDate": f"{card['modified_at'][:19]}Z",  # Google's have no fractions of a second
        "textualRating": rating,
        "languageCode": choose(card["summary"], tag).language,
    }


def _review_of_others(row):
    site = row["publisher_site"].lower().removeprefix("www.")
    return _known(
        {
            "publisher": {"name": row["publisher_name"], "site": site},
            "url": row["url"],
            "title": row["title"],
            "reviewDate": row["reviewed_on"] and f"{row['reviewed_on']}T00:00:00Z",
            "textualRating": row["rating_label"],
            "languageCode": row["language"],
        }
    )


def _claim_date(date):
    """A moment: the format has no other dates, and the first is not the whole month."""
    return f"{date['date']}T00:00:00Z" if date and date["precision"] == "day" else None


# --- pages ---------------------------------------------------------------------


def page(document, *, site, logo):
    """A document of the record as ClaimReviewMarkupPage, or None where no verdict is in force.

    It says what the ClaimReview on the page says.
    """
    markup = claimreview.markup(document, site=site)
    if markup is None:
        return None
    return {
        "name": f"pages/{document['slug']}",
        "versionId": str(document["revision"]),
        "pageUrl": markup["url"],
        "publishDate": markup["datePublished"],
        "claimReviewAuthor": {"name": site.name, "imageUrl": logo},
        "claimReviewMarkups": [_markup(markup)],
    }


def _markup(markup):
    said, rating = markup["itemReviewed"], markup["reviewRating"]
    author = said.get("author", {})
    return _known(
        {
            "url": markup["url"],
            "claimReviewed": markup["claimReviewed"],
            "claimDate": said.get("datePublished"),
            "claimFirstAppearance": said.get("firstAppearance", {}).get("url"),
            "claimAppearances": [
                work["url"] for work in said.get("appearance", []) if "url" in work
            ],
            "claimAuthor": {key: author[key] for key in ("name", "sameAs") if key in author},
            "rating": _known(
                {
                    "textualRating": rating["alternateName"],
                    "ratingValue": rating.get("ratingValue"),
                    "worstRating": rating.get("worstRating"),
                    "bestRating": rating.get("bestRating"),
                    "ratingExplanation": rating.get("ratingExplanation"),
                }
            ),
        }
    )


# --- Errors --------------------------------------------------------------------


def error(code, message, violations=()):
    """What Google's clients make their exceptions of. `violations` are `(field, description)`."""
    found = {"code": code, "message": message, "status": STATUS[code]}
    if violations:
        found["details"] = [
            {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [
                    {"field": field, "description": text} for field, text in violations
                ],
            }
        ]
    return {"error": found}


def _words(texts, tag):
    found = choose(texts, tag)
    return found and found.text


def _known(values):
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}
