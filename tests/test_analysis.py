"""Texts become terms: however something is written, it is found by how else it is written."""

import itertools
import threading

import pytest
import Stemmer
from hypothesis import given
from hypothesis import strategies as st
from snowballstemmer.arabic_stemmer import ArabicStemmer
from snowballstemmer.armenian_stemmer import ArmenianStemmer
from snowballstemmer.english_stemmer import EnglishStemmer
from snowballstemmer.greek_stemmer import GreekStemmer
from snowballstemmer.hindi_stemmer import HindiStemmer
from snowballstemmer.russian_stemmer import RussianStemmer
from snowballstemmer.tamil_stemmer import TamilStemmer

from claims.search import analysis
from claims.search.analysis import places, terms, tokens

SAME = {
    "case": ("STABILITY ai", "Stability AI"),
    "accents": ("École naïve", "ecole naive"),
    "composed or not": ("e\u0301cole", "école"),
    "quotes": ("the firm’s claim", "the firm's claim"),
    "full width": ("ＡＩ　３０％", "AI 30%"),
    "stems": ("investors claimed", "investor claims"),
    "stop words": ("the height of a bridge", "height bridge"),
    "traditional": ("補充軟體發行", "补充软体发行"),
    "invisible": ("edu\u200bcation", "education"),
    "addresses": ("see https://t.co/yoEO @user ann@example.org now bridge", "see now bridge"),
    "signed posts": ("A bridge — Ann (@AnnLee) March 3, 2020", "A bridge: Ann"),
    "site of a page": ("上報 | 大桥竟然昨天没有了！", "大桥竟然昨天没有了！"),
    "site after it": ("The bridge was never built ｜ BBC News", "The bridge was never built"),
    "people spoken to": ("@JulianAssange said", "Julian Assange said"),
    "thousands": ("1,234,567", "1234567"),
    "million": ("$4.4 million", "4400000"),
    "万": ("440万", "4.4m"),
    "亿": ("1.2亿", "120 million"),
    "percent": ("30 per cent", "30 %"),
    "number words": ("two billion", "2bn"),
    "date": ("August 2022", "2022年8月"),
    "abbreviated date": ("Aug. 3rd, 2022", "2022-08-03"),
    "British date": ("3 August 2022", "2022年8月3日"),
    "Russian": ("новые делами", "новых дел"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_the_same_said_differently_is_the_same_terms(one, other):
    assert set(terms(one)) == set(terms(other)) != set()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2022年8月", {"2022", "august", "2022-08"}),
        ("三百二十万人", {"3200000"}),
        ("百分之三十", {"30%"}),
        ("#AustralianFires", {"australianfir", "australian", "fire"}),
        ("八月", {"august"}),
        ("据称大桥", {"据", "据称", "大桥"}),
        ("In May 2020 they may march", {"2020-05", "may"}),
        ("BBC | CNN", {"bbc", "cnn"}),
        ("x" * 1000, {"x" * analysis.LONGEST}),
    ],
)
def test_terms_of(text, wanted):
    assert wanted <= terms(text).keys()


def test_nothing_is_found_in_what_says_nothing():
    for text in [
        "",
        "👍👍",
        "\u200b\u200d",
        "the of and",
        "' \" ; -- & | !",
        "https://example.org/a",
    ]:
        assert not terms(text)


@given(st.text())
def test_every_token_has_its_place_and_whole_terms(text):
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert all(token.terms)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_case_does_not_matter(text):
    if text.lower().upper() == text.upper() and len(text.upper()) == len(text):
        assert set(terms(text.upper())) == set(terms(text.upper().lower()))


@given(st.integers(1, 10**15))
def test_a_number_is_the_same_with_commas_and_without(value):
    assert terms(f"{value:,}") == terms(f"{value}")


@given(st.text(), st.text())
def test_marked_places_are_in_order_and_apart(text, question):
    found = places(text, frozenset(terms(question)))
    assert all(a < b for a, b in found)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(found))


def test_what_was_asked_for_is_marked_in_the_text():
    def marked(text, question):
        return [text[a:b] for a, b in places(text, frozenset(terms(question)))]

    assert marked("The École’s costs", "ecole cost") == ["École’s", "costs"]
    assert marked("大桥耗资九千万", "大橋") == ["大桥"]
    assert marked("In August 2022 it was", "2022年8月") == ["August 2022"]
    assert marked("raised 440万 dollars", "4.4 million") == ["440万"]


def test_a_long_text_takes_no_long_time():
    for letter in ["a", "1", "桥", "1,", "a-", "'", "@a", "jan ", "一", "1 ", "http://"]:
        assert len(list(tokens(letter * 20_000))) < 50_000


def test_threads_do_not_disturb_each_other():
    words = [f"generalizations{number}ing" for number in range(300)]
    expected = [terms(word) for word in words]
    analysis._stem.cache_clear()
    found = []
    threads = [
        threading.Thread(target=lambda: found.append([terms(word) for word in words]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


# What the short cuts of the analysis look for, and what is near it.
PIECES = (
    "@ann", "(@ann) March 3, 2020", "https://a.b/c", "www.x.org", "x@y.com", "a.bc/de", "#TwoWords",
    "3 March", "may", "one million", "百分之三十", "三月", "2020年3月5日", "2020-01-02",
    "30 per cent", "440万", "don’t", "`so`", "é", "ﬁ", "Ａ", "İ", "\u200b", "\u0301", "\ud800",
    "中國", "里面", "เมือง", "हिन्दी", "한국", "ones", "²", "_", "–", " ", "\n", ".", ",", "/",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join))
def test_short_cuts_change_nothing(text):
    """Plain texts are spared patterns and conversions that cannot find anything in them."""
    simplified = analysis._t2s.convert(
        "".join(text.translate(analysis._plain)).encode(errors="replace").decode()
    )
    folded = analysis._same_length(text)
    if len(simplified) == len(text):
        assert folded == simplified
    short, whole = (
        [(match.lastgroup, match.span()) for match in pattern.finditer(folded)]
        for pattern in (analysis._pattern(folded), analysis._TOKEN)
    )
    assert short == whole


def test_what_is_not_converted_is_what_no_conversion_changes():
    below = "".join(map(chr, range(0x2E80)))
    assert analysis._t2s.convert(below) == below
    assert not analysis._converted.search(below)


@pytest.mark.parametrize(
    ("stemmer", "parts"),
    [
        (EnglishStemmer, "na tion al ing ly ed ies ful 's ement"),
        (RussianStemmer, "пра ость ени ями вши ейш ыва ться ого"),
        (GreekStemmer, "ανα ωση ικη ματα ουσε ηθηκα ιστα ων"),
        (ArmenianStemmer, "ան ություն ների եցին ական որեն իս վում"),
        (ArabicStemmer, "ال كتاب ون ات وال ين هم ست"),
        (HindiStemmer, "भारत ियों ाओं ता ने ूंगी ाएगा ों"),
        (TamilStemmer, "நாடு கள் இல் ஆக மார் உடன் து வோம்"),
    ],
)
def test_stems_are_the_same_in_c_and_in_python(stemmer, parts):
    """Or an index made where there is no PyStemmer would not be found in elsewhere."""
    slow, fast = stemmer(), Stemmer.Stemmer(stemmer.__name__.removesuffix("Stemmer").lower())
    for word in map("".join, itertools.product(parts.split(), repeat=4)):
        assert fast.stemWord(word) == slow.stemWord(word), word
