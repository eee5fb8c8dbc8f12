"""Rows of the desk as a table, out and in: what django-import-export is told of them.

Rows are known by their slug. A cell that says what the row says now changes nothing, so that a file
comes back as it went; a column that is not there leaves its field alone; an emptied cell empties.
The database has the last word on every row, in a savepoint, so that each gets its own sentence.
"""

import difflib
import hashlib
import re
from copy import deepcopy

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _
from import_export.instance_loaders import CachedInstanceLoader
from import_export.resources import ModelResource
from import_export.results import RowResult

from sources.cells import guarded, unguarded
from sources.characters import require_visible
from sources.constraints import LANGUAGE_TAG, SLUG, SLUG_MESSAGE
from sources.refusals import REFUSALS, sentence

from .columns import InLanguage, Slugs
from .spreadsheets import BadFile
from .words import site_languages


class Table(ModelResource):
    """One model. A child names its `columns`, and its `texts`: the columns by language."""

    columns = ()
    texts = ()

    class Meta:
        fields = ()
        import_id_fields = ["slug"]
        instance_loader_class = CachedInstanceLoader
        clean_model_instances = True
        # Ours is cheaper, and says column by column what changes.
        skip_diff = True

    def __init__(self, *, may_change=None, **kwargs):
        """`may_change` is a function of a row: an import obeys it, an export needs none."""
        super().__init__(**kwargs)
        self.may_change = may_change
        self.fields = {column.column_name: column for column in deepcopy(self.columns)}
        self.translation = self._meta.model._meta.get_field("translations").related_model
        used = self.translation.objects.order_by("language").values_list("language", flat=True)
        for language in [*(tag for tag, _name in site_languages()), *used.distinct()]:
            self._add_language(language)

    def _add_language(self, language):
        for text in self.texts:
            self.fields.setdefault(f"{text}:{language}", InLanguage(text, language))

    def get_queryset(self):
        related = [name for column in self.columns for name in column.relations]
        return super().get_queryset().prefetch_related("translations", *related)

    # --- Out ---

    def filter_export(self, queryset, **kwargs):
        return self.get_queryset().filter(pk__in=queryset.values("pk")).order_by("slug")

    def export_field(self, field, instance, **kwargs):
        return guarded(field.export(instance))

    # --- In: the file as a whole ---

    def before_import(self, dataset, **kwargs):
        """Refuse the file before any of its rows, where it cannot be what somebody meant."""
        self.lines = dataset.lines
        self.seen = {}
        try:
            self._check_headings(dataset)
            self._hold(dataset)
        except BadFile:
            dataset.wipe()
            raise

    def _hold(self, dataset):
        """Nobody saves these rows between what is read of them now and what is written."""
        rows = self._meta.model.objects.filter(slug__in=dataset["slug"])
        list(rows.order_by("pk").select_for_update(of=["self"]).values_list("pk"))

    def _check_headings(self, dataset):
        headings = dataset.headers
        for heading in headings:
            text, _colon, language = heading.partition(":")
            if text in self.texts and re.match(LANGUAGE_TAG, language):
                self._add_language(language)
        if unknown := [heading for heading in headings if heading not in self.fields]:
            raise BadFile(self._unknown(unknown[0]))
        if twice := [heading for heading in headings if headings.count(heading) > 1]:
            raise BadFile(_("The column “%(name)s” is there twice.") % {"name": twice[0]})
        if "slug" not in headings:
            raise BadFile(_("The column “slug” is missing: rows are known by it."))
        self._check_needed(dataset)

    def _unknown(self, heading):
        if not heading:
            return _("A column has cells and no name: name it in the first row, or take it out.")
        near = difflib.get_close_matches(heading.lower(), self.fields, n=1)
        if near:
            return _("There is no column “%(name)s”. Did you mean “%(near)s”?") % {
                "name": heading, "near": near[0],
            }  # fmt: skip
        return _("There is no column “%(name)s”. The columns are: %(columns)s.") % {
            "name": heading, "columns": ", ".join(self.fields),
        }  # fmt: skip

    def _check_needed(self, dataset):
        """One sentence for a missing column, in place of one for each new row."""
        slugs = set(dataset["slug"])
        known = self._meta.model.objects.filter(slug__in=slugs).count()
        missing = [name for name, column in self.fields.items() if self._is_needed(column)]
        missing = [name for name in missing if name not in dataset.headers]
        if missing and known < len(slugs):
            raise BadFile(
                _("New rows need the columns that are missing: %(names)s.")
                % {"names": ", ".join(missing)}
            )

    def _is_needed(self, column):
        if column.is_apart:
            return False
        field = self._meta.model._meta.get_field(column.attribute)
        return not (field.blank or field.has_default())

    # --- In: row by row ---

    def before_import_row(self, row, row_number=None, **kwargs):
        self.changes, self.apart = [], []
        slug = row["slug"]
        if not slug:
            raise ValidationError({"slug": _("Every row needs its slug.")})
        if not re.search(SLUG, slug):
            raise ValidationError({"slug": SLUG_MESSAGE})
        if slug in self.seen:
            raise ValidationError(
                {"slug": _("Row %(line)d has this slug already.") % {"line": self.seen[slug]}}
            )
        self.seen[slug] = self.lines[row_number - 1]
        row.update({name: unguarded(cell) for name, cell in row.items()})

    def after_init_instance(self, instance, new, row, user=None, **kwargs):
        if new and hasattr(instance, "created_by_id"):
            instance.created_by = user

    def import_field(self, field, instance, row, is_m2m=False, **kwargs):
        if field.column_name not in row:
            return
        before, cell = field.export(instance), row[field.column_name]
        if _same(before, cell) or (instance._state.adding and not cell):
            return
        try:
            require_visible(cell)
        except ValidationError as error:
            raise ValueError(error.message) from error  # what the library tells of one column
        if field.is_apart:
            self.apart.append((field, field.clean(row)))
            after = cell
        else:
            field.save(instance, row)
            after = field.export(instance)
        if not _same(before, after):
            self.changes.append((field.column_name, before, after))

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return not (instance._state.adding or self.changes or import_validation_errors)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """What can be said at once; the rules of the database follow when the row is saved."""
        if not (instance._state.adding or self.may_change(instance)):
            raise ValidationError(_("You may not change this row: an editor can."))
        errors = dict(import_validation_errors or {})
        try:
            instance.full_clean(exclude=errors.keys(), validate_constraints=False)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        self.translations = self._translated(instance, errors)
        if errors:
            raise ValidationError(errors)

    def _translated(self, instance, errors):
        """The translations that this row writes, by language; mistakes are added to `errors`."""
        found = {}
        rows = [] if instance._state.adding else instance.translations.all()
        for column, text in self.apart:
            if not isinstance(column, InLanguage):
                continue
            if column.language not in found:
                old = next((row for row in rows if row.language == column.language), None)
                found[column.language] = old or self.translation(language=column.language)
            setattr(found[column.language], column.text, text)
        for language, translation in found.items():
            if not self._is_empty(translation):
                try:
                    translation.clean_fields(exclude={"of"})
                except ValidationError as error:
                    for name, problems in error.error_dict.items():
                        errors[f"{name}:{language}"] = problems
        return found

    def _is_empty(self, translation):
        return not any(getattr(translation, text) for text in self.texts)

    def save_instance(self, instance, is_create, row, **kwargs):
        try:
            with transaction.atomic():
                instance.save(force_insert=is_create)
                for translation in self.translations.values():
                    translation.of = instance
                    if not self._is_empty(translation):
                        translation.save()
                    elif translation.pk:
                        translation.delete()
                for column, value in self.apart:
                    if isinstance(column, Slugs):
                        getattr(instance, column.attribute).set(value)
                connection.check_constraints()  # deferred rules speak now, of this row
        except REFUSALS as error:
            raise ValidationError(sentence(error)) from error

    def after_import_row(self, row, row_result, row_number=None, **kwargs):
        row_result.line, row_result.slug = self.lines[row_number - 1], row["slug"]
        is_new = row_result.import_type == RowResult.IMPORT_TYPE_NEW
        row_result.changes = [
            (name, "" if is_new else before, after)
            for name, before, after in self.changes
            if name != "slug"
        ]

    def after_import(self, dataset, result, seen=None, **kwargs):
        """`seen` stands for the changes that somebody looked at: no others are made."""
        for invalid in result.invalid_rows:
            invalid.number = self.lines[invalid.number - 1]
        found = [(row.slug, row.changes) for row in result.valid_rows() if row.changes]
        result.seen = hashlib.sha256(repr(found).encode()).hexdigest()
        if not result.invalid_rows and seen not in {None, result.seen}:
            raise BadFile(_("The desk has changed since you looked: look at the file again."))


def _same(one, other):
    """Spreadsheets have one kind of line end, and nobody sees a blank at the end of a cell."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
