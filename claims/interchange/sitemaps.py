"""What crawlers ask for first: sitemaps (sitemaps.org 0.9, Google's news extension), robots.txt."""

from typing import NamedTuple
from xml.sax.saxutils import escape

from .feeds import fit_for_xml

MEDIA_TYPE = "application/xml"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Url(NamedTuple):
    """A page in all its languages, `{tag: address}`, the default one first.

    `modified` is when what it shows last changed, or None where nobody knows.
    """

    editions: dict
    modified: object = None


class News(NamedTuple):
    url: str
    language: str
    published: object
    title: str


def index(maps):
    """`[(address, when its newest page was changed)]` as a sitemap of sitemaps."""
    rows = "".join(
        f"<sitemap><loc>{escape(address)}</loc>{_modified(moment)}</sitemap>\n"
        for address, moment in maps
    )
    return f'{_HEAD}<sitemapindex xmlns="{_SITEMAP}">\n{rows}</sitemapindex>\n'.encode()


def urlset(urls):
    rows = "".join(row for url in urls for row in _rows(url))
    return f'{_HEAD}<urlset xmlns="{_SITEMAP}" xmlns:xhtml="{_XHTML}">\n{rows}</urlset>\n'.encode()


def news(entries, *, name):
    rows = "".join(
        f"<url><loc>{escape(entry.url)}</loc><news:news><news:publication>"
        f"<news:name>{escape(name)}</news:name>"
        f"<news:language>{_news_language(entry.language)}</news:language></news:publication>"
        f"<news:publication_date>{_moment(entry.published)}</news:publication_date>"
        f"<news:title>{escape(fit_for_xml(entry.title))}</news:title></news:news></url>\n"
        for entry in entries
    )
    return f'{_HEAD}<urlset xmlns="{_SITEMAP}" xmlns:news="{_NEWS}">\n{rows}</urlset>\n'.encode()


def robots(sitemaps, *, closed):
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    return "\n".join([*lines, *(f"Sitemap: {address}" for address in sitemaps), ""])


def _rows(url):
    """One entry a language, each naming all of them, as the extension wants it."""
    default = next(iter(url.editions.values()))
    named = "".join(
        f'<xhtml:link rel="alternate" hreflang="{tag}" href="{escape(address)}"/>'
        for tag, address in [*url.editions.items(), ("x-default", default)]
    )
    rest = f"{_modified(url.modified)}{named}</url>\n"
    for address in url.editions.values():
        yield f"<url><loc>{escape(address)}</loc>{rest}"


def _modified(moment):
    return f"<lastmod>{_moment(moment)}</lastmod>" if moment else ""


def _moment(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _news_language(tag):
    """Two letters, but for Chinese, whose two scripts it tells apart by country."""
    return {"zh-Hans": "zh-cn", "zh-Hant": "zh-tw"}.get(tag, tag.split("-")[0])
