"""Google's API on our address: what is asked wrongly is told so in Google's words, always."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.throttling import BaseThrottle

from claims.api.google import parameters, views

SEARCH = "/v1alpha1/claims:search"
PAGES = "/v1alpha1/pages"
FORM = "application/x-www-form-urlencoded"
WORDS = {
    **{400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"},
    **{429: "RESOURCE_EXHAUSTED", 501: "UNIMPLEMENTED"},
}


def refused(response, status=400):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json; charset=UTF-8"
    assert response["Cache-Control"] == "no-store"
    [error] = response.json().values()
    assert (error["code"], error["status"]) == (status, WORDS[status])
    assert error["message"]
    return error


def test_something_must_be_asked(client, db):
    expected = {
        "code": 400,
        "message": "Set query or reviewPublisherSiteFilter.",
        "status": "INVALID_ARGUMENT",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [
                    {
                        "field": "query",
                        "description": "Required unless reviewPublisherSiteFilter is set.",
                    }
                ],
            }
        ],
    }
    for asked in ({}, {"query": " "}, {"languageCode": "en", "key": "k"}):
        assert refused(client.get(SEARCH, asked)) == expected


@pytest.mark.parametrize(
    "query",
    [
        "pageSize=ten",
        "pageSize=",
        "pageSize=-1",
        "pageSize=2147483648",
        "pageSize=%D9%A3",
        "pageSize=1&pageSize=2",
        "offset=-1",
        "offset=1.5",
        "offset=2001",
        "maxAgeDays=-3",
        "maxAgeDays=week",
        "languageCode=x",
        "languageCode=en;q=1",
        "reviewPublisherSiteFilter=https://nytimes.com/",
        "reviewPublisherSiteFilter=a b",
        "pageToken=nonsense",
        "pageToken=WzEsMSwwXQ:AAAA",
        "pageToken=é:é",
        "query=a%00b",
        "query=bridge&query=tunnel",
        "query=" + "a" * 10_001,
        "alt=proto",
        "alt=media",
        "prettyPrint=perhaps",
        "$.xgafv=3",
        "quotaUser=" + "u" * 41,
        "fields=claims(text",
        "fields=claims/text/length",
        "fields=nothing",
        "fields=claims()",
        "fields=" + "claims(" * 500,
        "fields=,",
        "pagesize=3",
        "page_size=3",
        "q=bridge",
    ],
)
def test_every_wrong_parameter_is_named(client, db, query):
    name = query.split("=")[0]
    rest = "" if name in {"query", "q"} else "query=bridge&"
    error = refused(client.get(f"{SEARCH}?{rest}{query}"))
    fields = [row["field"] for row in error["details"][0]["fieldViolations"]]
    assert fields == [name]
    assert len(error["message"]) < 200


def test_words_of_google(client, db):
    error = refused(client.get(SEARCH, {"query": "a", "pageSize": "ten"}))
    assert error["message"] == "Invalid value at 'page_size' (TYPE_INT32), \"ten\""
    error = refused(client.get(SEARCH, {"query": "a", "pagesize": "3"}))
    assert error["message"] == (
        'Unknown name "pagesize": Cannot bind query parameter. Did you mean pageSize?'
    )


def test_common_parameters_are_borne(client, db):
    borne = {
        **{"key": "k", "access_token": "t", "oauth_token": "t", "alt": "json", "quotaUser": "u"},
        **{"callback": "steal", "$.xgafv": "1", "uploadType": "media", "upload_protocol": "raw"},
        "prettyPrint": "false",
    }
    response = client.get(SEARCH, borne | {"query": "bridge"}, headers={"Accept": "text/html"})
    assert (response.status_code, response.content) == (200, b"{}")
    assert response["Content-Type"].startswith("application/json")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_token_is_good_for_its_own_question_only(client, published):
    for number in range(3):
        published(f"bridge-{number}")
    asked = {"query": "bridge", "pageSize": 1}
    token = client.get(SEARCH, asked).json()["nextPageToken"]
    again = asked | {"pageToken": token}
    assert client.get(SEARCH, again | {"offset": 2000}).json() == client.get(SEARCH, again).json()
    assert client.get(SEARCH, again | {"pageSize": 2}).status_code == 200
    for other in (
        {"query": "bridges"},
        {"languageCode": "en"},
        {"maxAgeDays": 3},
        {"reviewPublisherSiteFilter": "127.0.0.1"},
        {"pageToken": f"{token}A"},
        {"pageToken": token[1:]},
    ):
        refused(client.get(SEARCH, again | other))
    refused(client.get(PAGES, {"organization": "127.0.0.1", "pageToken": token}))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "url=http://127.0.0.1/claims/a/&organization=127.0.0.1",
        "url=claims/a/",
        "url=javascript:alert(1)",
        "url=http://[::1",
        "organization=http://127.0.0.1",
        "name=pages/a",
    ],
)
def test_pages_are_asked_for_in_one_way(client, db, query):
    refused(client.get(f"{PAGES}?{query}"))


def test_a_form_stands_for_a_long_address(client, published):
    published()
    headers = {"X-HTTP-Method-Override": "get"}
    form = {"data": f"query={quote('bridge ' * 400)}", "content_type": FORM, "headers": headers}
    response = client.post(f"{SEARCH}?key=k", **form)
    assert response.status_code == 200
    assert len(response.json()["claims"]) == 1
    refused(client.post(SEARCH, data={"query": "bridge"}, headers=headers))  # multipart
    refused(client.post(SEARCH, data="{}", content_type="application/json", headers=headers))
    refused(
        client.post(SEARCH, data="a=1", content_type=f"{FORM}; charset=latin-1", headers=headers)
    )
    refused(client.post(f"{SEARCH}?query=a", data="query=b", content_type=FORM, headers=headers))
    refused(client.post(SEARCH, data="a" * 3_000_000, content_type=FORM, headers=headers))
    refused(client.post(SEARCH, data="query=bridge", content_type=FORM), 404)


def test_more_parameters_than_anybody_has_a_reason_for(client, db):
    refused(client.get(f"{SEARCH}?{'&'.join(f'a{n}=1' for n in range(1001))}"))


def test_images_are_not_searched(client, db):
    error = refused(client.get("/v1alpha1/claims:imageSearch", {"imageUri": "https://a.b/c"}), 501)
    assert "claims:search" in error["message"]


def test_nobody_writes_pages(client, published):
    published()
    form = {"content_type": FORM, "data": ""}
    refused(client.post(PAGES, data="{}", content_type="application/json"), 403)
    refused(client.put(f"{PAGES}/bridge-cost"), 403)
    refused(client.delete(f"{PAGES}/bridge-cost"), 403)
    refused(client.post(f"{PAGES}/a", **form, headers={"X-HTTP-Method-Override": "DELETE"}), 403)
    refused(client.patch(f"{PAGES}/bridge-cost"), 404)
    refused(client.get(f"{PAGES}/nothing"), 404)
    refused(client.get(f"{PAGES}/a%00b"), 404)


@pytest.mark.parametrize(
    "path",
    [
        "/v1alpha1",
        "/v1alpha1/",
        "/v1alpha1/claims",
        "/v1alpha1/claims:search/",
        "/v1alpha1/claims:Search",
        "/v1alpha1/pages/",
        "/v1alpha1/pages/a/b",
        "/v1alpha1/<script>",
        "/batch",
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "trace"])
def test_unknown_addresses_and_methods(client, db, path, method):
    headers = {"Accept-Language": "zh-hans", "Accept": "text/html"}
    refused(getattr(client, method)(path, headers=headers), 404)


def test_unknown_methods_of_known_addresses(client, db):
    for method in (client.post, client.put, client.patch, client.delete):
        refused(method(SEARCH), 404)
    assert client.options(SEARCH).status_code == 204


def test_too_many_requests_are_told_when_to_come_again(client, db, monkeypatch):
    class Never(BaseThrottle):
        def allow_request(self, request, view):
            return False

        def wait(self):
            return 1.5

    monkeypatch.setattr(views.ClaimsSearch, "throttle_classes", [Never])
    response = client.get(SEARCH, {"query": "bridge"})
    assert response["Retry-After"] == "2"
    refused(response, 429)


def test_our_own_mistake_is_told_without_a_page(client, db, monkeypatch, caplog):
    def break_down(*args):
        raise RuntimeError("secret")

    monkeypatch.setattr(views.finding, "search", break_down)
    response = client.get(SEARCH, {"query": "bridge"})
    assert (response.status_code, response.json()["error"]["status"]) == (500, "INTERNAL")
    assert b"secret" not in response.content
    assert "secret" in caplog.text


NAMES = [*views.ClaimsSearch.parameters, *views.Pages.parameters, *parameters.COMMON]
TEXTS = st.one_of(
    st.text(max_size=30), st.integers().map(str), st.sampled_from(["127.0.0.1", "en", "claims(*)"])
)


@given(sent=st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), TEXTS, max_size=5))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_parameters_break_it(client, db, sent):
    for path in (SEARCH, PAGES, f"{PAGES}/x"):
        response = client.get(path, sent)
        assert response.status_code in {200, 400, 404}
        assert response["Content-Type"].startswith("application/json")
        assert b"INTERNAL" not in response.content


@given(query=st.text(max_size=60), path=st.text(max_size=20))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_address_breaks_it(client, db, query, path):
    for address in (f"{SEARCH}?{quote(query, safe='&=%')}", f"/v1alpha1/{quote(path)}"):
        response = client.get(address)
        assert response.status_code in {200, 400, 404}
        assert response["Content-Type"].startswith("application/json")
