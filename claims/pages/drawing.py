"""The picture that stands beside a shared link: a verdict in 1200 by 630 pixels, as PNG."""

import io
import re
from importlib.resources import files
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
FONT = files("manimgx_fonts_cjk") / "NotoSansCJK-VF.otf.ttc"
SIMPLIFIED_CHINESE = 2  # the face of the collection; its Latin is as good as any
REGULAR, MEDIUM, BOLD = 400, 500, 700

# As on paper in static/css/variables.css, by the colour token of a rating.
PAPER, INK, INK_2, LINE = "#fcfcfa", "#1b1c1e", "#575b61", "#dddbd3"
TONES = {
    "true": "#17663a",
    "mostly-true": "#4b6611",
    "mixture": "#7d5600",
    "mostly-false": "#a84310",
    "false": "#b0201f",
    "misleading": "#8b3580",
    "unproven": "#5a6068",
    "outdated": "#46588f",
}

# Of a longer text nobody sees the end, and measuring it takes time.
LONGEST = 400
LEFT, RIGHT, BAR = 84, 1130, 28
STATEMENT_TOP, STATEMENT_BOTTOM = 236, 490
CELL, GAP = (72, 18), 8

CJK = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
OPENING = "“‘（《〈「『【(["
CLOSING = "，。、；：？！”’）》〉」』】…—,.;:?!)%\\]"
# Where a line may break: after a space, and between Chinese characters, but not so that a line
# ends with an opening mark or begins with a closing one.
BREAK = re.compile(
    rf"(?<=\s)(?=\S)|(?<![{OPENING}])(?=[{CJK}])(?![{CLOSING}])"
    rf"|(?<=[{CJK}])(?<![{OPENING}])(?![{CLOSING}\s])"
)


class Card(NamedTuple):
    """What the picture says, in one language. `scale` is (value, worst, best) or None."""

    verdict: str
    symbol: str
    color: str
    scale: tuple | None
    measure: str
    statement: str
    said_by: str
    note: str
    site: str
    host: str


def draw(card):
    """The bytes of the picture. What the font has no shapes for is left out, never boxed."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    tone = TONES.get(card.color, INK)
    pen.rectangle((0, 0, BAR, SIZE[1]), fill=tone)
    symbol = f"{card.symbol} " if not card.scale and _has_shapes(card.symbol) else ""
    _line(pen, (LEFT, 60), symbol + card.verdict, size=76, weight=BOLD, fill=tone)
    _meter(pen, card, tone)
    _statement(pen, card.statement)
    _line(pen, (LEFT, 500), card.said_by, size=30, fill=INK_2)
    pen.line((LEFT, 556, RIGHT, 556), fill=LINE, width=2)
    _line(pen, (LEFT, 572), card.site, size=30, weight=BOLD, room=400)
    end = " · ".join(filter(None, [card.note, card.host]))
    _line(pen, (RIGHT, 574), end, size=26, fill=INK_2, room=620, anchor="ra")
    data = io.BytesIO()
    # Few colours, so few bytes; the method is the quick one.
    image.quantize(48, method=Image.Quantize.FASTOCTREE).save(data, "PNG")
    return data.getvalue()


def _meter(pen, card, tone):
    """Where the verdict stands between worst and best: as cells, and in words."""
    x = LEFT
    if card.scale:
        value, worst, best = card.scale
        for step in range(worst, best + 1):
            box = (x, 182, x + CELL[0], 182 + CELL[1])
            pen.rectangle(box, fill=tone if step <= value else LINE)
            x += CELL[0] + GAP
        x += 16
    _line(pen, (x, 170), card.measure, size=28, fill=INK_2, room=RIGHT - x)


def _statement(pen, text):
    """As large as the room allows; what does not fit at the smallest size is cut."""
    text = text[:LONGEST]
    if not _has_shapes(text):
        return
    for size in (58, 50, 43, 37):
        font, leading = _font(size, MEDIUM), size * 1.32
        lines = wrap(text, font, RIGHT - LEFT)
        fitting = int((STATEMENT_BOTTOM - STATEMENT_TOP) // leading)
        if len(lines) <= fitting:
            break
    else:
        lines = [*lines[: fitting - 1], _cut("".join(lines[fitting - 1 :]), font, RIGHT - LEFT)]
    for number, line in enumerate(lines):
        pen.text((LEFT, STATEMENT_TOP + number * leading), line.rstrip(), font=font, fill=INK)


def wrap(text, font, width):
    """Lines that fit the width; a word that is wider than a line is broken."""
    lines = [""]
    for part in BREAK.split(text):
        if font.getlength((lines[-1] + part).rstrip()) <= width:
            lines[-1] += part
            continue
        lines.append("")
        for letter in part:
            if font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return [line for line in lines if line]


def _line(pen, at, text, *, size, weight=REGULAR, fill=INK, room=RIGHT - LEFT, anchor="la"):
    text = text[: LONGEST // 4]
    if text and _has_shapes(text):
        font = _font(size, weight)
        pen.text(at, _cut(text, font, room), font=font, fill=fill, anchor=anchor)


def _cut(text, font, width):
    """The text, or as much of it as fits before an ellipsis."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _font(size, weight):
    # Not kept: a face is loaded in less than a millisecond, and no two threads may share one.
    font = ImageFont.truetype(str(FONT), size, index=SIMPLIFIED_CHINESE)
    font.set_variation_by_axes([weight])
    return font


def _has_shapes(text):
    font = _font(16, REGULAR)
    nothing = _shape(font, "\uffff")
    return all(_shape(font, letter) != nothing for letter in {*text} if not letter.isspace())


def _shape(font, letter):
    mask = font.getmask(letter)
    return mask.size, bytes(mask)
