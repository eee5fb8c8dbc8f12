"""What a number says, however it is written: 4.4 million, 440万, 四百四十万, 30 %, 百分之三十."""

import itertools
import re
from decimal import Decimal, InvalidOperation

_NAMES = (
    "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|"
    "september sept sep|october oct|november nov|december dec"
)
MONTHS = {
    name: number
    for number, names in enumerate(_NAMES.split("|"), start=1)
    for name in names.split()
}
MONTH_NAMES = {
    number: max(names, key=len) for number, names in itertools.groupby(MONTHS, MONTHS.get)
}
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
SCALES = {
    **{"hundred": 100, "k": 10**3, "thousand": 10**3, "m": 10**6, "mn": 10**6, "million": 10**6},
    **{"b": 10**9, "bn": 10**9, "billion": 10**9, "tn": 10**12, "trillion": 10**12},
}
DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10**4, "亿": 10**8}
# Two characters or more: 一 and 十 alone are parts of words more often than numbers.
chinese_number = re.compile(
    "(?P<hundredths>百分之)?(?P<digits>[零〇一二两三四五六七八九十百千万亿]{2,})"
)
MOST_DIGITS = 30


def number(digits, percent=None, scale=None):
    """The number in its plainest spelling, such as 4400000 or 30%; None if it is none."""
    value = _value(digits)
    if value is None:
        return None
    for name in [scale] if scale in SCALES else (scale or ""):
        value *= SCALES.get(name) or UNITS.get(name) or LARGE[name]
    plain = f"{value.normalize():f}" if value else "0"
    return plain + ("%" if percent else "")


def _value(digits):
    if digits in WORDS:
        return Decimal(WORDS.index(digits))
    if digits in SCALES:
        return Decimal(SCALES[digits])
    if digits[0] in DIGITS or digits[0] in UNITS or digits[0] in LARGE:
        return _chinese(digits)
    try:
        return Decimal(digits.replace(",", "")[:MOST_DIGITS])
    except InvalidOperation:
        return None


def _chinese(digits):
    """三百二十万 is 3200000; a row of digits without units, as 二〇二二, is read as such."""
    if all(letter in DIGITS for letter in digits):
        return Decimal("".join(str(DIGITS[letter]) for letter in digits)[:MOST_DIGITS])
    total = section = digit = 0
    for letter in digits[:MOST_DIGITS]:
        if letter in DIGITS:
            digit = DIGITS[letter]
        elif letter in UNITS:
            section += (digit or 1) * UNITS[letter]
            digit = 0
        else:
            total = (total + section + digit or 1) * LARGE[letter]
            section = digit = 0
    return Decimal(total + section + digit)
