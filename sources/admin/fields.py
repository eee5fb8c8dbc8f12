"""Form fields that the admin's own are too rough for."""

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.validators import RegexValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from sources.characters import require_visible
from sources.constraints import SLUG, SLUG_MESSAGE


class OwnSlugField(forms.SlugField):
    """Narrower than Django's slugs, and in the words of the constraint behind it."""

    default_validators = [RegexValidator(SLUG, SLUG_MESSAGE)]


class TypedText(forms.CharField):
    """Browsers send a line break as two characters. Nobody typed that: nothing has changed."""

    def to_python(self, value):
        value = super().to_python(value)
        return value and value.replace("\r\n", "\n")


class Excerpt(TypedText):
    """Words of a text as they stand there, with the white space at their ends."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs | {"strip": False})


class LinesField(SimpleArrayField):
    """A list of texts, one a line: names have commas in them."""

    def __init__(self, base_field, **kwargs):
        kwargs["widget"] = forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"})
        one_a_line = _("One a line.")
        if help_text := kwargs.get("help_text"):
            one_a_line = format_lazy("{} {}", help_text, one_a_line)
        super().__init__(base_field, delimiter="\n", **kwargs | {"help_text": one_a_line})

    def to_python(self, value):
        if isinstance(value, str):
            value = "\n".join(line for line in value.splitlines() if line.strip())
        return super().to_python(value)


def refuse_hidden(field):
    """Let a field, if it takes text, refuse the characters that nobody can see."""
    if isinstance(field, SimpleArrayField):
        field = field.base_field
    if isinstance(field, forms.CharField) and not isinstance(field, forms.JSONField):
        field.validators.append(require_visible)
