"""Texts to terms: the same for what is published and for what is asked, by construction.

Which analyser a word gets is told by its script, never by the language that somebody says it is in:
a question comes without one. Words are folded and stemmed; scripts that write no spaces become
single characters and pairs of them, Chinese in simplified characters; numbers and dates become what
they say, however they are written. Each token knows its place, so that a page can mark it.
"""

import functools
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

import opencc
import snowballstemmer

from .numerals import MONTH_NAMES, MONTHS, chinese_number, number

MOST_KEPT = 100_000  # of each thing that is looked up by a word or a character again and again
LONGEST = 40  # characters of a term: nobody asks for more of a word, and indexes stay small
LONGEST_SITE = 12  # characters of the name of a site, as it stands in the titles of its pages


class Token(NamedTuple):
    """A stretch of a text, and the terms that it counts as."""

    start: int
    end: int
    terms: tuple[str, ...]
    word: str = ""  # as written, folded: what the vocabulary for spelling is made of
    # Of a number: what a question for the unit alone finds, and no question for the number has.
    units: tuple[str, ...] = ()


class Analyser(NamedTuple):
    """How the words of a script become terms."""

    stem: Callable[[str], str]
    stop: frozenset[str] = frozenset()
    drop_marks: bool = False  # accents are often left out, where they do not make another letter


# --- The table of analysers ----------------------------------------------------

# The stemmers keep state while they work, and pages are made in several threads.
_own = threading.local()
_t2s = opencc.OpenCC("t2s")


@functools.lru_cache(maxsize=MOST_KEPT)
def _stem(language, word):
    if not hasattr(_own, "stemmers"):
        _own.stemmers = {}
    if language not in _own.stemmers:
        _own.stemmers[language] = snowballstemmer.stemmer(language)
    return _own.stemmers[language].stemWord(word)


def _stemmer(language):
    return functools.partial(_stem, language)


ENGLISH_STOP = """
    a about above after again all also am an and any are aren as at be because been before being
    below between both but by can cannot could couldn did didn do does doesn doing don down during
    each few for from further had hadn has hasn have haven having he her here hers herself him
    himself his how i if in into is isn it its itself just ll me might more most must my myself no
    nor not of off on once only or other our ours ourselves out over own re s same shan she should
    shouldn so some such t than that the their theirs them themselves then there these they this
    those through to too under until up us ve very was wasn we were weren what when where which
    while who whom why will with won would wouldn you your yours yourself yourselves
    arent cant couldnt didnt doesnt dont hadnt hasnt havent im isnt ive shouldnt thats theyre wasnt
    werent wont wouldnt youre
"""

CHINESE_STOP = frozenset("的了是在和与及也就都而之其这那有为以于对吗呢吧啊")

LATIN = Analyser(_stemmer("english"), frozenset(ENGLISH_STOP.split()), drop_marks=True)
ANALYSERS = [
    ("\u0370-\u03ff\u1f00-\u1fff", Analyser(_stemmer("greek"), drop_marks=True)),
    ("\u0400-\u052f", Analyser(_stemmer("russian"))),
    ("\u0531-\u058f", Analyser(_stemmer("armenian"))),
    ("\u0600-\u06ff\u0750-\u077f", Analyser(_stemmer("arabic"))),
    ("\u0900-\u097f", Analyser(_stemmer("hindi"))),
    ("\u0b80-\u0bff", Analyser(_stemmer("tamil"))),
    ("", LATIN),  # all others: folded, and stemmed as English, which leaves what it does not know
]
# Han, kana, Hangul, and the scripts of South-East Asia that divide no words.
UNSPACED = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003134f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)


@functools.lru_cache(maxsize=4096)
def _analyser(letter):
    return next(
        row for letters, row in ANALYSERS if not letters or re.match(f"[{letters}]", letter)
    )


# --- Cutting -------------------------------------------------------------------

INVISIBLE = "\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
MARKS = "\u0300-\u036f"
_LETTER = rf"(?:(?![{UNSPACED}])[^\W_])"
_LETTERS = rf"(?:[a-z\u00f8-\u01ff\u0430-\u044f]+|{_LETTER})"  # the same, mostly a run at once
_MONTH = r"(?P<month>{})".format(
    "|".join(sorted(MONTHS, key=lambda name: (-len(name), name)))  # the longest first
)
_MONTHLY = "".join({name[0] for name in MONTHS})  # what can begin one: most words cannot
_DAY = r"(?:st|nd|rd|th)?(?![\d.,]*\d)"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
_COUNTED = r"one|two|three|four|five|six|seven|eight|nine|ten|hundred"
_COUNTING = "".join({name[0] for name in _COUNTED.split("|")})
_SCALE = r"hundred|thousand|million|billion|trillion|[十百千万亿]+|(?<=\d)(?:mn|bn|tn|k|m|b)"
_PARTS = [
    # When a post was posted is no word of it: "— Ann (@ann) March 3, 2020", as it is embedded.
    ("stamp", rf"\(@\w+\)\s+{_MONTH.replace('month', 'stamped')}\s+\d{{1,2}},?\s+\d{{4}}(?!\w)"),
    ("away", r"(?:https?://|www\.)[!-~]+|[\w.+-]+@[\w-]+\.[\w.-]+|(?<!\w)\(@\w+"),
    ("mention", r"(?<!\w)@(?P<handle>\w+)"),
    ("away2", r"[a-z0-9.-]+\.[a-z]{2,}/[!-~]*"),
    ("iso", r"(?=\d)(?<![\d.])(?P<iy>\d{4})[-/.](?P<im>\d{1,2})[-/.](?P<id>\d{1,2})(?![\d])"),
    (
        "han_date",
        r"(?=\d)(?<!\d)(?:(?P<hy>\d{4})\s*年(?:\s*(?P<hm>\d{1,2})\s*月)?|(?P<hm2>\d{1,2})\s*月)"
        r"(?:(?<=月)\s*(?P<hd>\d{1,2})\s*[日号])?",
    ),
    (
        "date",
        rf"(?=[\d{_MONTHLY}])(?<![\w])(?:(?P<before>\d{{1,2}}){_DAY}\s+(?:of\s+)?)?{_MONTH}(?![\w])\.?"
        rf"(?:\s+(?P<after>\d{{1,2}}){_DAY}(?!\w))?(?:,?\s+(?:of\s+)?(?P<year>\d{{4}})(?!\w))?",
    ),
    (
        "number",
        rf"(?=[\d百{_COUNTING}])(?P<hundredths>百分之\s*)?(?P<value>(?<![\w.]){_NUMBER}|(?<=[{UNSPACED}]){_NUMBER}"
        rf"|(?<!\w)(?:{_COUNTED})(?=[\s-]+(?:hundred|thousand|[mbtr]+illion)))"
        rf"(?:[\s-]*(?P<scale>{_SCALE}))?(?:[\s-]*(?P<percent>%|percent\b|per\s+cent\b|pct\b))?"
        rf"(?!{_LETTER})",
    ),
    ("unspaced", rf"[{UNSPACED}]+"),
    ("word", rf"{_LETTERS}(?:{_LETTERS}|[{MARKS}{INVISIBLE}]|\u094d|[\u0900-\u0963\u064b-\u0652]"
             rf"|['](?={_LETTER}))*"),
]  # fmt: skip
_ADDRESSED = {"stamp", "away", "mention", "away2"}  # each has an @, a slash or www. in it


def _compiled(parts):
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in parts))


_TOKEN = _compiled(_PARTS)
_TOKEN_OF_PLAIN = _compiled(part for part in _PARTS if part[0] not in _ADDRESSED)


def tokens(text):
    """The tokens of a text, in its order; those that stand for nothing are left out."""
    folded = _same_length(text)
    if "|" in folded:
        folded = _without_site(folded)
    for match in _pattern(folded).finditer(folded):
        kind = match.lastgroup
        if kind == "word":  # nearly all are
            yield Token(*match.span(), *_counted(match[0]))
            if text[match.start() - 1] in "#＃" and match.start():
                yield from _run_together(text, *match.span())  # #AustralianFires is two more
        elif kind in _CUT:
            yield from _CUT[kind](match, text)


def _without_site(folded):
    """Titles of pages name their site before or after a bar: it is no word of what they say."""
    parts = folded.split("|")
    long = max(len(part.strip()) for part in parts) / 2
    for place in (0, -1):
        if len(parts[place].strip()) < min(long, LONGEST_SITE + 1):
            parts[place] = " " * len(parts[place])
    return "|".join(parts)


def _pattern(folded):
    addressed = "@" in folded or "/" in folded or "www." in folded
    return _TOKEN if addressed else _TOKEN_OF_PLAIN


def terms(text):
    """`{term: how often}`."""
    return Counter(term for token in tokens(text) for term in token.terms)


def _same_length(text):
    """Lower case, half width, straight quotes, simplified: each character in its own place."""
    if text.isascii():
        return text.lower().replace("`", "'")
    plain = text.translate(_plain)
    if not _converted.search(plain):
        return plain
    simple = _t2s.convert(plain.encode(errors="replace").decode())
    if len(simple) != len(plain):
        simple = "".join(map(_simple, plain))
    return simple


class _Plain(dict):
    """For str.translate: filled with the characters that are met."""

    def __missing__(self, code):
        letter = chr(code)
        plain = unicodedata.normalize("NFKC", letter).lower()
        if letter in "’‘‛′＇`´ʼ":
            plain = "'"
        if letter in "‐‑‒–—－":
            plain = "-"
        if letter in "│丨∣":
            plain = "|"
        if len(self) >= MOST_KEPT:
            self.clear()
        self[code] = plain = plain if len(plain) == 1 else letter
        return plain


_plain = _Plain()
# Han and all beyond; and halves of surrogate pairs, which cannot be converted.
_converted = re.compile("[\u2e80-\U0010ffff]")


def _simple(letter):
    simple = _t2s.convert(letter.encode(errors="replace").decode())
    return simple if len(simple) == 1 else letter


# --- What becomes of each kind of token ----------------------------------------


def _mention(match, text):
    """@JulianAssange is who is spoken of; an account that is one word tells nothing."""
    yield from _run_together(text, *match.span("handle"))


def _run_together(text, start, end):
    parts = list(re.finditer(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", text[start:end]))
    if len(parts) > 1:
        for part in parts:
            yield _word_token(part[0].lower(), start + part.start(), start + part.end())


def _word_token(written, start, end):
    return Token(start, end, *_counted(written))


@functools.lru_cache(maxsize=MOST_KEPT)
def _counted(written):
    """`(terms, word)` of a word as it is written."""
    word = _folded(written)
    analyser = _analyser(word[0]) if word else LATIN
    if analyser.drop_marks:
        word = "".join(c for c in unicodedata.normalize("NFD", word) if not _is_mark(c))
    if word.endswith("'s"):
        word = word[:-2]
    word = word.replace("'", "")[:LONGEST]
    if not word or word in analyser.stop:
        return (), ""
    return (analyser.stem(word),), word


def _folded(word):
    shown = re.sub(f"[{INVISIBLE}]", "", word)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", shown).casefold())


def _is_mark(letter):
    return unicodedata.category(letter) == "Mn"


def _unspaced(match, text):
    """Single characters and pairs; and what a number in Chinese numerals says."""
    start, run = match.start("unspaced"), match["unspaced"]
    for place, letter in enumerate(run):
        if letter not in CHINESE_STOP:
            yield Token(start + place, start + place + 1, (letter,))
        if pair := run[place : place + 2][1:]:
            yield Token(start + place, start + place + 2, (letter + pair,))
    for found in chinese_number.finditer(run):
        if value := number(found["digits"], found["hundredths"]):
            yield Token(start + found.start(), start + found.end(), (value,))
    for found in _han_month.finditer(run) if "月" in run else ():
        month = number(found[0][:-1])
        if month and Decimal(month) <= 12:
            yield Token(start + found.start(), start + found.end(), _date(month=month))


_han_month = re.compile("[一二三四五六七八九十]{1,2}月(?!份?[前来])")


def _number(match, text):
    value = number(match["value"], match["hundredths"] or match["percent"], match["scale"])
    if not value:
        return
    unit = match["scale"] or ""
    if _UNSPACED.match(unit):
        units = tuple(unit)
    else:
        units = _word_token(unit, 0, 0).terms if len(unit) > 2 else ()  # “m” is none to ask for
    if match["percent"]:
        units += (LATIN.stem("percent"),)
    yield Token(*match.span(), (value[:LONGEST],), units=units)


def _iso_date(match, text):
    yield Token(*match.span(), _date(match["iy"], match["im"], match["id"]))


def _han_date(match, text):
    yield Token(*match.span(), _date(match["hy"], match["hm"] or match["hm2"], match["hd"]))


def _english_date(match, text):
    month, day, year = match["month"], match["before"] or match["after"], match["year"]
    if day or year:
        yield Token(*match.span(), _date(year, MONTHS[month], day))
    else:  # may be a verb, or half a name
        yield _word_token(month, *match.span("month"))


def _date(year=None, month=None, day=None):
    """A date as its parts, so that one that says less finds one that says more."""
    month = int(month) if month and 1 <= int(month) <= 12 else None
    day = int(day) if month and day and 1 <= int(day) <= 31 else None
    found = [str(int(year))] if year else []
    if month:
        found.append(LATIN.stem(MONTH_NAMES[month]))
    if year and month:
        found.append(f"{int(year)}-{month:02}")
    if day:
        found.append(f"{month:02}-{day:02}")
    return tuple(found)


_CUT = {
    "mention": _mention,
    "unspaced": _unspaced,
    "number": _number,
    "iso": _iso_date,
    "han_date": _han_date,
    "date": _english_date,
}


# --- Marking -------------------------------------------------------------------


@functools.lru_cache(maxsize=200)  # a list asks of the texts of a claim more than once
def places(text, wanted):
    """Where the wanted terms stand in a text: `[(start, end)]`, none over another."""
    pairs = "".join(term for term in wanted if len(term) == 2 and _UNSPACED.fullmatch(term))
    telling = {term for term in wanted if term not in pairs}  # not each character of a longer word
    telling |= {term for term in wanted if len(term) > 1}
    found = []
    for token in sorted(tokens(text)):
        if not telling.intersection(token.terms + token.units):
            continue
        if found and token.start <= found[-1][1] and (token.start < found[-1][1]):
            found[-1] = (found[-1][0], max(found[-1][1], token.end))
        else:
            found.append((token.start, token.end))
    return found


_UNSPACED = re.compile(f"[{UNSPACED}]+")
