"""Pages of others: read through their redirects, and nothing that they do hurts."""

import socket
import tracemalloc

import httpcore
import pytest

from sources import fetching
from sources.fetching import Refused, TooLarge, Unfetched, Unreachable

from . import hostile
from .hostile import BOMB, answer, endless, packed, redirect

OK = b"HTTP/1.1 200 OK\r\n"

# Where nobody is sent, by whatever redirect.
TARGETS = """
http://127.0.0.1/ http://127.0.0.1:22/ http://localhost/ http://127.1/ http://2130706433/
http://0x7f000001/ http://0177.0.0.1/ http://0/ http://0.0.0.0/ http://10.0.0.1/ http://172.16.0.1/
http://192.168.1.1/ http://169.254.169.254/latest/meta-data/ http://100.64.0.1/ http://192.0.0.1/
http://198.18.0.1/ http://224.0.0.1/ http://255.255.255.255/ http://[::1]/ http://[::]/
http://[::ffff:127.0.0.1]/ http://[::ffff:a9fe:a9fe]/ http://[64:ff9b::7f00:1]/
http://[64:ff9b:1::a00:1]/ http://[2002:7f00:1::]/ http://[fe80::1%25lo]/ http://[fe80::1]/
http://[fc00::1]/ http://[fd00:ec2::254]/ http://[ff02::1]/ http://[2001:db8::1]/
http://[::127.0.0.1]/ https://127.0.0.1/ //127.0.0.1/
http://127.0.0.1:443/ https://example.org:80/ http://example.org:8080/ http://example.org:25/
https://example.org:0/ https://example.org:99999/ https://example.org:x/
http://user:password@example.org/ http://example.org@127.0.0.1/ http://example.org\\@127.0.0.1/
file:///etc/passwd data:text/html,x javascript:alert(1) ftp://example.org/ gopher://127.0.0.1:70/_x
mailto:a@example.org about:blank blob:https://example.org/x ws://example.org/ http:// http:///
http://[::1 http://[v1.x]/ http://ⓛocalhost/ http://127。0。0。1/
"""
PRIVATE = TARGETS.split()

# What is said in place of an answer: bytes or a function, what is raised, words of the reason.
BROKEN = {
    "nothing at all": (b"", Unfetched, "No answer"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", Unfetched, "No answer"),
    "no status": (b"HTTP/1.1 \r\n\r\n", Unfetched, "No answer"),
    "a status of four digits": (b"HTTP/1.1 2000 OK\r\n\r\n", Unfetched, "No answer"),
    "a status in words": (b"HTTP/1.1 OK\r\n\r\n", Unfetched, "No answer"),
    "HTTP/0.9": (b"<html>hello</html>", Unfetched, "No answer"),
    "HTTP/2 without asking": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Unfetched, "No answer"),
    "a header without end": (OK + b"X: " + b"x" * 300_000, Unfetched, "No answer"),
    "a flood of headers": (OK + b"X: y\r\n" * 50_000 + b"\r\n", Unfetched, "No answer"),
    "endless headers": (endless(OK, b"X: yyyyyyyyyy\r\n"), Unfetched, "No answer"),
    "endless headers in drops": (endless(OK, b"X: y\r\n", 0.02), Unfetched, "within"),
    "a header with a NUL": (OK + b"X: a\0b\r\n\r\n", Unfetched, "No answer"),
    "a header without a name": (OK + b": x\r\n\r\n", Unfetched, "No answer"),
    "endless 100 Continue": (endless(b"", b"HTTP/1.1 100 Go\r\n\r\n" * 99), Unfetched, "within"),
    "101, another protocol": (b"HTTP/1.1 101 Up\r\nUpgrade: x\r\n\r\n", Unfetched, "No answer"),
    "silence": (endless(wait=99), Unfetched, "within"),
    "silence after the headers": (endless(OK + b"\r\n", b"", 99), Unfetched, "within"),
    "a body in drops": (endless(OK + b"\r\n", b"x", 0.02), Unfetched, "within"),
    "a body without end": (endless(OK + b"\r\n"), TooLarge, "more than 1 MB"),
    "chunks without end": (
        endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"2000\r\n" + b"x" * 8192 + b"\r\n"),
        TooLarge,
        "more than 1 MB",
    ),
    "a chunk that never comes": (
        OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFF\r\nx", Unfetched, "No answer",
    ),
    "a chunk of no size": (
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", Unfetched, "No answer",
    ),
    "more promised than sent": (answer(b"short", length=99), Unfetched, "No answer"),
    "a length below nought": (answer(b"x", length=-1), Unfetched, "No answer"),
    "a length in words": (answer(b"x", length="many"), Unfetched, "No answer"),
    "two lengths": (answer(b"xy", Content_Length="1"), Unfetched, "No answer"),
    "a length beyond all numbers": (answer(b"x", length="9" * 40), Unfetched, "No answer"),
    "a gzip bomb": (packed(BOMB, "gzip"), TooLarge, "more than 1 MB"),
    "a deflate bomb": (packed(BOMB, "deflate"), TooLarge, "more than 1 MB"),
    "a deflate bomb without its frame": (packed(BOMB, "raw"), TooLarge, "more than 1 MB"),
    "a Brotli bomb": (packed(BOMB, "br"), TooLarge, "more than 1 MB"),
    "gzip that is none": (answer(b"<p>plain", Content_Encoding="gzip"), Unfetched, "unpacked"),
    "Brotli that is none": (answer(b"<p>plain", Content_Encoding="br"), Unfetched, "unpacked"),
    "gzip that ends in the middle": (
        answer(packed(b"hello " * 99, "gzip").partition(b"\r\n\r\n")[2][:-9],
               Content_Encoding="gzip"), Unfetched, "in the middle",
    ),
    "packed as nobody asked": (answer(b"x", Content_Encoding="zstd"), Unfetched, "zstd"),
    "packed twice": (answer(b"x", Content_Encoding="gzip, gzip"), Unfetched, "gzip, gzip"),
    "a circle of one": (redirect("/"), Unfetched, "circle"),
    "ten thousand redirects": (redirect("/deeper/0"), Unfetched, "More than 10 redirects"),
}  # fmt: skip


@pytest.fixture(scope="module")
def server():
    with hostile.site({f"/{n}": hostile.deeper for n in range(3)}) as server:
        server.pages |= {f"/deeper/{n}": hostile.deeper for n in range(20)}
        yield server


@pytest.fixture(autouse=True)
def allowed(server, settings, monkeypatch):
    settings.FETCH_ALLOWED = [server.host]
    monkeypatch.setattr(fetching, "LARGEST_PAGE", 1_000_000)
    server.got.clear()
    yield
    server.pages.pop("/", None)


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_no_page(server, case):
    said, raised, words = BROKEN[case]
    server.pages["/"] = said
    with pytest.raises(raised, match=words):
        fetching.get(server.url, seconds=0.4 if words == "within" else 10)


@pytest.mark.parametrize("target", PRIVATE)
def test_no_redirect_leads_to_a_private_place(server, target, monkeypatch):
    """Nor is anything connected to but the server itself."""
    server.pages["/"] = redirect(target.encode().decode("latin-1"))
    connected, connect = [], socket.create_connection

    def watched(address, *args, **kwargs):
        connected.append(address[1])
        return connect(address, *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", watched)
    with pytest.raises(Unfetched):
        fetching.get(server.url, seconds=2)
    assert set(connected) == {server.server_port}


def test_a_name_is_judged_by_what_is_connected_to(server, monkeypatch):
    """Rebinding: public for the first question, private for the next."""
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    tried = []
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, **_: [(2, 1, 6, "", (ip, port)) for ip in answers.pop(0)],
    )
    monkeypatch.setattr(
        httpcore.SyncBackend,
        "connect_tcp",
        lambda self, host, *_args, **_kwargs: tried.append(host) or 1 / 0,
    )
    for _ in range(2):
        with pytest.raises((ZeroDivisionError, Refused)):
            fetching.get("http://rebinding.example/")
    assert tried == ["93.184.216.34"]


def test_an_address_that_does_not_answer_gives_way_to_the_next(server, settings, monkeypatch):
    found = [("::1", server.server_port), ("127.0.0.1", server.server_port)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", a) for a in found])
    server.pages["/"] = answer(b"here")
    assert fetching.get(server.url).body == b"here"


def test_nobody_listens(settings):
    with hostile.site() as gone:
        pass
    settings.FETCH_ALLOWED = [gone.host]
    with pytest.raises(Unreachable):
        fetching.get(gone.url)


def test_the_way_to_a_page_is_kept(server):
    server.pages |= {
        "/": redirect("/b?x=1#place", 301),
        "/b?x=1": redirect("/页".encode().decode("latin-1")),
        "/%E9%A1%B5": answer(b"<p>Found", ETag='"one"', X_Odd="caf\xe9"),
    }
    page = fetching.get(server.url)
    assert [(hop.url.removeprefix(server.url), hop.status) for hop in page.hops] == [
        ("/", 301),
        ("/b?x=1", 302),
        ("/%E9%A1%B5", 200),
    ]
    assert (page.body, page.last.raw, page.last.ip) == (b"<p>Found", b"<p>Found", "127.0.0.1")
    assert page.last.header("etag") == '"one"'
    assert ("X-Odd", "caf\xe9") in page.last.headers
    assert "cookie" not in {name.lower() for _path, sent in server.got for name in sent}


@pytest.mark.parametrize("target", ["///127.0.0.1:1/", "http:127.0.0.1"])
def test_what_looks_like_another_place_and_is_none(server, target):
    server.pages["/"] = redirect(target)
    assert fetching.get(server.url).url.startswith(f"{server.url}/")


def test_how_far_it_went_is_told_of_what_failed(server):
    server.pages["/"] = redirect("http://10.0.0.1/")
    with pytest.raises(Refused) as refusal:
        fetching.get(server.url)
    assert [hop.status for hop in refusal.value.hops] == [302]


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "raw", "br"])
def test_what_is_packed_is_unpacked_and_kept_as_it_came(server, coding):
    server.pages["/"] = packed(b"hello " * 1000, coding)
    page = fetching.get(server.url)
    assert page.body == b"hello " * 1000
    assert len(page.last.raw) < 200


def test_a_bomb_takes_no_room(server):
    server.pages["/"] = packed(BOMB, "gzip")
    tracemalloc.start()
    with pytest.raises(TooLarge):
        fetching.get(server.url)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_an_unchanged_page_is_not_sent_again(server):
    def unless_known(request):
        known = request.headers["If-None-Match"] == '"one"'
        request.wfile.write(answer(b"", status=304) if known else answer(b"x", ETag='"one"'))

    server.pages["/"] = unless_known
    known = {"url": f"{server.url}/", "etag": '"one"', "last_modified": ""}
    assert fetching.get(server.url, known=known).status == 304
    elsewhere = known | {"url": f"{server.url}/other"}
    assert fetching.get(server.url, known=elsewhere).body == b"x"


def test_an_error_page_is_a_page(server):
    page = fetching.get(f"{server.url}/nowhere")
    assert (page.status, page.body) == (404, b"Not found.")
