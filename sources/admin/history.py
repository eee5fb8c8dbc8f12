"""Every object's history page: one time line of who changed what, and any moment to look at.

The pages read events and name rows by what they are called now; a row that is gone is named by its
number or, where it had one, its slug.
"""

import datetime
from dataclasses import dataclass

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from sources import timeline
from sources.history import Event
from sources.refusals import REFUSALS, sentence
from sources.wording import GONE, NEW, SAME, compare

from .words import speaks, words

NOTHING = "–"


class Words:
    """Names of the rows that events point at, asked once for each table."""

    # What a part is called by, beside what kind of thing it is: the first of these that it has.
    NAMING = ["language", "source", "subject", "topic", "other", "contacted_on", "service"]

    def __init__(self, rows, moved=()):
        self.names, wanted = {}, {}
        self.wholes = self._newest_wholes(rows)
        for row in [*rows, *self.wholes.values()]:
            for column in timeline.said_by(type(row), moved=row in moved):
                number = getattr(row, column.attname)
                if column.many_to_one and number is not None:
                    wanted.setdefault(column.related_model, set()).add(number)
        for model, numbers in wanted.items():
            self.ask(model, numbers)

    def ask(self, model, numbers):
        self.names |= {(model, pk): name for pk, name in self._named(model, numbers)}

    @staticmethod
    def _newest_wholes(rows):
        """The parts that `rows` are parts of, such as the evidence of a finding."""
        numbers = {}
        for row in rows:
            if row.part_of:
                whole = row._meta.get_field(row.part_of).related_model.pgh_event_model
                if whole.part_of:
                    numbers.setdefault(whole, set()).add(timeline.whole_of(row))
        return {
            (events, row.id): row
            for events, ids in numbers.items()
            for row in events.objects.filter(id__in=ids).order_by("id", "-pgh_id").distinct("id")
        }

    @staticmethod
    def _named(model, numbers):
        if model is get_user_model():
            for user in model.objects.filter(pk__in=numbers):
                yield user.pk, user.get_full_name() or user.get_username()
            return
        model_admin = admin.site._registry.get(model)
        needs = model_admin.words_need if model_admin and speaks(model_admin) else ()
        for row in model._default_manager.filter(pk__in=numbers).prefetch_related(*needs):
            yield row.pk, words(row) if model_admin else str(row)

    def name(self, model, number):
        known = self.names.get((model, number))
        return known or _("no. %(number)s (deleted)") % {"number": number}

    def value(self, column, value):
        """A field's value as an editor reads it."""
        if timeline.is_empty(value):
            return NOTHING
        if column.many_to_one:
            return self.name(column.related_model, value)
        if column.choices:
            return str(dict(column.flatchoices).get(value, value))
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return "; ".join(str(item) for item in value)
        if isinstance(value, dict):
            return "; ".join(f"{key}: {item}" for key, item in value.items())
        if isinstance(value, datetime.datetime):
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
        return str(value)

    def naming(self, row):
        """The field that tells a part from its like, and so stands in its heading."""
        columns = {column.name: column for column in timeline.said_by(type(row))}
        found = [columns[name] for name in self.NAMING if name in columns and row.part_of]
        return found[0] if found else None

    def heading(self, row):
        """What kind of row it is and which: “piece of evidence: The accounts of 2019”."""
        model = row.pgh_tracked_model
        said = capfirst(model._meta.verbose_name)
        if column := self.naming(row):
            said = f"{said}: {self.value(column, getattr(row, column.attname))}"
        whole = self._whole(row)
        return f"{said} · {self.heading(whole)}" if whole else said

    def _whole(self, row):
        if not row.part_of:
            return None
        events = row._meta.get_field(row.part_of).related_model.pgh_event_model
        return self.wholes.get((events, timeline.whole_of(row)))


# --- The time line in words ----------------------------------------------------


@dataclass(frozen=True)
class FieldChange:
    name: str
    pieces: list  # [(SAME | GONE | NEW, text)]


@dataclass(frozen=True)
class RowChange:
    heading: str
    what: str  # added, changed, removed, found
    fields: list


@dataclass(frozen=True)
class Saved:
    """An entry of the time line, ready to be shown."""

    entry: timeline.Entry
    who: str
    way: str
    rows: list
    address: str


def in_words(entries, address):
    """What the template shows of entries; `address` makes that of a moment."""
    changes = [change for entry in entries for change in entry.changes]
    rows = [row for change in changes for row in (change.before, change.after) if row]
    moved = {row for change in changes if change.is_move for row in (change.before, change.after)}
    names = Words(rows, moved)
    people = {(facts or {}).get("user") for entry in entries for facts in entry.contexts} - {None}
    names.ask(get_user_model(), people)
    return [
        Saved(
            entry=entry,
            who=_who(entry, names),
            way=_way(entry),
            rows=[_row_change(change, names) for change in entry.changes],
            address=address(entry.moment),
        )
        for entry in entries
    ]


def _who(entry, names):
    users = [context["user"] for context in entry.contexts if context and context.get("user")]
    if users:
        return ", ".join(names.name(get_user_model(), user) for user in users)
    accounts = [context.get("account") for context in entry.contexts if context]
    account = next((account for account in accounts if account), None)
    if account:
        return _("account %(name)s of the machine") % {"name": account}
    return _("account %(name)s of the database") % {"name": ", ".join(entry.roles)}


def _way(entry):
    """By what way it was written: what the context says, and SQL where there is none."""
    facts = {key: value for context in entry.contexts for key, value in (context or {}).items()}
    if entry.changes and all(change.is_found for change in entry.changes):
        return _("found when the history began")
    if name := facts.get("command"):
        return _("command %(name)s") % {"name": name}
    if key := facts.get("key"):
        return _("API, key %(key)s") % {"key": key}
    if address := facts.get("url"):
        if address.startswith(reverse("admin:index")):
            return _("admin")
        return _("API") if address.startswith("/api/") else _("website")
    return _("a program") if facts else _("SQL")


def _row_change(change, names):
    is_change = bool(change.before and change.after)
    pieces = [
        FieldChange(capfirst(column.verbose_name), _pieces(column, old, new, change, names))
        for column, old, new in change.fields()
        if is_change or column != names.naming(change.row)
    ]
    what = "changed" if is_change else "removed"
    if not change.before:
        what = "found" if change.is_found else "added"
    return RowChange(names.heading(change.row), what, pieces)


def _pieces(column, old, new, change, names):
    """Long texts are compared word by word, other values stand side by side."""
    if not change.after:
        return [(GONE, names.value(column, old))]
    if not change.before:
        return [(SAME, names.value(column, new))]
    is_text = isinstance(column, models.TextField | models.CharField) and not column.choices
    if is_text and old and new:
        return compare(old, new)
    return [(GONE, names.value(column, old)), (SAME, " → "), (NEW, names.value(column, new))]


def rows_of(state):
    """Every row of an object at one moment: `(heading, [(field, value)])`, the object first."""
    events = [state.root, *(row for rows in state.parts.values() for row in rows)]
    names = Words(events)
    return [
        (
            names.heading(row),
            [
                (capfirst(column.verbose_name), names.value(column, value))
                for column in timeline.said_by(type(row))
                if column != names.naming(row)
                and not timeline.is_empty(value := getattr(row, column.attname))
            ],
        )
        for row in events
    ]


# --- The pages -----------------------------------------------------------------


class HistoryMixin:
    """A ModelAdmin whose “History” is the time line. Without recorded events, it is Django's."""

    restore_label = ""  # without may_restore() and restore(), states are only looked at
    restore_explained = ""

    @property
    def has_events(self):
        return issubclass(getattr(self.model, "pgh_event_model", type), Event)

    def get_urls(self):
        if not self.has_events:
            return super().get_urls()
        view = self.admin_site.admin_view(self.moment_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_moment"
        return [
            path("<path:object_id>/history/<int:moment>/", view, name=name),
            *super().get_urls(),
        ]

    def may_restore(self, user, obj):
        """May they bring back a state of this object? `obj` is None if it is gone."""
        return False

    def restore(self, pk, moment, *, by, seen):
        """Make an earlier state the desk's again and return its row. `seen` is the latest moment
        that the person knew of."""
        raise PermissionDenied

    def beside_history(self, obj):
        """What the template shows beside the time line, as context."""
        return {}

    def history_view(self, request, object_id, extra_context=None):
        if not self.has_events:
            return super().history_view(request, object_id, extra_context)
        pk, obj = self._known(request, object_id)
        before = _moment(request.GET.get("before", ""))
        line = self._line(request)
        found, has_older = timeline.entries(self.model, pk, line=line, before=before)
        if not (obj or found):
            raise Http404
        context = {
            **self._history_page(request, pk, obj, _("History")),
            **self.beside_history(obj),
            "saved": in_words(found, lambda moment: self._moment_address(pk, moment)),
            "is_first_page": before is None,
            "older": found[-1].moment if has_older else None,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/desk/history.html", context)

    def moment_view(self, request, object_id, moment):
        pk, obj = self._known(request, object_id)
        moment = min(moment, timeline.LATEST)
        if request.method == "POST":
            return self._restored(request, pk, moment)
        line = self._line(request)
        state = timeline.state(self.model, pk, moment, line)
        context = {
            **self._history_page(request, pk, obj, _("As it was")),
            "state": state,
            "rows": rows_of(state) if state else [],
            "at": self._moment_of(pk, moment, line),
            "may_restore": bool(state and self.may_restore(request.user, obj)),
            "seen": timeline.latest(self.model, pk),
            "restore_label": self.restore_label,
            "restore_explained": self.restore_explained,
        }
        return TemplateResponse(request, "admin/desk/moment.html", context)

    def _restored(self, request, pk, moment):
        """The page of what was restored; or of the moment again, with the reason why not."""
        seen = _moment(request.POST.get("seen", ""))
        try:
            row = self.restore(pk, moment, by=request.user, seen=seen)
        except timeline.CannotRestore as error:
            reason = str(error)
        except REFUSALS as error:
            reason = sentence(error)
        else:
            done = _("The earlier state was restored.")
            log = self.log_change if row.pk == pk else self.log_addition
            log(request, row, done)
            self.message_user(request, done, messages.SUCCESS)
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[row.pk]))
        self.message_user(request, reason, messages.ERROR)
        return HttpResponseRedirect(self._moment_address(pk, moment))

    def _line(self, request):
        """The object and those of its parts that this user may see."""
        return [kind for kind in timeline.kinds(self.model) if _may_see(request.user, kind)]

    def _known(self, request, object_id):
        """The row's number, and the row if it is still there. Who may not see it gets 403."""
        object_id = unquote(object_id)
        if not object_id.isdecimal() or int(object_id) > timeline.LATEST:
            raise Http404
        obj = self.get_object(request, object_id)
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        return int(object_id), obj

    def _moment_of(self, pk, moment, line):
        before = min(moment + 1, timeline.LATEST)
        found, _more = timeline.entries(self.model, pk, line=line, before=before, limit=1)
        return in_words(found, str)[0] if found else None

    def _moment_address(self, pk, moment):
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_moment"
        return reverse(name, args=[pk, moment])

    def _history_page(self, request, pk, obj, title):
        name = (
            words(obj)
            if obj
            else _("%(kind)s no. %(number)s, deleted")
            % {
                "kind": capfirst(self.opts.verbose_name),
                "number": pk,
            }
        )
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": name,
            "opts": self.opts,
            "original": obj,
            "pk": pk,
            "media": self.media,
        }


def _may_see(user, kind):
    """A part that has no right to view of its own goes with its whole."""
    if kind.within is None:
        return True
    opts = kind.events.pgh_tracked_model._meta
    is_open = "view" not in opts.default_permissions or user.has_perm(
        f"{opts.app_label}.view_{opts.model_name}"
    )
    return is_open and _may_see(user, kind.within)


def _moment(text):
    return int(text) if text.isdecimal() and int(text) <= timeline.LATEST else None
