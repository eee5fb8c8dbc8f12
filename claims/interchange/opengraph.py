"""Open Graph and Twitter cards: what a shared link shows of a claim's page."""

from typing import NamedTuple

from django.conf import settings
from django.utils.translation import to_locale

# The protocol wants a country with every language.
LOCALES = {"en": "en_GB", "zh-hans": "zh_CN"}


class Meta(NamedTuple):
    attribute: str
    name: str
    content: str


class Picture(NamedTuple):
    url: str
    size: tuple
    alt: str


def article(document, *, site, title, description, picture):
    """The elements of one claim's page, for the template to write."""
    width, height = picture.size
    own, *others = sorted(
        (code for code, _name in settings.LANGUAGES), key=lambda code: code != site.language.lower()
    )
    graph = [
        ("og:type", "article"),
        ("og:site_name", site.name),
        ("og:url", site.canonical),
        ("og:title", title),
        ("og:description", description),
        ("og:locale", _locale(own)),
        *(("og:locale:alternate", _locale(code)) for code in others),
        ("og:image", picture.url),
        ("og:image:type", "image/png"),
        ("og:image:width", width),
        ("og:image:height", height),
        ("og:image:alt", picture.alt),
        ("article:published_time", document["published_at"]),
        ("article:modified_time", document["modified_at"]),
    ]
    # The rest of it is read from Open Graph.
    twitter = [("twitter:card", "summary_large_image"), ("twitter:image:alt", picture.alt)]
    return [
        *(Meta("property", name, str(content)) for name, content in graph),
        *(Meta("name", name, content) for name, content in twitter),
    ]


def _locale(code):
    return LOCALES.get(code, to_locale(code))
