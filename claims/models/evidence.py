"""What a verdict rests on: evidence with its findings, and contacts with the claimant."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims import anchoring, choices
from sources.constraints import one_of
from sources.history import recorded
from sources.languages import Translation
from sources.models import Snapshot, Source

from .verdict import Verdict, frozen_with_verdict

MAX_QUOTE_WORDS = 50

# Every character that is white space in Python (str.isspace), of which \s in PostgreSQL lacks some.
WHITE_SPACE = [*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028]
WHITE_SPACE += [0x2029, 0x202F, 0x205F, 0x3000]


def _literal(signs):
    return "E'" + "".join(f"\\u{ord(sign):04x}" for sign in signs) + "'"


def plain(sql):
    """SQL for a text in the one spelling that `anchoring.normalise` gives it."""
    kinds = (anchoring.DOUBLE, anchoring.SINGLE, anchoring.DASHES, "".join(map(chr, WHITE_SPACE)))
    one = "".join(kind[0] * len(kind) for kind in kinds[:3]) + " " * len(WHITE_SPACE)
    # What has no counterpart goes: the soft hyphen.
    signs = _literal("".join(kinds) + anchoring.SOFT_HYPHEN), _literal(one)
    composed = f"translate(normalize({sql}, NFC), {signs[0]}, {signs[1]})"
    return f"btrim(regexp_replace({composed}, ' +', ' ', 'g'))"


# What a program finds out about a quote; its state alone is worth a line in the history.
FOUND = ["snapshot", "start", "end", "checked", "suggestion", "broken_at"]
_WORDS = ("source_id", "quote", "prefix", "suffix")
_PLACE = ("snapshot_id", "start", '"end"', "checked_id")


def _row(row, columns):
    return f"({', '.join(f'{row}.{column}' for column in columns)})"


_STATE_OF_QUOTE = rf"""
    IF TG_OP = 'UPDATE'
       AND {_row("NEW", _WORDS)} IS DISTINCT FROM {_row("OLD", _WORDS)}
       AND {_row("NEW", _PLACE)} IS NOT DISTINCT FROM {_row("OLD", _PLACE)} THEN
        {_row("NEW", _PLACE)[1:-1].replace(", ", " := NULL; ")} := NULL;
        IF NEW.quote_state = OLD.quote_state THEN NEW.quote_state := 'unverified'; END IF;
    END IF;
    IF NEW.quote_state <> 'broken' THEN
        NEW.broken_at := NULL;
        NEW.suggestion := NULL;
        NEW.is_left := false;
    ELSIF TG_OP = 'INSERT' OR OLD.quote_state <> 'broken' THEN
        NEW.broken_at := clock_timestamp();
    ELSE
        NEW.broken_at := OLD.broken_at;
    END IF;
    IF NEW.snapshot_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM sources_snapshot
        WHERE id = NEW.snapshot_id AND source_id = NEW.source_id
    ) THEN
        RAISE EXCEPTION 'the snapshot is of another source'
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
    END IF;
    IF NEW.quote_state = 'verified' AND (NEW.quote !~ '\S' OR NOT EXISTS (
        SELECT FROM sources_snapshot AS snapshot
        WHERE snapshot.id = NEW.snapshot_id AND snapshot.id = NEW.checked_id
          AND {plain('substr(snapshot.text, NEW.start + 1, NEW."end" - NEW.start)')}
            = {plain("NEW.quote")}
    )) THEN
        RAISE EXCEPTION 'a quote is verified only where the archived text has its words'
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
"""  # noqa: S608 (signs and columns of our own)


@recorded(part_of="verdict", exclude=FOUND)
class Evidence(models.Model):
    """What one source says for or against a claim, as far as this verdict rests on it.

    A quote is a W3C TextQuoteSelector: `quote` is its exact, prefix and suffix are binding where
    they are given. Once it was verified it has a TextPositionSelector too: `snapshot`, `start` and
    `end` (code points, end exclusive) say where it stands, or stood before it broke.
    """

    verdict = models.ForeignKey(
        Verdict, models.CASCADE, related_name="evidence", verbose_name=_("verdict")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="evidence", verbose_name=_("source")
    )
    stance = models.CharField(_("stance"), max_length=10, choices=choices.Stance)
    locator = models.CharField(
        _("locator"), max_length=200, blank=True, help_text=_("Page, paragraph, minute.")
    )
    quote = models.CharField(
        _("quote"), max_length=500, blank=True, help_text=_("At most 50 words, to the letter.")
    )
    prefix = models.CharField(_("words before"), max_length=100, blank=True)
    suffix = models.CharField(_("words after"), max_length=100, blank=True)
    quote_state = models.CharField(
        _("quote is"),
        max_length=10,
        choices=choices.QuoteState,
        default=choices.QuoteState.UNVERIFIED,
        editable=False,
    )
    # The text in which the words were found, and where; and the newest one they were looked for in.
    snapshot = models.ForeignKey(
        Snapshot,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="evidence",
        verbose_name=_("snapshot"),
    )
    start = models.PositiveIntegerField(_("start"), null=True, editable=False)
    end = models.PositiveIntegerField(_("end"), null=True, editable=False)
    checked = models.ForeignKey(
        Snapshot,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("compared with"),
    )
    # Of a broken quote: what stands in `checked` that is like it (claims.quotes.Suggestion).
    suggestion = models.JSONField(_("suggestion"), null=True, editable=False)
    broken_at = models.DateTimeField(_("broken since"), null=True, editable=False)
    is_left = models.BooleanField(
        _("left as it is"),
        default=False,
        editable=False,  # a person looked at it: it stays broken
    )

    class Meta:
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("evidence")
        ordering = ["verdict", "order", "pk"]
        constraints = [
            one_of("stance", choices.Stance),
            one_of("quote_state", choices.QuoteState),
            models.CheckConstraint(
                condition=Q(quote__regex=rf"^\s*(\S+\s+){{0,{MAX_QUOTE_WORDS - 1}}}\S*\s*$"),
                name="claims_evidence_quote_is_short",
                violation_error_message=_("A quote has at most 50 words."),
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True, snapshot__isnull=True)
                | Q(
                    snapshot__isnull=False,
                    start__isnull=False,
                    end__isnull=False,
                    start__lt=F("end"),
                ),
                name="claims_evidence_position_in_snapshot",
                violation_error_message=_("A position has a start, a later end and a snapshot."),
            ),
        ]
        indexes = [
            # Which quotes are broken?
            models.Index(
                fields=["verdict"],
                condition=Q(quote_state=choices.QuoteState.BROKEN),
                name="claims_evidence_broken",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="state_of_quote",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_STATE_OF_QUOTE,
            ),
            # The state of the quote may still change: it is what we know of it, not what we said.
            frozen_with_verdict(
                "row.verdict_id",
                pgtrigger.Insert
                | pgtrigger.Delete
                | pgtrigger.UpdateOf(
                    "verdict_id",
                    "order",
                    "source_id",
                    "stance",
                    "locator",
                    "quote",
                    "prefix",
                    "suffix",
                ),
            ),
        ]

    def __str__(self):
        return f"{self.get_stance_display()} {self.order}"


@recorded(part_of="of")
class EvidenceTranslation(Translation):
    """What we found in the source, in one language."""

    of = models.ForeignKey(Evidence, models.CASCADE, related_name="translations")
    finding = models.TextField(_("finding"))

    class Meta(Translation.Meta):
        verbose_name = _("finding in one language")
        verbose_name_plural = _("findings by language")
        triggers = [
            frozen_with_verdict(
                "SELECT verdict_id FROM claims_evidence WHERE id = row.of_id",
                pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            )
        ]


@recorded(part_of="verdict")
class Contact(models.Model):
    """One attempt to ask the claimant (IFCN principle 5.5)."""

    verdict = models.ForeignKey(
        Verdict, models.CASCADE, related_name="contacts", verbose_name=_("verdict")
    )
    contacted_on = models.DateField(_("contacted on"))
    channel = models.CharField(_("channel"), max_length=10, choices=choices.ContactChannel)
    whom = models.CharField(_("whom"), max_length=200, help_text=_("Office or role. Public."))
    answer = models.TextField(_("answer"), blank=True, help_text=_("Empty: none came. Public."))

    class Meta:
        verbose_name = _("contact with the claimant")
        verbose_name_plural = _("contacts with the claimant")
        ordering = ["contacted_on", "pk"]
        constraints = [one_of("channel", choices.ContactChannel)]
        triggers = [
            frozen_with_verdict(
                "row.verdict_id", pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.contacted_on}"
