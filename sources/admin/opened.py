"""What a form shows, as rows of fields: on the desk now, when it was opened, and as it was sent."""

import datetime
import hashlib
import json
import re
from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import UniqueConstraint
from django.forms.formsets import DEFAULT_MAX_NUM
from django.forms.models import InlineForeignKeyField, ModelChoiceField
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .words import words

TOKEN = "opened_as"  # noqa: S105 (no secret: the field that says what the form showed when it was opened)
OBJECT = ""  # the key of the object itself; a row of an inline has prefix:pk


class TokenField(forms.CharField):
    """Goes out with the form and comes back as it went: nobody changes it, so it never has."""

    def __init__(self):
        super().__init__(required=False, widget=forms.HiddenInput)

    def has_changed(self, initial, data):
        return False


@dataclass(frozen=True)
class Row:
    """The object of a form, or one row of an inline, as the desk has it now."""

    key: str
    title: str
    form: forms.BaseForm

    @property
    def fields(self):
        return fields_of(self.form)

    def now(self, name):
        return self.form.get_initial_for_field(self.form.fields[name], name)

    def digests(self):
        return {name: digest(field, self.now(name)) for name, field in self.fields.items()}


def fields_of(form):
    """What editors change: neither keys, nor what says where a row belongs, nor the token."""
    return {
        name: form.fields[name]
        for name in form.base_fields
        if name != TOKEN and not isinstance(form.fields[name], InlineForeignKeyField)
    }


def rows_of(form, formsets):
    """{key: Row} of an unbound form and its unbound formsets."""
    rows = [Row(OBJECT, capfirst(form._meta.model._meta.verbose_name), form)]
    for formset in formsets:
        for part in formset.initial_forms:
            title = f"{capfirst(formset.model._meta.verbose_name)}: {part.instance}"
            rows.append(Row(f"{formset.prefix}:{part.instance.pk}", title, part))
    return {row.key: row for row in rows}


# --- The token -------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """When a form was opened, and a short hash of each value that it showed.

    Not signed: whoever made one up could as well tick “save mine over it”.
    """

    at: object = None
    rows: dict = field(default_factory=dict)

    def token(self):
        return json.dumps({"at": self.at.isoformat(), "rows": self.rows}, separators=(",", ":"))

    def showed(self, key, name):
        return self.rows.get(key, {}).get(name)


def read(token):
    """What a token says; nothing, if there is none or it was made up."""
    try:
        said = json.loads(token)
        rows = {key: dict(names) for key, names in said["rows"].items()}
        return Opened(parse_datetime(said["at"]), rows)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Opened()


def opened_now(rows, at):
    return Opened(at, {key: row.digests() for key, row in rows.items()})


def digest(field, value):
    return hashlib.sha256(text(field, value).encode(errors="replace")).hexdigest()[:10]


# --- Values ----------------------------------------------------------------------


def text(field, value):
    """A value as one text, whether it comes from the database or from a browser."""
    value = field.prepare_value(value)
    if isinstance(field, forms.MultiValueField):
        value = _as_one(field, value)
    if value is None:
        return ""
    if isinstance(value, list | tuple | set):
        return "\n".join(sorted(str(part) for part in value))
    return str(value).replace("\r\n", "\n").strip()


def _as_one(field, value):
    """A moment is typed into two boxes, its day and its time."""
    try:
        value = field.clean(value) if isinstance(value, list) else value
    except ValidationError:
        return [part for part in value if part]
    return timezone.localtime(value) if isinstance(value, datetime.datetime) else value


def same(field, now, typed):
    """Would saving what was typed leave the value as it is?

    Browsers send other line ends than files have: they are no change.
    """
    if isinstance(now, str) and isinstance(typed, str) and text(field, now) == text(field, typed):
        return True
    return not field.has_changed(now, typed)


def shown(field, value):
    """A value in words, for people who compare two of them."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, ModelChoiceField):
        try:
            chosen = field.to_python(field.prepare_value(value))
        except ValidationError:
            return str(value)
        rows = chosen if isinstance(field, forms.ModelMultipleChoiceField) else [chosen]
        return ", ".join(words(row) for row in rows if row is not None)
    if isinstance(field, forms.ChoiceField):
        names = {str(key): name for key, name in flatten_choices(field.choices) if key}
        values = value if isinstance(value, list) else [value]
        return ", ".join(str(names.get(str(part), part or "")) for part in values)
    return text(field, value)


# --- What was sent ---------------------------------------------------------------


def typed(fields, data, files, prefix=""):
    """What came from the browser for each of these fields."""
    return {
        name: field.widget.value_from_datadict(data, files, f"{prefix}{name}")
        for name, field in fields.items()
    }


@dataclass
class Sent:
    """A row of an inline as it came from the browser. Without `pk`, it is a new one."""

    pk: str
    values: dict  # what stands after `prefix-number-`, with its list of values
    number: int
    dropped: bool = False
    is_recognised: bool = False  # a new row that somebody else has added meanwhile

    @property
    def is_removed(self):
        return "DELETE" in self.values


class SentRows:
    """The rows of one inline as they were sent, which can be dropped or become another row."""

    def __init__(self, data, prefix, pk_name):
        self.data, self.prefix, self.pk_name = data, prefix, pk_name
        self.parts = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,4}})-(.+)", re.DOTALL)
        found = {}
        for name in data:
            if match := self.parts.fullmatch(name):
                found.setdefault(int(match[1]), {})[match[2]] = data.getlist(name)
        total = self._total(data)
        self.rows = [
            Sent((values.get(pk_name) or [""])[-1], values, number)
            for number, values in sorted(found.items())
            if number < total
        ]

    def _total(self, data):
        value = data.get(f"{self.prefix}-TOTAL_FORMS", "")
        return min(int(value), 2 * DEFAULT_MAX_NUM) if value.isdecimal() else 0

    def typed(self, row, fields, files):
        return typed(fields, self.data, files, prefix=f"{self.prefix}-{row.number}-")

    def write(self):
        """Send the rows that are left: known ones first, as formsets want them."""
        data = self.data
        for name in [name for name in data if self.parts.fullmatch(name)]:
            del data[name]
        left = sorted((row for row in self.rows if not row.dropped), key=lambda row: not row.pk)
        for number, row in enumerate(left):
            row.number = number
            for name, values in {**row.values, self.pk_name: [row.pk]}.items():
                data.setlist(f"{self.prefix}-{number}-{name}", values)
        data[f"{self.prefix}-TOTAL_FORMS"] = str(len(left))
        data[f"{self.prefix}-INITIAL_FORMS"] = str(sum(bool(row.pk) for row in left))


def identity_of(formset):
    """The names of the fields that may occur only once under one object, such as the language."""
    for constraint in formset.model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.condition is None:
            names = set(constraint.fields)
            if formset.fk.name in names and len(names) > 1:
                return names - {formset.fk.name}
    return set()
