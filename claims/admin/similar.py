"""Known claims that are like what somebody writes: shown while they type, never in the way."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from claims.models import Claim, ClaimTranslation
from claims.search.similar import similar
from sources.admin.base import shortened
from sources.admin.words import words

ALIKE = 0.5  # from here on, somebody who saves is told
LISTED = 5


def shown(match):
    """A match as lists on pages and the script both have it."""
    rating, verdict = match.rating, match.verdict
    if not match.is_ours:
        label = f"{match.what.publisher_name}: {match.what.rating_label}"
        badges = [[f"external-{match.what.normalized}", label]]
    else:
        badges = [[f"rating-{rating.color}", f"{rating.symbol} {words(rating)}"]] if rating else []
        badges += (
            [[f"status-{verdict.status}", str(verdict.get_status_display())]]
            if verdict
            else [["status-none", _("no verdict")]]
        )
    return {
        "claim": match.what.pk if match.is_ours else None,
        "score": round(match.score * 100),
        "statement": shortened(match.statement, 240),
        "language": match.language,
        "badges": badges,
        "href": match.href,
    }


def shown_for(claim):
    """What is like a claim's statements, whatever their language, the nearest first."""
    best = {}
    for row in claim.translations.all():
        for match in similar(row.statement, exclude=claim):
            known = best.get(match.href)
            best[match.href] = max(match, known or match, key=lambda found: found.score)
    near = sorted(best.values(), key=lambda match: -match.score)[:LISTED]
    return [shown(match) for match in near]


class SimilarMixin:
    """The admin of claims asks for what is like a statement."""

    class Media:
        js = ["admin-desk/similar.js"]

    def get_urls(self):
        view = self.admin_site.admin_view(self.similar_view)
        return [path("similar/", view, name="claims_claim_similar"), *super().get_urls()]

    def similar_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        exclude = request.GET.get("exclude", "")
        known = exclude.isascii() and exclude.isdigit() and len(exclude) < 19
        claim = Claim.objects.filter(pk=exclude).first() if known else None
        found = similar(request.GET.get("text", ""), exclude=claim)
        return JsonResponse({"matches": [shown(match) for match in found]})

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        for formset in formsets:
            if formset.model is ClaimTranslation:
                changed = [row for row in formset.forms if "statement" in row.changed_data]
                self.tell_of_similar(request, form.instance, changed)

    def tell_of_similar(self, request, claim, changed):
        near = {
            match.href: match
            for row in changed
            for match in similar(row.cleaned_data.get("statement") or "", exclude=claim)
            if match.score >= ALIKE
        }
        if near:
            self.message_user(request, _in_a_sentence(near.values()), messages.WARNING)


def _in_a_sentence(matches):
    links = format_html_join(
        "; ",
        '<a href="{}" target="_blank" rel="noopener">{}</a> ({}\u00a0%)',
        (
            (match.href, shortened(match.statement), round(match.score * 100))
            for match in sorted(matches, key=lambda match: -match.score)
        ),
    )
    return format_html("{} {}", _("Saved. Similar claims are known:"), links)
