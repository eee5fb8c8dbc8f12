"""Dated claims over the years: the marks of the picture, and the rows of the table behind it."""

import math
from typing import NamedTuple

COLUMNS = 10
LOW = 8  # marks that may stand on one another before they stand abreast
BESIDE = 18  # marks for which the narrowest screen has room, over all columns
ROW = 17
AXIS = 26


class Column(NamedTuple):
    """One year, or all years up to it where there would be too many. `x` is in hundredths.

    `gap` is where the axis is broken, if years are left out before this one.
    """

    label: str
    x: str
    marks: list
    gap: str | None


def timeline(cards):
    """What the cards say happened when; None unless they speak of two years or more."""
    dated = sorted((card for card in cards if card.get("about")), key=_start)
    years = sorted({_year(card) for card in dated})
    if len(years) < 2:
        return None
    alone = years[-COLUMNS + 1 :] if len(years) > COLUMNS else years
    groups = {year: [card for card in dated if _year(card) == year] for year in alone}
    if len(alone) < len(years):  # the first column takes all that came before
        before = years[-COLUMNS]
        groups = {f"–{before}": [card for card in dated if _year(card) <= before]} | groups
    highest = max(map(len, groups.values()))
    abreast = 1 if highest <= LOW else max(1, min(3, BESIDE // len(groups)))
    height = math.ceil(highest / abreast) * ROW + AXIS
    columns = [
        Column(
            label,
            f"{100 * (place + 0.5) / len(groups):.2f}",
            _marks(found, abreast, height),
            f"{100 * place / len(groups):.2f}" if place and _skips(list(groups), place) else None,
        )
        for place, (label, found) in enumerate(groups.items())
    ]
    return {"columns": columns, "rows": dated, "height": height, "line": height - AXIS + 4}


def _skips(labels, place):
    return int(labels[place]) - int(labels[place - 1].lstrip("–")) > 1


def _marks(cards, abreast, height):
    """From the axis upwards, the earliest first; `dx` and `y` are pixels."""
    ground = height - AXIS - 4
    rows = [cards[at : at + abreast] for at in range(0, len(cards), abreast)]
    return [
        {"card": card, "dx": ROW * (place - (len(row) - 1) / 2), "y": ground - ROW * level}
        for level, row in enumerate(rows)
        for place, card in enumerate(row)
    ]


def _start(card):
    return card["about"]["from"], card["slug"]


def _year(card):
    return card["about"]["from"][:4]
