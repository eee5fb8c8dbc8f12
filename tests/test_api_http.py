"""How the API speaks HTTP: conditional, compressed, cacheable, open to browsers, and limited."""

import errno
import gzip
import threading

import brotli
import pytest
from django.test import override_settings

from claims.api import throttling
from claims.models import Revision
from claims.pages.footer import about_us
from factcheck import errors

from .helpers import count_queries
from .test_api import LIST, get, problem

ADDRESSES = [
    "/api/v1/",
    LIST,
    f"{LIST}bridge-cost/",
    f"{LIST}bridge-cost/revisions/",
    f"{LIST}bridge-cost/revisions/1/",
    f"{LIST}bridge-cost/claimreview/",
    f"{LIST}bridge-cost/annotations/",
    "/api/v1/sources/",
    "/api/v1/sources/article/",
    "/api/v1/lookup/?url=https://example.org/article",
    "/api/v1/changes/",
    "/api/v1/schema/",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_everything_answers_304_while_it_is_unchanged(client, published, address):
    published()
    first = get(client, address)
    assert first["ETag"].startswith('"')
    again = get(client, address, 304, headers={"If-None-Match": first["ETag"]})
    assert again.content == b""
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again[name] == first[name]
    assert count_queries(lambda: client.get(address)) <= 2


@pytest.mark.parametrize("address", [LIST, "/api/v1/sources/", "/api/v1/changes/"])
def test_a_list_that_changed_is_sent_again(client, published, address):
    published("one")
    etag = get(client, address)["ETag"]
    published("two")
    get(client, address, 200, headers={"If-None-Match": etag})


def test_last_modified_is_the_moment_of_the_revision(client, published):
    published()
    address = f"{LIST}bridge-cost/"
    modified = get(client, address)["Last-Modified"]
    get(client, address, 304, headers={"If-Modified-Since": modified})
    get(client, address, 200, headers={"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"})


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_and_options_are_right_everywhere(client, published, address):
    published()
    got, head = get(client, address), client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("Content-Type", "Cache-Control", "Vary", "Link"):
        assert head[name] == got[name]
    assert head.get("ETag") == got.get("ETag")
    options = client.options(address)
    assert (options.status_code, options.content) == (204, b"")
    assert options["Allow"] == "GET, HEAD, OPTIONS"
    refused = client.post(address)
    assert refused.status_code == 405
    assert refused["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("address", ADDRESSES)
def test_caches_between_us_may_keep_answers_and_not_for_long(client, published, address):
    published()
    answer = get(client, address, headers={"Accept-Language": "zh-Hans"})
    directives = dict(part.partition("=")[::2] for part in answer["Cache-Control"].split(", "))
    assert "public" in directives
    assert int(directives["s-maxage"]) + int(directives["stale-while-revalidate"]) <= 60
    assert not answer.cookies
    assert "Accept-Language" not in answer["Vary"]
    assert "Cookie" not in answer["Vary"]
    assert "Accept-Encoding" in answer["Vary"]


def test_problems_are_kept_by_no_cache(client, db):
    for query, status in (("nothing/", 404), ("?zzz=1", 400)):
        assert get(client, f"{LIST}{query}", status)["Cache-Control"] == "no-store"


def test_links_lead_to_the_next_page_the_description_and_the_licence(client, published):
    published("one"), published("two")
    link = get(client, f"{LIST}?page_size=1")["Link"]
    for rel in ("next", "describedby", "license"):
        assert f'rel="{rel}"' in link
    assert 'rel="next"' not in get(client, LIST)["Link"]


# --- Compression ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "coding", "unpack"),
    [
        ("gzip, deflate", "gzip", gzip.decompress),
        ("br", "br", brotli.decompress),
        ("gzip;q=0.5, br;q=0.9", "br", brotli.decompress),
    ],
)
def test_answers_are_compressed_for_who_can_read_them(client, published, accepted, coding, unpack):
    revision = published()
    address = f"{LIST}bridge-cost/"
    answer = get(client, address, headers={"Accept-Encoding": accepted})
    assert answer["Content-Encoding"] == coding
    assert unpack(answer.content) == bytes(revision.document)
    assert answer["ETag"] == f'W/"{revision.sha256}"'
    headers = {"Accept-Encoding": accepted, "If-None-Match": answer["ETag"]}
    get(client, address, 304, headers=headers)


def test_what_only_the_signed_in_see_is_not_compressed(client, admin_user):
    client.force_login(admin_user)
    answer = client.get("/admin/", headers={"Accept-Encoding": "gzip, br"}, follow=True)
    assert "Content-Encoding" not in answer


# --- Browsers ------------------------------------------------------------------


def test_any_page_may_read_and_none_may_write(client, published):
    published()
    origin = {"Origin": "https://news.example"}
    for address in (LIST, f"{LIST}nothing/"):
        answer = client.get(address, headers=origin)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer
    asked = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    preflight = client.options(LIST, headers=origin | asked)
    assert preflight.status_code == 200
    assert preflight["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "if-none-match" in preflight["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in client.get("/claims/", headers=origin)


def test_a_page_may_ask_as_googles_clients_do(client, db):
    """They send the key and what they are as headers, and a long question as a form."""
    names = ["content-type", "x-goog-api-client", "x-goog-api-key", "x-http-method-override"]
    asked = {
        "Origin": "https://news.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": ", ".join(names),
    }
    preflight = client.options("/v1alpha1/claims:search", headers=asked)
    assert "POST" in preflight["Access-Control-Allow-Methods"].split(", ")
    assert set(names) <= set(preflight["Access-Control-Allow-Headers"].split(", "))
    for address in ("/api/v1/match/", "/api/v1/validate/"):  # read, and written nowhere
        a_text = client.options(address, headers=asked)
        assert "POST" in a_text["Access-Control-Allow-Methods"].split(", ")
        assert "content-type" in a_text["Access-Control-Allow-Headers"].split(", ")
    ours = client.options(LIST, headers=asked)
    assert "POST" not in ours["Access-Control-Allow-Methods"]
    assert not set(names) & set(ours["Access-Control-Allow-Headers"].split(", "))


# --- Limits --------------------------------------------------------------------


@pytest.fixture
def limit(settings, tmp_path, monkeypatch):
    settings.API_REQUESTS_PER_MINUTE = 3
    monkeypatch.setattr(throttling, "counters", throttling.Counters(tmp_path / "throttle"))


def test_an_address_that_asks_too_often_is_told_when_to_come_back(client, db, limit):
    for left in (2, 1, 0):
        answer = get(client, LIST)
        assert answer["RateLimit-Policy"] == '"address";q=3;w=60'
        assert answer["RateLimit"].startswith(f'"address";r={left};t=')
    problem(client, LIST, 429)
    google = client.get("/v1alpha1/claims:search?query=bridge")
    assert (google.status_code, google["RateLimit-Policy"]) == (429, '"address";q=3;w=60')
    refused = client.get(LIST)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["Cache-Control"] == "no-store"
    assert get(client, LIST, headers={}, REMOTE_ADDR="192.0.2.7")


def test_retry_after_is_true(client, db, limit, monkeypatch):
    clock = [1_000_000.25]
    monkeypatch.setattr(throttling.time, "time", lambda: clock[0])
    while (answer := client.get(LIST)).status_code == 200:
        clock[0] += 1.5
    clock[0] += int(answer["Retry-After"]) - 1.5
    assert client.get(LIST).status_code == 429
    clock[0] += 1.5
    assert client.get(LIST).status_code == 200


def test_all_processes_count_together(limit, tmp_path):
    """Each process opens the file for itself; so does each of these."""
    one, two = (throttling.Counters(tmp_path / "shared") for _ in range(2))
    assert [part.hit("a", 10.0)[0] for part in (one, two, one)] == [1, 2, 3]
    assert two.hit("b", 10.0)[0] == 1
    assert two.hit("a", 71.0)[0] == 1


def test_no_request_is_lost_between_threads(tmp_path):
    counters = throttling.Counters(tmp_path / "shared")
    hits = lambda: [counters.hit("a", 10.0) for _ in range(200)]  # noqa: E731
    threads = [threading.Thread(target=hits) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counters.hit("a", 10.0)[0] == 801


def test_a_full_disk_turns_nobody_away():
    counters = throttling.Counters("/dev/full")  # each write ends in ENOSPC
    assert [counters.hit("a", 10.0) for _ in range(3)] == [(1, 70.0)] * 3


@pytest.mark.parametrize(("number", "status"), [(errno.ENOSPC, 503), (errno.ENOENT, 500)])
def test_a_full_disk_passes_and_other_mistakes_do_not(rf, number, status):
    try:
        raise OSError(number, "as the system says it")
    except OSError:
        response = errors.broken(rf.get(LIST))
    assert (response.status_code, "Retry-After" in response) == (status, status == 503)


def test_a_page_needs_no_room_to_keep_its_footer(db, rf):
    files = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache"}
    with override_settings(CACHES={"default": files | {"LOCATION": "/dev/full/cache"}}):
        assert about_us(rf.get("/")) == []


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("unknown", "unknown", True),
    ],
)
def test_a_subscriber_of_ipv6_is_one_address(one, other, is_same):
    assert (throttling.network(one) == throttling.network(other)) is is_same


def test_an_error_of_ours_is_a_problem_too(client, published, monkeypatch):
    published()
    client.raise_request_exception = False
    monkeypatch.setattr(Revision, "is_sealed", property(lambda self: 1 / 0))
    assert problem(client, f"{LIST}bridge-cost/revisions/1/", 500)["title"] == "Internal error"
