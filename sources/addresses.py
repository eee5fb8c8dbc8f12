"""Addresses in one spelling, so that the same page is one source."""

from urllib.parse import urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def normalise(url):
    """The address in one spelling: scheme and host in lower case, no default port, no fragment.

    Path and query stay as they are: servers may tell them apart. ValueError says what is wrong.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{url!r} is not a web address: {error}") from None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is not a web address; it starts with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"{url!r} carries a password; write the address without it")
    if any(ord(character) <= 32 or ord(character) == 127 for character in url.strip()):
        raise ValueError(f"{url!r} has a space or control character in it")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port is not None and port != DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    return urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
