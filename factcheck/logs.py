"""What the log says: one line each, whole, by whatever was asked, and nobody's secrets in it.

A line names the request that it is about. Only what is listed here goes in, never what a library
hangs on to a record: Django hangs on the request itself, with its query and its cookies.
"""

import logging
import re
import secrets
import threading
from contextvars import ContextVar
from datetime import UTC, datetime

import orjson
from django.conf import settings
from django.utils.module_loading import import_string

# As nginx and others make them. Whatever else is sent is not repeated.
WELL_FORMED = re.compile("[A-Za-z0-9._-]{8,64}", re.ASCII)
request_id = ContextVar("request_id", default="")
LONGEST = 8_000  # characters of a message; four times as many of a traceback
ENDS = r"(?=\n(?:HINT|CONTEXT|STATEMENT):|\n\n(?:The above|During handling)|\Z)"
SECRETS = [
    # PostgreSQL quotes the row that it refuses, with whatever a reader wrote in it.
    (re.compile(rf"DETAIL:.*?{ENDS}", re.DOTALL), "DETAIL: (left out)"),
    (re.compile(r"\bfck_[0-9a-f]{8,}"), "fck_(left out)"),  # claims/keys.py
    (re.compile(r"(/submit/)[\w-]{16,}"), r"\1(left out)"),  # the link of a status page
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 (left out)"),
    (re.compile(r"//[^/\s@]{1,200}@"), "//(left out)@"),  # a password in an address
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), "(an e-mail address)"),
]


def name_request(given):
    """The id of the request that this thread answers from here on: the given one, if it is one."""
    name = given if WELL_FORMED.fullmatch(given) else secrets.token_hex(16)
    request_id.set(name)
    return name


def clean(text, most=LONGEST, *, lines=False):
    """`text` without secrets, with nothing that could begin a line or steer a terminal."""
    if len(text) > most:
        text = f"{text[: most // 4]} … {len(text) - most} characters … {text[-most * 3 // 4 :]}"
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or (lines and char == "\n") else _escaped(char) for char in text
    )


def _escaped(char):
    return char.encode("unicode_escape").decode()


class Formatter(logging.Formatter):
    def traceback(self, record):
        """Of an error, cleaned, in lines; or an empty text."""
        text = "\n".join(
            filter(
                None,
                [
                    self.formatException(record.exc_info) if record.exc_info else "",
                    self.formatStack(record.stack_info) if record.stack_info else "",
                ],
            )
        )
        return clean(text, 4 * LONGEST, lines=True)


class Plain(Formatter):
    """For people: the lines of a traceback are indented, so that none of them poses as an entry."""

    def format(self, record):
        moment = datetime.fromtimestamp(record.created).isoformat(" ", "seconds")
        said = f"{moment} {record.levelname} {record.name}: {clean(record.getMessage())}"
        if name := request_id.get():
            said += f" [{name}]"
        return "\n    ".join([said, *self.traceback(record).splitlines()])


class Json(Formatter):
    """For programs: an object a line, with the moment in UTC."""

    def format(self, record):
        moment = datetime.fromtimestamp(record.created, UTC)
        said = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        if name := request_id.get():
            said["request_id"] = name
        if traceback := self.traceback(record):
            said["exception"] = traceback
        return orjson.dumps(said).decode()


class Hook(logging.Handler):
    """Hands each error that is logged, of the site and the worker, to the function ERROR_HOOK."""

    called = threading.local()

    def emit(self, record):
        error = record.exc_info[1] if record.exc_info else None
        if error is None or getattr(self.called, "now", False):
            return
        self.called.now = True  # what it logs about its own errors does not come back to it
        try:
            import_string(settings.ERROR_HOOK)(error, request_id.get())
        except Exception as own:
            logging.getLogger(__name__).warning("ERROR_HOOK failed: %r", own)
        finally:
            self.called.now = False
