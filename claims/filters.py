"""Which published claims are asked for: one set of filters for the pages and the API."""

import difflib
import re

import django_filters
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, IntegerField, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from sources.constraints import LANGUAGE_TAG, SLUG

from .choices import Normalized
from .models.record import PublishedClaim
from .search import ranking

# More is no question. What is longer than a statement is cut, and the page says so.
LONGEST_QUESTION = 10_000
MENTIONED = 40  # characters of a wrong value that are repeated


class ValuesField(forms.Field):
    """The values of a repeated parameter, each of one form."""

    widget = forms.SelectMultiple

    def __init__(self, *, pattern, message, **options):
        super().__init__(**options)
        self.pattern, self.message = pattern, message

    def to_python(self, value):
        # A form that leaves a choice open sends it empty.
        return [one for one in value or [] if one]

    def validate(self, value):
        super().validate(value)
        for one in value:
            if len(one) > 80 or not re.search(self.pattern, one):
                raise forms.ValidationError(
                    self.message, code="form", params={"value": one[:MENTIONED]}
                )


class ValuesFilter(django_filters.Filter):
    """Any of the values given: `?topic=education&topic=funding`."""

    field_class = ValuesField
    pattern = SLUG
    message = _("“%(value)s” is not a slug: lower-case letters, digits and single hyphens.")

    def __init__(self, *args, **options):
        super().__init__(*args, pattern=self.pattern, message=self.message, **options)


class NormalizedFilter(ValuesFilter):
    pattern = rf"\A({'|'.join(Normalized.values)})\Z"
    message = _("“%(value)s” is none of true, mixed, false and other.")


class LanguageFilter(ValuesFilter):
    pattern = LANGUAGE_TAG
    message = _("“%(value)s” is not a language tag, such as en or zh-Hans.")


class YearFilter(ValuesFilter):
    pattern = r"\A[12][0-9]{3}\Z"
    message = _("“%(value)s” is not a year, such as 2024.")


class QuestionFilter(django_filters.CharFilter):
    """Claims that speak of what is asked, in whatever words; `rank` tells the likeliest first.

    It asks the index, so a list by this filter costs one query more.
    """

    def filter(self, claims, value):
        if not value:
            return claims
        found = ranking.entries(value)
        rank = Func(Value(found, ArrayField(IntegerField())), "entry", function="array_position")
        ranked = claims.annotate(rank=Coalesce(rank, 0, output_field=IntegerField()))
        return ranked.filter(entry__in=found)


class ClaimFilter(django_filters.FilterSet):
    """Filters of lists of claims. A parameter that is repeated means any of its values."""

    q = QuestionFilter(max_length=LONGEST_QUESTION, label=_("words"))
    rating = ValuesFilter(lookup_expr="in", label=_("rating"))
    normalized = NormalizedFilter(lookup_expr="in", label=_("rating, normalised"))
    topic = ValuesFilter(field_name="topics", lookup_expr="overlap", label=_("topic"))
    subject = ValuesFilter(field_name="subjects", lookup_expr="overlap", label=_("subject"))
    claimant = ValuesFilter(lookup_expr="in", label=_("claimant"))
    publisher = ValuesFilter(field_name="publishers", lookup_expr="overlap", label=_("publisher"))
    language = LanguageFilter(lookup_expr="in", label=_("language"))
    year = YearFilter(field_name="claimed_on", lookup_expr="year__in", label=_("year"))

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
