"""Whatever a program sends: an answer or a problem, never a page and never an error of ours."""

from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.filters import ClaimFilter

from .test_api import LIST, get, problem
from .test_api_http import ADDRESSES

PARAMETERS = ["cursor", "page_size", "count", "ordering", "fields", "format", "url"]
PARAMETERS += ["after", "wait", "documents", "language", *ClaimFilter.base_filters]
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["true", "-1", "0", "9" * 30, "bridge-cost", "2026-01-01", "2026-01-01T00:00Z"]
    ),
    st.sampled_from(
        ["https://[::1", "https://a:b/", "https://\x00/", "https://xn--a/", "http://ａ／b"]
    ),
    st.text("https:/.[]?&=%@#\x00 \u3002", min_size=5).map(lambda rest: f"https://{rest}"),
)
# `wait` would wait.
ASKED = st.dictionaries(st.sampled_from([*PARAMETERS, "zzz"]), VALUES, max_size=4)
NAMES = ["Accept", "Accept-Language", "If-None-Match", "If-Modified-Since", "Range"]
NAMES += ["Last-Event-ID", "Origin", "Accept-Encoding"]
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        name: st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
        for name in NAMES
    },
)
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(address=st.sampled_from(ADDRESSES), asked=ASKED, headers=HEADERS)
@settings(max_examples=100, suppress_health_check=QUIET)
def test_nothing_sent_breaks_anything(client, document, address, asked, headers):
    if asked.get("wait", "0") not in {"0", "-1"}:
        del asked["wait"]
    answer = client.get(f"{address.partition('?')[0]}?{urlencode(asked)}", headers=headers)
    assert answer.status_code in {200, 304, 400, 404, 406}
    assert not answer.get("Content-Type", "").startswith("text/html")
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


PLACES = ["/api/", "/api/v1/", LIST, f"{LIST}bridge-cost/", f"{LIST}bridge-cost/revisions/"]
PLACES += ["/api/v1/docs/", "/v1alpha1/", "/v1alpha1/pages", "/v1alpha1/pages/"]
PLACES += ["/v1alpha1/claims:search", "/v1alpha1/claims:imageSearch"]
ENDS = [b"", b"/", b"\n", b"\0", b"%2F", b"//", b"../", b"\xff", b"x" * 9000, "／".encode()]
ODD = {
    "Host": ["testserver", "elsewhere.example", "testserver:x", "[::1", "a b", "", "\x7f"],
    "Accept": ["text/html", "*/*;q=0", "application/json;q=x", ",,/", "image/png", "\xff"],
    "Accept-Encoding": ["gzip, br", "identity;q=0", "*;q=0", "br;q=9", "zstd", ";"],
    "If-None-Match": ["*", '"', 'W/"x", "y"', "x" * 5000],
    "If-Modified-Since": ["Thu, 99 Jan 2015 00:00:00 GMT", "0", "Thu, 01 Jan 0000 00:00:00 GMT"],
    "Range": ["bytes=0-1", "bytes=-", "lines=9-1"],
    "X-HTTP-Method-Override": ["GET", "PUT", "DELETE", "TRACE", "get\t"],
    "Content-Length": ["0", "-1", "x", "99"],
    "Origin": ["null", "https://[", "https://news.example"],
    "Access-Control-Request-Method": ["POST", "?"],
}
KINDS = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
KINDS += ["multipart/form-data; boundary=x", "text/html; charset=no-such", "", "/"]
BODIES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"query=bridge", b"{", b"[[[[", b"query=%00&\xff", b"--x\r\n\r\n--x--"]),
    st.just(b"a=1&" * 2000),
)


@given(
    place=st.sampled_from(PLACES),
    end=st.sampled_from(ENDS) | st.binary(max_size=20),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FOO"]),
    headers=st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(some) for name, some in ODD.items()}
    ),
    kind=st.sampled_from(KINDS),
    body=BODIES,
)
@settings(max_examples=200, suppress_health_check=QUIET)
def test_no_request_is_answered_by_a_page(client, db, place, end, method, headers, kind, body):
    """Whatever its method, path, headers and body are."""
    address = place + quote_from_bytes(end)
    answer = client.generic(method, address, body, content_type=kind, headers=headers)
    assert answer.status_code in {200, 204, 301, 304, 400, 403, 404, 405, 406, 501}
    written = answer.get("Content-Type", "")
    is_page = address == "/api/v1/docs/" and answer.status_code == 200
    assert is_page or not answer.content or not written.startswith("text/html")
    if answer.status_code >= 400:
        assert written.startswith(("application/problem+json", "application/json; charset=UTF-8"))
    if answer.status_code >= 400 and method != "HEAD" and "Content-Encoding" not in answer:
        said = answer.json()
        assert said.get("error", said).get("code", said.get("status")) == answer.status_code


@pytest.mark.parametrize("address", [LIST, "/v1alpha1/claims:search?query=x", "/batch"])
def test_a_host_that_is_not_ours_is_told_so_without_a_page(client, db, address):
    answer = client.get(address, headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer["Cache-Control"]) == (400, "no-store")
    assert "json" in answer["Content-Type"]


@pytest.mark.parametrize("address", ["/api/", "/api/v2/", "/api/v2/claims/", "/api/v1/nothing"])
def test_other_addresses_are_problems(client, db, address):
    problem(client, address, 404)


@pytest.mark.parametrize("address", [LIST, "/api/v1/schema/", "/api/v1/docs/", "/api/v1/"])
def test_unknown_parameters_are_refused_everywhere(client, db, address):
    assert problem(client, f"{address}?zzz=1")["unknown"] == ["zzz"]


def test_problems_are_told_in_one_language(client, db):
    address = f"{LIST}?normalized=tru"
    chinese = get(client, address, 400, headers={"Accept-Language": "zh-Hans"})
    assert chinese.content == get(client, address, 400).content
    assert "none of" in chinese.json()["detail"]


@pytest.mark.parametrize("address", ["/api/v1/changes/stream/", "/api/v1/docs/"])
def test_head_and_options_of_what_is_no_list(client, db, address):
    got = get(client, address)
    got.close()
    head, options = client.head(address), client.options(address)
    assert (head.status_code, head["Content-Type"]) == (200, got["Content-Type"])
    assert b"".join(head) == b""
    assert (options.status_code, options["Allow"]) == (204, "GET, HEAD, OPTIONS")
