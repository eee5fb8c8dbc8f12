"""Quotes are found to the letter or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims import anchoring

SPACES = " \n\t\u00a0\u3000\r"
ALPHABET = "ab中文é😀.*(" + SPACES + anchoring.DOUBLE[:4] + anchoring.SINGLE[:3]
texts = st.text(ALPHABET, max_size=60)


@pytest.mark.parametrize(
    ("text", "exact", "places"),
    [
        ("one two three", "two", [(4, 7)]),
        ("two and two", "two", [(0, 3), (8, 11)]),
        ("one  two\nthree", "two three", [(5, 14)]),
        ("他说“属实”。", '"属实"', [(2, 6)]),
        ('He said "no".', "“no”", [(8, 12)]),
        ("It’s so", "It's", [(0, 4)]),
        ("emoji 😀 here", "😀 here", [(6, 12)]),
        ("aaa", "aa", [(0, 2), (1, 3)]),
        ("a.b and axb", "a.b", [(0, 3)]),
        ("One", "one", []),
        ("he said no", "he says no", []),
        ("twothree", "two three", []),
        ("anything", "", []),
        ("anything", " \n", []),
        ("", "x", []),
    ],
)
def test_find(text, exact, places):
    assert anchoring.find(text, exact) == places


@given(texts, texts)
def test_what_is_found_spells_the_quote(text, exact):
    wanted = anchoring.normalise(exact)
    for start, end in anchoring.find(text, exact):
        assert anchoring.normalise(text[start:end]) == wanted
        assert not text[start].isspace()
        assert not text[end - 1].isspace()


@given(texts, texts)
def test_it_is_found_exactly_when_the_normalised_text_has_it(text, exact):
    """As often, too: the other way to count is slow and plain."""
    wanted, within = anchoring.normalise(exact), anchoring.normalise(text)
    times = sum(within.startswith(wanted, at) for at in range(len(within))) if wanted else 0
    assert len(anchoring.find(text, exact)) == times


@given(texts, st.integers(0, 60), st.integers(0, 60))
def test_every_piece_of_a_text_is_found_in_it(text, start, end):
    piece = text[start:end]
    if piece.strip():
        assert any(text[a:b] == piece.strip() for a, b in anchoring.find(text, piece))


def test_the_words_around():
    text = "x" * 40 + "QUOTE" + "y" * 10
    assert anchoring.around(text, 40, 45) == ("x" * 32, "y" * 10)


def test_a_large_text_is_searched_at_once():
    text = "the bridge is long. " * 500_000 + "It cost 90 million."
    assert anchoring.find(text, "cost 90  million") == [(10_000_003, 10_000_018)]
