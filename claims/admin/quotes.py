"""Where quotes stand, and what a person does with one that broke: take what is like it, or not."""

from django.contrib import admin
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from claims import quotes, rules
from claims.choices import QuoteState
from sources.admin.words import badge
from sources.wording import GONE, NEW

from .doors import Door

MARKS = {GONE: "<del>{}</del>", NEW: "<ins>{}</ins>"}


def differences(evidence):
    """The suggestion for a broken quote, with what it changes, as HTML; "-" where there is none."""
    found = quotes.suggestion(evidence)
    if found is None:
        if evidence.quote_state != QuoteState.BROKEN:
            return "-"
        return _("Left as it is.") if evidence.is_left else _("Nothing in the text is like it.")
    pieces = [
        format_html(MARKS.get(kind, "{}"), text) for kind, text in found.differences(evidence.quote)
    ]
    return format_html(
        '<p class="suggestion" dir="auto">{}</p><p class="quiet">{}</p>',
        format_html_join("", "{}", ([piece] for piece in pieces)),
        _("%(score)d %% alike, at %(start)d–%(end)d of the text of %(day)s.")
        % {
            "score": found.score,
            "start": found.start,
            "end": found.end,
            "day": date_format(evidence.checked.captured_at, "j M Y"),
        },
    )


class QuoteColumns:
    @admin.display(description=_("quote is"))
    def quote_is(self, obj):
        return badge("quote", obj.quote_state, obj.get_quote_state_display()) if obj.quote else "-"

    @admin.display(description=_("where it stands"))
    def stands(self, obj):
        """Its place in the archived text; of a broken quote, where it stood."""
        if obj.snapshot is None:
            return "-"
        return format_html(
            '{} {}–{} <a href="{}">{}</a>',
            _("stood at") if obj.quote_state == QuoteState.BROKEN else "",
            obj.start,
            obj.end,
            reverse("admin:sources_snapshot_change", args=[obj.snapshot_id]),
            obj.snapshot,
        )

    @admin.display(description=_("instead"))
    def suggested(self, obj):
        return differences(obj)


def _is_broken(user, evidence):
    is_open = evidence.quote_state == QuoteState.BROKEN and not evidence.is_left
    return is_open and rules.may_settle_quote(user, evidence)


DOORS = [
    Door(
        name="take",
        label=_("Take the suggestion"),
        explained=_(
            "The words that stand in the text now are quoted instead. Where the verdict is in "
            "review or public its words stay: write a new verdict that quotes them."
        ),
        done=_("taken"),
        permission="claims.view_evidence",
        run=lambda row, user, data, _accepted: quotes.take(row, seen=data["seen"], by=user),
        is_open=lambda user, row: quotes.can_be_taken(row) and _is_broken(user, row),
        signs=quotes.as_shown,
        shows=differences,
    ),
    Door(
        name="leave",
        label=_("Leave it broken"),
        explained=_("It goes off the worklist and stays broken, until a newer text comes in."),
        done=_("left as it is"),
        permission="claims.view_evidence",
        run=lambda row, user, data, _accepted: quotes.leave(row, seen=data["seen"], by=user),
        is_open=_is_broken,
        signs=quotes.as_shown,
        shows=differences,
    ),
]
