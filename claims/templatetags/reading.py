"""What templates need to show the record: words in the reader's language, dates, labels, links."""

from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.utils import dateformat
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from claims import choices as claim_choices
from claims.interchange import memento
from claims.languages import choose, is_readers, name_of
from claims.markdown import HIGHEST_HEADING, to_html
from claims.search.analysis import places
from sources import choices as source_choices
from sources import dates
from sources.choices import Precision

register = template.Library()

LABELS = {
    name: getattr(module, name)
    for module, names in {
        claim_choices: [
            *("Action", "ClaimKind", "Confidence", "ContactChannel", "CorrectionKind"),
            *("QuoteState", "RelationKind", "SubjectKind"),
        ],
        source_choices: ["LinkState", "Proximity", "PublisherKind", "SourceType"],
    }.items()
    for name in names
}

# Names of the identifiers that sources come with; any other is shown as the record has it.
IDENTIFIERS = {
    "arxiv": "arXiv",
    "case": gettext_lazy("case number"),
    "claim": gettext_lazy("claim number"),
    "commit": gettext_lazy("commit"),
    "doi": "DOI",
}

# --- Words by language ---------------------------------------------------------


@register.simple_tag
def text(texts):
    """`{tag: text}` in the reader's language; one in another language is marked as such."""
    words = choose(texts)
    if words is None:
        return ""
    if is_readers(words.language):
        return words.text
    return format_html(
        '<span lang="{}" dir="auto">{}</span> {}',
        words.language,
        words.text,
        language_mark(words.language),
    )


@register.simple_tag
def marked(texts, terms):
    """The same as `text`, with what was asked for marked in it."""
    words = choose(texts)
    if words is None:
        return ""
    shown = _marked(words.text, terms)
    if is_readers(words.language):
        return shown
    return format_html(
        '<span lang="{}" dir="auto">{}</span> {}',
        words.language,
        shown,
        language_mark(words.language),
    )


@register.simple_tag
def marked_elsewhere(claim, terms):
    """Where a claim says what was asked for, if what a list shows of it does not say so."""
    shown = [choose(claim[name]) for name in ("statement", "summary")]
    if any(places(words.text, terms) for words in shown if words):
        return ""
    rest = [item for name in ("statement", "summary") for item in claim[name].items()]
    rest += [(claim["language"], place["quote"] or "") for place in claim["appearances"]]
    for language, text in rest:
        if places(text, terms):
            words = _marked(text, terms)
            return format_html('<p class="elsewhere" lang="{}" dir="auto">{}</p>', language, words)
    return ""


def _marked(text, terms):
    parts, end = [], 0
    for start, until in places(text, terms):
        parts.append((text[end:start], text[start:until]))
        end = until
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", parts), text[end:])


@register.simple_tag
def prose(texts, highest=HIGHEST_HEADING, cites=None):
    """The same for Markdown, as a block; its heading carries the mark.

    `cites` are the numbers of the evidence on the page, to which `[2]` leads.
    """
    words = choose(texts)
    if words is None:
        return ""
    html = to_html(words.text, highest, cites or ())
    return format_html('<div class="prose" lang="{}" dir="auto">{}</div>', words.language, html)


@register.simple_tag
def mark_unless_readers(texts):
    """The mark alone, for the heading over a text that is in another language."""
    words = choose(texts)
    return "" if words is None or is_readers(words.language) else language_mark(words.language)


@register.filter
def plain(texts):
    """The words alone, where no mark can stand: titles, descriptions, names in sentences."""
    words = choose(texts)
    return words.text if words else ""


@register.filter
def differs(texts, title):
    """Is there something in the reader's language that the title does not already say?"""
    words = choose(texts)
    return bool(words) and is_readers(words.language) and words.text != title


@register.simple_tag
def title_of(source):
    """A source's title in its own language, and in the reader's where we have that.

    A tag, because the last line of an included template would underline a space in links.
    """
    if not is_foreign(source["language"]):
        return format_html("<cite>{}</cite>", source["title"])
    original = format_html(
        '<cite lang="{}" dir="auto">{}</cite>', source["language"], source["title"]
    )
    if not differs(source["translated_title"], source["title"]):
        return original
    translated = plain(source["translated_title"])
    return format_html('{} <span class="translated">{}</span>', original, translated)


@register.simple_tag
def language_mark(tag):
    """A small note that a text is not in the reader's language."""
    return format_html(
        '<small class="in-language">{}</small>', _("in %(language)s") % {"language": name_of(tag)}
    )


@register.filter
def written_in(texts):
    """The language that editors wrote these in, for a text beside them that names none."""
    return settings.LANGUAGE_CODE if settings.LANGUAGE_CODE in texts else next(iter(texts), "")


@register.filter
def language_name(tag):
    return name_of(tag)


@register.filter
def is_foreign(tag):
    return not is_readers(tag)


FILTER_NAMES = {
    "rating": gettext_lazy("Rating"),
    "topic": gettext_lazy("Topic"),
    "subject": gettext_lazy("Subject"),
    "claimant": gettext_lazy("Claimant"),
    "publisher": gettext_lazy("Publisher"),
    "language": gettext_lazy("Language"),
    "year": gettext_lazy("Year"),
    "normalized": gettext_lazy("Rating, normalised"),
}


@register.simple_tag
def filter_name(name):
    """What readers call a filter."""
    return FILTER_NAMES[name]


@register.simple_tag
def name_of_term(name):
    """The name of a term by language; a publisher has one for all."""
    return name if isinstance(name, str) else text(name)


# --- Dates, as exact as they are known -----------------------------------------


@register.simple_tag
def when(date):
    """A date of the record, `{"date": "2023-06", "precision": "month"}`, as a time element."""
    if not date:
        return ""
    return _time(date["date"], date_words(date["date"]))


@register.simple_tag
def day(moment):
    """The day of a moment (UTC), with the moment itself for machines."""
    return _time(moment, date_words(moment[:10]))


@register.filter
def in_words(moment):
    """The day of a moment (UTC) within a sentence."""
    return date_words(moment[:10])


@register.simple_tag
def period(period):
    """What a claim is about: a date, or from one to another."""
    first = _time(period["from"], date_words(period["from"]))
    if period["until"] in (None, period["from"]):
        return first
    until = _time(period["until"], date_words(period["until"]))
    return format_html(_("{} to {}"), first, until)


def _time(value, words):
    return format_html('<time datetime="{}">{}</time>', value, words)


def date_words(text):
    date, precision = dates.parse(text)
    pattern = {
        Precision.YEAR: pgettext("pattern of Django's date filter: 2023", "Y"),
        Precision.MONTH: pgettext("pattern of Django's date filter: June 2023", "F Y"),
        Precision.DAY: pgettext("pattern of Django's date filter: 4 June 2023", "j F Y"),
    }[precision]
    return dateformat.format(date, pattern)


# --- Small things --------------------------------------------------------------


@register.filter
def label(value, of):
    """The label of a value of a closed list: `{{ source.type|label:"SourceType" }}`."""
    choices = LABELS[of]
    return choices(value).label if value in choices.values else value


@register.filter
def identifier(name):
    return IDENTIFIERS.get(name, name)


@register.filter
def number(value):
    """12,345 in both languages: Django groups Chinese numbers by four, which nobody reads."""
    return f"{value:,}"


@register.filter
def web(url):
    """The address if a browser may follow it; nothing for any other scheme."""
    return url if url and urlsplit(url).scheme in {"http", "https"} else ""


@register.simple_tag
def robust(source, linked_at=None):
    """Attributes of a link to a source, by which it can be found again when it is gone."""
    return memento.robust(source, linked_at)


@register.filter
def host(url):
    """example.org for https://www.example.org/page: whose page a link leads to."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


@register.simple_tag
def names(values):
    """Names in a row, divided as the reader's language does it."""
    return ("、" if get_language() == "zh-hans" else ", ").join(values)
