"""A verdict's page as readers would see it, for editors, before anything of it is public.

It stands here because it needs both sides: the desk's rows and the public page's templates.
Nothing is written, and nothing of it is reachable without signing in to the admin.
"""

import json

import orjson
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from claims import document
from claims.admin.findings import notes
from claims.choices import Action, State
from claims.interchange import claimreview
from claims.interchange.claimreview_rules import problems
from claims.languages import choose, in_language, tag_of
from claims.models import PublishedClaim, Revision, Verdict
from claims.pages.claim import related, script, shown
from claims.pages.context import Site
from sources.languages import texts

PUBLIC_PAGE = "claims/claim.html"


# What stands on the page where the document has nothing. The markup has nothing there either.
MISSING = {
    "summary": {"en": "No summary yet.", "zh-Hans": "尚无摘要。"},
    "rating": {"en": "No rating yet", "zh-Hans": "尚无评定"},
    "confidence": {"en": "not given yet", "zh-Hans": "尚未给出"},
    "reviewer": {"en": "nobody yet", "zh-Hans": "尚无"},
}


class DraftSite(Site):
    """The site around a preview: its language switch stays at the preview."""

    def _edition(self, code):
        return super()._edition(code) | {"path": f"?language={tag_of(code)}"}


@require_safe
def verdict(request, pk):
    """The preview in the language that `?language=` names."""
    row = document.verdicts_to_render().filter(pk=pk).first()
    if not admin.site.get_model_admin(Verdict).has_view_permission(request, row):
        raise PermissionDenied
    codes = {tag_of(code): code for code, _ in settings.LANGUAGES}
    code = codes.get(request.GET.get("language", tag_of(settings.LANGUAGE_CODE)))
    if row is None or code is None:
        raise Http404
    with translation.override(code):
        response = _page(row, code)
    response["X-Robots-Tag"] = "noindex"
    return response


def _page(row, code):
    """The public page once as it would be, to be held against the rules, and once to be read."""
    draft = _render(row)
    reader = HttpRequest()  # somebody without a session, at the claim's public address
    reader.path = in_language(draft["url"], code)
    site = Site(reader)
    markup = claimreview.markup(draft, site=site)
    context = shown(_with_words(draft), related(draft))
    public = render_to_string(PUBLIC_PAGE, context | {"script": script(draft, site)}, reader)
    around = DraftSite(reader)
    form = reverse("admin:claims_verdict_change", args=[row.pk])
    context |= {
        "site": around,
        "editions": around.languages,  # in the page's language; the words around it are English
        "form": form,
        "notes": notes(row, page=form),
        "problems": problems(markup, page_url=site.canonical, html=public),
        "markup": json.dumps(markup, ensure_ascii=False, indent=2),
    }
    return render(reader, "admin/claims/preview.html", context)


def _render(row):
    """The document that publishing the verdict now would append to the record."""
    head = PublishedClaim.objects.with_document().filter(slug=row.claim.slug).first()
    previous = orjson.loads(bytes(head.revision.document)) if head else None
    is_public = head is not None and head.state == State.PUBLISHED
    proposed = row.corrections.filter(revision=None).first() if is_public else None
    return document.render(
        row,
        number=Revision.objects.filter(claim=row.claim.slug).count() + 1,
        action=Action.CORRECT if is_public else Action.PUBLISH,
        at=timezone.now(),
        previous=previous,
        correction=proposed and _said(proposed),
    )


def _said(correction):
    return {"kind": correction.kind, "text": texts(correction.translations.all(), "text")}


def _with_words(draft):
    verdict = dict(draft["verdict"])
    verdict["summary"] = verdict["summary"] or MISSING["summary"]
    verdict["rating"] = verdict["rating"] or {"label": MISSING["rating"], "symbol": "…"}
    verdict["confidence"] = verdict["confidence"] or choose(MISSING["confidence"]).text
    verdict["reviewer"] = verdict["reviewer"] or {"name": choose(MISSING["reviewer"]).text}
    return draft | {"verdict": verdict}
