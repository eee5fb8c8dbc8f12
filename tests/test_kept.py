"""Kept answers are Django's own, header by header, and none is older than the record."""

import pytest
from django.http import HttpResponse
from django.utils.http import http_date

from claims.api import throttling
from claims.models import Edition, PublishedTerm
from factcheck import kept as module
from factcheck.kept import AROUND, Kept, Shelf

from .sites import ADDRESSES, CLAIM, LIST, OTHER, PAGE, PAGES, Site, connection_stays

HEADERS = [
    {},
    {"Accept": "text/csv;q=0.1, application/json"},
    {"Accept-Encoding": "gzip"},
    {"Accept-Encoding": "gzip, deflate, br, zstd", "Accept-Language": "zh-Hans"},
    {"Origin": "https://news.example"},
    {"Origin": "null", "Accept-Encoding": "br"},
    {"If-None-Match": '"another"'},
    {"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"},
    {"If-Modified-Since": http_date(4_000_000_000)},
    {"If-None-Match": "*", "Origin": "https://news.example", "Accept-Encoding": "gzip"},
    {"Host": "127.0.0.1:8000", "X-Forwarded-For": "192.0.2.7"},
]


@pytest.fixture(scope="module")
def record(published_once):
    published_once()
    published_once("tunnel-cost", statement="The tunnel cost 80 million.")


@pytest.fixture
def site(collected_static):
    with connection_stays():
        yield Site()


@pytest.mark.django_db
@pytest.mark.parametrize("address", [*ADDRESSES, *PAGES])
def test_a_kept_answer_is_djangos_own_header_by_header(site, record, address):
    for headers in HEADERS:
        for method in ("GET", "HEAD"):
            first = {"Accept-Encoding": headers.get("Accept-Encoding", "")}
            site.ask(
                address, headers=headers | {"If-None-Match": "", "If-Modified-Since": ""} | first
            )
            wanted = site.ask(address, django=True, method=method, headers=headers)
            passed = site.passed
            assert site.ask(address, method=method, headers=headers) == wanted
            assert site.passed == passed, f"{headers} was not kept"


@pytest.mark.django_db
def test_an_unchanged_answer_is_304_from_what_is_kept(site, record):
    for headers in ({}, {"Accept-Encoding": "br"}, {"Origin": "https://news.example"}):
        etag = site.ask(CLAIM, headers=headers)[1]["etag"]
        for sent in (etag, f'"x", {etag}', etag.removeprefix("W/")):
            asked = headers | {"If-None-Match": sent}
            wanted = site.ask(CLAIM, django=True, headers=asked)
            assert wanted[0] == "304 Not Modified"
            passed = site.passed
            assert site.ask(CLAIM, headers=asked) == wanted
            assert site.passed == passed


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"If-None-Match": '"another"'}])
def test_a_claim_that_nobody_asked_for_is_said_as_django_would(site, record, headers):
    site.ask(CLAIM, headers=headers | {"If-None-Match": ""})
    passed = site.passed
    found = site.ask(OTHER, headers=headers)
    assert site.passed == passed
    assert found == site.ask(OTHER, django=True, headers=headers)
    assert site.ask(f"{LIST}nothing/")[0] == "404 Not Found"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "client"),
    [
        (LIST, {"headers": {"Cookie": "sessionid=x"}}),
        (LIST, {"headers": {"Authorization": "Bearer x"}}),
        (LIST, {"headers": {"Range": "bytes=0-9"}}),
        (CLAIM, {"headers": {"If-Match": '"x"'}}),
        (LIST, {"headers": {"Origin": "https://["}}),
        (LIST, {"headers": {"Host": "evil.example"}}),
        (LIST, {"headers": {"Accept": "x" * 3000}}),
        (LIST, {"method": "OPTIONS"}),
        (LIST, {"method": "POST"}),
        (f"{LIST}?zzz=1", {}),
        (f"{LIST}nothing/", {}),
        ("/api/v1/changes/?after=0&wait=1", {}),
        ("/api/v1/changes/stream/?after=0", {}),
        ("/api/v1/desk/claims/", {}),
        ("/v1alpha1/claims:search?query=bridge", {}),
        (PAGE, {"headers": {"Accept-Datetime": "Thu, 01 Jan 2026 00:00:00 GMT"}}),
        (PAGE, {"headers": {"Cookie": "sessionid=x"}}),
        (f"{PAGE}history/", {}),
        ("/claims/?zzz=1", {}),
        ("/claims/nothing/", {}),
        ("/check/", {}),
        ("/submit/", {}),
        ("/exports/", {}),
        ("/admin/", {}),
    ],
)
def test_what_is_not_everybodys_is_neither_kept_nor_given(site, record, path, client):
    site.ask(path.partition("?zzz")[0])  # a kept answer that it could be taken for
    assert not site.is_kept(path, **client)
    assert not site.is_kept(path, **client)


@pytest.mark.django_db
def test_limits_count_kept_answers_and_are_told_to_each_asker(
    site, record, settings, tmp_path, monkeypatch
):
    settings.API_REQUESTS_PER_MINUTE = 3
    monkeypatch.setattr(throttling, "counters", throttling.Counters(tmp_path / "throttle"))
    for left in (2, 1, 0):
        status, headers, _ = site.ask(LIST)
        assert (status, headers["ratelimit-policy"]) == ("200 OK", '"address";q=3;w=60')
        assert headers["ratelimit"].startswith(f'"address";r={left};t=')
    assert site.passed == 1
    for _ in range(5):  # pages are for people, and not counted
        assert site.ask(PAGE)[0] == "200 OK"
    assert site.passed == 2
    status, headers, body = site.ask(LIST)
    assert (status, headers["cache-control"]) == ("429 Too Many Requests", "no-store")
    assert int(headers["retry-after"]) <= 60
    assert b"results" not in body
    passed = site.passed
    status, headers, _ = site.ask(LIST, REMOTE_ADDR="192.0.2.7")
    assert (status, site.passed) == ("200 OK", passed)
    assert headers["ratelimit"].startswith('"address";r=2;')


@pytest.mark.django_db
def test_one_transaction_is_one_edition_and_a_failed_one_none(record):
    names = [Edition.objects.get().name]
    PublishedTerm.objects.update(claims=5)
    names.append(Edition.objects.get().name)
    assert names[0] is not None
    assert Edition.objects.count() == 1


# --- No more than fits ---------------------------------------------------------


def kept_of(size):
    return Kept(b"1", "200 OK", [], [], b"x" * size, None, None)


def test_what_was_not_asked_for_longest_goes_first():
    shelf = Shelf(3 * (AROUND + 10))
    for name in "abc":
        shelf.put(name, kept_of(10))
    assert shelf.get("a")
    shelf.put("d", kept_of(10))
    assert [name for name in "abcd" if shelf.get(name)] == ["a", "c", "d"]
    shelf.put("d", kept_of(20))
    assert shelf.size == sum(answer.size for answer in shelf.answers.values()) <= shelf.most


@pytest.mark.parametrize(
    ("changed", "is_kept"),
    [
        ({}, True),
        ({"status": 301}, True),
        ({"status": 500}, False),
        ({"content": b"x" * (module.LARGEST + 1)}, False),
        ({"headers": {"Cache-Control": "private"}}, False),
        ({"headers": {"Cache-Control": "public, no-store"}}, False),
        ({"headers": {"Cache-Control": "public", "Vary": "Accept, Cookie"}}, False),
        ({"headers": {"Cache-Control": "public", "Set-Cookie": "a=b"}}, False),
    ],
)
def test_only_what_everybody_may_keep_is_kept(changed, is_kept):
    response = HttpResponse(**{"headers": {"Cache-Control": "public", "Vary": "Accept"}} | changed)
    status = f"{response.status_code} {response.reason_phrase}"
    answer = module.to_keep(b"1", (LIST,), status, list(response.items()), response)
    assert (answer is not None) == is_kept
