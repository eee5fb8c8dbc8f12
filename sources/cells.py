"""Texts in cells of spreadsheets: none goes out that would be a formula to who opens the file."""

import re

# What spreadsheets take for a formula, also after the apostrophes that keep others from being one.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def guarded(text):
    """The text as it goes into a cell."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(cell):
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
