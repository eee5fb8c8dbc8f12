"""JSON of any size as a stream of elements, in constant memory.

Each element is parsed by the standard library, which says where it ends; so one that is no JSON is
left out, and reading goes on at the next one. A stream parser would stop there for good.
"""

import json
import re
from typing import NamedTuple

CHUNK = 1 << 18  # characters read at a time
LARGEST = 1 << 20  # characters of one element; a review with all its markup has about a thousand
_DECODER = json.JSONDecoder(strict=False)  # line ends and tabs in strings are common
_SPACE = re.compile(r"[\s\ufeff]*")
_NEXT = re.compile(r"[\s,]*")
_FIRST_KEY = re.compile(r'\{\s*"([^"\\]*)"\s*:\s*("[^"\\]*")?')
_BRACKETS = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*"', re.DOTALL)
_GOES_ON = re.compile(r"\s*[,\]]")
MOST_LOST = 20
NOT_JSON = "not JSON"
TOO_LARGE = "larger than a million characters"
CUT_OFF = "cut off"


class Element(NamedTuple):
    """What stands in a list of this name, "" for the outermost list, None for no list at all."""

    key: str | None
    value: object
    problem: str = ""


class Unreadable(ValueError):
    """The file is not what it should be, from some place on: nothing after it can be read."""


def elements(file, streamed):
    """Elements of the lists called `streamed` in the outermost object, or of an outermost list.

    The object itself, with what else it holds, comes after them, in no list; and each further
    document in the same file is read likewise. `file` reads text. Raises Unreadable.
    """
    reader = _Reader(file)
    while sign := reader.peek():
        if sign == "[":
            yield from reader.array("")
        elif sign == "{":
            yield from reader.object(streamed)
        else:
            raise Unreadable(f"This is no JSON: it begins with {reader.ahead()!r}.")


class _Reader:
    def __init__(self, file):
        self.file = file
        self.text = ""
        self.at = 0
        self.ended = False
        self.lost = 0  # how often in a row it was no more than a guess where to go on
        self.beginning = None  # how the elements of the list begin

    def more(self):
        part = self.file.read(max(CHUNK, len(self.text) - self.at))
        self.ended = not part
        self.text = self.text[self.at :] + part
        self.at = 0
        return bool(part)

    def peek(self, between=_SPACE):
        """The next sign that is no space, or "" at the end of the file."""
        while True:
            self.at = between.match(self.text, self.at).end()
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def ahead(self):
        return self.text[self.at : self.at + 20]

    def value(self):
        """The value that begins here. Raises _Bad, and stays where it is."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if self._may_go_on(error) and self._read_on():
                    continue
                raise _Bad(self._why(error)) from None
            except (ValueError, RecursionError) as error:  # a number of 5000 digits, [[[[[[…
                raise _Bad(f"{NOT_JSON}: {error}") from None
            # A number may go on behind what has been read; nothing else can.
            if end == len(self.text) and not self.ended and self.text[-1].isdigit():
                self._read_on()
                continue
            if end - self.at > LARGEST:
                raise _Bad(TOO_LARGE)
            self.at = end
            return value

    def _may_go_on(self, error):
        """Is it wrong only because the rest of it has not been read?"""
        return "Unterminated" in error.msg or error.pos >= len(self.text) - 12

    def _read_on(self):
        return len(self.text) - self.at <= LARGEST and not self.ended and self.more()

    def _why(self, error):
        if self._may_go_on(error) and len(self.text) - self.at > LARGEST:
            return TOO_LARGE
        if self._may_go_on(error) and self.ended:
            return CUT_OFF
        return f"{NOT_JSON}: {error.msg}"

    def array(self, key):
        self.at += 1
        self.beginning = None
        while (sign := self.peek(_NEXT)) != "]":
            if not sign:
                raise Unreadable("The file ends in the middle of a list.")
            if self.beginning is None and sign == "{":
                self.beginning = self._beginning()
            try:
                value = self.value()
            except _Bad as problem:
                if str(problem) == CUT_OFF:
                    raise Unreadable("The file ends in the middle of a review.") from None
                yield Element(key, None, str(problem))
                self._skip()
            else:
                self.lost = 0
                yield Element(key, value)
        self.at += 1

    def _beginning(self):
        """How one element of the list begins, as far as others will begin so too."""
        if len(self.text) - self.at < 200:
            self.more()
        found = _FIRST_KEY.match(self.text, self.at)
        if found is None:
            return None
        value = re.escape(found[2] or "") if found[1] == "@type" else ""
        return re.compile(rf'\{{\s*"{re.escape(found[1])}"\s*:\s*{value}')

    def _skip(self):
        """Behind what cannot be read: where its brackets close, or the next one seems to begin."""
        if end := self._closed():
            self.at = end
            return
        self.at += 1
        self.lost += 1  # each time costs a look at what may be a million characters
        while self.beginning is not None and self.lost < MOST_LOST:
            if found := self.beginning.search(self.text, self.at):
                self.at = found.start()
                return
            self.at = max(self.at, len(self.text) - 200)
            if not self.more():
                break
        raise Unreadable("What follows is no JSON, and nothing behind it can be read.")

    def _closed(self):
        """Where the brackets of what begins here are closed, and a list may go on; else None."""
        while self.text[self.at] in "{[":
            to_come = []
            for sign in _BRACKETS.finditer(self.text, self.at):
                if closing := {"{": "}", "[": "]"}.get(sign[0]):
                    to_come.append(closing)
                elif sign[0] in "]}" and to_come.pop() != sign[0]:
                    return None
                if not to_come:
                    return sign.end() if _GOES_ON.match(self.text, sign.end()) else None
            if len(self.text) - self.at > LARGEST or not self.more():
                break
        return None

    def object(self, streamed):
        fields = {}
        self.at += 1
        while (sign := self.peek(_NEXT)) != "}":
            key = self._outermost() if sign == '"' else None
            if key is None or self.peek() != ":":
                raise Unreadable(f"The outermost object breaks off before {self.ahead()!r}.")
            self.at += 1
            if self.peek() == "[" and key in streamed:
                yield from self.array(key)
            else:
                fields[key] = self._outermost()
        self.at += 1
        if fields:
            yield Element(None, fields)

    def _outermost(self):
        try:
            return self.value()
        except _Bad as problem:
            raise Unreadable(f"In the outermost object: {problem}.") from None


class _Bad(ValueError):
    pass
