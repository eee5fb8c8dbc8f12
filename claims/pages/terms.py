"""What claims have in common: subjects, topics, sources, ratings."""

from claims.choices import TermKind
from claims.models.record import PublishedTerm

from .reading import (
    asked,
    cards,
    cut_claims,
    cut_terms,
    find_term,
    heads,
    marks,
    term,
    terms_by_kind,
)
from .responses import page, respond


@page
def subject_list(request):
    return _list(request, TermKind.SUBJECT, "claims/subject_list.html")


@page
def source_list(request):
    return _list(request, TermKind.SOURCE, "claims/source_list.html")


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
    rows = list(PublishedTerm.objects.filter(kind=TermKind.RATING))
    ratings = terms_by_kind(rows)["rating"]
    context = {"ratings": ratings, "total": sum(rating["claims"] for rating in ratings)}
    return respond(request, "claims/rating_list.html", context, read=marks(rows))


@page
def subject(request, slug):
    row = find_term(TermKind.SUBJECT, slug)
    found = heads().filter(subjects__contains=[slug])
    return _claims_of(request, row, found, "claims/subject.html", {"subject": term(row)})


@page
def source(request, slug):
    row = find_term(TermKind.SOURCE, slug)
    found = heads().filter(sources__contains=[slug])
    return _claims_of(request, row, found, "claims/source.html", {"source": term(row)})


@page
def topic(request, slug):
    rows = list(PublishedTerm.objects.filter(kind=TermKind.TOPIC))
    topics = {row.slug: term(row) for row in rows}
    row = next((row for row in rows if row.slug == slug), None) or find_term(TermKind.TOPIC, slug)
    this = topics[slug]
    context = {
        "topic": this,
        "parent": topics.get(this["parent"]),
        "children": [row for row in topics.values() if row["parent"] == slug],
    }
    found = heads().filter(topics__contains=[slug])
    return _claims_of(request, row, found, "claims/topic.html", context)


def _claims_of(request, row, found, template, context):
    """The page of a term: what it is, and the claims that name it."""
    given = asked(request)
    cut = cut_claims(found, given.get("after"))
    context |= {
        "cards": cards(cut.rows),
        "next": f"?after={cut.next}" if cut.next else None,
        "is_part": "after" in given,
        # Claims that were made in a source, apart from those that only rest on it.
        "made_here": [head.slug for head in cut.rows if row.slug in head.articles],
    }
    return respond(request, template, context, read=[*marks([row, *cut.rows]), str(cut.next)])
