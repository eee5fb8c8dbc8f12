"""Claims that speak of what somebody asks, with counts by which to narrow them down."""

import re
from collections import Counter
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.choices import TermKind
from claims.interchange import opensearch
from claims.interchange.feeds import links
from claims.models.record import PublishedTerm, sources_at
from claims.search import ranking

from .context import Site
from .filtering import FILTERS, address, terms_chosen, value_name
from .reading import asked, bad_cursor, cards, heads, marks, terms_by_kind
from .responses import BadAddress, conditional, page, respond

PAGE = 25
LINK = re.compile(r"\s*https?://\S+\s*", re.IGNORECASE)
SHOWN = 8  # values of a facet, those with most claims; what was chosen is always there
# What of a hit each filter looks at.
VALUES = {
    "rating": lambda hit: [hit.rating],
    "topic": lambda hit: hit.topics,
    "subject": lambda hit: hit.subjects,
    "claimant": lambda hit: [hit.claimant] if hit.claimant else [],
    "publisher": lambda hit: hit.publishers,
    "language": lambda hit: [hit.language],
    "year": lambda hit: [str(hit.year)] if hit.year else [],
    "normalized": lambda hit: [hit.normalized],
}
FACETS = [name for name in VALUES if name != "normalized"]  # told by the ratings already


class Choice(NamedTuple):
    """A value of a facet: how many claims it leaves, and the address that chooses it or not."""

    term: dict
    claims: int
    is_chosen: bool
    address: str


def found_claims(request, given, filters):
    """The page of a question. Three queries: the index, the cards, and the names of the terms."""
    [question] = filters["q"]
    if LINK.fullmatch(question):
        return _at(request, question.strip())
    found = ranking.search(question)
    hits, counts = narrow(found.hits, filters)
    start = _start(given.get("after"), len(hits))
    shown = hits[start : start + PAGE]
    rows = {row.slug: row for row in heads().filter(slug__in=[hit.slug for hit in shown])}
    rows = [rows[hit.slug] for hit in shown if hit.slug in rows]
    terms = list(PublishedTerm.objects.filter(key__in=_keys(counts, filters)))
    following = start + PAGE if len(hits) > start + PAGE else None
    chosen = {name: values for name, values in filters.items() if values}
    context = {
        "question": question,
        "is_cut": len(question) > ranking.LONGEST,
        "longest": ranking.LONGEST,
        "found": found,
        "mended": [(word, meant) for word, meant in found.mended.items()],
        "cards": cards(rows),
        "terms": found.terms,
        "many": len(hits),
        "is_full": len(found.hits) == ranking.MOST,
        "without_filters": len(found.hits),
        "unfiltered": address({"q": [question]}),
        "facets": _facets(counts, terms_by_kind(terms), filters),
        "kept": [(name, one) for name, values in chosen.items() if name != "q" for one in values],
        "is_filtered": len(chosen) > 1,
        "next": address(filters, after=following) if following else None,
        "first": address(filters) if start else None,
        "is_part": True,
        "feeds": links(_("Claims"), request.path, address(filters).removeprefix("?")),
        "download": address(filters),
    }
    read = [*marks([*rows, *terms]), repr((question, found.mended, found.unknown, counts, start))]
    return respond(request, "claims/search.html", context, read=read)


def _at(request, url):
    """Somebody asks of a page by its address: they are led to what we know of it, if anything."""
    if known := page_at(url):
        return redirect(known)
    context = {"question": url, "is_part": True}
    return respond(request, "claims/search_link.html", context, read=[url])


def page_at(url):
    """The path of our page about the source at this address, seen through its claims; or None."""
    try:
        source = sources_at(url).order_by("-claims", "slug").first()
    except ValueError:  # no address after all
        return None
    if source is None:
        return None
    is_article = PublishedTerm.objects.filter(key=f"{TermKind.ARTICLE}:{source.slug}").exists()
    return reverse("pages:article" if is_article else "pages:source", args=[source.slug])


def narrow(hits, filters):
    """The hits that pass all filters, and `{filter: {value: claims}}`.

    A facet counts what would be left if its value alone were chosen of it: all other filters hold.
    """
    wanted = {name: set(filters[name]) for name in VALUES if filters[name]}
    passed, counts = [], {name: Counter() for name in FACETS}
    for hit in hits:
        failed = [name for name in wanted if wanted[name].isdisjoint(VALUES[name](hit))]
        if not failed:
            passed.append(hit)
        if len(failed) > 1:
            continue
        for name in failed or FACETS:
            if name in counts:
                counts[name].update(VALUES[name](hit))
    return passed, counts


def _start(after, many):
    """The cursor is how many claims came before: they are at most a thousand, and ranked."""
    if after is None:
        return 0
    if not re.fullmatch("[0-9]{1,4}", after) or int(after) >= max(many, 1):
        raise BadAddress([bad_cursor(after)])
    return int(after)


def _most(name, counts, filters):
    """The values of a facet that are shown."""
    most = sorted(counts[name].items(), key=lambda item: (-item[1], item[0]))
    if name not in ("rating", "year"):
        most = most[:SHOWN]
    values = [value for value, _claims in most]
    return values + [value for value in filters[name] if value not in values]


def _keys(counts, filters):
    shown = {
        f"{kind}:{value}"
        for name, kind in FILTERS.items()
        if kind and name in counts
        for value in _most(name, counts, filters)
    }
    return sorted(shown | set(terms_chosen(filters)))


def _facets(counts, named, filters):
    """What the found claims can be narrowed down by. One value for all is no choice."""
    for name in FACETS:
        values, kind, chosen = _most(name, counts, filters), FILTERS[name], filters[name]
        if len(values) < 2 and not chosen:
            continue
        known = {term["slug"]: term for term in named[kind]} if kind else {}
        if name == "rating":
            values.sort(key=lambda value: known[value]["order"] if value in known else 99)
        if name == "year":
            values.sort(reverse=True)
        choices = []
        for value in values:
            others = [one for one in chosen if one != value]
            is_chosen = len(others) < len(chosen)
            choices.append(
                Choice(
                    known.get(value) or {"slug": value, "name": value_name(name, value)},
                    counts[name][value],
                    is_chosen,
                    address(filters | {name: others if is_chosen else [*chosen, value]}),
                )
            )
        yield {"name": name, "choices": choices, "is_chosen": bool(chosen)}


@page
def description(request):
    """The site as a search engine that a browser can be told of."""
    asked(request)
    site = Site(request)
    made = opensearch.description(
        site,
        what=_("Claims taken apart, checked against sources, and answered with reasons."),
        search=site.origin + reverse("pages:claims"),
        feed=site.origin + reverse("pages:claims-feed", args=["atom"]),
        icon=site.origin + static("icon.svg"),
    )
    return conditional(
        request, lambda: HttpResponse(made, content_type=opensearch.TYPE), read=[made]
    )
