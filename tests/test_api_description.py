"""The description of the API: whole, valid, and what the API does."""

import re

import jsonschema
import pytest
import yaml
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from claims.api.base import ReadView
from claims.api.urls import urlpatterns
from claims.filters import ClaimFilter

from .helpers import SCHEMA
from .test_api import LIST, get

PREFIX = "/api/v1/"


@pytest.fixture(scope="module")
def described():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(described):
    """What is read in public. The desk's are in test_desk_api_description.py."""
    return {
        path: item["get"] if "get" in item else item["post"]
        for path, item in described["paths"].items()
        if not path.startswith(f"{PREFIX}desk/")
    }


def test_the_description_is_valid_and_of_the_version_it_says(described):
    validate_schema(described)
    assert described["openapi"] == "3.1.0"


def test_making_it_warns_of_nothing(capsys):
    SchemaGenerator().get_schema(request=None, public=True)
    assert capsys.readouterr().err == ""


def test_every_address_is_described(described):
    views = [pattern for pattern in urlpatterns if hasattr(pattern.callback, "cls")]
    views = [pattern for pattern in views if issubclass(pattern.callback.cls, ReadView)]
    paths = {PREFIX + re.sub("<[^:]+:([^>]+)>", r"{\1}", str(view.pattern)) for view in views}
    assert set(operations(described)) == paths - {f"{PREFIX}docs/"}  # the one that is a page


def test_every_parameter_and_every_field_has_a_description(described):
    for path, operation in operations(described).items():
        assert operation["summary"], path
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                assert parameter.get("description"), (path, parameter)
                assert parameter["schema"], (path, parameter)


def properties(schema, path=""):
    """`(path, property)` of each, however deep it stands."""
    if isinstance(schema, list):
        schema = dict(enumerate(schema))
    if isinstance(schema, dict):
        for name, part in schema.items():
            if name == "properties":
                yield from ((f"{path}.{field}", known) for field, known in part.items())
            yield from properties(part, f"{path}.{name}")


def test_every_field_of_a_document_has_a_description():
    found = list(properties(SCHEMA))
    assert len(found) > 150
    assert [path for path, known in found if not known.get("description")] == []
    assert all(
        known.get("description") for known in SCHEMA["$defs"].values() if "properties" not in known
    )


def test_every_filter_is_described(described):
    for path in (LIST, "/api/v1/lookup/"):
        names = {parameter["name"] for parameter in operations(described)[path]["parameters"]}
        assert set(ClaimFilter.base_filters) <= names


def resolved(described, schema):
    """The schema with the components that it refers to, for a validator."""
    return schema | {"components": described["components"]}


@pytest.mark.parametrize(
    "address",
    [
        LIST,
        f"{LIST}bridge-cost/",
        f"{LIST}bridge-cost/revisions/",
        f"{LIST}bridge-cost/revisions/1/",
        *(
            f"{PREFIX}{kind}/"
            for kind in ("subjects", "topics", "sources", "publishers", "ratings")
        ),
        f"{PREFIX}subjects/roe/",
        f"{PREFIX}changes/",
        f"{PREFIX}changes/?documents=true",
        f"{PREFIX}lookup/?url=https://example.org/article",
        PREFIX,
        f"{LIST}bridge-cost/claimreview/?language=zh-Hans",
        f"{LIST}bridge-cost/annotations/",
    ],
)
def test_answers_are_as_described_to_the_last_field(client, document, described, address):
    body = get(client, address).json()
    path = address.split("?")[0].replace("bridge-cost", "{slug}").replace("/1/", "/{number}/")
    path = path.replace("subjects/roe", "subjects/{slug}")
    answers = operations(described)[path]["responses"]["200"]["content"]
    schema = next(answers[kind]["schema"] for kind in answers if "json" in kind)
    jsonschema.validate(body, resolved(described, schema))
    if "results" in body:
        assert set(body) <= set(schema["properties"])
        known = set(schema["properties"]["results"]["items"]["properties"])
        assert all(set(row) <= known for row in body["results"])


def test_formats_of_others_are_described_to_the_last_field(described):
    for path in (PREFIX, f"{LIST}{{slug}}/claimreview/", f"{LIST}{{slug}}/annotations/"):
        (answer,) = operations(described)[path]["responses"]["200"]["content"].values()
        found = list(properties(answer["schema"]))
        assert len(found) > 10
        assert [field for field, known in found if not known.get("description")] == []


def test_problems_are_as_described(client, db, described):
    content = operations(described)[LIST]["responses"]["400"]["content"]
    schema = content["application/problem+json"]["schema"]
    for query in ("zzz=1", "normalized=tru", "fields=statment", "cursor=x"):
        body = get(client, f"{LIST}?{query}", 400).json()
        jsonschema.validate(body, resolved(described, schema))
        assert set(body) <= set(schema["properties"])


def test_the_description_is_served_and_shown_without_any_other_host(client, db):
    served = get(client, f"{PREFIX}schema/")
    assert yaml.safe_load(served.content)["openapi"] == "3.1.0"
    page = get(client, f"{PREFIX}docs/").content.decode()
    assert "https://" not in page
    assert "<script>" not in page
