"""The filters of lists of claims in addresses: lists, search, feeds and CSV share them."""

from urllib.parse import urlencode

from django.utils.translation import get_language

from claims.choices import Normalized, TermKind
from claims.filters import GivenFilters
from claims.languages import name_of, tag_of

from .reading import asked, heads
from .responses import BadAddress

# Filters, and the kind of term that each is about, if any.
FILTERS = {
    "rating": TermKind.RATING,
    "topic": TermKind.TOPIC,
    "subject": TermKind.SUBJECT,
    "claimant": TermKind.SUBJECT,
    "publisher": TermKind.PUBLISHER,
    "language": None,
    "year": None,
    "normalized": None,
}


def filtered(request):
    """The parameters of a list of claims, the filters among them, and what finds the claims."""
    given = asked(request, "q", *FILTERS)
    chosen = GivenFilters(given, queryset=heads())
    if not chosen.is_valid():
        raise BadAddress([text for texts in chosen.errors.values() for text in texts])
    asked_for = chosen.form.cleaned_data
    filters = {name: asked_for.get(name, []) for name in FILTERS}
    if question := asked_for.get("q"):
        filters["q"] = [question]
    return given, filters, chosen


def terms_chosen(filters):
    """The keys of the terms that are filtered by."""
    return [f"{kind}:{slug}" for name, kind in FILTERS.items() if kind for slug in filters[name]]


def value_name(name, value):
    """What a value is called that is no term: `{tag: text}`, as the names of terms are."""
    if name == "normalized":
        value = Normalized(value).label
    return {tag_of(get_language()): name_of(value) if name == "language" else str(value)}


def address(filters, **more):
    """A query string for these filters; a lone question mark when there are none."""
    return f"?{urlencode(filters | more, doseq=True)}"
