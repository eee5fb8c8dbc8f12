"""The workbench: an article's text with its claims marked in it, and what is done with words."""

import json

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims import appearances, rules
from claims.choices import ClaimKind
from claims.models import Appearance, Claim, Verdict
from claims.review import foremost
from claims.search.similar import similar
from sources.admin.base import shortened
from sources.admin.sources import SourceAdmin
from sources.admin.words import words
from sources.models import Source
from sources.refusals import REFUSALS, sentence

from .copies import STORE_COPY, VISIT, CopiesOfSource
from .door_forms import TextForm
from .doors import Door, DoorsMixin
from .links import WeighedSources
from .marks import Mark, render
from .similar import shown
from .workbench_form import WorkbenchForm

VIEW = ["claims.view_claim", "claims.view_appearance"]
CHANGE = "claims.change_appearance"
ADD = "claims.add_claim"

admin.site.unregister(Source)


STORE_TEXT = Door(
    name="store_text",
    label=gettext_lazy("Store its text"),
    explained=gettext_lazy(
        "A snapshot is made of the text. Claims keep their place in it where their quote occurs "
        "exactly once; the workbench lists the others."
    ),
    done=gettext_lazy("text stored"),
    permission="sources.add_source",
    run=lambda source, user, data, _accepted: appearances.store_text(source, data["text"], by=user),
    is_open=rules.may_store_text,
    form=TextForm,
)


@admin.register(Source)
class ArticleAdmin(CopiesOfSource, WeighedSources, DoorsMixin, SourceAdmin):
    """Sources know nothing of claims: what an article's claims are is added here."""

    change_form_template = "admin/claims/source_form.html"
    doors = [STORE_TEXT, STORE_COPY, VISIT]

    def may_change(self, user, obj):
        return rules.may_change_source(user, obj)

    def get_urls(self):
        view = self.admin_site.admin_view(self.workbench_view)
        own = [path("<path:object_id>/workbench/", view, name="sources_source_workbench")]
        return [*own, *super().get_urls()]

    def workbench_view(self, request, object_id):
        source = self.get_object(request, unquote(object_id))
        if source is None:
            raise Http404
        if not (self.has_view_permission(request, source) and request.user.has_perms(VIEW)):
            raise PermissionDenied
        return Workbench(self, request, source).respond()


class Workbench:
    """One request for one source."""

    def __init__(self, source_admin, request, source):
        self.admin, self.request, self.source = source_admin, request, source
        self.text = appearances.newest_text(source)
        self.address = reverse("admin:sources_source_workbench", args=[source.pk])

    def respond(self):
        if self.text is None or self.request.method != "POST":
            return self._page(self._form())
        data = self.request.POST
        if "carry" in data:
            return self._carry_over()
        if "detach" in data:
            return self._detach(self._row(data["detach"]))
        return self._act()

    # --- What is asked for ---

    def _act(self):
        """With selected words: a new claim, another mark of a known one, or a mark's new place."""
        data = self.request.POST.copy()
        action, row = "new", None
        if chosen := data.get("attach_to"):
            data["claim"] = chosen
        if "attach" in data or chosen:
            action = "attach"
        elif "anchor" in data:
            action, row = "anchor", self._row(data["anchor"])
        if not _is_key(data.get("claim", "")):
            data["claim"] = ""
        form = WorkbenchForm(data, text=self.text, action=action)
        if form.is_valid():
            try:
                done = getattr(self, f"_{action}")(form, row)
            except appearances.NotAnchored as error:
                form.add_error("quote", str(error))
            except ValidationError as error:
                form.add_error(None, error.messages)
            except REFUSALS as error:
                form.add_error(None, sentence(error))
            else:
                return done
        return self._page(form)

    def _new(self, form, _row):
        data = form.cleaned_data
        claim = appearances.new_claim(
            form.place,
            claim=form.new_claim(),
            statement=data["statement"],
            section=data["section"],
            by=self.request.user,
        )
        self._log(claim, _("Claim made in the workbench."), new=True)
        page = reverse("admin:claims_claim_change", args=[claim.pk])
        if "open" in self.request.POST:
            return HttpResponseRedirect(page)
        return self._back(_("New claim: %s") % data["statement"], claim.appearances.get())

    def _attach(self, form, _row):
        claim = form.cleaned_data["claim"]
        row = appearances.attach(
            claim, form.place, section=form.cleaned_data["section"], by=self.request.user
        )
        self._log(claim, _("Attached to words of %s.") % self.source.slug)
        return self._back(_("Attached to: %s") % words(claim), row)

    def _anchor(self, form, row):
        row = appearances.anchor(row, form.place, by=self.request.user)
        self._log(row.claim, _("Placed in the text of %s.") % self.source.slug)
        return self._back(_("Placed: “%s”") % row.exact, row)

    def _detach(self, row):
        try:
            appearances.detach(row, by=self.request.user)
        except ValidationError as error:
            messages.error(self.request, error.messages[0])
            return HttpResponseRedirect(self.address)
        self._log(row.claim, _("Its place in the text of %s was given up.") % self.source.slug)
        return self._back(_("“%s” has no place in the text now.") % row.exact)

    def _carry_over(self):
        if not self.request.user.has_perm(CHANGE):
            raise PermissionDenied
        number = len(appearances.carry_over(self.source, self.text).carried)
        return self._back(ngettext("%d place kept.", "%d places kept.", number) % number)

    def _row(self, key):
        row = self._rows().filter(pk=key).first() if _is_key(key) else None
        if row is None:
            raise Http404
        return row

    def _back(self, message, row=None):
        self.admin.message_user(self.request, message, messages.SUCCESS)
        return HttpResponseRedirect(f"{self.address}#mark-{row.pk}" if row else self.address)

    def _log(self, claim, message, new=False):
        claims = admin.site.get_model_admin(Claim)
        log = claims.log_addition if new else claims.log_change
        log(self.request, claim, message)

    # --- What is shown ---

    def _form(self):
        first = {"language": self.source.language, "kind": ClaimKind.DOCUMENTARY}
        return WorkbenchForm(text=self.text, initial=first)

    def _rows(self):
        verdicts = Verdict.objects.select_related("rating").prefetch_related("rating__translations")
        return (
            Appearance.objects.filter(source=self.source)
            .select_related("claim", "snapshot")
            .defer("snapshot__text", "snapshot__http")
            .prefetch_related("claim__translations", Prefetch("claim__verdicts", verdicts))
            .order_by("order", "pk")
        )

    def _page(self, form):
        found = appearances.Standing()
        if self.text is not None:
            found = appearances.standing(self._rows(), self.text)
        listed = [_entry(row) for row in found.marks]
        user = self.request.user
        context = {
            **admin.site.each_context(self.request),
            "title": _("Workbench"),
            "subtitle": words(self.source),
            "is_nav_sidebar_enabled": False,  # the text needs the room
            "opts": self.admin.opts,
            "source": self.source,
            "snapshot": self.text,
            "text": render(self.text.text, map(_mark, listed)) if self.text else "",
            "sections": json.dumps(appearances.sections(self.text.text) if self.text else []),
            "listed": listed,
            "carried": len(found.carried),
            "adrift": [(_entry(row), times) for row, times in found.adrift],
            "unplaced": [(_entry(row), times) for row, times in found.unplaced],
            "quoteless": [_entry(row) for row in found.quoteless],
            "form": form,
            "matches": self._matches(form),
            "may_store": rules.may_store_text(user, self.source),
            "may_mark": user.has_perm(ADD),
            "may_make": user.has_perm(ADD),
            "may_place": user.has_perm(CHANGE),
            "media": self.admin.media + form.media,
        }
        return TemplateResponse(self.request, "admin/claims/workbench.html", context)

    def _matches(self, form):
        """Where a form comes back, what is like its words; else the script asks."""
        if not form.is_bound:
            return []
        typed = form.data.get("statement") or form.data.get("quote") or ""
        return [shown(match) for match in similar(typed)]


def _entry(row):
    """What the list says of an appearance."""
    verdict = foremost(row.claim.verdicts.all())
    return {
        "row": row,
        "statement": words(row.claim),
        "rating": verdict.rating if verdict else None,
        "rating_words": words(verdict.rating) if verdict and verdict.rating else "",
        "status": verdict.status if verdict else "none",
        "status_words": verdict.get_status_display() if verdict else _("no verdict"),
    }


def _mark(entry):
    row, rating = entry["row"], entry["rating"]
    said = [entry["rating_words"], str(entry["status_words"])]
    return Mark(
        pk=row.pk,
        start=row.start,
        end=row.end,
        color=rating.color if rating else "none",
        symbol=rating.symbol if rating else "○",
        status=entry["status"],
        title=f"{shortened(entry['statement'])} ({', '.join(filter(None, said))})",
    )


def _is_key(text):
    return text.isascii() and text.isdigit() and len(text) < 19
