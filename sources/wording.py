"""Two texts compared word by word; in scripts that do not part words, sign by sign."""

import re
from difflib import SequenceMatcher

SAME, GONE, NEW = "same", "gone", "new"
# Kana, Chinese characters and Hangul stand alone; other letters make words, with the space behind.
_ALONE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(rf"[^\W{_ALONE}]+\s*|\s+|.", re.DOTALL)
_REWRITTEN = 0.3  # with less in common, the two read better one after the other
_TOO_MUCH = 4_000_000  # comparisons in the worst case: about a second
_AROUND = 80  # of what stayed the same, so many characters show on either side of a change


def compare(old, new):
    """`[(SAME | GONE | NEW, text)]` in reading order; long stretches of the same are cut short."""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    head = next(
        (n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    most = min(len(a), len(b)) - head
    tail = next((n for n in range(most) if a[-1 - n] != b[-1 - n]), most)
    begin, end = "".join(a[:head]), "".join(a[len(a) - tail :])
    middle = _differences(a[head : len(a) - tail], b[head : len(b) - tail])
    return _shortened([piece for piece in [(SAME, begin), *middle, (SAME, end)] if piece[1]])


def _differences(a, b):
    whole = [(GONE, "".join(a)), (NEW, "".join(b))]
    if len(a) * len(b) > _TOO_MUCH:
        return whole
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.ratio() < _REWRITTEN:
        return whole
    pieces = []
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if kind == "equal":
            pieces.append((SAME, "".join(a[a1:a2])))
        else:
            pieces += [(GONE, "".join(a[a1:a2])), (NEW, "".join(b[b1:b2]))]
    return pieces


def _shortened(pieces):
    last = len(pieces) - 1
    return [
        (kind, _cut(text, first=index == 0, last=index == last) if kind == SAME else text)
        for index, (kind, text) in enumerate(pieces)
    ]


def _cut(text, *, first, last):
    start = "" if first else text[:_AROUND]
    end = "" if last else text[-_AROUND:]
    return text if len(text) <= len(start) + len(end) + _AROUND else f"{start} … {end}"
