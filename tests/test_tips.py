"""Readers write: what is taken in, what is refused and how, and what its sender can see of it."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims import publishing
from claims.models import Claim, Submission
from claims.pages.tips import SIGNER
from factcheck import settings as ours

from . import desk

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
TEXT = "The new bridge cost 90 million."


def stamp(seconds=60):
    """The signed moment of a page that was opened so many seconds ago."""
    with time_machine.travel(timezone.now() - timedelta(seconds=seconds)):
        return SIGNER.sign("")


def send(client, path="/submit/", *, headers=None, sender="127.0.0.1", **typed):
    """As browsers do: encoded as an address is, a line break as two characters."""
    typed = {"text": TEXT, "url": "", "email": "", "note": "", "opened": stamp()} | typed
    body = urlencode(typed)
    return client.post(path, body, FORM, headers=headers, REMOTE_ADDR=sender)


def refused(response, *messages, status=400):
    """Nothing is stored, it is said why, and what was typed is still there."""
    html = response.content.decode()
    assert response.status_code == status
    assert "This has not been sent yet" in html
    for message in messages:
        assert message in html
    assert not Submission.objects.exists()
    return html


# --- What is taken in ---------------------------------------------------------------


def test_a_claim_goes_to_the_desk_and_its_sender_gets_a_link(client):
    typed = {"url": "https://example.org/paper", "email": "jo@example.org"}
    response = send(client, "/zh-hans/submit/", **typed)
    assert response.status_code == 302
    row = Submission.objects.get()
    assert (row.kind, row.text, row.url, row.email) == ("claim", TEXT, *typed.values())
    assert (row.language, row.state) == ("zh-Hans", "received")
    page = client.get(response.url)
    assert "我们已收到" in page.content.decode()
    assert not client.cookies


def test_an_error_is_reported_from_the_page_that_has_it(client, published):
    published()
    page = client.get("/claims/bridge-cost/").content.decode()
    address = re.search(r'href="(/claims/bridge-cost/report/)"', page)[1]
    assert "The bridge cost 90 million." in client.get(address).content.decode()
    send(client, address, text="The year is wrong.")
    row = Submission.objects.get()
    assert (row.kind, row.claim) == ("error", "bridge-cost")


def test_an_error_is_reported_of_what_is_public_only(client, published, reviewer):
    desk.make_claim("draft")
    assert client.get("/claims/draft/report/").status_code == 404
    assert send(client, "/claims/draft/report/").status_code == 404
    published("old")
    published("new")
    old, new = Claim.objects.get(slug="old"), Claim.objects.get(slug="new")
    publishing.merge(old, into=new, by=reviewer)
    assert client.get("/claims/old/report/").url == "/claims/new/report/"


@pytest.mark.parametrize("field", ["text", "url"])
def test_an_address_alone_will_do(client, field):
    address = "https://example.org/paper?page=1"
    assert send(client, **{"text": "", field: address}).status_code == 302
    assert Submission.objects.get().text == address


def test_markup_is_text(client):
    text = "<script>alert(1)</script> & <b>bold</b>"
    assert send(client, text=text).status_code == 302
    assert Submission.objects.get().text == text
    html = send(client, text=text, email="nobody").content.decode()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>" not in html


def test_what_nobody_can_see_does_not_come_in(client):
    assert send(client, text="a\0b\x1b[31m \u202eevil\u202c\r\nline\ufeff").status_code == 302
    assert Submission.objects.get().text == "ab[31m evil\nline"


def test_the_same_sent_twice_within_minutes_is_one(client):
    with time_machine.travel("2026-05-04T10:09:58Z", tick=False) as clock:
        first = send(client).url
        clock.shift(60)
        assert send(client).url == first
        assert Submission.objects.count() == 1
        clock.shift(3600)
        assert send(client).url != first
        assert Submission.objects.count() == 2


def test_another_reader_gets_a_link_of_their_own(client):
    mine = send(client).url
    theirs = send(client, sender="192.0.2.7").url
    assert theirs != mine


# --- What is refused ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"text": ""}, "Tell us what is claimed"),
        ({"text": " \u202e\0 "}, "Tell us what is claimed"),
        ({"text": "😀 👍🏽 !"}, "Say it in words"),
        ({"text": "x" * 5001}, "This has 5001 characters; at most 5000"),
        ({"url": "x" * 2001}, "This has 2001 characters; at most 2000"),
        ({"email": "nobody"}, "This is no e-mail address"),
        ({"email": "a" * 250 + "@example.org"}, "at most 254"),
        ({"note": "Buy now"}, "not for people"),
        ({"opened": "x"}, "Send it again"),
        ({"opened": "::x"}, "Send it again"),
        ({"age": 0}, "faster than anybody types"),
        ({"age": 25 * 3600}, "open for more than a day"),
    ],
)
def test_what_cannot_be_used_is_refused_and_stays_in_the_form(client, typed, message):
    typed = {"text": TEXT, "email": "jo@example.org"} | typed
    opened = typed.pop("opened", None) or stamp(typed.pop("age", 60))
    html = refused(send(client, opened=opened, **typed), message)
    assert f'value="{typed["email"]}"' in html
    assert typed["text"].strip(" \u202e\0") in html
    assert "Buy now" not in html


def test_what_was_too_quick_or_too_old_goes_through_at_the_second_try(client):
    for seconds in (0, 25 * 3600):
        html = send(client, opened=stamp(seconds)).content.decode()
        opened = re.search(r'name="opened" value="([^"]+)"', html)[1]
        with time_machine.travel(timezone.now() + timedelta(seconds=5)):
            assert send(client, text=f"{TEXT} {seconds}", opened=opened).status_code == 302


def test_refusals_speak_the_readers_language(client):
    html = send(client, "/zh-hans/submit/", text="", email="nobody").content.decode()
    assert "请写明说法的内容" in html
    assert "这不是有效的电子邮箱地址" in html
    assert "This " not in re.sub(r"<[^>]+>", "", html)


def test_more_than_the_server_reads_is_refused_with_a_way_back(client):
    html = refused(send(client, text="x" * 10_000_000), "your browser has kept", status=413)
    assert len(html) < 20_000


def test_files_are_not_taken(client):
    file = SimpleUploadedFile("a.bin", b"x" * 100)
    data = {"text": TEXT, "opened": stamp(), "file": file}
    response = client.post("/submit/", data)
    assert response.status_code == 415
    assert "as a browser sends it" in response.content.decode()
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, True),  # no browser sends neither
    ],
)
def test_a_form_on_another_site_does_not_reach_the_desk(client, headers, is_taken):
    response = send(client, headers=headers)
    if is_taken:
        assert response.status_code == 302
    else:
        refused(response, "came from another site", TEXT, status=403)


def test_ten_an_hour_from_one_address(client):
    for number in range(10):
        assert send(client, text=f"{TEXT} {number}").status_code == 302
    assert send(client, text=f"{TEXT} 9").status_code == 302  # the same again: nothing new
    response = send(client, text="One more.")
    assert response.status_code == 429
    assert response["Retry-After"] == "3600"
    assert "One more." in response.content.decode()
    assert Submission.objects.count() == 10
    with time_machine.travel(timezone.now() + timedelta(hours=1, minutes=1)):
        assert send(client, text="One more.").status_code == 302


def test_a_network_of_the_new_protocol_counts_as_one_address(client):
    for number in range(11):
        response = send(client, text=f"{TEXT} {number}", sender=f"2001:db8::{number:x}")
    assert response.status_code == 429


def test_the_count_is_kept_where_all_processes_see_it():
    assert ours.CACHES["default"]["BACKEND"].endswith("FileBasedCache")


# --- The status page ------------------------------------------------------------------


def test_the_link_is_stored_nowhere(client):
    token = send(client).url.strip("/").split("/")[-1]
    assert len(token) == 32  # 192 bits
    row = Submission.objects.values().get()
    assert token not in str(row)
    assert "127.0.0.1" not in str(row)


def test_the_status_page_shows_nothing_that_was_written_and_stays_with_its_sender(client):
    response = client.get(send(client, email="jo@example.org", url="on the radio").url)
    html = response.content.decode()
    assert not re.search("90 million|jo@example|radio", html)
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert "canonical" not in html
    assert "We send no mail" in html or "we send no mail" in html


@pytest.mark.parametrize("token", ["wrong", "x" * 32, "a" * 500])
def test_a_link_that_was_cut_off_says_so_and_is_kept_as_close(client, token):
    send(client)
    response = client.get(f"/submit/{token}/")
    assert response.status_code == 404
    assert "No receipt has this address" in response.content.decode()
    assert response["Referrer-Policy"] == "no-referrer"
    assert client.post(f"/submit/{token}/").status_code in {302, 404}
    assert Submission.objects.filter(erased_at=None).count() == 1


def test_the_sender_has_the_address_erased(client):
    address = send(client, email="jo@example.org").url
    assert "Erase my address now" in client.get(address).content.decode()
    assert client.post(address).url == address
    html = client.get(address).content.decode()
    assert "erased on" in html
    assert "Erase my address now" not in html
    row = Submission.objects.get()
    assert (row.email, row.text) == ("", TEXT)
    with pytest.raises(IntegrityError, match="erased_stays_erased"), transaction.atomic():
        Submission.objects.update(email="jo@example.org")


def test_every_page_leads_to_the_form(client):
    for path in ("/", "/claims/", "/nowhere/"):
        assert 'href="/submit/"' in client.get(path).content.decode()
