"""Columns of a table: what a row of the desk says in one cell, and what a cell makes of the row."""

import json

from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import Widget

from sources import addresses, dates
from sources.languages import texts


class Column(Field):
    """A field of the row itself. The column is called as the field is."""

    # Does it live in a table of its own, and so is written once the row has a key?
    is_apart = False

    def __init__(self, name, widget=None):
        super().__init__(attribute=name, column_name=name, widget=widget or Text())

    @property
    def relations(self):
        """What to fetch together with the rows, to be shown without a query a row."""
        return [self.attribute] if isinstance(self.widget, Slug) else []


class Text(Widget):
    def clean(self, value, row=None, **kwargs):
        return value

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(value)


class Address(Text):
    def clean(self, value, row=None, **kwargs):
        return addresses.normalise(value) if value else None


class YesNo(Text):
    def clean(self, value, row=None, **kwargs):
        if value.lower() in {"yes", "true", "1"}:
            return True
        if value.lower() in {"no", "false", "0"}:
            return False
        raise ValueError(_("Write yes or no."))

    def render(self, value, obj=None, **kwargs):
        return "yes" if value else "no"


class Lines(Text):
    """A list of texts, one a line: names have commas in them."""

    def clean(self, value, row=None, **kwargs):
        return [line.strip() for line in value.splitlines() if line.strip()]

    def render(self, value, obj=None, **kwargs):
        return "\n".join(value or [])


class Facts(Text):
    """A JSON object."""

    def clean(self, value, row=None, **kwargs):
        try:
            facts = json.loads(value or "{}")
        except ValueError as error:
            raise ValueError(_('Write JSON, such as {"doi": "…"}.')) from error
        if not (isinstance(facts, dict) and all(isinstance(v, str) for v in facts.values())):
            raise ValueError(_('Write JSON, such as {"doi": "…"}.'))
        return facts

    def render(self, value, obj=None, **kwargs):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""


class Slug(Text):
    """A related row by its slug. Asks once for each slug."""

    def __init__(self, model):
        super().__init__()
        self.model, self.known = model, {}

    def clean(self, value, row=None, **kwargs):
        return self.find(value) if value else None

    def find(self, slug):
        if slug not in self.known:
            found = self.model.objects.filter(slug=slug).first()
            if found is None:
                name = self.model._meta.verbose_name
                raise ValueError(
                    _("There is no %(name)s “%(slug)s”.") % {"name": name, "slug": slug}
                )
            self.known[slug] = found
        return self.known[slug]

    def render(self, value, obj=None, **kwargs):
        return value.slug if value else ""


class RoughDate(Column):
    """A date with its precision: 2023, 2023-06 or 2023-06-04."""

    def __init__(self, name, precision, *, after=None):
        super().__init__(name)
        self.precision, self.after = precision, after

    def get_value(self, instance):
        return dates.to_text(
            getattr(instance, self.attribute), getattr(instance, self.precision) or "day"
        )

    def save(self, instance, row, is_m2m=False, **kwargs):
        cell = self.clean(row)
        date, precision = dates.parse(cell) if cell else (None, "")
        if not self.after:
            setattr(instance, self.precision, precision)
        elif date and precision != getattr(instance, self.precision):
            raise ValueError(
                _("Write it as exactly as %(after)s: both to the day, the month or the year.")
                % {"after": self.after}
            )
        setattr(instance, self.attribute, date)


class Slugs(Column):
    """Related rows by their slugs, with commas between them."""

    is_apart = True

    def __init__(self, name, model):
        super().__init__(name)
        self.slug = Slug(model)

    @property
    def relations(self):
        return [self.attribute]

    def get_value(self, instance):
        if instance._state.adding:
            return ""
        return ", ".join(sorted(row.slug for row in getattr(instance, self.attribute).all()))

    def clean(self, row, **kwargs):
        return [self.slug.find(slug) for slug in row[self.column_name].replace(",", " ").split()]


class InLanguage(Column):
    """One text in one language: a column such as name:zh-Hans."""

    is_apart = True

    def __init__(self, name, language):
        super().__init__(f"{name}:{language}")
        self.text, self.language = name, language

    def get_value(self, instance):
        if instance._state.adding:
            return ""
        return texts(instance.translations.all(), self.text).get(self.language, "")
