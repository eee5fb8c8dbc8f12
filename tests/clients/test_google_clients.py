"""Google's own clients, unmodified, with nothing changed but the address."""

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from googleapiclient.discovery import build
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError

from claims.api.google import parameters, views
from claims.interchange import google

HERE = Path(__file__).parent
LONG = "bridge " * 400  # past 2,048 bytes the Python client sends a form


def discovered():
    """Google's description of the API, as it comes along with the client for Python."""
    return json.loads(get_static_doc("factchecktools", "v1alpha1"))


def shape_of(schema, schemas):
    """The fields of a message, in the form of claims.interchange.google."""
    schema = schema.get("items", schema)
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    return {name: shape_of(field, schemas) for name, field in schema.get("properties", {}).items()}


def test_parameters_and_fields_are_those_that_google_describes():
    description = discovered()
    claims, pages = (description["resources"][name]["methods"] for name in ("claims", "pages"))
    assert set(views.ClaimsSearch.parameters) == claims["search"]["parameters"].keys()
    assert set(views.Pages.parameters) == pages["list"]["parameters"].keys()
    assert description["parameters"].keys() == parameters.COMMON
    for method, shape in [
        (claims["search"], google.SEARCH),
        (pages["list"], google.PAGES),
        (pages["get"], google.PAGE),
    ]:
        assert shape_of(method["response"], description["schemas"]) == shape


@contextmanager
def python(served):
    """Without a key, the client would look for credentials of Google and fail."""
    with build(
        "factchecktools",
        "v1alpha1",
        static_discovery=True,
        developerKey="any-key",
        client_options={"api_endpoint": served},
    ) as api:
        yield api


@pytest.fixture
def node(served):
    """Call a method of the client in Node: `node("claims.search", query="bridge")`."""
    is_there = (HERE / "node_modules").exists() and shutil.which("node")
    if not is_there and os.environ.get("CI") == "true":
        pytest.fail("Google's client for Node is missing: npm ci --prefix tests/clients")
    if not is_there:
        pytest.skip("needs Google's client for Node: npm ci --prefix tests/clients")

    def call(method, **parameters):
        done = subprocess.run(
            ["node", "factchecktools.js", f"{served}/", method, json.dumps(parameters)],
            cwd=HERE,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return call


@pytest.fixture
def claims(published):
    for number in range(12):
        published(f"bridge-{number}")


def urls(claims):
    return [review["url"] for claim in claims for review in claim["claimReview"]]


def test_python_searches_and_pages_to_the_end(served, claims):
    with python(served) as api:
        request = api.claims().search(query="bridge", languageCode="en-GB", pageSize=5)
        pages = []
        while request is not None:
            answer = request.execute()
            pages.append(answer["claims"])
            request = api.claims().search_next(request, answer)
    assert [len(page) for page in pages] == [5, 5, 2]
    assert len({url for page in pages for url in urls(page)}) == 12
    assert pages[0][0]["claimReview"][0]["textualRating"] == "Mostly false"


def test_python_finds_nothing_and_is_told_what_was_wrong(served, claims):
    with python(served) as api:
        assert api.claims().search(query="zeppelin").execute() == {}
        with pytest.raises(HttpError) as caught:
            api.claims().search(languageCode="en").execute()
        assert (caught.value.status_code, caught.value.reason) == (
            400,
            "Set query or reviewPublisherSiteFilter.",
        )
        with pytest.raises(HttpError) as caught:
            api.claims().imageSearch(imageUri="https://example.org/a.png").execute()
        assert caught.value.status_code == 501
        assert "claims:search" in caught.value.reason


def test_python_asks_a_long_question_as_a_form(served, claims):
    with python(served) as api:
        assert len(api.claims().search(query=LONG, pageSize=3).execute()["claims"]) == 3


def test_python_reads_pages_and_cannot_write_them(served, claims):
    with python(served) as api:
        listed = api.pages().list(organization="127.0.0.1", pageSize=10)
        answer = listed.execute()
        rest = api.pages().list_next(listed, answer).execute()
        pages = answer["claimReviewMarkupPages"] + rest["claimReviewMarkupPages"]
        assert len(pages) == 12
        assert "nextPageToken" not in rest
        assert api.pages().get(name=pages[0]["name"]).execute() == pages[0]
        for refused in (
            api.pages().create(body=pages[0]),
            api.pages().update(name=pages[0]["name"], body=pages[0]),
            api.pages().delete(name=pages[0]["name"]),
        ):
            with pytest.raises(HttpError) as caught:
                refused.execute()
            assert caught.value.status_code == 403


def test_node_searches_and_pages_to_the_end(node, claims):
    pages, token = [], None
    while token or not pages:
        more = {"pageToken": token} if token else {}
        answer = node("claims.search", query="bridge", languageCode="en", pageSize=5, **more)
        assert answer["status"] == 200
        pages.append(answer["data"]["claims"])
        token = answer["data"].get("nextPageToken")
    assert [len(page) for page in pages] == [5, 5, 2]
    assert len({url for page in pages for url in urls(page)}) == 12


def test_node_finds_nothing_and_is_told_what_was_wrong(node, claims):
    assert node("claims.search", query="zeppelin") == {"status": 200, "data": {}}
    assert node("claims.search", pageSize=3) == {
        "status": 400,
        "message": "Set query or reviewPublisherSiteFilter.",
    }
    image = node("claims.imageSearch", imageUri="https://example.org/a.png")
    assert image["status"] == 501
    assert len(node("claims.search", query=LONG, pageSize=3)["data"]["claims"]) == 3


def test_node_reads_pages_and_cannot_write_them(node, claims):
    page = node("pages.get", name="pages/bridge-3")
    assert page["data"]["name"] == "pages/bridge-3"
    url = page["data"]["pageUrl"]
    assert node("pages.list", url=url)["data"] == {"claimReviewMarkupPages": [page["data"]]}
    assert node("pages.create", requestBody=page["data"])["status"] == 403
    for method in ("pages.update", "pages.delete"):
        assert node(method, name="pages/bridge-3", requestBody={})["status"] == 403
    assert node("pages.get", name="pages/nothing")["status"] == 404
