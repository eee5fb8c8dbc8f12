"""Whatever a program sends: an answer or a problem, never a page and never an error of ours."""

from urllib.parse import urlencode

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


@given(path=st.text(max_size=30), method=st.sampled_from(["get", "post", "delete", "trace"]))
@settings(max_examples=50, suppress_health_check=QUIET)
def test_no_address_under_the_api_is_a_page(client, db, path, method):
    answer = getattr(client, method)("/api/v1/" + path.replace("?", "").replace("#", ""))
    assert answer.status_code in {200, 204, 301, 404, 405}
    assert not answer.get("Content-Type", "").startswith("text/html") or answer.status_code == 301


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
