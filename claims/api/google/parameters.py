"""What a client of Google's API asks for: its parameters, each read strictly or refused."""

import difflib
import re
from collections import deque
from typing import NamedTuple

from django.core import signing
from rest_framework.exceptions import APIException

# Every method knows these, since clients send them. Some change nothing: no key is needed, JSONP is
# never given, and errors have the second format always.
COMMON = {
    *("key", "access_token", "oauth_token", "callback", "uploadType", "upload_protocol"),
    *("alt", "fields", "prettyPrint", "quotaUser", "$.xgafv"),
}
MAY_REPEAT = {"key", "access_token", "oauth_token", "callback", "uploadType", "upload_protocol"}
FORM = "application/x-www-form-urlencoded"
MOST = 100  # of one page; more is given as so many, since pageSize is an upper bound
USUAL = 10
MOST_SKIPPED = 2000  # by `offset`: as far as Google lets anybody see; a page token goes to the end
LONGEST = 10_000
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,8}")
HOST = re.compile(r"(?=.{1,253}\Z)[^\W_](?:[\w-]{0,62})(?:\.[^\W_][\w-]{0,62})*")
FIELD = re.compile(r"[A-Za-z]+|\S")
MENTIONED = 40  # characters of a wrong value that are repeated
NAMED = 10  # wrong parameters at once


class Refusal(APIException):
    """An answer in Google's envelope. `violations` are `(parameter, what is wrong)`."""

    def __init__(self, code, message, *violations):
        super().__init__(message)
        self.status_code, self.message, self.violations = code, message, violations


def bad(name, message):
    return Refusal(400, message, (name, message))


def given(request, own):
    """`{name: value}` of what was sent in the address, or in a form that stands for a long one."""
    sent = request.GET.copy()
    if request.method == "POST":
        if request.content_type != FORM:
            raise Refusal(400, f"Send the parameters as {FORM}.")
        sent.update(request.POST)
    known = COMMON | set(own)
    if unknown := sorted(set(sent) - known)[:NAMED]:
        raise Refusal(
            400,
            _unknown(unknown[0], known),
            *((n[:MENTIONED], _unknown(n, known)) for n in unknown),
        )
    for name, values in sent.lists():
        if len(values) > 1 and name not in MAY_REPEAT:
            raise bad(name, f"{name} is given more than once.")
        if "\0" in values[-1]:
            raise bad(name, f"{name} has a character that no text has: NUL.")
    found = sent.dict()
    _check_common(found)
    return found


def _unknown(name, known):
    """In Google's words, and the one that may have been meant."""
    shown = name[:MENTIONED]
    meant = difflib.get_close_matches(shown, sorted(known), n=1)
    return f'Unknown name "{shown}": Cannot bind query parameter.' + (
        f" Did you mean {meant[0]}?" if meant else ""
    )


def _check_common(found):
    if found.get("alt", "json") != "json":
        raise bad("alt", "Answers are JSON only: write alt=json, or leave it out.")
    if found.get("$.xgafv", "2") not in {"1", "2"}:
        raise bad("$.xgafv", "Write 1 or 2.")
    if len(found.get("quotaUser", "")) > 40:
        raise bad("quotaUser", "quotaUser has 40 characters at most.")
    is_pretty(found)


def is_pretty(found):
    value = found.get("prettyPrint", "true")
    if value not in {"true", "false"}:
        raise bad("prettyPrint", _wrong("prettyPrint", "TYPE_BOOL", value))
    return value == "true"


def _wrong(name, kind, value):
    proto = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
    return f"Invalid value at '{proto}' ({kind}), \"{value[:MENTIONED]}\""


def number(found, name):
    """An int32 that is not negative. 0 is what it is when it is not set, as in every message."""
    value = found.get(name, "0")
    if not re.fullmatch("-?[0-9]{1,10}", value) or not -(2**31) <= int(value) < 2**31:
        raise bad(name, _wrong(name, "TYPE_INT32", value))
    if int(value) < 0:
        raise bad(name, f"{name} must not be negative.")
    return int(value)


def text(found, name):
    value = found.get(name, "").strip()
    if len(value) > LONGEST:
        raise bad(name, f"{name} has {LONGEST} characters at most.")
    return value


def language(found, tags):
    """`(language, tags)`: the one asked for, and which of the site's `tags` are in it; or all.

    The region counts for nothing, as with Google: en-GB finds en, and zh-CN finds zh-Hans. A script
    counts where both name one.
    """
    code = text(found, "languageCode")
    if not code:
        return "", list(tags)
    if not LANGUAGE.fullmatch(code):
        raise bad("languageCode", "languageCode is a BCP-47 code, such as en, en-US or zh-Hans.")
    wanted, script = _language_and_script(code)
    split = {tag: _language_and_script(tag) for tag in tags}
    return wanted, [
        tag
        for tag, (own, own_script) in split.items()
        if own == wanted and (own_script == script or not own_script or not script)
    ]


def _language_and_script(tag):
    first, *rest = re.split("[-_]", tag.lower())
    return first, next((part for part in rest[:1] if len(part) == 4 and part.isalpha()), "")


def host(found, name, ours):
    """A site, without "www.": empty when it is not given."""
    value = text(found, name).lower().removesuffix(".").removeprefix("www.")
    if value and value != ours and not HOST.fullmatch(value):
        raise bad(name, f"{name} is a host without scheme or path, such as nytimes.com.")
    return value


# --- Paging --------------------------------------------------------------------


class Place(NamedTuple):
    """Where a page begins: after a claim, which stood at a rank, and `skip` further on."""

    entry: int | None = None
    rank: int = 0
    skip: int = 0


class Paging(NamedTuple):
    """How much is wanted from where. `bound` are the parameters that a token is good for."""

    size: int
    place: Place
    bound: list

    def token(self, place):
        return _signer(self.bound).sign_object(list(place))


def paging(found, method, bound):
    """A token is signed together with what was asked: it is good for that and for nothing else."""
    size = min(number(found, "pageSize") or USUAL, MOST)
    skip = number(found, "offset")
    bound = [method, *([name, found.get(name, "")] for name in bound)]
    if token := found.get("pageToken"):
        try:
            return Paging(size, Place(*_signer(bound).unsign_object(token)), bound)
        except (signing.BadSignature, ValueError):
            message = (
                "Take pageToken from nextPageToken as it stands, and leave the rest as it was."
            )
            raise bad("pageToken", message) from None
    if skip > MOST_SKIPPED:
        message = f"offset is at most {MOST_SKIPPED}; go on with pageToken, which leads to the end."
        raise bad("offset", message)
    return Paging(size, Place(skip=skip), bound)


def _signer(bound):
    return signing.Signer(salt=f"google {bound!r}")


# --- Partial answers -----------------------------------------------------------


def selection(found, shape):
    """What `fields` chooses of an answer of this shape: `claims(text,claimReview/url)`."""
    value = text(found, "fields")
    if not value:
        return shape
    rest = deque(FIELD.findall(value))
    chosen = _several(rest, shape, value)
    if rest:
        raise _bad_fields(value)
    return chosen


def _several(rest, shape, value):
    chosen = {}
    while True:
        _merge(chosen, _one(rest, shape, value))
        if not rest or rest[0] != ",":
            return chosen
        rest.popleft()


def _one(rest, shape, value):
    name = rest.popleft() if rest else None
    if name == "*":
        return shape
    if name not in shape:
        raise _bad_fields(value)
    following = rest[0] if rest else ""
    if following == "/":
        rest.popleft()
        return {name: _one(rest, shape[name], value)}
    if following == "(":
        rest.popleft()
        below = _several(rest, shape[name], value)
        if not rest or rest.popleft() != ")":
            raise _bad_fields(value)
        return {name: below}
    return {name: shape[name]}


def _merge(chosen, more):
    for name, below in more.items():
        chosen[name] = _merge(dict(chosen.get(name, {})), below)
    return chosen


def _bad_fields(value):
    return bad("fields", f"Invalid field selection {value[:MENTIONED]}")


def cut(value, chosen):
    """Of an answer, what was chosen of it."""
    if isinstance(value, list):
        return [cut(one, chosen) for one in value]
    if isinstance(value, dict):
        return {name: cut(part, chosen[name]) for name, part in value.items() if name in chosen}
    return value
