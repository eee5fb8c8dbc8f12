"""The desk's addresses in the description of the API: all of them, and what they do."""

import re

import jsonschema
import pytest

from claims.deskapi.urls import urlpatterns

from .programs import CLAIM, DESK, EVIDENCE, contributor, with_a_draft
from .test_api_description import described, resolved  # noqa: F401 (a fixture)


def operations(described):  # noqa: F811
    return {
        (path, method): operation
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if path.startswith(DESK)
    }


def test_every_address_and_method_is_described(described):  # noqa: F811
    views = {}
    for pattern in urlpatterns:
        path = DESK + re.sub("<[^:]+:([^>]+)>", r"{\1}", str(pattern.pattern))
        view = pattern.callback.cls
        methods = {name for name in view.http_method_names if hasattr(view, name)}
        views[path.replace("{pk}", "{id}")] = methods - {"head", "options"}
    found = {(path, method) for path, methods in views.items() for method in methods}
    assert set(operations(described)) == found


def test_every_operation_wants_a_key_and_says_so(described):  # noqa: F811
    assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for operation in operations(described).values():
        assert operation["security"] == [{"key": []}]
        assert {"401", "403", "429"} <= set(operation["responses"])
        for parameter in operation.get("parameters", []):
            assert parameter["in"] == "path" or parameter["description"]
    for path, item in described["paths"].items():
        if not path.startswith(DESK):
            assert all("key" not in scheme for scheme in item["get"].get("security", []))


def test_what_changes_a_draft_wants_its_version(described):  # noqa: F811
    for (path, method), operation in operations(described).items():
        wanted = method in {"patch", "delete"} or path.endswith("submit/")
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("If-Match" in names) is wanted
        assert ({"412", "428"} <= set(operation["responses"])) is wanted


@pytest.mark.django_db
def test_answers_and_bodies_are_as_described_to_the_last_field(described):  # noqa: F811
    program = contributor()
    verdict = with_a_draft(program)
    piece = program.post(f"{verdict}evidence/", EVIDENCE)["id"]
    number = verdict.split("/")[1]
    for path in (
        *("claims/", "sources/", "verdicts/", f"{verdict}evidence/", verdict),
        *("claims/tower-height/", "sources/tower-plan/", f"{verdict}evidence/{piece}/"),
    ):
        said = program.get(path)
        known = path.replace("tower-height", "{slug}").replace("tower-plan", "{slug}")
        known = known.replace(f"verdicts/{number}/evidence/", "verdicts/{verdict}/evidence/")
        known = known.replace(f"verdicts/{number}/", "verdicts/{id}/").replace(
            f"evidence/{piece}/", "evidence/{id}/"
        )
        operation = operations(described)[f"{DESK}{known}", "get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(said, resolved(described, schema))
    new = operations(described)[f"{DESK}claims/", "post"]["requestBody"]
    shape = new["content"]["application/json"]["schema"]
    jsonschema.validate(CLAIM, shape)
    for wrong in ({}, CLAIM | {"status": "published"}, CLAIM | {"slug": "A B"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, shape)


@pytest.mark.django_db
def test_problems_are_as_described(described):  # noqa: F811
    program = contributor()
    operation = operations(described)[f"{DESK}claims/", "post"]
    for body, status in (({}, "400"), (CLAIM | {"statment": {}}, "400")):
        said = program.post("claims/", body, int(status))
        content = operation["responses"][status]["content"]["application/problem+json"]
        jsonschema.validate(said, resolved(described, content["schema"]))
        assert set(said) <= set(content["schema"]["properties"])
