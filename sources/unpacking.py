"""A body as it comes over the wire, and what it unpacks to: no more of either than is wanted."""

import zlib

import brotli

PIECE = 64 * 1024


class TooMuch(Exception):
    """There would be more."""


class Unreadable(Exception):
    """It is not what its headers say."""


class _Plain:
    is_complete = True

    def feed(self, data, room):
        return data


class _Deflate:
    """gzip; and deflate with its frame, or without, as some servers send it."""

    def __init__(self):
        self.machine, self.is_first = zlib.decompressobj(wbits=47), True

    @property
    def is_complete(self):
        return self.machine.eof

    def feed(self, data, room):
        try:
            found = self.machine.decompress(data, room)
        except zlib.error:
            if not self.is_first:
                raise
            self.machine = zlib.decompressobj(wbits=-15)
            found = self.machine.decompress(data, room)
        self.is_first = False
        if self.machine.unconsumed_tail:
            raise TooMuch
        return found


class _Brotli:
    def __init__(self):
        self.machine = brotli.Decompressor()

    @property
    def is_complete(self):
        return self.machine.is_finished()

    def feed(self, data, room):
        """`room` is not exact: the library stops at the end of a block of its own."""
        found = self.machine.process(data, output_buffer_limit=room)
        if not self.machine.can_accept_more_data():
            raise TooMuch
        return found


CODINGS = {"gzip": _Deflate, "deflate": _Deflate, "br": _Brotli}


def read(parts, coding, largest):
    """The bytes of `parts` as they came, and unpacked.

    Raises TooMuch as soon as either has more than `largest`, Unreadable where it is damaged or
    packed in a way that nobody asked for.
    """
    name = coding.strip().lower().removeprefix("x-")
    if name not in {"", "identity", *CODINGS}:
        raise Unreadable(coding[:100])
    machine = CODINGS.get(name, _Plain)()
    raw, body = bytearray(), bytearray()
    for part in parts:
        for start in range(0, len(part), PIECE):
            piece = part[start : start + PIECE]
            raw += piece
            if len(raw) > largest:
                raise TooMuch
            try:
                body += machine.feed(piece, largest - len(body) + 1)
            except (zlib.error, brotli.error) as error:
                raise Unreadable(str(error)) from None
            if len(body) > largest:
                raise TooMuch
    if raw and not machine.is_complete:
        raise Unreadable("it ends in the middle")
    return bytes(raw), bytes(body)
