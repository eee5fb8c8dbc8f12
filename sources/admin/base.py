"""What every admin of the desk has in common."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import (
    AdminTextareaWidget,
    AdminTextInputWidget,
    RelatedFieldWidgetWrapper,
)
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from sources.refusals import REFUSALS, sentence

from .fields import LinesField, OwnSlugField, TypedText, refuse_hidden
from .history import HistoryMixin
from .meanwhile import GuardedForms
from .words import KnownAutocomplete, ManyAutocomplete, is_key, speaks, words


class HumanChoices:
    """Related rows in words, whether they can be chosen or only be read. For admins and inlines."""

    formfield_overrides = {
        ArrayField: {"form_class": LinesField},
        models.SlugField: {"form_class": OwnSlugField, "widget": AdminTextInputWidget},
        models.URLField: {"assume_scheme": "https"},
        models.TextField: {
            "form_class": TypedText,
            "widget": AdminTextareaWidget(attrs={"rows": 4}),
        },
    }

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False  # one slip beside the choice would do it
        refuse_hidden(field)
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownAutocomplete(db_field, self.admin_site))
        return self._in_words(super().formfield_for_foreignkey(db_field, request, **kwargs))

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", ManyAutocomplete(db_field, self.admin_site))
        return self._in_words(super().formfield_for_manytomany(db_field, request, **kwargs))

    def _in_words(self, field):
        related = self.admin_site.get_model_admin(field.queryset.model)
        if speaks(related):
            field.queryset = field.queryset.prefetch_related(*related.words_need)
            field.label_from_instance = related.words
        return field

    def get_fieldsets(self, request, obj=None):
        """Where nothing can be changed, Django would show related rows by their `str`."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [(name, options | {"fields": self._shown(options)}) for name, options in fieldsets]

    def _shown(self, options):
        return [
            [self.shown(name) for name in line]
            if isinstance(line, list | tuple)
            else self.shown(line)
            for line in options["fields"]
        ]

    def shown(self, name):
        """What shows the field of this name where it cannot be changed: a name or a function."""
        try:
            field = self.model._meta.get_field(name)
        except FieldDoesNotExist:
            return name
        if not (field.many_to_one or field.many_to_many):
            return name
        return self._related_rows(field)

    @staticmethod
    def _related_rows(field):
        def rows_in_words(obj):
            value = getattr(obj, field.name)
            rows = value.all() if field.many_to_many else [value] if value else []
            return format_html_join(", ", "{}", ([linked(row)] for row in rows)) or "-"

        rows_in_words.__name__ = f"{field.name}_in_words"
        rows_in_words.short_description = field.verbose_name
        return rows_in_words


def linked(row):
    """A row in words, leading to its page in the admin."""
    opts = row._meta
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, words(row))


class InWords(SimpleLazyObject):
    """A row for Django's own messages, which call it by its `str`."""

    def __init__(self, row):
        super().__init__(lambda: row)
        self._setup()

    def __str__(self):
        return shortened(words(self._wrapped))


class DeskAdmin(GuardedForms, HumanChoices, HistoryMixin, admin.ModelAdmin):
    """A ModelAdmin that speaks in words and that no refusal of the database can break."""

    words_need = ()  # what `words` reads, fetched for lists and choices in one go
    has_order = False  # do its rows have an order of their own, better than the alphabet's?
    fixed = ()  # fields that keep their first value
    show_full_result_count = False
    change_form_template = "admin/desk/change_form.html"

    class Media:
        css = {"all": ["admin-desk/desk.css", "admin-desk/evidence.css"]}

    def words(self, obj):
        """What editors call this row. No queries beyond what `words_need` fetches."""
        return str(obj)

    def why_kept(self, obj):
        """Why this row can never be deleted, as a sentence; None if it can."""
        return None

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(*self.words_need)

    def get_object(self, request, object_id, from_field=None):
        if "\0" in object_id:
            return None
        return super().get_object(request, object_id, from_field)

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return [*fields, *self.fixed] if obj else fields

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else super().get_prepopulated_fields(request, obj)

    # --- What the database refuses ---

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        refusal = getattr(request, "refusal", None)
        if refusal is None:
            return form

        class RefusedForm(form):
            def clean(self):
                cleaned = super().clean()
                self.add_error(None, refusal)
                return cleaned

        return RefusedForm

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Where the database refuses, show the form again, with the reason and what was typed."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except REFUSALS as error:
            if request.method != "POST":
                raise
            request.refusal = sentence(error)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        getattr(form.instance, "_prefetched_objects_cache", {}).clear()  # as it was before
        connection.check_constraints()  # deferred rules speak now, while the form can still say so

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        connection.check_constraints()

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except REFUSALS as error:
            self.message_user(request, sentence(error), messages.ERROR)
        opts = self.opts
        name = f"{self.admin_site.name}:{opts.app_label}_{opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[unquote(object_id)]))

    def get_deleted_objects(self, objs, request):
        *found, protected = super().get_deleted_objects(objs, request)
        reasons = [
            format_html("{}: {}", words(obj), why) for obj in objs if (why := self.why_kept(obj))
        ]
        return *found, [*reasons, *protected]

    def changelist_view(self, request, extra_context=None):
        try:
            return super().changelist_view(request, extra_context)
        except REFUSALS as error:
            if request.method != "POST":
                raise
            self.message_user(request, sentence(error), messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def response_action(self, request, queryset):
        keys = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if all(is_key(self.model._meta.pk, key) for key in keys):
            return super().response_action(request, queryset)
        self.message_user(request, _("Choose rows of this list."), messages.WARNING)
        return None

    def get_changelist_instance(self, request):
        try:
            return super().get_changelist_instance(request)
        except (*REFUSALS, ValueError, OverflowError) as error:
            if not request.GET:
                raise
            raise IncorrectLookupParameters(error) from error  # a made-up address

    # --- Words instead of slugs ---

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["subtitle"] = words(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_add(self, request, obj, post_url_continue=None):
        return super().response_add(request, InWords(obj), post_url_continue)

    def response_change(self, request, obj):
        return super().response_change(request, InWords(obj))

    def log_addition(self, request, obj, message):
        return self._named(super().log_addition(request, obj, message), obj)

    def log_change(self, request, obj, message):
        return self._named(super().log_change(request, obj, message), obj)

    @staticmethod
    def _named(entry, obj):
        entry.object_repr = words(obj)[:200]
        entry.save(update_fields=["object_repr"])
        return entry


class OwnWorkAdmin(DeskAdmin):
    """Rows that their writer may change, without the right to change everybody's."""

    writer = "created_by"

    def may_change(self, user, obj):
        """Of whoever may change this row. Reads no more than the rules do."""
        return user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def has_change_permission(self, request, obj=None):
        """Of no row in particular: whoever may write one may have one to change."""
        if obj is None:
            return super().has_change_permission(request) or self.has_add_permission(request)
        return self.may_change(request.user, obj)

    def save_model(self, request, obj, form, change):
        if not change:
            setattr(obj, self.writer, request.user)
        super().save_model(request, obj, form, change)


class ReadOnlyAdmin(DeskAdmin):
    """Looked at, never touched: what others write, or what is written once. Superusers too."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def shortened(text, limit=120):
    return text if len(text) <= limit else _("%(start)s…") % {"start": text[: limit - 1].rstrip()}
