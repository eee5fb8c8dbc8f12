"""Which of the languages of a text a reader gets, and how languages are named.

Addresses and Django write zh-hans; documents and HTML write the BCP 47 tag, zh-Hans.
"""

from typing import NamedTuple

from django.utils.translation import get_language, get_language_info


class Words(NamedTuple):
    """A text in one language."""

    language: str
    text: str


def tag_of(code):
    """zh-hans → zh-Hans, pt-br → pt-BR."""
    first, *rest = code.split("-")
    return "-".join([first.lower(), *(_subtag(part) for part in rest)])


def _subtag(part):
    return {4: part.title(), 2: part.upper()}.get(len(part), part)


def choose(texts):
    """What of `{tag: text}` this reader gets: their language, a sister of it, English, any."""
    if not texts:
        return None
    wanted = tag_of(get_language() or "en")
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
