"""The one way out: whatever this site asks of another host goes through here.

Public addresses only, judged by the address that is connected to and not by its name: so a name
that answers otherwise the second time (DNS rebinding) gains nothing. No redirect is followed, and
one clock runs over all of it, so that an answer in drops ends too.
"""

import contextlib
import ipaddress
import socket
import time
from typing import NamedTuple
from urllib.parse import urlsplit

import httpcore
from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 15
LARGEST = 64 * 1024  # bytes of an answer that anybody wants to read

# All that has been given out of IPv6 so far; and in both, what stands for another address, which
# the packet would reach in the end (6to4, Teredo).
GIVEN_OUT = ipaddress.ip_network("2000::/3")
WRAPPING = [ipaddress.ip_network(n) for n in ("2002::/16", "2001::/32", "192.88.99.0/24")]


class Unfetched(Exception):
    """Nothing came, for a reason that can be shown."""


class Refused(Unfetched):
    """Where nothing may be sent to."""


class Answer(NamedTuple):
    status: int
    body: bytes  # the beginning of it


def post(url, body, headers):
    """POST to an https address of the public network; returns whatever it answers.

    Raises Refused where nobody may send to, Unfetched where nothing comes back in time.
    """
    host = _checked(url)
    until = time.monotonic() + SECONDS
    headers = {"Host": host, "Content-Length": str(len(body)), "Connection": "close"} | headers
    try:
        with (
            httpcore.ConnectionPool(network_backend=Guarded(until)) as pool,
            pool.stream("POST", url, headers=headers, content=body) as response,
        ):
            return Answer(response.status, _beginning(response))
    except httpcore.TimeoutException:
        raise Unfetched(_("No answer within %(n)d seconds.") % {"n": SECONDS}) from None
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


def _checked(url):
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
    if parts.scheme != "https" or not host or port not in (None, 443):
        raise Refused(_("Only addresses with https:// and no port of their own."))
    if "@" in parts.netloc:
        raise Refused(_("An address with a name or password in it is shown to too many."))
    with contextlib.suppress(ValueError):
        if not is_public(host):
            raise Refused(_("This address is not on the public network."))
    return parts.netloc


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
        stream = self.sockets.connect_tcp(addresses[0], port, _left(self.until), local_address)
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
