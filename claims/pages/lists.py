"""Home, and the list of claims with its filters."""

from typing import NamedTuple

from django.conf import settings
from django.db.models import Q
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.choices import Action, TermKind
from claims.interchange import organization
from claims.interchange.claimreview import to_script
from claims.interchange.feeds import links
from claims.languages import in_language
from claims.models.record import PublishedTerm, Revision

from .context import Site
from .filtering import FILTERS, address, filtered, terms_chosen, value_name
from .reading import (
    card,
    cards,
    cut_claims,
    distribution,
    heads,
    marks,
    terms_by_kind,
)
from .responses import page, respond
from .search import found_claims

NEWEST = 6
ARTICLES = 5  # those with most claims; the rest stand in a list of their own
CORRECTED = 3


@page
def home(request):
    newest, corrected = _newest_and_corrected()
    articles = PublishedTerm.objects.filter(kind=TermKind.ARTICLE).order_by("-claims", "slug")
    terms = list(
        PublishedTerm.objects.filter(
            Q(kind__in=[TermKind.RATING, TermKind.TOPIC])
            | Q(key__in=articles.values("key")[:ARTICLES])
        )
    )
    named = terms_by_kind(terms)
    context = {
        # Every claim in force has one rating, so nothing needs counting.
        "total": sum(rating["claims"] for rating in named["rating"]),
        "distribution": distribution(named["rating"]),
        "topics": named["topic"],
        "articles": named["article"],
        "newest": cards(newest),
        "corrected": cards(corrected),
        "feeds": [
            *links(_("Claims"), reverse("pages:claims")),
            *links(_("Corrections"), reverse("pages:corrections")),
        ],
        "script": _publisher(Site(request)),
    }
    read = marks([*newest, *corrected, *terms])
    return respond(request, "claims/home.html", context, read=read)


def _newest_and_corrected():
    """The head rows of the newest claims, and of those corrected last, in one query."""
    corrections = Revision.objects.logged().filter(action=Action.CORRECT).values("claim")
    among = heads("number").filter(slug__in=corrections[:CORRECTED])
    rows = heads("number")[: NEWEST + CORRECTED].union(among, all=True)
    found = sorted({row.slug: row for row in rows}.values(), key=lambda row: -row.revision_id)
    corrected = [row for row in found if row.number > 1 and card(row).get("corrected")][:CORRECTED]
    return [row for row in found if row not in corrected][:NEWEST], corrected


def _publisher(site):
    """Who we are, for programs: in every language the same."""
    pages = {
        kind: site.origin
        + in_language(reverse("pages:about-page", args=[kind]), settings.LANGUAGE_CODE)
        for kind in site.about
    }
    logo = site.origin + static("icon.svg")
    same_as = settings.SITE_SAME_AS
    return to_script(organization.markup(site, logo=logo, same_as=same_as, pages=pages))


@page
def claim_list(request):
    given, filters, chosen = filtered(request)
    if "q" in filters:
        return found_claims(request, given, filters)
    cut = cut_claims(chosen.qs, given.get("after"))
    terms = list(
        PublishedTerm.objects.filter(
            Q(kind__in=[TermKind.RATING, TermKind.TOPIC]) | Q(key__in=terms_chosen(filters))
        )
    )
    named = terms_by_kind(terms)
    context = {
        "cards": [card(head) for head in cut.rows],
        "next": address(filters, after=cut.next) if cut.next else None,
        "first": address(filters) if given.get("after") else None,
        "choices": [_choices(name, _terms(name, named, filters), filters) for name in FILTERS],
        "chosen": [name for name in FILTERS if filters[name]],
        "found": _found(cut, named, filters, given),
        "total": sum(rating["claims"] for rating in named["rating"]),
        "unknown": _unknown(named, filters),
        "is_part": any(filters.values()) or "after" in given,
        "feeds": links(_("Claims"), request.path, address(filters).removeprefix("?")),
        "download": address(filters),
    }
    read = [*marks([*cut.rows, *terms]), str(cut.next)]
    return respond(request, "claims/claim_list.html", context, read=read)


class Choice(NamedTuple):
    """One value of a filter, with the address that adds it to the filters or takes it away."""

    term: dict
    is_chosen: bool
    address: str


def _terms(name, named, filters):
    """What can be chosen of a filter: all ratings and topics; of others, what was chosen."""
    kind, wanted = FILTERS[name], filters[name]
    if kind in (TermKind.RATING, TermKind.TOPIC):
        return named[kind]
    if kind:
        return [term for term in named[kind] if term["slug"] in wanted]
    return [{"slug": value, "name": value_name(name, value)} for value in wanted]


def _choices(name, terms, filters):
    chosen = filters[name]
    found = []
    for term in terms:
        slug = term["slug"]
        values = [value for value in chosen if value != slug]
        if slug not in chosen:
            values = [*chosen, slug]
        found.append(Choice(term, slug in chosen, address(filters | {name: values})))
    return {"name": name, "terms": found, "all": address(filters | {name: []}), "chosen": chosen}


def _found(cut, named, filters, given):
    """How many claims the filters find, where that is known without counting; else None."""
    if cut.next is None and "after" not in given:
        return len(cut.rows)
    asked_for = [(name, value) for name, values in filters.items() for value in values]
    if len(asked_for) != 1 or asked_for[0][0] not in ("rating", "topic"):
        return None
    name, slug = asked_for[0]
    kind = FILTERS[name]
    return next((term["claims"] for term in named[kind] if term["slug"] == slug), None)


def _unknown(named, filters):
    """Values that no published claim has: said aloud, so that a slip is seen for what it is."""
    texts = {
        "rating": _("No published claim has the rating “%(slug)s”."),
        "topic": _("No published claim has the topic “%(slug)s”."),
        "subject": _("No published claim names “%(slug)s”."),
        "claimant": _("No published claim was made by “%(slug)s”."),
        "publisher": _("No published claim rests on what “%(slug)s” published."),
    }
    found = []
    for name, text in texts.items():
        known = {term["slug"] for term in named[FILTERS[name]]}
        found += [text % {"slug": slug} for slug in filters[name] if slug not in known]
    return found
