"""Every list of claims, and the log of corrections, as a feed: same reads, same parameters."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.choices import Action, CorrectionKind, TermKind
from claims.interchange import feeds
from claims.languages import choose, in_language, is_readers
from claims.models.record import PublishedTerm

from .context import Site
from .corrections import entry as logged
from .filtering import FILTERS, filtered, terms_chosen, value_name
from .reading import asked, cut_claims, cut_log, find_term, heads, marks, term
from .reading import card as card_of
from .responses import Missing, conditional, page

LENGTH = 50
# For each kind of list: the term that it is about, and the column that holds it.
LISTS = {
    "topic": (TermKind.TOPIC, "topics"),
    "subject": (TermKind.SUBJECT, "subjects"),
    "source": (TermKind.SOURCE, "sources"),
    "article": (TermKind.SOURCE, "articles"),
    "publisher": (TermKind.PUBLISHER, "publishers"),
}


@page
def claims(request, form):
    given, filters, found = filtered(request)
    cut = cut_claims(found.qs, given.get("after"), LENGTH)
    keys = terms_chosen(filters)
    named = {row.key: term(row) for row in PublishedTerm.objects.filter(key__in=keys)}
    names = [f"“{question}”" for question in filters.get("q", [])]
    names += [name_of(named[key]) if key in named else key.partition(":")[2] for key in keys]
    others = [name for name, kind in FILTERS.items() if not kind]
    names += [choose(value_name(name, one)).text for name in others for one in filters[name]]
    title = _("Claims")
    if names:
        title = _("Claims: %(filters)s") % {"filters": " · ".join(names)}
    return _claims(request, form, title, cut, read=sorted(map(str, named.items())))


@page
def claims_of(request, kind, slug, form):
    """The claims that name a term, or that were made in an article, which takes a rating too."""
    given = asked(request, *(["rating"] if kind == "article" else []))
    of, column = LISTS[kind]
    row, chosen = find_term(of, slug), given.getlist("rating")
    found = heads().filter(**{f"{column}__contains": [slug]})
    if chosen:
        found = found.filter(rating__in=chosen)
    cut = cut_claims(found, given.get("after"), LENGTH)
    if not cut.rows and not chosen and "after" not in given:
        raise Missing(_("No claim made in this source has been checked; others may rest on it."))
    title = title_of(kind, term(row))
    return _claims(request, form, title, cut, read=marks([row]))


@page
def corrections(request, form):
    cut = cut_log(asked(request).get("after"), LENGTH)
    read = [row.sha256 for row in cut.rows]
    return _send(request, form, _("Corrections"), cut, _correction, read)


def title_of(kind, document):
    titles = {
        "topic": _("Claims on %(name)s"),
        "subject": _("Claims about %(name)s"),
        "source": _("Claims that rest on “%(name)s”"),
        "article": _("Claims made in “%(name)s”"),
        "publisher": _("Claims that rest on what %(name)s published"),
    }
    return titles[kind] % {"name": name_of(document)}


def name_of(document):
    """What a term is called: sources have titles, ratings labels, everything else a name."""
    if "title" in document:
        translated = document["translated_title"]
        return choose(translated).text if is_foreign(document, translated) else document["title"]
    name = document.get("name") or document["label"]
    return name if isinstance(name, str) else choose(name).text  # publishers have one for all


def is_foreign(source, translated):
    """Is a source's title in another language than the reader's, and do we have it in theirs?"""
    return not is_readers(source["language"]) and any(map(is_readers, translated))


def _claims(request, form, title, cut, *, read):
    return _send(request, form, title, cut, _claim, [*read, *marks(cut.rows)])


def _send(request, form, title, cut, entry, read):
    """The feed of these rows, each made an `entry`; nothing is made for who has it already."""
    site = Site(request)
    query = {name: values for name, values in request.GET.lists() if name in (*FILTERS, "q")}
    given = {"after": request.GET["after"]} if "after" in request.GET else {}

    def make():
        feed = feeds.Feed(
            title=f"{site.name} · {title}",
            page=_with(site.canonical.removesuffix(f"feed.{form}"), query),
            address=_with(site.canonical, query | given),
            next=_with(site.canonical, query | {"after": cut.next}) if cut.next else None,
            site=site,
            entries=[entry(row, site) for row in cut.rows],
        )
        return HttpResponse(feeds.write(feed, form), content_type=feeds.TYPES[form])

    return conditional(request, make, read=[*read, str(cut.next)])


def _with(address, query):
    return f"{address}?{urlencode(query, doseq=True)}" if query else address


# --- Entries -------------------------------------------------------------------


def _claim(row, site):
    card = card_of(row)
    words = choose(card["summary"])
    return _entry(
        card,
        site,
        id=feeds.tag(site.origin, card["published_at"], "claim", card["slug"], site.language),
        title=titled(card),
        text=words.text,
        language=words.language,
        published=card["published_at"],
        tags=[choose(topic["name"]).text for topic in card["topics"]],
        about={"verdict": card["rating"]["slug"]},
    )


def _correction(row, site):
    """A line of the log. Its number in the record is its own for ever."""
    document = logged(row)
    texts, about, what = _said(document)
    words = choose(texts)
    return _entry(
        document,
        site,
        id=feeds.tag(
            site.origin, document["modified_at"], "correction", str(row.seq), site.language
        ),
        title=_titled(what, _statement(document)),
        text=" ".join([words.text, *_change(document)]),
        language=words.language,
        published=document["modified_at"],
        tags=[choose(topic["name"]).text for topic in document.get("topics", [])],
        about=about,
    )


def _said(document):
    """What was done to a verdict: the public text, how programs call it, and the heading."""
    if correction := document.get("correction"):
        about = {"verdict": correction["rating_after"]["slug"], "kind": correction["kind"]}
        kind = CorrectionKind(correction["kind"]).label
        return correction["text"], about, _("Corrected (%(kind)s)") % {"kind": kind}
    if retraction := document.get("retraction"):
        return retraction["reason"], {"kind": Action.RETRACT.value}, _("Retracted")
    return {"en": document["rule"]}, {"kind": Action.SEAL.value}, _("Sealed")


def _statement(document):
    """A sealed claim's words are gone; its address is what is left."""
    return choose(document["statement"]).text if "statement" in document else document["slug"]


def _change(document):
    correction = document.get("correction")
    if correction and correction["rating_before"]["slug"] != correction["rating_after"]["slug"]:
        ratings = (correction["rating_before"], correction["rating_after"])
        one, other = (choose(rating["label"]).text for rating in ratings)
        yield _("The verdict changed from “%(one)s” to “%(other)s”.") % {"one": one, "other": other}


def titled(card):
    """A claim's verdict and what was claimed, in a line."""
    return _titled(choose(card["rating"]["label"]).text, choose(card["statement"]).text)


def _titled(what, statement):
    return _("%(what)s: %(statement)s") % {"what": what, "statement": statement}


def _entry(document, site, *, about, **fields):
    path = document.get("url") or f"/claims/{document['slug']}/"
    about = {"id": document["slug"], "revision": document["revision"]} | about
    return feeds.Entry(
        url=site.origin + in_language(path, site.language.lower()),
        updated=document["modified_at"],
        about=about,
        **fields,
    )
