"""Addresses in one spelling, so that the same page is one source."""

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
UNFIT = re.compile(r"[\x00-\x20\x7f]")
# Put behind links by those who count clicks: the page is the same without them.
TRACKERS = re.compile(r"utm_\w*|[a-z]*clid|mc_[ce]id|igshid|spm|ref_src|_ga|_gl")
# What a copy in an archive says of the page that it is a copy of.
ARCHIVED = re.compile(
    r"https?://(?:web\.archive\.org/web/\d{1,14}(?:[a-z]{2}_)?|archive\.[a-z]{2,5}/\d{4,14})"
    r"/(https?:/{1,2}.+)",
    re.IGNORECASE,
)


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
    if UNFIT.search(url.strip()):
        raise ValueError(f"{url!r} has a space or control character in it")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port is not None and port != DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    return urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))


def is_web(url):
    try:
        normalise(url)
    except ValueError:
        return False
    return True


def same_page(url):
    """What the spellings of a page's address have in common, to look it up by. ValueError as above.

    Without the scheme, `www.`, a slash or `index.html` at the end, what counts clicks, and the
    archive around it; the parameters in order, and every character escaped in one way. Two pages
    that a server tells apart by such things alone are taken for one: good for finding, not for
    identity.
    """
    if inside := ARCHIVED.fullmatch(url.strip()):
        url = re.sub(r":/+", "://", inside[1], count=1)
    parts = urlsplit(normalise(url))
    host = parts.netloc.removeprefix("www.").removeprefix("m.").removesuffix(".")
    path = re.sub(r"/(index\.(html?|php))?$", "", quote(unquote(parts.path), safe="/"))
    query = parse_qsl(parts.query, keep_blank_values=True)
    asked = sorted((name, value) for name, value in query if not TRACKERS.fullmatch(name))
    return f"{host}{path}" + (f"?{urlencode(asked)}" if asked else "")
