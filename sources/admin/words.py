"""Rows in human words: the name an editor knows a thing by, in the editor's own language."""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import BadRequest, ValidationError
from django.utils.html import format_html
from django.utils.translation import get_language, to_locale


def tag(code):
    """The BCP 47 tag of one of Django's language codes: zh-Hans of zh-hans."""
    return to_locale(code).replace("_", "-")


def site_languages():
    """`[(tag, name)]` of the languages that the site speaks, its default first."""
    found = [(tag(code), name) for code, name in settings.LANGUAGES]
    return sorted(found, key=lambda pair: pair[0] != tag(settings.LANGUAGE_CODE))


def in_own_language(by_language):
    """One of several texts by language: the editor's, else the site's, else any."""
    for wanted in (get_language() or settings.LANGUAGE_CODE, settings.LANGUAGE_CODE):
        if text := by_language.get(tag(wanted)):
            return text
    return next(iter(by_language.values()), "")


def words(obj):
    """What to call a row, as the admin of its model has it. Reads what `words_need` names."""
    model_admin = admin.site.get_model_admin(type(obj))
    return model_admin.words(obj) if speaks(model_admin) else str(obj)


def needed(path, model):
    """What `words` reads of the rows of `model` at the end of `path`, to be prefetched."""
    return [f"{path}__{need}" for need in admin.site.get_model_admin(model).words_need]


def speaks(model_admin):
    """Is this one of ours? Users and groups have Django's own."""
    return hasattr(model_admin, "words_need")


def badge(kind, value, text):
    """A word with a colour: never the colour alone."""
    return format_html('<span class="badge {0} {0}-{1}">{2}</span>', kind, value, text)


class WordsFilter(admin.RelatedFieldListFilter):
    """A filter by related rows, in words, that offers only the rows in use."""

    def field_choices(self, field, request, model_admin):
        related = self.admin_of(field.remote_field.model)
        used = model_admin.model.objects.values(f"{self.field_path}__pk")
        rows = related.get_queryset(request).filter(pk__in=used)
        choices = [(row.pk, words(row)) for row in rows]
        return choices if related.has_order else sorted(choices, key=lambda pair: pair[1])

    @staticmethod
    def admin_of(model):
        return admin.site.get_model_admin(model)


class WordsAutocomplete(AutocompleteJsonView):
    """What an autocomplete field offers while somebody types."""

    def process_request(self, request):
        if any("\0" in value for value in request.GET.values()):
            raise BadRequest("NUL")  # the database would refuse it with an exception
        return super().process_request(request)

    def serialize_result(self, obj, to_field_name):
        return super().serialize_result(obj, to_field_name) | {"text": words(obj)}


def key_of(field):
    """The column of the other table that a relation names: its key, for most."""
    other = field.remote_field
    return other.model._meta.get_field(
        getattr(other, "field_name", None) or other.model._meta.pk.name
    )


def is_key(column, value):
    """Could a row have this key? Django asks the database, and ends in a ValueError."""
    try:
        column.to_python(value)
    except ValidationError:
        return False
    return True


class KeysOnly:
    """An autocomplete field that shows nothing for what is no key: its form says what is wrong."""

    def optgroups(self, name, value, attr=None):
        column = key_of(self.field)
        return super().optgroups(name, [key for key in value if is_key(column, key)], attr)


class ManyAutocomplete(KeysOnly, AutocompleteSelectMultiple):
    pass


class KnownAutocomplete(KeysOnly, AutocompleteSelect):
    """An autocomplete field that asks for no row that the form has at hand.

    Django's asks for the chosen row once a form; an inline of fifty forms would ask fifty times.
    """

    known = None

    def optgroups(self, name, value, attr=None):
        key = self.known and getattr(self.known, key_of(self.field).attname)
        if self.known is None or value != [str(key)]:
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options.append(self.create_option(name, key, words(self.known), True, len(options)))
        return [(None, options, 0)]
