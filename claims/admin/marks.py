"""A text with marks in it, as HTML that shows the text as text.

The text is cut into pieces that are alike throughout. Each says at which code point it begins, so
that the page can tell positions; nothing of the source's own markup gets through.
"""

from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join

from sources.characters import HIDDEN, name_of


@dataclass(frozen=True)
class Mark:
    """One appearance to be shown: where, and in what colour and symbol."""

    pk: int
    start: int
    end: int
    color: str
    symbol: str
    status: str
    title: str

    @property
    def classes(self):
        return f"rating-{self.color} mark-{self.status}"


def render(text, marks):
    marks = list(marks)
    return format_html_join("", "{}", ((_piece(*piece),) for piece in pieces(text, marks)))


def pieces(text, marks):
    """`(start, text, marks on it, marks that begin here)`, in order and without gaps.

    The shortest mark of several comes first: it is the one that a piece is coloured by.
    """
    unseen = [match.span() for match in HIDDEN.finditer(text)] + _returns(text)
    cuts = {0, len(text)} | {at for span in unseen for at in span}
    cuts |= {at for mark in marks for at in (mark.start, mark.end)}
    begins, on = {}, []
    for mark in marks:
        begins.setdefault(mark.start, []).append(mark)
    for start, end in pairwise(sorted(cuts)):
        begun = begins.get(start, [])
        on = sorted(
            [*(mark for mark in on if mark.end > start), *begun],
            key=lambda mark: (mark.end - mark.start, mark.pk),
        )
        yield start, text[start:end], on, begun


def _returns(text):
    """Browsers make one line break of CR LF, and another of CR: positions would shift."""
    return [(at, at + 1) for at, character in enumerate(text) if character == "\r"]


def _piece(start, text, on, begun):
    signs = format_html_join(
        "",
        '<i id="mark-{}" class="sign {}" data-sign="{}"></i>',
        ((mark.pk, mark.classes, mark.symbol) for mark in begun),
    )
    if text == "\r":
        return format_html('{}<span data-at="{}" data-code="13"></span>', signs, start)
    if len(text) == 1 and HIDDEN.match(text):
        return format_html(
            '{}<span class="unseen" data-at="{}" data-code="{}" title="{}">U+{}</span>',
            signs,
            start,
            ord(text),
            name_of(text),
            f"{ord(text):04X}",
        )
    if not on:
        return format_html('<span data-at="{}">{}</span>', start, text)
    return format_html(
        '{}<a class="mark {}{}" href="#at-{}" data-at="{}" data-marks="{}" title="{}"'
        ' tabindex="-1">{}</a>',
        signs,
        on[0].classes,
        " mark-several" if len(on) > 1 else "",
        on[0].pk,
        start,
        " ".join(str(mark.pk) for mark in on),
        " / ".join(mark.title for mark in on),
        text,
    )
