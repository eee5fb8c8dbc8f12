"""The one way out: nothing on a private network can be reached through it, by whatever spelling."""

import contextlib
import socket
import threading

import pytest

from sources import fetching

from .receivers import listening

ADDRESSES = """
127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255
192.168.0.1 192.168.255.255 169.254.169.254 169.254.0.1 100.64.0.1 100.127.255.255 192.0.0.1
192.0.2.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 192.88.99.1 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8
64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 2002:7f00:1:: 2001:0:4136:e378:8000:63bf:3fff:fdd2
fe80::1 febf::1 fc00::1 fd12:3456:789a::1 fec0::1 ff02::1 ff0e::1 100::1 2001:db8::1 5f00::1
"""
PRIVATE = ADDRESSES.split()
PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"]

REFUSED = [
    "http://example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "//example.org/",
    "example.org",
    "",
    "https://",
    "https:///path",
    "https://example.org:8443/",
    "https://example.org:22/",
    "https://example.org:0/",
    "https://example.org:99999/",
    "https://example.org:port/",
    "https://user:password@example.org/",
    "https://user@example.org/",
    "https://example.org@127.0.0.1/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://exa mple.org/",
    "https://example.org/\r\nHost: localhost",
    "https://example.org\\@localhost/",
    "https://bücher.example/",
    "https://" + "a" * 64 + ".example/",
]
# What no form can judge: names and spellings that the resolver alone knows to be of this machine.
LOCAL = [
    "https://localhost/",
    "https://LOCALHOST/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://127.0.0.1.:443/",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_not_anybody_may_reach(address):
    assert not fetching.is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_network(address):
    assert fetching.is_public(address)


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_refused_as_it_is_written(url):
    assert fetching.why_refused(url)
    with pytest.raises(fetching.Refused):
        fetching.post(url, b"", {})


@pytest.mark.parametrize("url", LOCAL)
def test_this_machine_is_reached_by_no_spelling(url):
    with pytest.raises(fetching.Unfetched):
        fetching.post(url, b"", {})


def resolving_to(monkeypatch, *answers):
    """Let the resolver of this machine answer so, each time the next."""
    waiting = list(answers)

    def resolve(host, port, **options):
        found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    resolving_to(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(fetching.Refused, match="public network"):
        fetching.post("https://example.org/", b"", {})


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(monkeypatch):
    connected = []
    resolving_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    monkeypatch.setattr(
        socket, "create_connection", lambda address, *_, **__: connected.append(address) or 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        fetching.post("https://example.org/", b"", {})
    assert connected == [("93.184.216.34", 443)]


@pytest.fixture
def receiver(settings):
    with listening() as server:
        settings.FETCH_ALLOWED = [server.host]
        yield server


def test_a_host_of_ones_own_can_be_allowed_and_no_other_port_of_it(receiver):
    answer = fetching.post(f"http://{receiver.host}/hook?a=1", b"{}", {"X-Given": "x"})
    assert answer == (204, b"")
    headers, body = receiver.got[0]
    assert (headers["Host"], headers["X-Given"], body) == (receiver.host, "x", b"{}")
    with pytest.raises(fetching.Refused):
        fetching.post(f"http://127.0.0.1:{receiver.server_port + 1}/", b"", {})


def test_a_redirect_is_an_answer_and_nothing_to_follow(receiver):
    def redirect(request):
        request.send_response(307)
        request.send_header("Location", f"http://{receiver.host}/elsewhere")
        request.send_header("Content-Length", "0")
        request.end_headers()

    receiver.answers = [redirect]
    assert fetching.post(f"http://{receiver.host}/", b"", {}).status == 307
    assert len(receiver.got) == 1


def test_an_answer_in_drops_ends_with_the_clock(receiver, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 1)

    def drip(request):
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        with contextlib.suppress(OSError):
            while not over.wait(0.1):  # each drop comes long before any single wait would end
                request.wfile.write(b"x")

    over = threading.Event()
    receiver.answers = [drip]
    with pytest.raises(fetching.Unfetched, match="within 1 second"):
        fetching.post(f"http://{receiver.host}/", b"", {})
    over.set()


def test_silence_ends_with_the_clock(receiver, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 1)
    receiver.answers = [lambda request: request.rfile.read(1)]
    with pytest.raises(fetching.Unfetched, match="within 1 second"):
        fetching.post(f"http://{receiver.host}/", b"", {})


def test_an_endless_answer_is_read_no_further_than_anybody_wants(receiver):
    def endless(request):
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        try:
            while True:
                request.wfile.write(b"x" * 65536)
        except OSError:
            pass

    receiver.answers = [endless]
    answer = fetching.post(f"http://{receiver.host}/", b"", {})
    assert len(answer.body) == fetching.LARGEST


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000]
)
def test_what_is_no_http_is_no_answer(receiver, answer):
    receiver.answers = [lambda request: request.wfile.write(answer)]
    with pytest.raises(fetching.Unfetched):
        fetching.post(f"http://{receiver.host}/", b"", {})


def test_nobody_listens(receiver, settings):
    with listening() as gone:
        pass
    settings.FETCH_ALLOWED = [gone.host]
    with pytest.raises(fetching.Unfetched, match="No answer"):
        fetching.post(f"http://{gone.host}/", b"", {})


def test_without_a_trusted_certificate_nothing_is_said(receiver):
    with pytest.raises(fetching.Unfetched):
        fetching.post(f"https://{receiver.host}/", b"secret", {})
    assert receiver.got == []
