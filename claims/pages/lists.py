"""Home, and the list of claims with its filters."""

from typing import NamedTuple

from django.conf import settings
from django.db.models import Q
from django.http import QueryDict
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.choices import Action, TermKind
from claims.filters import ClaimFilter
from claims.interchange import organization
from claims.interchange.claimreview import to_script
from claims.interchange.feeds import links
from claims.languages import in_language
from claims.models.record import PublishedTerm, Revision

from .context import Site
from .reading import (
    asked,
    card,
    cards,
    cut_claims,
    distribution,
    heads,
    marks,
    terms_by_kind,
)
from .responses import BadAddress, page, respond

NEWEST = 6
CORRECTED = 3
FILTERS = {"rating": TermKind.RATING, "topic": TermKind.TOPIC, "subject": TermKind.SUBJECT}


@page
def home(request):
    newest, corrected = _newest_and_corrected()
    articles = {slug: None for head in newest for slug in head.articles}
    terms = list(
        PublishedTerm.objects.filter(
            Q(kind__in=[TermKind.RATING, TermKind.TOPIC])
            | Q(key__in=[f"{TermKind.SOURCE}:{slug}" for slug in articles])
        )
    )
    named = terms_by_kind(terms)
    context = {
        # Every claim in force has one rating, so nothing needs counting.
        "total": sum(rating["claims"] for rating in named["rating"]),
        "distribution": distribution(named["rating"]),
        "topics": named["topic"],
        "articles": named["source"],
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


def filtered(request):
    """The parameters of a list of claims, the filters among them, and the claims they find."""
    given = asked(request, *FILTERS)
    chosen = ClaimFilter(given, queryset=heads())
    if not chosen.is_valid():
        raise BadAddress([text for texts in chosen.errors.values() for text in texts])
    return given, {name: chosen.form.cleaned_data[name] for name in FILTERS}, chosen.qs


@page
def claim_list(request):
    given, filters, rows = filtered(request)
    cut = cut_claims(rows, given.get("after"))
    subjects = [f"{TermKind.SUBJECT}:{slug}" for slug in filters["subject"]]
    terms = list(
        PublishedTerm.objects.filter(
            Q(kind__in=[TermKind.RATING, TermKind.TOPIC]) | Q(key__in=subjects)
        )
    )
    named = terms_by_kind(terms)
    context = {
        "cards": [card(head) for head in cut.rows],
        "next": _address(filters, after=cut.next) if cut.next else None,
        "first": _address(filters) if given.get("after") else None,
        "choices": [_choices(name, named[kind], filters) for name, kind in FILTERS.items()],
        "chosen": [name for name in FILTERS if filters[name]],
        "found": _found(cut, named, filters, given),
        "total": sum(rating["claims"] for rating in named["rating"]),
        "unknown": _unknown(named, filters),
        "is_part": any(filters.values()) or "after" in given,
        "feeds": links(_("Claims"), request.path, _address(filters).removeprefix("?")),
    }
    read = [*marks([*cut.rows, *terms]), str(cut.next)]
    return respond(request, "claims/claim_list.html", context, read=read)


class Choice(NamedTuple):
    """One value of a filter, with the address that adds it to the filters or takes it away."""

    term: dict
    is_chosen: bool
    address: str


def _choices(name, terms, filters):
    chosen = filters[name]
    found = []
    for term in terms:
        slug = term["slug"]
        values = [value for value in chosen if value != slug]
        if slug not in chosen:
            values = [*chosen, slug]
        found.append(Choice(term, slug in chosen, _address(filters | {name: values})))
    return {"name": name, "terms": found, "all": _address(filters | {name: []}), "chosen": chosen}


def _address(filters, **more):
    """A query string for these filters; a lone question mark when there are none."""
    query = QueryDict(mutable=True)
    for name, values in filters.items():
        query.setlist(name, values)
    query.update(more)
    return f"?{query.urlencode()}"


def _found(cut, named, filters, given):
    """How many claims the filters find, where that is known without counting; else None."""
    if cut.next is None and "after" not in given:
        return len(cut.rows)
    asked_for = [(kind, slug) for name, kind in FILTERS.items() for slug in filters[name]]
    if len(asked_for) != 1:
        return None
    kind, slug = asked_for[0]
    return next((term["claims"] for term in named[kind] if term["slug"] == slug), None)


def _unknown(named, filters):
    """Values that no published claim has: said aloud, so that a slip is seen for what it is."""
    texts = {
        "rating": _("No published claim has the rating “%(slug)s”."),
        "topic": _("No published claim has the topic “%(slug)s”."),
        "subject": _("No published claim names “%(slug)s”."),
    }
    found = []
    for name, kind in FILTERS.items():
        known = {term["slug"] for term in named[kind]}
        found += [texts[name] % {"slug": slug} for slug in filters[name] if slug not in known]
    return found
