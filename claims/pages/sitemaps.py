"""Every page that search engines should know, and when it last changed."""

import datetime
from itertools import groupby
from operator import itemgetter

from django.conf import settings
from django.db.models import DateTimeField, Subquery, Value
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone, translation

from claims.choices import TermKind
from claims.interchange import sitemaps
from claims.languages import in_language, tag_of
from claims.models.record import PublishedClaim, PublishedPage, PublishedTerm, Revision

from .feeds import titled
from .reading import asked, card, heads, marks
from .responses import Missing, conditional, page, unknown_claim

# Claims go into files by the number of their revision: a file holds at most so many, and what
# is corrected moves to the newest one, so that a crawler need only read that again.
SHARD = 2500
# Of each kind of term, those that most claims name; the rest is a link away from these.
TERMS = 2000
NEWS_HOURS = 48
NEWS = 1000
FIXED = [
    "subjects",
    "topics",
    "sources",
    "publishers",
    "ratings",
    "check",
    "submit",
    "exports",
    "validate",
]
SLUG = "SLUG"  # stands for a slug, which has no capitals
TERM_KINDS = [TermKind.TOPIC, TermKind.SUBJECT, TermKind.SOURCE, TermKind.PUBLISHER]
PAGES = {kind.value: f"pages:{kind}" for kind in TERM_KINDS} | {"about": "pages:about-page"}
_LAST = Subquery(Revision.objects.order_by("-seq").values("at")[:1])
_LOGGED = Subquery(Revision.objects.logged().values("at")[:1])
SHARDS = """
    SELECT newest.slug, newest.modified_at, shard
    FROM generate_series(
        0, (SELECT (max(revision_id) - 1) / %(size)s FROM claims_publishedclaim)
    ) AS shard
    CROSS JOIN LATERAL (
        SELECT slug, modified_at FROM claims_publishedclaim
        WHERE revision_id > shard * %(size)s AND revision_id <= (shard + 1) * %(size)s
        ORDER BY revision_id DESC LIMIT 1
    ) AS newest
    ORDER BY shard DESC
"""


@page
def index(request):
    asked(request)
    shards = list(PublishedClaim.objects.raw(SHARDS, {"size": SHARD}))
    read = [f"{row.shard} {row.modified_at}" for row in shards]
    maps = [(_address("claims-sitemap", row.shard), row.modified_at) for row in shards]
    return _send(request, lambda: sitemaps.index([*maps, (_address("pages-sitemap"), None)]), read)


@page
def claims(request, number):
    """The claims of one file: retracted ones too, since their pages say so."""
    asked(request)
    start = number * SHARD
    rows = PublishedClaim.objects.filter(revision__gt=start, revision__lte=start + SHARD)
    found = list(rows.order_by("-revision_id").values_list("slug", "modified_at"))
    if not found:
        raise Missing(str(unknown_claim()))
    read = [f"{slug} {moment}" for slug, moment in found]
    return _send(request, lambda: sitemaps.urlset(_urls("pages:claim", found)), read)


@page
def pages(request):
    """Everything else: home, lists, terms, articles, and what the newsroom says of itself."""
    asked(request)
    newest = list(heads().annotate(last=_LAST, logged=_LOGGED)[:SHARD])
    last, logged = (newest[0].last, newest[0].logged) if newest else (None, None)
    articles = sorted({slug for row in newest for slug in row.articles})
    named = _named()

    def make():
        found = [
            _url("pages:home", last),
            _url("pages:claims", last),
            _url("pages:corrections", logged),
            *(_url(f"pages:{name}") for name in FIXED),
            *_urls("pages:article", [(slug, None) for slug in articles]),
        ]
        for kind, rows in groupby(named, itemgetter(0)):
            found += _urls(PAGES[kind], [row[1:] for row in rows])
        return sitemaps.urlset(found)

    return _send(request, make, map(str, [last, logged, articles, named]))


@page
def news(request):
    """What was published for the first time in the last two days."""
    asked(request)
    since = timezone.now() - datetime.timedelta(hours=NEWS_HOURS)
    # Whatever is new stands among the newest revisions: no need to look through all claims.
    newest = PublishedClaim.objects.listed().values("slug")[:NEWS]
    rows = list(
        PublishedClaim.objects.listed()
        .filter(slug__in=newest, published_at__gte=since)
        .only("slug", "revision_id", "card")[: NEWS // len(settings.LANGUAGES)]
    )

    def make():
        entries = [entry for row in rows for entry in _news(card(row))]
        return sitemaps.news(entries, name=settings.SITE_NAME)

    return _send(request, make, marks(rows))


@page
def robots(request):
    addresses = [_address("sitemap"), _address("news-sitemap")]
    text = sitemaps.robots(addresses, closed=["/admin/"])
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _named():
    """`(kind, slug, moment)` of terms and of pages about us, in one query."""
    about = PublishedPage.objects.in_force().annotate(kind=Value("about"))
    unknown = Value(None, DateTimeField())
    slices = [
        PublishedTerm.objects.filter(kind=kind).order_by("-claims", "slug")[:TERMS]
        for kind in TERM_KINDS
    ]
    terms = (rows.annotate(at=unknown).values_list("kind", "slug", "at") for rows in slices)
    return sorted(about.values_list("kind", "slug", "at").union(*terms, all=True), key=str)


def _news(claim):
    """An entry in each language that the claim is written in; no other edition is news."""
    for code, _name in settings.LANGUAGES:
        tag = tag_of(code)
        if tag in claim["statement"]:
            with translation.override(code):
                title = titled(claim)
            yield sitemaps.News(
                url=settings.SITE_URL + in_language(claim["url"], code),
                language=tag,
                published=datetime.datetime.fromisoformat(claim["published_at"]),
                title=title,
            )


def _url(name, modified=None):
    return sitemaps.Url(_editions(reverse(name)), modified)


def _urls(name, rows):
    """The pages of `(slug, moment)`. One address is made up; thousands would take a second."""
    editions = _editions(reverse(name, args=[SLUG]))
    for slug, modified in rows:
        found = {tag: address.replace(SLUG, slug) for tag, address in editions.items()}
        yield sitemaps.Url(found, modified)


def _editions(path):
    codes = [code for code, _name in settings.LANGUAGES]
    return {tag_of(code): settings.SITE_URL + in_language(path, code) for code in codes}


def _address(name, *args):
    return settings.SITE_URL + reverse(f"machines:{name}", args=args)


def _send(request, make, read):
    def answer():
        return HttpResponse(make(), content_type=sitemaps.MEDIA_TYPE)

    return conditional(request, answer, read=read)
