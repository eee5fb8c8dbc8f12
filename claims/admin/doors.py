"""Steps that are taken through a door (claims.review, claims.publishing), never through a form.

A door is an action of the list and a button of the page. Both lead to one page in between, which
says what will happen to what, takes what the door needs, and then asks the door for each row in
turn. Each row is a transaction of its own: done, or untouched with the reason.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from claims.models import Revision
from claims.publishing import Refused
from claims.quotes import NotSettled
from claims.review import ReviewError
from sources.admin.words import words
from sources.refusals import REFUSALS, sentence

from .findings import LATER, Note, accepted, notes

LIMIT = 200  # rows at a time: each brings fields of its own, and a form may have a thousand
BESIDE = 20  # with more rows than this at once, nobody reads what is like each
NOT_TAKEN = (
    Refused,
    ReviewError,
    NotSettled,
    PermissionDenied,
    ValidationError,
    ObjectDoesNotExist,
    *REFUSALS,
)


class DoorForm(forms.Form):
    """What a door needs besides its rows: nothing, for most."""

    def __init__(self, *args, rows, **kwargs):
        self.rows = rows
        super().__init__(*args, **kwargs)


@dataclass(frozen=True)
class Door:
    """One step. `run(row, by, data, accepted)` takes it or raises; the rest offers it."""

    name: str
    label: str
    explained: str
    done: str
    permission: str
    run: Callable
    is_open: Callable  # a rule, of (user, row): is the button worth showing?
    form: type = DoorForm
    gate: str = ""  # "" | "shown" | "asked": a gate that is asked wants its warnings ticked
    beside: Callable | None = None  # to a row: known claims to look at first (claims.admin.similar)
    aside: frozenset = frozenset()  # rules of the gate that this door does not wait for
    saves_first: bool = False  # is there a button that saves the form and goes on to this door?

    shows: Callable | None = None  # of a row: what to look at before the step, as HTML
    signs: Callable | None = None  # of a row: what stands on the page, so that nothing else goes in

    @property
    def asks(self):
        return self.gate == "asked"

    def notes(self, row, page, data, shared):
        if not self.gate:
            return []
        aside = self.aside if self.asks else LATER
        return notes(row, page=page, ticks=data, aside=aside, shared=shared)


@dataclass(frozen=True)
class Item:
    """A row on the page in between."""

    pk: int
    words: str
    page: str
    notes: list[Note]
    similar: list[dict]
    seen: str
    shown: str

    @property
    def is_stopped(self):
        return any(note.stops for note in self.notes)


class DoorsMixin:
    """A ModelAdmin whose rows go through doors."""

    doors = ()

    def door_rows(self, queryset):
        """The chosen rows with what their words and the gate need."""
        return queryset.order_by("pk")

    # --- Where doors are offered ---

    def get_actions(self, request):
        actions = super().get_actions(request)
        if IS_POPUP_VAR not in request.GET:
            for door in self.doors:
                if request.user.has_perm(door.permission):
                    actions[door.name] = (_as_action(door), door.name, door.label)
        return actions

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        doors = self._doors_open_to(request.user, obj)
        context["doors"] = [(door, self._address(obj.pk, door)) for door in doors]
        context["doors_after_saving"] = [door for door in doors if door.saves_first]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _doors_open_to(self, user, row):
        if row is None:
            return []
        return [
            door
            for door in self.doors
            if user.has_perm(door.permission) and door.is_open(user, row)
        ]

    def _address(self, pk, door):
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_door"
        return reverse(name, args=[pk, door.name])

    def _page(self, pk):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])

    def response_change(self, request, obj):
        """A button that saves and goes on: nothing typed is lost on the way to the door."""
        for door in self.doors:
            if door.saves_first and f"_door_{door.name}" in request.POST:
                return HttpResponseRedirect(self._address(obj.pk, door))
        return super().response_change(request, obj)

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_door"
        view = self.admin_site.admin_view(self.door_view)
        return [path("<path:object_id>/door/<slug:name>/", view, name=name), *super().get_urls()]

    def door_view(self, request, object_id, name):
        """The button's way in: one row."""
        door = next((door for door in self.doors if door.name == name), None)
        row = self.get_object(request, unquote(object_id))
        if door is None or row is None:
            raise Http404
        response = self.pass_door(request, door, self.model.objects.filter(pk=row.pk))
        return response or HttpResponseRedirect(self._page(row.pk))

    # --- The page in between ---

    def pass_door(self, request, door, queryset):
        """The page, or None when nothing is left to do."""
        if not request.user.has_perm(door.permission):
            raise PermissionDenied
        rows = list(self.door_rows(queryset)[: LIMIT + 1])
        if len(rows) > LIMIT:
            message = _("Choose at most %(limit)d at a time.") % {"limit": LIMIT}
            self.message_user(request, message, messages.WARNING)
            return None
        confirmed = request.POST.get("confirm") == door.name
        data = request.POST if confirmed else {}
        files = request.FILES if confirmed else None
        form = door.form(data if confirmed else None, files, rows=rows)
        if confirmed and form.is_valid():
            rows = self._take_all(request, door, rows, form.cleaned_data)
        if not rows:
            return None
        return self._door_page(request, door, rows, form, data)

    def _take_all(self, request, door, rows, data):
        """Each row through the door, with a report of each; the rows that stayed behind."""
        done, before, left = [], [], []
        for row in rows:
            given = data | {"seen": request.POST.get(f"seen-{row.pk}", "")}
            try:
                is_done = self._step(request, door, row, given)
            except NOT_TAKEN as error:
                left.append(row.pk)
                self.message_user(request, f"{words(row)}: {reason_of(error)}", messages.ERROR)
            else:
                (done if is_done else before).append(words(row))
        self._report(request, done, door.done, messages.SUCCESS)
        said = _("%(done)s already") % {"done": door.done}
        self._report(request, before, said, messages.INFO)
        return list(self.door_rows(self.model.objects.filter(pk__in=left)))

    def _report(self, request, names, said, level):
        """One message for all of them: two hundred would push the list off the page."""
        if len(names) > 1:
            rows = format_html_join("", "<li>{}</li>", ((name,) for name in names))
            message = format_html("<p>{}: {}</p><ol>{}</ol>", len(names), said, rows)
            self.message_user(request, message, level)
        elif names:
            self.message_user(request, f"{names[0]}: {said}.", level)

    @transaction.atomic
    def _step(self, request, door, row, data):
        """Take it; False if it was taken before: the doors answer that with the old revision."""
        _one_at_a_time(row)
        last = Revision.objects.aggregate(last=Max("seq"))["last"] or 0
        ticked = accepted(row, request.POST) if door.asks else set()
        result = door.run(row, request.user, data, ticked)
        if isinstance(result, Revision) and result.seq <= last:
            return False
        self.log_change(request, row, str(door.done))
        return True

    def _door_page(self, request, door, rows, form, data):
        shared = {}
        items = [
            Item(
                row.pk,
                words(row),
                page := self._page(row.pk),
                door.notes(row, page, data, shared),
                door.beside(row) if door.beside and len(rows) <= BESIDE else [],
                door.signs(row) if door.signs else "",
                door.shows(row) if door.shows else "",
            )
            for row in rows
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": door.label,
            "opts": self.opts,
            "door": door,
            "form": form,
            "items": items,
            "media": self.media + form.media,
            "all_stopped": door.asks and all(item.is_stopped for item in items),
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/claims/door.html", context)


def reason_of(error):
    if isinstance(error, ObjectDoesNotExist):
        return _("It is gone.")
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return sentence(error) if isinstance(error, REFUSALS) else str(error)


def _one_at_a_time(row):
    """Of two clicks at once on one row, the second waits, and then sees what the first one did.

    A lock of its own, of 32 bits: the row's would be taken before the record's, which is the wrong
    way round.
    """
    with connection.cursor() as cursor:
        name = f"{row._meta.label_lower}:{row.pk}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


def _as_action(door):
    def act(model_admin, request, queryset):
        return model_admin.pass_door(request, door, queryset)

    return act
