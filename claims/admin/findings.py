"""What the gate has to say of a verdict, ready to be shown: each with the way to what mends it."""

from dataclasses import dataclass

from django.urls import reverse

from claims import document, gate

# The gate names fields; these are their places on the verdict's form.
PLACES = {
    "rating": "#id_rating",
    "confidence": "#id_confidence",
    "summary": "#translations-group",
    "sourcing_note": "#translations-group",
    "evidence": "#evidence-group",
    "contacts": "#contacts-group",
    "publish_at": "#id_publish_at_0",
}
ON_THE_CLAIM = {"claim", "statement", "reason"}
# What a verdict lacks until a reviewer has signed it, or its moment has come.
LATER = {"approved", "reviewer", "embargo"}


@dataclass(frozen=True)
class Note:
    """One finding, where it leads, and the tick box that accepts it."""

    rule: str
    message: str
    stops: bool
    href: str
    tick: str
    ticked: bool = False

    @property
    def kind(self):
        """A missing signature is no mistake: it is the next step."""
        if self.rule in LATER:
            return "step"
        return "error" if self.stops else "warning"


def notes(verdict, *, page="", ticks=(), aside=(), shared=None):
    """The gate's findings on a verdict, errors first, without the rules set `aside`.

    `page` is the address of the verdict's form, empty on that form itself. `ticks` are the names of
    the boxes that were ticked. `shared`: see gate.findings().
    """
    found = []
    for finding in gate.findings(verdict, shared):
        if finding.rule in aside:
            continue
        tick = tick_name(verdict, finding.rule)
        href = _href(finding.field, verdict, page)
        found.append(Note(finding.rule, finding.message, finding.stops, href, tick, tick in ticks))
    return found


def tick_name(verdict, rule):
    return f"read-{verdict.pk}-{rule}"


def accepted(verdict, data):
    """The rules whose warnings somebody ticked for this verdict."""
    return {rule for rule in gate.RULES if tick_name(verdict, rule) in data}


def with_all_parts(queryset):
    """The same verdicts, with everything that the gate looks at, in a fixed number of queries."""
    return document.verdicts_to_render().filter(pk__in=queryset.values("pk")).order_by("pk")


def _href(field, verdict, page):
    if field in ON_THE_CLAIM:
        return reverse("admin:claims_claim_change", args=[verdict.claim_id])
    place = PLACES.get(field, "")
    return f"{page}{place}" if place else ""
