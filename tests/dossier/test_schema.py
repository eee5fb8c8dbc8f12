"""The format promises no more than the tables hold, and knows the words that they know."""

import jsonschema
import pytest

from claims import choices
from claims.dossier.schema import SCHEMA, properties
from claims.models import (
    Appearance,
    Claim,
    ClaimTranslation,
    Evidence,
    Rating,
    Subject,
    SubjectTranslation,
    TopicTranslation,
    VerdictTranslation,
)
from sources.choices import Proximity, PublisherKind, SourceType
from sources.models import Publisher, Source, SourceTranslation


def limit(rules):
    """The longest text that the rules let through."""
    here = [rules["maxLength"]] if "maxLength" in rules else []
    if "$ref" in rules:
        here.append(limit(SCHEMA["$defs"][rules["$ref"].rpartition("/")[2]]))
    if isinstance(rules.get("additionalProperties"), dict):
        here.append(limit(rules["additionalProperties"]))
    return min((number for number in here if number), default=None)


@pytest.mark.parametrize(
    ("kind", "key", "model", "field"),
    [
        ("publisher", "slug", Publisher, "slug"),
        ("publisher", "name", Publisher, "name"),
        ("publisher", "homepage", Publisher, "homepage"),
        ("publisher", "wikidata", Publisher, "wikidata"),
        ("subject", "slug", Subject, "slug"),
        ("subject", "name", SubjectTranslation, "name"),
        ("subject", "description", SubjectTranslation, "description"),
        ("topic", "name", TopicTranslation, "name"),
        ("source", "slug", Source, "slug"),
        ("source", "title", Source, "title"),
        ("source", "translated_title", SourceTranslation, "title"),
        ("source", "language", Source, "language"),
        ("source", "url", Source, "url"),
        ("source", "no_url", Source, "no_url_reason"),
        ("claim", "slug", Claim, "slug"),
        ("claim", "section", Appearance, "section"),
        ("claim", "quote", Appearance, "exact"),
        ("claim", "statement", ClaimTranslation, "statement"),
        ("claim", "speaker", ClaimTranslation, "speaker"),
        ("claim", "rating", Rating, "slug"),
        ("claim", "summary", VerdictTranslation, "summary"),
        ("evidence", "locator", Evidence, "locator"),
        ("evidence", "quote", Evidence, "quote"),
    ],
)
def test_what_the_format_lets_through_fits_the_column(kind, key, model, field):
    assert limit(properties(kind)[key]) == model._meta.get_field(field).max_length


@pytest.mark.parametrize(
    ("kind", "key", "values"),
    [
        ("publisher", "kind", PublisherKind.values),
        ("subject", "kind", choices.SubjectKind.values),
        ("source", "type", SourceType.values),
        ("source", "proximity", Proximity.values),
        ("claim", "kind", choices.ClaimKind.values),
        ("claim", "confidence", choices.Confidence.values),
        ("evidence", "stance", choices.Stance.values),
    ],
)
def test_the_format_knows_the_words_of_the_desk(kind, key, values):
    assert properties(kind)[key]["enum"] == values


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
