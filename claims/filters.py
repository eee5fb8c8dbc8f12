"""Which published claims are asked for: one set of filters for the pages and the API."""

import difflib

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from sources.constraints import SLUG

from .models.record import PublishedClaim


class SlugsField(forms.Field):
    """The values of a repeated parameter, each a slug."""

    widget = forms.SelectMultiple
    default_error_messages = {
        "slug": _("“%(value)s” is not a slug: lower-case letters, digits and single hyphens.")
    }
    slug = forms.RegexField(regex=SLUG, max_length=80)

    def to_python(self, value):
        # A form that leaves a choice open sends it empty.
        return [slug for slug in value or [] if slug]

    def validate(self, value):
        super().validate(value)
        for slug in value:
            try:
                self.slug.clean(slug)
            except forms.ValidationError:
                raise forms.ValidationError(
                    self.error_messages["slug"], code="slug", params={"value": slug}
                ) from None


class SlugsFilter(django_filters.Filter):
    """Any of the slugs given: `?topic=education&topic=funding`."""

    field_class = SlugsField


class ClaimFilter(django_filters.FilterSet):
    """Filters of lists of claims. A parameter that is repeated means any of its values."""

    rating = SlugsFilter(lookup_expr="in", label=_("rating"))
    topic = SlugsFilter(field_name="topics", lookup_expr="overlap", label=_("topic"))
    subject = SlugsFilter(field_name="subjects", lookup_expr="overlap", label=_("subject"))

    class Meta:
        model = PublishedClaim
        fields = []


def unknown_parameters(given, known):
    """`{unknown name: the known one it may have been meant for, or None}`.

    A misspelt parameter must not answer with the whole knowledge base.
    """
    return {
        name: next(iter(difflib.get_close_matches(name, known, n=1)), None)
        for name in given
        if name not in known
    }
