"""Inlines of the desk: texts by language, and rows that are cheap to show by the dozen."""

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from .base import HumanChoices
from .words import KnownAutocomplete, site_languages, speaks


class AtHandForm(forms.ModelForm):
    """Tells its autocomplete fields the rows that were fetched with the instance."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, KnownAutocomplete):
                widget.known = self.instance._state.fields_cache.get(name)


class DeskInline(HumanChoices):
    """Rows of an object: the rows they point at are fetched together, whatever their number."""

    form = AtHandForm
    extra = 0

    def get_queryset(self, request):
        needed = []
        for name in self.get_autocomplete_fields(request):
            related = self.admin_site.get_model_admin(
                self.model._meta.get_field(name).related_model
            )
            needs = related.words_need if speaks(related) else ()
            needed += [name, *(f"{name}__{need}" for need in needs)]
        return super().get_queryset(request).prefetch_related(*needed)

    # A part goes with its whole: whoever may change that may add parts, change them and take them
    # away. The rights to a part itself are for its own page.

    def has_add_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        """`obj` is the whole; none yet, where one is being added."""
        whole = self.admin_site.get_model_admin(self.parent_model)
        if obj is None:
            return whole.has_add_permission(request)
        return whole.has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def get_formset(self, request, obj=None, **kwargs):
        """Without the functions that show what cannot be changed: they are no fields of a form."""
        if "fields" not in kwargs:
            names = flatten_fieldsets(self.get_fieldsets(request, obj))
            kwargs["fields"] = [name for name in names if not callable(name)]
        return super().get_formset(request, obj, **kwargs)


class TabularInline(DeskInline, admin.TabularInline):
    pass


class StackedInline(DeskInline, admin.StackedInline):
    pass


class TranslationFormSet(BaseInlineFormSet):
    """Offers an empty form for each language of the site that has no text yet."""

    default_error_messages = BaseInlineFormSet.default_error_messages | {
        "too_few_forms": _("Write it in at least one language.")
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        written = {row.language for row in self.get_queryset()} if self.instance.pk else set()
        missing = [language for language, _name in site_languages() if language not in written]
        self.initial_extra = [{"language": language} for language in missing]
        self.extra = max(0, len(missing) - (0 if written else self.min_num))


class TranslationInline(StackedInline):
    """The texts of an object, one form a language. `min_num = 1` where one may never be missing."""

    formset = TranslationFormSet
    fk_name = "of"
    min_num = 1

    @property
    def validate_min(self):
        return self.min_num > 0

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, validate_min=self.validate_min, **kwargs)


class ReadOnlyInline(TabularInline):
    """Rows that belong to an object and are written elsewhere."""

    show_change_link = True
    can_delete = False

    def get_readonly_fields(self, request, obj=None):
        return self.fields  # all of them: some cannot be in any form

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
