"""What claims have in common: subjects, topics, sources, publishers, ratings."""

import re
from collections import defaultdict

import orjson
from django.utils.translation import gettext as _

from claims.choices import TermKind
from claims.interchange.feeds import links
from claims.models.record import PublishedTerm

from .feeds import name_of
from .reading import (
    asked,
    cards,
    counted,
    cut_claims,
    cut_terms,
    distribution,
    find_source,
    find_term,
    heads,
    marks,
    term,
    terms_by_kind,
    unknown_term,
)
from .responses import page, respond
from .timeline import timeline

# Whoever looks at all that is known of a person wants to see it at once.
TERM_PAGE = 100


@page
def subject_list(request):
    return _list(request, TermKind.SUBJECT, "claims/subject_list.html")


@page
def source_list(request):
    return _list(request, TermKind.SOURCE, "claims/source_list.html")


@page
def article_list(request):
    return _list(request, TermKind.ARTICLE, "claims/article_list.html")


@page
def publisher_list(request):
    return _list(request, TermKind.PUBLISHER, "claims/publisher_list.html")


def _list(request, kind, template):
    cut = cut_terms(kind, asked(request).get("after"))
    context = {
        "terms": [term(row) for row in cut.rows],
        "next": f"?after={cut.next}" if cut.next else None,
        "is_part": "after" in request.GET,
    }
    return respond(request, template, context, read=[*marks(cut.rows), str(cut.next)])


@page
def topic_list(request):
    rows = list(PublishedTerm.objects.filter(kind=TermKind.TOPIC))
    topics = terms_by_kind(rows)["topic"]
    named = {topic["slug"] for topic in topics}
    # A topic's ancestors are named with it; should one be missing, its children still show.
    tops = [topic for topic in topics if topic["parent"] not in named]
    for topic in topics:
        topic["children"] = [row for row in topics if row["parent"] == topic["slug"]]
    return respond(request, "claims/topic_list.html", {"topics": tops}, read=marks(rows))


@page
def rating_list(request):
    rows = list(PublishedTerm.objects.filter(kind__in=[TermKind.RATING, TermKind.MEANING]))
    found = terms_by_kind(rows)
    ratings = found[TermKind.RATING]
    context = {
        "ratings": ratings,
        "total": sum(rating["claims"] for rating in ratings),
        "earlier": _earlier(ratings, found[TermKind.MEANING]),
    }
    return respond(request, "claims/rating_list.html", context, read=marks(rows))


def _earlier(ratings, meanings):
    """`{version: [rating, …]}`, newest first, of versions that verdicts still keep."""
    newest = {f"{rating['slug']}@{rating['scale']}" for rating in ratings}
    found = defaultdict(list)
    for rating in sorted(meanings, key=lambda rating: rating["order"]):
        if rating["slug"] not in newest:
            found[rating["scale"]].append(rating)
    return dict(sorted(found.items(), key=lambda pair: _numbers(pair[0]), reverse=True))


def _numbers(version):
    """By which versions are in order: 2026.10 comes after 2026.9."""
    return [int(number) for number in re.findall("[0-9]+", version)], version


@page
def subject(request, slug):
    row = find_term(TermKind.SUBJECT, slug)
    found = heads().filter(subjects__contains=[slug])
    cut, context = _claims_of(request, found, TERM_PAGE)
    by = [claim for claim in context["cards"] if _is_by(claim, slug)]
    context |= {
        "subject": term(row),
        "by": by,
        "about": [claim for claim in context["cards"] if claim not in by],
        "timeline": timeline(context["cards"]),
    }
    return respond(request, "claims/subject.html", context, read=_read(cut, row))


def _is_by(claim, slug):
    claimant = claim["claimant"]["subject"]
    return claimant is not None and claimant["slug"] == slug


@page
def source(request, slug):
    row, today = find_source(slug)
    cut, context = _claims_of(request, heads().filter(sources__contains=[slug]))
    context |= {
        "source": today,
        "name": name_of(today),
        # Claims that were made in a source, apart from those that only rest on it.
        "made_here": [head.slug for head in cut.rows if slug in head.articles],
    }
    read = [*_read(cut, row), orjson.dumps(row.links)]
    return respond(request, "claims/source.html", context, read=read)


@page
def publisher(request, slug):
    """What it published that claims here rest on. The sources are those of the claims shown."""
    found = heads("sources").filter(publishers__contains=[slug])
    cut, context = _claims_of(request, found, TERM_PAGE)
    named = {source for head in cut.rows for source in head.sources}
    keys = [f"{TermKind.PUBLISHER}:{slug}", *(f"{TermKind.SOURCE}:{source}" for source in named)]
    terms = list(PublishedTerm.objects.filter(key__in=keys))
    by_kind = terms_by_kind(terms)
    if not by_kind["publisher"]:
        raise unknown_term()
    context |= {
        "publisher": by_kind["publisher"][0],
        "sources": [row for row in by_kind["source"] if row["publisher"]["slug"] == slug],
    }
    return respond(request, "claims/publisher.html", context, read=_read(cut, *terms))


@page
def topic(request, slug):
    rows = list(PublishedTerm.objects.filter(kind=TermKind.TOPIC))
    topics = {row.slug: term(row) for row in rows}
    row = next((row for row in rows if row.slug == slug), None) or find_term(TermKind.TOPIC, slug)
    this = topics[slug]
    cut, context = _claims_of(request, heads().filter(topics__contains=[slug]), TERM_PAGE)
    context |= {
        "topic": this,
        "parent": topics.get(this["parent"]),
        "children": [row for row in topics.values() if row["parent"] == slug],
    }
    return respond(request, "claims/topic.html", context, read=_read(cut, row))


def _claims_of(request, found, size=None):
    """The claims that name a term, as a page and as what templates show of it."""
    given = asked(request)
    cut = cut_claims(found, given.get("after"), size)
    claims = cards(cut.rows)
    return cut, {
        "cards": claims,
        "distribution": distribution(counted(claims)),
        "next": f"?after={cut.next}" if cut.next else None,
        "is_part": "after" in given,
        "feeds": links(_("Claims"), request.path),
    }


def _read(cut, *terms):
    return [*marks([*terms, *cut.rows]), str(cut.next)]
