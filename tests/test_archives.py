"""Copies at the archive: every documented outcome, played by a server of our own."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from claims import links
from sources import archives
from sources.models import Archive, ArchiveCopy, Source

from . import desk, hostile
from .hostile import answer, redirect

pytestmark = pytest.mark.django_db
STAMP = "20261122101112"
# status_ext: is it for good?
OUTCOMES = {
    "error:bad-gateway": False, "error:bad-request": True, "error:bandwidth-limit-exceeded": False,
    "error:blocked": True, "error:blocked-client-ip": False, "error:blocked-url": True,
    "error:browsing-timeout": False, "error:capture-location-error": False,
    "error:cannot-fetch": False, "error:celery": False, "error:filesize-limit": True,
    "error:ftp-access-denied": True, "error:gateway-timeout": False,
    "error:http-version-not-supported": True, "error:internal-server-error": False,
    "error:invalid-host-resolution": True, "error:invalid-server-response": False,
    "error:invalid-url-syntax": True, "error:job-failed": False, "error:method-not-allowed": True,
    "error:network-authentication-required": True, "error:no-access": True,
    "error:no-browsers-available": False, "error:not-found": True, "error:not-implemented": True,
    "error:protocol-error": False, "error:proxy-error": False, "error:read-timeout": False,
    "error:service-unavailable": False, "error:soft-time-limit-exceeded": False,
    "error:too-many-daily-captures": False, "error:too-many-redirects": True,
    "error:too-many-requests": False, "error:unauthorized": True,
    "error:user-session-limit": False, "error:something-new": False,
}  # fmt: skip


def said(status=200, **facts):
    return answer(json.dumps(facts).encode(), status=status, type="application/json")


@pytest.fixture(scope="module")
def server():
    with hostile.site() as server:
        yield server


@pytest.fixture
def archive(server, settings, monkeypatch):
    """The archive with keys for it; `archive.pages` is what it answers."""
    settings.CAPTURE, settings.FETCH_ALLOWED = True, [server.host]
    settings.WAYBACK_KEYS = "access:secret"
    monkeypatch.setattr(archives, "WAYBACK", server.url)
    monkeypatch.setattr(archives, "AVAILABILITY", f"{server.url}/available")
    server.pages.clear()
    server.got.clear()
    return server


@pytest.fixture
def source(db):
    return desk.make_source("report", link_state="ok")


def turn():
    """The worker's next turn, whenever it would be; returns the copy as it is then."""
    ArchiveCopy.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    links.archive()
    return ArchiveCopy.objects.get()


def begun(archive):
    archive.pages["/save"] = said(url="https://example.org/report", job_id="spn2-1")
    archive.pages["/save/status/spn2-1"] = said(status="pending", resources=[])
    return turn()


# `said` has a parameter called status, which is the HTTP one: these speak of the archive's own.
def state(archive, **facts):
    body = json.dumps(facts).encode()
    archive.pages["/save/status/spn2-1"] = answer(body, type="application/json")


def test_submitted_is_not_archived(archive, source):
    archive.pages["/save"] = said(url=source.url, job_id="spn2-1")
    copy = turn()
    state(archive, status="pending", resources=[])
    for _ in range(3):
        assert (copy.state, copy.ticket, copy.url, copy.archived_at) == (
            *("requested", "spn2-1", ""), None,
        )  # fmt: skip
        copy = turn()
    path, sent = archive.got[0]
    assert (path, sent["Authorization"]) == ("/save", "LOW access:secret")


def test_archived_is_what_the_archive_says_is_there(archive, source):
    archive.pages["/save"] = said(url=source.url, job_id="spn2-1")
    turn()
    state(archive, status="success", timestamp=STAMP, original_url=source.url, http_status=200)
    copy = turn()
    assert (copy.state, copy.due_at) == ("archived", None)
    assert copy.url == f"{archive.url}/web/{STAMP}/{source.url}"
    assert f"{copy.archived_at:%Y%m%d%H%M%S}" == STAMP
    asked = len(archive.got)
    assert turn().pk == copy.pk
    assert len(archive.got) == asked


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_documented_error(archive, source, outcome):
    archive.pages["/save"] = said(url=source.url, job_id="spn2-1")
    turn()
    state(archive, status="error", status_ext=outcome, message="Why.", job_id="spn2-1")
    copy = turn()
    assert (copy.state, copy.reason) == ("refused" if OUTCOMES[outcome] else "requested", "Why.")
    assert (copy.due_at is None) is OUTCOMES[outcome]
    assert archives.trouble() is None


@pytest.mark.parametrize("outcome", ["error:user-session-limit", "error:blocked-url"])
def test_an_error_at_once_is_an_error_too(archive, source, outcome):
    body = json.dumps({"status": "error", "status_ext": outcome, "message": "No."}).encode()
    archive.pages["/save"] = answer(body, type="application/json")
    copy = turn()
    assert (copy.state, copy.reason) == ("refused" if OUTCOMES[outcome] else "requested", "No.")


def test_a_copy_of_an_error_page_is_no_copy(archive, source):
    archive.pages["/save"] = said(url=source.url, job_id="spn2-1")
    turn()
    state(archive, status="success", timestamp=STAMP, original_url=source.url, http_status=404)
    copy = turn()
    assert (copy.state, copy.url) == ("refused", "")
    assert "404" in copy.reason


def test_it_is_tried_again_ever_later_and_given_up_in_the_end(archive, source):
    archive.pages["/save"] = answer(b"Later", status=429)
    waits = []
    for _ in archives.WAITS:
        copy = turn()
        waits.append(copy.due_at - timezone.now())
    assert waits == sorted(waits)
    assert copy.state == "requested"
    copy = turn()
    assert (copy.state, copy.reason[:9]) == ("refused", "Given up:")


BROKEN = {
    "no keys of ours": answer(b"", status=401),
    "an error": answer(b"", status=500),
    "no JSON": answer(b"<html>Sorry"),
    "a list": answer(b"[]"),
    "silence": b"",
}


@pytest.mark.parametrize("how", BROKEN)
def test_an_archive_that_fails_is_an_alarm_and_no_refusal(archive, client, how, settings):
    settings.METRICS_TOKEN = "of-whoever-watches-the-site"
    for number in range(archives.FAILURES):
        desk.make_source(f"s{number}", link_state="ok")
    archive.pages["/save"] = BROKEN[how]
    links.archive()
    assert set(ArchiveCopy.objects.values_list("state", flat=True)) == {"requested"}
    assert "failed 5 times in a row" in archives.trouble()
    ready = Client().get("/readyz", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"})
    assert ready.status_code == 200
    assert "web.archive.org has failed" in ready.json()["checks"]["archive"]["trouble"]
    client.force_login(desk.make_reviewer())
    assert "web.archive.org has failed" in client.get("/admin/").content.decode()
    archive.pages["/save"] = said(job_id="spn2-1")
    ArchiveCopy.objects.update(due_at=timezone.now())
    links.archive()
    assert archives.trouble() is None
    assert Archive.objects.get().failures == 0


# --- Looking up ------------------------------------------------------------------------


@pytest.fixture
def without_keys(archive, settings):
    settings.WAYBACK_KEYS = ""
    archive.pages["/available?url=https%3A%2F%2Fexample.org%2Freport"] = said(archived_snapshots={})
    return archive


def closest(**facts):
    known = {"available": True, "status": "200", "timestamp": STAMP, "url": "http://x/"}
    return said(archived_snapshots={"closest": known | facts})


def test_a_copy_that_is_known_is_taken(without_keys, source):
    without_keys.pages["/available?url=https%3A%2F%2Fexample.org%2Freport"] = closest()
    copy = turn()
    assert (copy.state, copy.url) == ("archived", f"{without_keys.url}/web/{STAMP}/{source.url}")


def test_absence_from_the_list_is_no_proof(without_keys, source):
    """The TimeGate is asked too; it leads to the copy."""
    at = f"/web/{STAMP}/https://example.org/report"
    without_keys.pages |= {
        "/web/https://example.org/report": redirect(at),
        at: answer(b"<p>It", Memento_Datetime="Sun, 22 Nov 2026 10:11:12 GMT"),
    }
    copy = turn()
    assert (copy.state, copy.url) == ("archived", f"{without_keys.url}{at}")
    assert f"{copy.archived_at:%Y%m%d%H%M%S}" == STAMP
    sent = dict(without_keys.got)["/web/https://example.org/report"]
    assert sent["Accept-Datetime"].endswith("GMT")
    assert "Authorization" not in sent


@pytest.mark.parametrize("facts", [{"status": "404"}, {"available": False}, {"timestamp": "x"}])
def test_an_error_that_was_archived_is_no_copy(without_keys, source, facts):
    without_keys.pages["/available?url=https%3A%2F%2Fexample.org%2Freport"] = closest(**facts)
    copy = turn()
    assert (copy.state, copy.url) == ("refused", "")
    assert "WAYBACK_KEYS" in copy.reason


def test_a_page_that_is_gone_is_looked_up_and_not_asked_for(archive, source):
    Source.objects.update(link_state="dead")
    archive.pages["/available?url=https%3A%2F%2Fexample.org%2Freport"] = closest()
    assert turn().state == "archived"
    assert "/save" not in dict(archive.got)


@pytest.mark.parametrize(
    "fields", [{"paywalled": True}, {"link_state": "unknown"}, {"link_state": "blocked"}]
)
def test_what_nobody_asks_for(archive, source, fields):
    Source.objects.update(**fields)
    links.archive()
    assert not ArchiveCopy.objects.exists()
    assert archive.got == []


def test_readers_are_led_to_the_copy_at_once(without_keys, published, client):
    """A dead link, found after publication: no revision says so, the pages do."""
    published()
    refutes = Source.objects.get(slug="bridge-cost-refutes")
    Source.objects.exclude(pk=refutes.pk).update(url=None, no_url_reason="x")
    before = client.get("/claims/bridge-cost/")
    permalink = client.get("/claims/bridge-cost/v/1/").content
    assert "original is gone" not in before.content.decode()
    Source.objects.filter(pk=refutes.pk).update(link_state="soft-404")
    path = f"/available?url={refutes.url.replace(':', '%3A').replace('/', '%2F')}"
    without_keys.pages[path] = closest()
    turn()
    for address in ("/claims/bridge-cost/", "/sources/bridge-cost-refutes/"):
        page = client.get(address, headers={"If-None-Match": before["ETag"]})
        assert page.status_code == 200
        assert f"/web/{STAMP}/{refutes.url}" in page.content.decode()
    shown = client.get("/claims/bridge-cost/").content.decode()
    assert "The original is gone. The link leads to the archived copy" in shown
    assert client.get("/claims/bridge-cost/v/1/").content == permalink
