"""A list as a feed: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1."""

import datetime
import re
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson
from django.utils import feedgenerator
from django.utils.html import escape

TYPES = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
NAMES = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}
# What no XML document may carry, in whatever spelling.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Entry(NamedTuple):
    """One thing that happened; `about` is what programs want to know of the claim."""

    id: str
    url: str
    title: str
    text: str
    language: str
    published: str
    updated: str
    tags: list
    about: dict


class Feed(NamedTuple):
    """`page` is the list that people read, `next` the address of what is older, or None."""

    title: str
    page: str
    address: str
    next: str | None
    site: object
    entries: list


class Link(NamedTuple):
    """How a page names its feed."""

    type: str
    title: str
    address: str


def tag(origin, moment, *names):
    """An identifier that outlives every change of address: RFC 4151."""
    return f"tag:{urlsplit(origin).hostname},{moment[:4]}:{':'.join(names)}"


def links(title, base, query=""):
    """The feeds of a list that stands at the address `base`."""
    end = f"?{query}" if query else ""
    return [
        Link(kind, f"{title} ({NAMES[form]})", f"{base}feed.{form}{end}")
        for form, kind in TYPES.items()
    ]


def write(feed, form):
    """The bytes of a feed."""
    if form == "json":
        return _json(feed)
    writer = (_Atom if form == "atom" else _Rss)(
        title=fit_for_xml(feed.title),
        link=feed.page,
        description=fit_for_xml(feed.title),
        language=feed.site.language,
        author_name=fit_for_xml(feed.site.name),
        author_link=f"{feed.site.origin}/",
        feed_url=feed.address,
        feed_copyright=feed.site.license,
        next=feed.next,
    )
    for entry in feed.entries:
        writer.add_item(
            title=fit_for_xml(entry.title),
            link=entry.url,
            description=escape(fit_for_xml(entry.text)),  # both formats read this as HTML
            unique_id=entry.id,
            unique_id_is_permalink=False,
            pubdate=datetime.datetime.fromisoformat(entry.published),
            updateddate=datetime.datetime.fromisoformat(entry.updated),
            categories=[fit_for_xml(name) for name in entry.tags],
            language=entry.language,
        )
    return writer.writeString("utf-8").encode()


def fit_for_xml(text):
    """The text without the few characters that break a document."""
    return _NOT_XML.sub("", text)


class _Dated:
    def latest_post_date(self):
        """Django says now where there is nothing: the same list would change with every look."""
        return super().latest_post_date() if self.items else _NEVER

    def add_root_elements(self, handler):
        super().add_root_elements(handler)
        if self.feed["next"]:
            handler.addQuickElement(self.link, "", {"rel": "next", "href": self.feed["next"]})


class _Atom(_Dated, feedgenerator.Atom1Feed):
    link = "link"

    def item_attributes(self, item):
        return {"xml:lang": item["language"]}


class _Rss(_Dated, feedgenerator.Rss201rev2Feed):
    link = "atom:link"


def _json(feed):
    found = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "language": feed.site.language,
        "authors": [{"name": feed.site.name, "url": f"{feed.site.origin}/"}],
        "_license": feed.site.license,
        "items": [_item(entry, feed.site) for entry in feed.entries],
    }
    if feed.next:
        found["next_url"] = feed.next
    return orjson.dumps(found)


def _item(entry, site):
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_text": entry.text,
        "language": entry.language,
        "date_published": entry.published,
        "date_modified": entry.updated,
        "tags": entry.tags,
        "_claim": {"about": f"{site.origin}/api/v1/"} | entry.about,
    }
