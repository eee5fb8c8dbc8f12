"""Copies of sources: files that editors have, what a copy says of itself, how it is looked at."""

import gzip
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from claims import copies
from sources import capture, reading, sniffing, warc
from sources.fetching import Hop
from sources.models import Source, Watch

from . import desk, evidence
from .admin_forms import make_editor
from .evidence import CHINESE, WORDS

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
PAGE = evidence.article().encode()


def web_archive(url="https://example.org/report", body=PAGE):
    sent = [("Host", "example.org")]
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Transfer-Encoding", "chunked")]
    return warc.write([Hop(url, 200, "OK", sent, headers, "93.184.216.34", body)], timezone.now())


def wacz():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("archive/data.warc.gz", web_archive())
    return out.getvalue()


@pytest.fixture
def source(store):
    return desk.make_source("report", url="https://example.org/report")


@pytest.fixture
def editor(client, db):
    editor = make_editor()
    client.force_login(editor)
    return editor


def door(source, name):
    return f"/admin/sources/source/{source.pk}/door/{name}/"


def uploaded(client, source, data, name="report", declared="application/octet-stream"):
    file = SimpleUploadedFile(name, data, declared)
    sent = {"confirm": "store_copy", "action": "store_copy", "file": file}
    return client.post(door(source, "store_copy"), sent, follow=True).content.decode()


KINDS = {
    "pdf": (evidence.pdf(), sniffing.PDF, "41 million"),
    "html": (PAGE, sniffing.HTML, "county auditors"),
    "html in utf-16": (evidence.article(meta=False).encode("utf-16"), sniffing.HTML, "auditors"),
    "png": (PNG, "image/png", ""),
    "jpeg": (JPEG, "image/jpeg", ""),
    "text": (WORDS.encode(), sniffing.TEXT, "41 million"),
    "text in gb18030": ((CHINESE * 20).encode("gb18030"), sniffing.TEXT, "四千一百万元"),
    "warc": (gzip.decompress(web_archive()), sniffing.WARC, "county auditors"),
    "wacz": (wacz(), sniffing.WACZ, "county auditors"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_kept_with_its_text(client, editor, source, kind):
    data, media_type, words = KINDS[kind]
    assert "copy stored" in uploaded(client, source, data)
    copy = source.snapshots.get()
    assert (copy.media_type, copy.method, copy.size) == (media_type, "uploaded", len(data))
    assert words in copy.text
    assert bool(copy.text) is not bool(copy.note)
    assert capture.content(copy) == data


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "The submitted file is empty"),
        (b"MZ\x90\0" + b"\0" * 99, "application/octet-stream"),
        (b"\0\1\2\3" * 99, "application/octet-stream"),
        (b"PK\x03\x04" + b"\0" * 99, "application/zip"),
        (b"GIF89a" + b"\0" * 99, "image/gif"),
    ],
)
def test_what_is_no_copy_is_refused_in_words(client, editor, source, data, why):
    assert why in uploaded(client, source, data)
    assert not source.snapshots.exists()


def test_what_is_too_large_is_refused(client, editor, source, monkeypatch):
    monkeypatch.setattr(capture, "LARGEST_UPLOAD", 10)
    assert "more than" in uploaded(client, source, b"x" * 11)


def test_the_same_file_twice_is_one_copy(client, editor, source, store):
    for _ in range(2):
        uploaded(client, source, PNG)
    assert source.snapshots.count() == 1
    assert len([file for file in store.rglob("*") if file.is_file()]) == 1


def test_a_source_is_visited_at_once_when_somebody_says_so(client, editor, source, settings):
    settings.CAPTURE = True
    later = timezone.now() + timezone.timedelta(days=7)
    Watch.objects.create(source=source, url=source.url, host="example.org", due_at=later)
    page = client.post(door(source, "visit"), {"confirm": "visit", "action": "visit"}, follow=True)
    assert "to be visited" in page.content.decode()
    assert Watch.objects.get().due_at <= timezone.now()
    settings.CAPTURE = False
    page = client.post(door(source, "visit"), {"confirm": "visit", "action": "visit"}, follow=True)
    assert "Capture is turned off" in page.content.decode()


# --- What a copy says of itself ---------------------------------------------------------


def take(client, source, **sent):
    address = reverse("admin:sources_source_take", args=[source.pk])
    return client.post(address, sent, follow=True)


def test_what_a_copy_says_is_offered_and_taken_by_a_click(client, editor, source):
    copies.store_copy(source, PAGE, by=editor)
    source.refresh_from_db()
    assert (source.title, source.published_on) == ("Title of report", None)
    offered = copies.suggestions(source)
    assert offered == {
        "title": "The bridge of Northgate",
        "authors": ["Jo Roe", "Ann Lee"],
        "published_on": timezone.datetime(2024, 5, 6).date(),
        "url": "https://example.org/true",
    }
    shown = client.get(f"/admin/sources/source/{source.pk}/change/").content.decode()
    assert shown.count("Take it") == len(offered)
    for name, value in offered.items():
        assert "Taken:" in take(client, source, name=name, value=str(value)).content.decode()
    source.refresh_from_db()
    assert {name: getattr(source, name) for name in offered} == offered
    assert source.published_precision == "day"
    assert copies.suggestions(source) == {}
    event = Source.pgh_event_model.objects.latest("pgh_id")
    assert (event.url, event.pgh_context["user"]) == ("https://example.org/true", editor.pk)


@pytest.mark.parametrize(
    "sent", [{"name": "title", "value": "Mine"}, {"name": "note", "value": "x"}, {}]
)
def test_only_what_is_suggested_can_be_taken(client, editor, source, sent):
    copies.store_copy(source, PAGE, by=editor)
    assert "not suggested" in take(client, source, **sent).content.decode()
    source.refresh_from_db()
    assert source.title == "Title of report"


def test_an_address_that_another_source_has_is_not_taken(client, editor, source):
    copies.store_copy(source, PAGE, by=editor)
    desk.make_source("other", url="https://example.org/true")
    shown = take(client, source, name="url", value="https://example.org/true").content.decode()
    assert "already exists" in shown


def test_whoever_may_not_change_a_source_takes_nothing(client, editor, source):
    copies.store_copy(source, PAGE, by=editor)
    client.force_login(desk.make_user("vic", "sources.view_source"))
    assert take(client, source, name="title", value="The bridge of Northgate").status_code == 403


# --- Looked at ------------------------------------------------------------------------


@pytest.fixture
def hostile_copy(source, editor):
    page = b"<html><script>document.title='owned'</script><img src=//evil.example/x><form action=/>"
    return copies.store_copy(source, page, by=editor)


def ways(copy):
    return [reverse(f"admin:sources_snapshot_{n}", args=[copy.pk]) for n in ("shown", "file")]


def test_a_captured_page_is_never_a_page_of_this_site(client, hostile_copy):
    shown, file = (client.get(way) for way in ways(hostile_copy))
    for answer in (shown, file):
        policy = answer["Content-Security-Policy"]
        assert policy.startswith("sandbox; default-src 'none'")
        assert "allow-" not in policy
        assert "script" not in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
    assert shown["Content-Type"].startswith("text/html")
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith('attachment; filename="report-')
    page = client.get(f"/admin/sources/snapshot/{hostile_copy.pk}/change/")
    assert f'<iframe sandbox src="{ways(hostile_copy)[0]}"' in page.content.decode()
    assert "owned" not in page.content.decode()


def test_what_is_no_page_and_no_picture_is_handed_out_only(client, editor, source):
    copy = copies.store_copy(source, evidence.pdf(), by=editor)
    assert client.get(ways(copy)[0]).status_code == 404
    assert client.get(ways(copy)[1]).content.startswith(b"%PDF-")


def test_copies_are_for_editors_alone(client, hostile_copy):
    client.logout()
    assert {client.get(way).status_code for way in ways(hostile_copy)} == {302}
    client.force_login(desk.make_user("nobody"))
    assert {client.get(way).status_code for way in ways(hostile_copy)} == {403}
    assert client.get("/admin/sources/snapshot/999999/file/").status_code in {403, 404}


# --- What is read out -------------------------------------------------------------------


def test_what_breaks_the_reader_breaks_nothing_else(monkeypatch):
    monkeypatch.setattr(reading, "SECONDS", 0.01)
    assert "too long" in reading.read(PAGE, sniffing.HTML).note


def test_a_page_that_takes_too_much_memory_is_kept_without_a_text():
    page = b"<html>" + b"<p>The bridge cost it.</p>" * 160_000
    assert "memory" in reading.read(page, sniffing.HTML).note


@pytest.mark.parametrize(
    ("data", "declared", "words"),
    [
        (CHINESE.encode("gb18030"), "gb18030", CHINESE),
        (CHINESE.encode("gb18030"), "GB2312", CHINESE),
        (CHINESE.encode("utf-16"), "iso-8859-1", CHINESE),
        (b"\xef\xbb\xbf" + CHINESE.encode(), "gbk", CHINESE),
        (CHINESE.encode(), "iso-8859-1", CHINESE),
        (CHINESE.encode(), "no-such-charset", CHINESE),
        (CHINESE.encode(), "hex", CHINESE),
        ("café".encode("latin-1"), "latin-1", "café"),
        ("“café”".encode("cp1252"), "iso-8859-1", "“café”"),
        ("大橋造價".encode("big5"), "big5", "大橋造價"),
        ("橋の費用".encode("shift_jis"), "Shift_JIS", "橋の費用"),
        ("다리 비용".encode("euc-kr"), "ks_c_5601-1987", "다리 비용"),
        (b'<meta charset="gbk">' + CHINESE.encode("gbk"), "", CHINESE),
        (b'<?xml encoding="big5"?>' + "大橋".encode("big5"), "", "大橋"),
    ],
)
def test_texts_are_read_in_their_own_characters(data, declared, words):
    assert sniffing.decoded(data, declared)[0].endswith(words)


@pytest.mark.parametrize(
    ("data", "declared", "kind"),
    [
        (b"%PDF-1.7", "text/html", "application/pdf"),
        (PAGE, "application/pdf", "text/html"),
        (PAGE, "image/png", "text/html"),
        (b"\xef\xbb\xbf\n<!DOCTYPE HTML><p>", "", "text/html"),
        ("<html>".encode("utf-16"), "text/plain", "text/html"),
        (b"no picture", "image/png", "application/octet-stream"),
        (b"words", "", "text/plain"),
        (b"a,b\n", "text/csv", "text/csv"),
        (b"{}", "application/json; charset=utf-8", "application/json"),
        (gzip.compress(b"WARC/1.0\r\n", mtime=0), "application/warc", "application/warc"),
        (gzip.compress(b"anything", mtime=0), "", "application/gzip"),
        (b"\x7fELF", "text/html", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(data, declared, kind):
    assert sniffing.media_type(data, declared) == kind
