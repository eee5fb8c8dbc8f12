"""The desk's addresses in the description of the API: all of them, and what they do."""

import json
import re
import shlex

import jsonschema
import pytest
from django.conf import settings

from claims.deskapi.urls import urlpatterns

from . import desk
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
            read = item.get("get") or item["post"]
            assert all("key" not in scheme for scheme in read.get("security", []))


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


@pytest.mark.django_db
def test_the_tutorial_does_what_it_says():
    """Each of its commands, as curl would send it."""
    program = contributor()
    desk.make_publisher()
    desk.make_source("article")
    tutorial = (settings.BASE_DIR / "docs" / "desk-api.md").read_text()
    commands = "".join(re.findall("```sh\n(.*?)```", tutorial, re.DOTALL)).split("curl ")[1:]
    number = etag = ""
    for command in commands:
        words = shlex.split(command.partition("\nexport")[0])
        told = {name: words[at + 1] for at, name in enumerate(words) if name in {"-X", "--json"}}
        path = next(word for word in words if word.startswith("$DESK/")).removeprefix("$DESK/")
        headers = {"Authorization": f"Bearer {program.key}"}
        if "If-Match: $ETAG" in words:
            headers["If-Match"] = etag
        response = program.client.generic(
            told.get("-X", "POST" if "--json" in told else "GET"),
            DESK + path.replace("$ID", str(number)),
            told.get("--json", "").encode(),
            content_type="application/json",
            headers=headers,
        )
        assert response.status_code in {200, 201}, response.content.decode()
        said, etag = json.loads(response.content), response["ETag"]
        number = said["id"] if path == "verdicts/" else number
    assert len(commands) == 7
    assert said["status"] == "in-review"
    assert said["analysis"] == {"en": "The plan of 2023 is *binding*."}
