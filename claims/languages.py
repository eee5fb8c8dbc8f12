"""Which of the languages of a text a reader gets, how languages are named, where words end.

Addresses and Django write zh-hans; documents and HTML write the BCP 47 tag, zh-Hans.
"""

import functools
import re
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import get_language, get_language_info


class Words(NamedTuple):
    """A text in one language."""

    language: str
    text: str


@functools.lru_cache(maxsize=100)
def tag_of(code):
    """zh-hans → zh-Hans, pt-br → pt-BR."""
    first, *rest = code.split("-")
    return "-".join([first.lower(), *(_subtag(part) for part in rest)])


def _subtag(part):
    return {4: part.title(), 2: part.upper()}.get(len(part), part)


def in_language(path, code):
    """The same page in another language; works for addresses that lead nowhere, too."""
    for other, _ in settings.LANGUAGES:
        if path.startswith(f"/{other}/"):
            path = path.removeprefix(f"/{other}")
    return path if code == settings.LANGUAGE_CODE else f"/{code}{path}"


def choose(texts, wanted=None):
    """What of `{tag: text}` a reader gets: their language, a sister of it, English, any.

    `wanted` is a tag; without it, the language of the page.
    """
    if not texts:
        return None
    wanted = wanted or tag_of(get_language() or "en")
    first = wanted.split("-")[0]
    sisters = [tag for tag in texts if tag.split("-")[0] == first]
    for tag in [wanted, *sisters, "en", *texts]:
        if tag in texts:
            return Words(tag, texts[tag])


def is_readers(language):
    """Is this the language, script and all, in which the page is written?"""
    return language == tag_of(get_language() or "en")


def name_of(tag):
    """The name of a language in the reader's own; the tag itself when there is none."""
    code = tag.lower()
    for known in (code, code.split("-")[0]):
        try:
            return get_language_info(known)["name_translated"]
        except KeyError:
            continue
    return tag


LATIN = "[A-Za-z0-9\u00c0-\u024f]"


def occurs(words, text):
    """Whole words where letters stand in words; anywhere in Chinese, which has no spaces.

    A Latin name beside Chinese counts: the edge is where Latin letters and digits end.
    """
    if not words:
        return False
    before = f"(?<!{LATIN})" if re.match(LATIN, words) else ""
    after = f"(?!{LATIN})" if re.match(LATIN, words[-1]) else ""
    return re.search(f"{before}{re.escape(words)}{after}", text, re.IGNORECASE) is not None
