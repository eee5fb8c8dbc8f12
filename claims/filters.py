"""Which published claims are asked for: one set of filters for the pages and the API.

What the pages take is translated; the rest only the API takes, which speaks English.
"""

import datetime
import difflib
import re

import django_filters
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, IntegerField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from sources.constraints import LANGUAGE_TAG, SLUG

from .choices import Normalized
from .models.record import PublishedClaim
from .search import ranking

# More is no question. What is longer than a statement is cut, and the page says so.
LONGEST_QUESTION = 10_000
MENTIONED = 40  # characters of a wrong value that are repeated
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    DAY.pattern + r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[ +-][0-9]{2}:[0-9]{2})?"
)


def closest(name, known):
    """The known name that was probably meant, or None."""
    return next(iter(difflib.get_close_matches(name, known, n=1)), None)


class ValuesField(forms.Field):
    """The values of a repeated parameter, each of one form; of a closed list where there is one."""

    widget = forms.SelectMultiple

    def __init__(self, *, pattern, message, known=(), **options):
        super().__init__(**options)
        self.pattern, self.message, self.known = pattern, message, known

    def to_python(self, value):
        # A form that leaves a choice open sends it empty.
        return [one for one in value or [] if one]

    def validate(self, value):
        super().validate(value)
        for one in value:
            if len(one) > 80 or not re.search(self.pattern, one):
                params = {"value": one[:MENTIONED], "meant": closest(one[:MENTIONED], self.known)}
                raise forms.ValidationError(self.message, code="form", params=params)


class MomentField(forms.Field):
    """A day or a moment. A day alone means its beginning, or its end where that `is_end`."""

    def __init__(self, *, is_end, days_only, **options):
        super().__init__(**options)
        self.is_end, self.days_only = is_end, days_only

    def to_python(self, value):
        if not value:
            return None
        try:
            if DAY.fullmatch(value):
                day = datetime.date.fromisoformat(value)
                return day if self.days_only else self._edge(day)
            if not self.days_only and MOMENT.fullmatch(value):
                # A plus sign that was not escaped comes as a space.
                at = datetime.datetime.fromisoformat(value.replace(" ", "+"))
                return _in_utc(at)
        except ValueError:  # such as the 30th of February
            pass
        text = "“%(value)s” is not a day, such as 2026-03-31."
        if not self.days_only:
            text = "“%(value)s” is not a day or moment, such as 2026-03-31T18:00:00Z."
        params = {"value": value[:MENTIONED]}
        raise forms.ValidationError(text, code="moment", params=params)

    def _edge(self, day):
        time = datetime.time.max if self.is_end else datetime.time.min
        return datetime.datetime.combine(day, time, datetime.UTC)


def _in_utc(at):
    """Here and not in the database, which knows no offset of sixteen hours."""
    try:
        return at.astimezone(datetime.UTC) if at.tzinfo else at.replace(tzinfo=datetime.UTC)
    except OverflowError:  # within a day of the first year or the last
        return at.replace(tzinfo=datetime.UTC)


class ValuesFilter(django_filters.Filter):
    """Any of the values given: `?topic=education&topic=funding`."""

    field_class = ValuesField
    pattern = SLUG
    message = _("“%(value)s” is not a slug: lower-case letters, digits and single hyphens.")
    known = ()

    def __init__(self, *args, **options):
        rules = {"pattern": self.pattern, "message": self.message, "known": self.known}
        super().__init__(*args, **rules, **options)


class NormalizedFilter(ValuesFilter):
    pattern = rf"\A({'|'.join(Normalized.values)})\Z"
    message = _("“%(value)s” is none of true, mixed, false and other.")
    known = Normalized.values


class LanguageFilter(ValuesFilter):
    pattern = LANGUAGE_TAG
    message = _("“%(value)s” is not a language tag, such as en or zh-Hans.")


class YearFilter(ValuesFilter):
    pattern = r"\A[12][0-9]{3}\Z"
    message = _("“%(value)s” is not a year, such as 2024.")


class Edge(django_filters.Filter):
    """One end of a span of time, which belongs to the span."""

    field_class = MomentField

    def __init__(self, field_name, lookup_expr, *, days_only=False, **options):
        is_end = lookup_expr == "lte"
        super().__init__(field_name, lookup_expr, is_end=is_end, days_only=days_only, **options)


def _array(numbers):
    """As one text: Django would look at each of a thousand numbers, and so would psycopg."""
    text = "{" + ",".join(map(str, numbers)) + "}"
    return Cast(Value(text), ArrayField(IntegerField()))


class Rank(Func):
    """The place of a claim among those `found`, which are numbers of the index, from 1.

    Looked up by halves: `array_position` would read half of them for each claim.
    """

    template = "(%(expressions)s]"
    arg_joiner = ")["

    def __init__(self, found):
        self.found = found
        places = sorted(range(len(found)), key=found.__getitem__)
        at = Func(F("entry"), _array(found[place] for place in places), function="width_bucket")
        super().__init__(_array(place + 1 for place in places), at, output_field=IntegerField())


class Among(Func):
    """Is a claim among those of these numbers?"""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("

    def __init__(self, found):
        super().__init__(F("entry"), _array(found), output_field=BooleanField())


class QuestionFilter(django_filters.CharFilter):
    """Claims that speak of what is asked, in whatever words; `rank` tells the likeliest first.

    It asks the index, so a list by this filter costs one query more.
    """

    def filter(self, claims, value):
        if not value:
            return claims
        found = ranking.entries(value)
        return claims.annotate(rank=Rank(found)).filter(Among(found))


class ClaimFilter(django_filters.FilterSet):
    """Filters of lists of claims. A parameter that is repeated means any of its values."""

    q = QuestionFilter(max_length=LONGEST_QUESTION, label=_("words"))
    rating = ValuesFilter(lookup_expr="in", label=_("rating"))
    normalized = NormalizedFilter(lookup_expr="in", label=_("rating, normalised"))
    topic = ValuesFilter(field_name="topics", lookup_expr="overlap", label=_("topic"))
    subject = ValuesFilter(field_name="subjects", lookup_expr="overlap", label=_("subject"))
    claimant = ValuesFilter(lookup_expr="in", label=_("claimant"))
    source = ValuesFilter(
        field_name="sources", lookup_expr="overlap", label="a source of the claim or its verdict"
    )
    publisher = ValuesFilter(field_name="publishers", lookup_expr="overlap", label=_("publisher"))
    appeared_in = ValuesFilter(
        field_name="articles", lookup_expr="overlap", label="the source where the claim was made"
    )
    language = LanguageFilter(lookup_expr="in", label=_("language"))
    year = YearFilter(field_name="claimed_on", lookup_expr="year__in", label=_("year"))
    claimed_after = Edge("claimed_on", "gte", days_only=True, label="made on this day or later")
    claimed_before = Edge("claimed_on", "lte", days_only=True, label="made by this day")
    published_after = Edge("published_at", "gte", label="first published then or later")
    published_before = Edge("published_at", "lte", label="first published by then")
    modified_after = Edge("modified_at", "gte", label="changed then or later")
    modified_before = Edge("modified_at", "lte", label="last changed by then")

    class Meta:
        model = PublishedClaim
        fields = []


class GivenFilters(ClaimFilter):
    """The filters that a request names. A filter set copies all of its filters for each request."""

    def __init__(self, data, **kwargs):
        self.base_filters = {
            name: self.base_filters[name] for name in data if name in self.base_filters
        }
        super().__init__(data, **kwargs)


def unknown_parameters(given, known):
    """`{unknown name: the known one it may have been meant for, or None}`.

    A misspelt parameter must not answer with the whole knowledge base.
    """
    return {name: closest(name, known) for name in given if name not in known}
