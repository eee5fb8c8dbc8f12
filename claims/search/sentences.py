"""A text cut into sentences, English and Chinese; each knows where it stands."""

import re
from typing import NamedTuple

LONGEST = 1000  # characters; a longer one is cut where a word ends

# After these, a full stop ends no sentence.
SHORT = (
    r"(?:Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|Gen|Sen|Rep|Gov|Lt|Col|Sgt|Capt|Rev|Hon|No|Nos|vs|etc|cf|al"
    r"|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|e\.g|i\.e|approx|[A-Z])"
)
CLOSING = "\"'”’»」』）)\\]】"
END = re.compile(
    rf"[。！？!?…]+[{CLOSING}]*(?=\S)|[!?.]+[{CLOSING}]*(?=\s)|[。！？…；;]+[{CLOSING}]*|[\n\r\u2028\u2029]+"
)
NO_END = re.compile(rf"(?:^|[\s(“\"]){SHORT}\.$")
# A post as it is embedded is one sentence, whatever stands in it.
POST = re.compile(r"[—–-]\s*[^\n]{0,80}\(@\w+\)[^\n]*$")


class Sentence(NamedTuple):
    text: str
    start: int
    end: int


def sentences(text):
    """The sentences of a text in their order, without the space around them."""
    start = 0
    for line in re.finditer(r"[^\n\r\u2028\u2029]+", text):
        start = line.start()
        if not POST.search(line[0]):
            for found in END.finditer(line[0]):
                end = line.start() + found.end()
                if not _is_end(text, start, end):
                    continue
                yield from _pieces(text, start, end)
                start = end
        yield from _pieces(text, start, line.end())


def _is_end(text, start, end):
    following = text[end : end + 2].lstrip()
    if following and following[0].islower():
        return False
    return not (text[end - 1] == "." and NO_END.search(text[max(start, end - 12) : end]))


def _pieces(text, start, end):
    while start < end:
        last = end
        if end - start > LONGEST:
            last = start + LONGEST
            space = max(text.rfind(" ", start, last), text.rfind("，", start, last))
            last = space + 1 if space > start else last
        piece = text[start:last]
        left = start + len(piece) - len(piece.lstrip())
        shown = piece.strip()
        if any(map(str.isalnum, shown)):
            yield Sentence(shown, left, left + len(shown))
        start = last
