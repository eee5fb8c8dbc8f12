"""Two editors, one object: what was saved meanwhile is never overwritten unseen.

A form carries what it showed when it was opened. When it comes back, the object and its parts are
locked and compared: what changed since, and would be changed back, is shown beside what was typed,
and nothing is saved until the editor says so. Whatever was typed stays: in the form, or as text.
"""

from collections import Counter
from dataclasses import dataclass, field

from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import router, transaction
from django.db.models import Q
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from . import opened
from .opened import OBJECT, TOKEN
from .words import words

OVER = "save_mine_over"  # its value is the token of what was shown as saved meanwhile
KEPT = "kept"  # texts of rows that are gone, sent along until the form is saved
MOST = 5  # entries of the log that are shown


@dataclass(frozen=True)
class Cell:
    label: str
    theirs: str
    yours: str


@dataclass(frozen=True)
class Difference:
    """One object or row that was saved, added or removed while somebody typed."""

    title: str
    cells: list[Cell]
    note: str = ""


@dataclass
class Report:
    """What was saved since a form was opened, as far as saving the form would undo it."""

    differences: list[Difference] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    entries: list[LogEntry] = field(default_factory=list)
    over: str = ""

    def __bool__(self):
        return bool(self.differences)


class Comparison:
    """A form that was sent (`data`), what it was opened on, and what the desk has now (`rows`)."""

    def __init__(self, data, files, seen, rows, formsets):
        self.data, self.files, self.seen, self.rows = data, files, seen, rows
        self.formsets = formsets
        self.report = Report()

    def run(self):
        row = self.rows[OBJECT]
        self._compare(row, opened.typed(row.fields, self.data, self.files))
        for formset in self.formsets:
            self._compare_rows(formset)
        return self.report

    def _compare(self, row, typed, *, is_removed=False):
        cells = []
        for name, form_field in row.fields.items():
            now = row.now(name)
            if self.seen.showed(row.key, name) == opened.digest(form_field, now):
                continue  # nobody touched it
            if is_removed or not opened.same(form_field, now, typed[name]):
                yours = _("(you take this row away)") if is_removed else None
                cells.append(_cell(form_field, now, typed[name], yours))
        if cells:
            self.report.differences.append(Difference(row.title, cells))

    def _compare_rows(self, formset):
        sent = opened.SentRows(self.data, formset.prefix, formset.model._meta.pk.name)
        now = {
            key.partition(":")[2]: row
            for key, row in self.rows.items()
            if key.startswith(f"{formset.prefix}:")
        }
        fields = opened.fields_of(formset.empty_form)
        typed = {row.number: sent.typed(row, fields, self.files) for row in sent.rows}
        added = {pk: row for pk, row in now.items() if row.key not in self.seen.rows}
        _recognise(formset, sent, typed, added)
        for row in sent.rows:
            if row.pk in now:
                self._compare(now[row.pk], typed[row.number], is_removed=row.is_removed)
            elif row.pk:
                row.dropped = True
                if not row.is_removed:
                    self._keep(formset, fields, typed[row.number])
        here = {row.pk for row in sent.rows}
        for pk, row in added.items():
            if pk not in here:
                self._say_added(row)
        self._say_gone(formset, here | set(now))
        if any(row.dropped or row.is_recognised for row in sent.rows):
            sent.write()

    def _say_gone(self, formset, known):
        """Rows that an earlier answer has taken out of the form: said until the editor agrees."""
        prefix = f"{formset.prefix}:"
        for key in self.seen.rows:
            if key.startswith(prefix) and key.removeprefix(prefix) not in known:
                title = capfirst(formset.model._meta.verbose_name)
                note = _("Taken away meanwhile.")
                self.report.differences.append(Difference(title, [], note))

    def _keep(self, formset, fields, typed):
        """A row that is gone cannot be saved: what was typed there comes back as text."""
        cells = [_cell(fields[name], None, value) for name, value in typed.items()]
        title = str(capfirst(formset.model._meta.verbose_name))
        lines = [f"{cell.label}: {cell.yours}" for cell in cells if cell.yours]
        self.report.kept.append("\n".join([title, *lines]))
        note = _("Taken away meanwhile. What your form had there is below, to copy.")
        self.report.differences.append(Difference(title, [], note))

    def _say_added(self, row):
        cells = [_cell(form_field, row.now(name), None) for name, form_field in row.fields.items()]
        note = _("Added meanwhile. It stays, whatever you save.")
        self.report.differences.append(
            Difference(row.title, [cell for cell in cells if cell.theirs], note)
        )


def _cell(form_field, now, typed, yours=None):
    if yours is None:
        yours = "" if typed is None else opened.shown(form_field, typed)
    theirs = "" if now is None else opened.shown(form_field, now)
    return Cell(str(form_field.label or ""), theirs, yours)


def _recognise(formset, sent, typed, added):
    """A new row that somebody has added meanwhile is that row: twice would be one too many.

    It is the same if all of it is, as when one presses Save twice, or if there can be only one of
    its kind, as of a text in one language. An empty form for such a text just goes.
    """
    identity = opened.identity_of(formset)
    left = dict(added)
    for row in sent.rows:
        if row.pk:
            continue
        values = typed[row.number]
        for pk, there in left.items():
            alike = {
                name
                for name, form_field in there.fields.items()
                if opened.same(form_field, there.now(name), values[name])
            }
            if alike == set(there.fields) or (identity and identity <= alike):
                row.dropped = _is_blank(there.fields, values, identity)
                row.is_recognised = not row.dropped
                row.pk = "" if row.dropped else pk
                del left[pk]
                break


def _is_blank(fields, values, identity):
    return all(
        opened.same(form_field, form_field.initial, values[name])
        for name, form_field in fields.items()
        if name not in identity
    )


# --- The admin --------------------------------------------------------------------


class GuardedForms:
    """A ModelAdmin whose forms are never saved over what somebody else saved meanwhile."""

    def why_closed(self, obj):
        """Why this object cannot be changed any more, as a sentence; None if there is no reason."""
        return None

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        asks_for_names = "fields" in kwargs and kwargs["fields"] is None
        if asks_for_names or not (change and self.has_change_permission(request, obj)):
            return form
        return type(form)(form.__name__, (form,), {TOKEN: opened.TokenField()})

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        if TOKEN in form.fields and not form.is_bound:
            formsets = [
                inline.formset
                for inline in context["inline_admin_formsets"]
                if inline.has_change_permission
            ]
            seen = opened.opened_now(opened.rows_of(form, formsets), timezone.now())
            form.initial[TOKEN] = seen.token()
        report = context["meanwhile"] = getattr(request, "meanwhile", None)
        context["kept"] = [*request.POST.getlist(KEPT), *(report.kept if report else [])]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST" or not object_id or not self.has_change_permission(request):
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic(using=router.db_for_write(self.model)):
            obj = self._locked(request, object_id)
            may_change = obj is not None and self.has_change_permission(request, obj)
            if TOKEN in request.POST and not may_change:
                return self._closed(request, object_id, obj)
            if may_change:
                self._compare(request, obj)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _locked(self, request, object_id):
        """The object as it is, and as it stays until this form is saved; None if it is gone."""
        try:
            pk = self.opts.pk.to_python(unquote(object_id))
        except ValidationError as error:  # a made-up address
            raise Http404 from error
        locked = self.model._base_manager.select_for_update(no_key=True).filter(pk=pk)
        return self.get_object(request, str(pk)) if locked.values_list("pk").first() else None

    def _compare(self, request, obj):
        data = request.POST.copy()
        if OVER in data:  # whoever saves next is measured by what this editor has just seen
            data[TOKEN] = data[OVER]
        seen = opened.read(data.get(TOKEN, ""))
        form = self.get_form(request, obj, change=True)(instance=obj)
        formsets = self._formsets_now(request, obj)
        rows = opened.rows_of(form, formsets)
        report = Comparison(data, request.FILES, seen, rows, formsets).run()
        request.POST = data
        if report:
            report.over = opened.opened_now(rows, timezone.now()).token()
            report.entries = _saved_since(obj, formsets, seen.at)
            request.meanwhile = report
            request.refusal = _("It was saved meanwhile: nothing of yours is lost or saved yet.")

    def _formsets_now(self, request, obj):
        """The parts that a form can change, as they are and stay: locked like the object."""
        formsets, prefixes = [], Counter()
        for formset_class, inline in self.get_formsets_with_inlines(request, obj):
            prefix = formset_class.get_default_prefix()
            prefixes[prefix] += 1
            if prefixes[prefix] > 1:
                prefix = f"{prefix}-{prefixes[prefix]}"
            if inline.has_change_permission(request, obj):
                queryset = inline.get_queryset(request)
                queryset = queryset.select_for_update(of=("self",), no_key=True)
                formsets.append(formset_class(instance=obj, prefix=prefix, queryset=queryset))
        return formsets

    # --- What can no longer be saved at all ---

    def _closed(self, request, object_id, obj):
        """Too late: what was typed is shown once more, to be copied."""
        seen = opened.read(request.POST[TOKEN])
        if obj is None:
            reason = _("It was deleted meanwhile, so nothing could be saved.")
        else:
            reason = self.why_closed(obj) or _("You may no longer change it.")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Not saved, but not lost"),
            "opts": self.opts,
            "original": obj,
            "subtitle": words(obj) if obj else None,
            "reason": reason,
            "entries": _entries(Q(**_logged(self.model, [unquote(object_id)])), seen.at),
            "typed": [*self._typed(request, seen if obj else opened.Opened())],
            "kept": request.POST.getlist(KEPT),
            "media": self.media,
        }
        status = 403 if obj else 410
        return TemplateResponse(request, "admin/desk/closed.html", context, status=status)

    def _typed(self, request, seen):
        """The texts of a form that was sent, without those that it was opened with."""
        data, files = request.POST, request.FILES
        form = self.get_form(request)()
        fields = opened.fields_of(form)
        typed = opened.typed(fields, data, files)
        title = capfirst(self.opts.verbose_name)
        yield from _typed_texts(title, OBJECT, fields, typed, seen)
        for formset_class, _inline in self.get_formsets_with_inlines(request):
            prefix = formset_class.get_default_prefix()
            formset, model = formset_class(prefix=prefix), formset_class.model
            fields, identity = opened.fields_of(formset.empty_form), opened.identity_of(formset)
            sent = opened.SentRows(data, prefix, model._meta.pk.name)
            for number, row in enumerate(sent.rows, start=1):
                typed = sent.typed(row, fields, files)
                if not row.pk and _is_blank(fields, typed, identity):
                    continue
                title = f"{capfirst(model._meta.verbose_name)} {number}"
                yield from _typed_texts(title, f"{prefix}:{row.pk}", fields, typed, seen)


def _typed_texts(title, key, fields, typed, seen):
    cells = [
        _cell(form_field, None, typed[name])
        for name, form_field in fields.items()
        if seen.showed(key, name) != opened.digest(form_field, typed[name])
    ]
    if cells := [cell for cell in cells if cell.yours]:
        yield Difference(title, cells)


# --- Who it was -------------------------------------------------------------------


def _saved_since(obj, formsets, moment):
    """What the admin's log knows of the object and of its parts since then; programs write none."""
    wanted = Q(**_logged(type(obj), [obj.pk]))
    for formset in formsets:
        if formset.initial_forms:
            pks = [form.instance.pk for form in formset.initial_forms]
            wanted |= Q(**_logged(formset.model, pks))
    return _entries(wanted, moment)


def _logged(model, pks):
    content_type = ContentType.objects.get_for_model(model)
    return {"content_type": content_type, "object_id__in": [str(pk) for pk in pks]}


def _entries(wanted, moment):
    if moment is None:
        return []
    entries = LogEntry.objects.filter(wanted, action_time__gte=moment).select_related("user")
    return list(entries.order_by("-action_time")[:MOST])
