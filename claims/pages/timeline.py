"""Dated claims over the years: the marks of the picture, and the rows of the table behind it."""

from typing import NamedTuple

COLUMNS = 10
ROW = 17
AXIS = 26


class Column(NamedTuple):
    """One year, or all years up to it where there would be too many. `x` is in hundredths."""

    label: str
    x: str
    marks: list


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
    height = highest * ROW + AXIS
    columns = [
        Column(label, f"{100 * (place + 0.5) / len(groups):.2f}", _marks(found, height))
        for place, (label, found) in enumerate(groups.items())
    ]
    return {"columns": columns, "rows": dated, "height": height, "line": height - AXIS + 4}


def _marks(cards, height):
    """From the axis upwards, the earliest first."""
    ground = height - AXIS - 4
    return [{"card": card, "y": ground - ROW * place} for place, card in enumerate(cards)]


def _start(card):
    return card["about"]["from"], card["slug"]


def _year(card):
    return card["about"]["from"][:4]
