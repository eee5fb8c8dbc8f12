"""The one way out: whatever this site asks of another host goes through here.

Public addresses only, judged by the address that is connected to and not by its name: so a name
that answers otherwise the second time (DNS rebinding) gains nothing. One clock runs over all of
it, so that an answer in drops ends too. What is sent follows no redirect; what is read follows
ten, each judged anew.
"""

import contextlib
import ipaddress
import socket
import time
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpcore
from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from . import unpacking

SECONDS = 15
LARGEST = 64 * 1024  # bytes of an answer that anybody wants to read
PAGE_SECONDS = 45  # for a page with all its redirects
LARGEST_PAGE = 20_000_000  # bytes, as they come and as they are unpacked
REDIRECTS = 10
TRIES = 3  # addresses of one host
FOLLOWED = {301, 302, 303, 307, 308}
PORTS = {"https": 443, "http": 80}

# All that has been given out of IPv6 so far; and in both, what stands for another address, which
# the packet would reach in the end (6to4, Teredo).
GIVEN_OUT = ipaddress.ip_network("2000::/3")
WRAPPING = [ipaddress.ip_network(n) for n in ("2002::/16", "2001::/32", "192.88.99.0/24")]


class Unfetched(Exception):
    """Nothing came, for a reason that can be shown. `hops` is how far it went."""

    hops = ()


class Refused(Unfetched):
    """Where nothing may be sent to."""


class Unreachable(Unfetched):
    """No connection: the host is gone, or we are cut off. Who knows which?"""


class TooLarge(Unfetched):
    """It answers, with more than is kept."""


class Answer(NamedTuple):
    status: int
    body: bytes  # the beginning of it


@dataclass
class Hop:
    """One answer on the way to a page, as a WARC record needs it."""

    url: str
    status: int
    reason: str
    sent: list  # header lines as pairs of text
    headers: list
    ip: str
    raw: bytes = b""  # the body as it came; of a redirect, nothing

    def header(self, name):
        """Of several of one name, the last: none but that is used."""
        found = [value for key, value in self.headers if key.lower() == name]
        return found[-1] if found else ""


@dataclass
class Page:
    """What an address answered in the end."""

    hops: list
    body: bytes = field(repr=False)  # unpacked

    @property
    def last(self):
        return self.hops[-1]

    @property
    def url(self):
        return self.last.url

    @property
    def status(self):
        return self.last.status


def post(url, body, headers):
    """POST to an https address of the public network; returns whatever it answers.

    Raises Refused where nobody may send to, Unfetched where nothing comes back in time.
    """
    host = _checked(url)
    headers = {"Host": host, "Content-Length": str(len(body)), "Connection": "close"} | headers
    with _asked("POST", url, headers, SECONDS, time.monotonic() + SECONDS, body) as response:
        return Answer(response.status, _beginning(response))


def get(url, *, known=None, headers=None, seconds=None):
    """The page at an http or https address of the public network, through its redirects.

    `known` are the `url`, `etag` and `last_modified` of an earlier answer: if nothing has changed
    since, the status is 304 and the body empty. `headers` go to the host of `url` alone.

    Raises Refused where nobody may ask, Unreachable where there is no connection, TooLarge, and
    Unfetched for everything else that is no answer.
    """
    seconds = seconds or PAGE_SECONDS
    until, hops = time.monotonic() + seconds, []
    try:
        url = _ascii(url)
        origin = _origin(url)
        while len(hops) <= REDIRECTS:
            given = headers if headers and _origin(url) == origin else {}  # it may be a key
            hop, body, leads_to = _hop(url, known or {}, given, seconds, until)
            hops.append(hop)
            if not leads_to:
                return Page(hops, body)
            if leads_to in {hop.url for hop in hops}:
                raise Unfetched(_("Its redirects lead in a circle."))
            url = leads_to
        raise Unfetched(_("More than %(n)d redirects.") % {"n": REDIRECTS})
    except Unfetched as error:
        error.hops = [*hops, *error.hops]
        raise


def _hop(url, known, headers, seconds, until):
    """One answer, its unpacked body, and where it leads on to."""
    sent = {
        "Host": _checked(url, schemes=PORTS),
        "User-Agent": f"Factcheck/1 (evidence archive; +{settings.SITE_URL})",
        "Accept": "text/html,application/xhtml+xml,application/pdf,*/*;q=0.8",
        "Accept-Encoding": ", ".join(unpacking.CODINGS),
        "Connection": "close",
    } | headers
    if url == known.get("url"):
        pairs = {"If-None-Match": "etag", "If-Modified-Since": "last_modified"}
        sent |= {name: known[key] for name, key in pairs.items() if known.get(key)}
    with _asked("GET", url, sent, seconds, until) as response:
        hop = Hop(
            url,
            response.status,
            _text(response.extensions.get("reason_phrase", b"")),
            list(sent.items()),
            [(_text(name), _text(value)) for name, value in response.headers],
            _ip(response),
        )
        target = hop.header("location") if hop.status in FOLLOWED else ""
        if target:
            return hop, b"", _ascii(_joined(url, target))
        try:
            hop.raw, body = unpacking.read(
                response.iter_stream(), hop.header("content-encoding"), LARGEST_PAGE
            )
        except unpacking.TooMuch:
            error = TooLarge(_("It has more than %(n)d MB.") % {"n": LARGEST_PAGE // 1_000_000})
            error.hops = [hop]
            raise error from None
        except unpacking.Unreadable as problem:
            error = Unfetched(_("It cannot be unpacked: %(why)s") % {"why": problem})
            error.hops = [hop]
            raise error from None
    return hop, body, ""


@contextlib.contextmanager
def _asked(method, url, headers, seconds, until, content=None):
    """An answer whose body is still to be read. What goes wrong meanwhile is Unfetched."""
    try:
        with (
            httpcore.ConnectionPool(network_backend=Guarded(until)) as pool,
            pool.stream(method, url, headers=headers, content=content) as response,
        ):
            yield response
    except httpcore.TimeoutException:
        raise Unfetched(_("No answer within %(n)d seconds.") % {"n": seconds}) from None
    except httpcore.ConnectError as error:
        raise Unreachable(_("No answer: %(why)s") % {"why": str(error)[:200] or "?"}) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
        raise Unfetched(_("No answer: %(why)s") % {"why": str(error)[:200] or "?"}) from error


def why_refused(url):
    """Why nothing is ever sent to this address, as a sentence; None if it may be tried."""
    try:
        _checked(url)
    except Refused as refusal:
        return str(refusal)


def is_public(address):
    """Is this IP address one of a host that anybody may reach?"""
    ip = ipaddress.ip_address(address)
    if any(ip in network for network in WRAPPING) or (ip.version == 6 and ip not in GIVEN_OUT):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _checked(url, schemes=("https",)):
    """What goes into the Host header of an address that may be tried."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except (ValueError, UnicodeError):
        raise Refused(_("This is no web address.")) from None
    if not url.isascii() or any(c <= " " or c in '\\"<>^`{|}' for c in url):
        raise Refused(_("This is no web address; write other scripts as browsers copy them."))
    if f"{host}:{port}" in settings.FETCH_ALLOWED:
        return parts.netloc
    if parts.scheme not in schemes or not host or port not in (None, PORTS[parts.scheme]):
        if "http" in schemes:
            raise Refused(_("Only addresses with http:// or https:// and no port of their own."))
        raise Refused(_("Only addresses with https:// and no port of their own."))
    if "@" in parts.netloc:
        raise Refused(_("An address with a name or password in it is shown to too many."))
    with contextlib.suppress(ValueError):
        if not is_public(host):
            raise Refused(_("This address is not on the public network."))
    return parts.netloc


def _ascii(url):
    """An address with other scripts in it, as browsers send it."""
    try:
        parts = urlsplit(url)
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except (ValueError, UnicodeError):
        raise Refused(_("This is no web address.")) from None
    rest = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    # What browsers escape for whoever wrote the address, iri_to_uri leaves as it is.
    rest = iri_to_uri(rest).translate({ord(c): f"%{ord(c):02X}" for c in ' "<>^`{|}\\'})
    return f"{parts.scheme}://{host}{rest}"


def _origin(url):
    return urlsplit(url)[:2]


def _joined(url, target):
    """Where a Location leads. Its bytes are UTF-8 where they are not ASCII."""
    with contextlib.suppress(UnicodeError):
        target = target.encode("latin-1").decode("utf-8")
    try:
        return urljoin(url, target.strip())
    except ValueError:
        raise Refused(_("It leads on to something that is no web address.")) from None


def _text(value):
    return value.decode("latin-1").replace("\0", "")


def _ip(response):
    stream = response.extensions.get("network_stream")
    found = stream.get_extra_info("server_addr") if stream else None
    return found[0] if found else ""


def _beginning(response):
    read = b""
    for part in response.iter_stream():
        read += part
        if len(read) >= LARGEST:
            break
    return read[:LARGEST]


class Guarded(httpcore.NetworkBackend):
    """Connects to addresses that were judged, and to no others, until a moment."""

    def __init__(self, until):
        self.until = until
        self.sockets = httpcore.SyncBackend()

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host}: {error}") from error
        addresses = [address[0] for *_ignored, address in found]
        if f"{host}:{port}" not in settings.FETCH_ALLOWED and not all(map(is_public, addresses)):
            raise Refused(_("%(host)s is not on the public network.") % {"host": host})
        *before, last = list(dict.fromkeys(addresses))[:TRIES]
        for address in before:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connected(address, port, _left(self.until) / 2, local_address)
        return self._connected(last, port, _left(self.until), local_address)

    def _connected(self, address, port, timeout, local_address):
        stream = self.sockets.connect_tcp(address, port, timeout, local_address)
        return Hurried(stream, self.until)

    def connect_unix_socket(self, path, timeout=None, socket_options=None):
        raise Refused(path)


class Hurried(httpcore.NetworkStream):
    """A connection on which no single wait begins the clock anew."""

    def __init__(self, stream, until):
        self.stream, self.until = stream, until

    def read(self, max_bytes, timeout=None):
        return self.stream.read(max_bytes, _left(self.until))

    def write(self, buffer, timeout=None):
        return self.stream.write(buffer, _left(self.until))

    def close(self):
        self.stream.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        stream = self.stream.start_tls(ssl_context, server_hostname, _left(self.until))
        return Hurried(stream, self.until)

    def get_extra_info(self, info):
        return self.stream.get_extra_info(info)


def _left(until):
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
