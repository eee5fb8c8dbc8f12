import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.wording import GONE, NEW, SAME, compare


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        (
            "It cost 90 million in all.",
            "It cost 41 million in all.",
            [(SAME, "It cost "), (GONE, "90 "), (NEW, "41 "), (SAME, "million in all.")],
        ),
        (
            "这座桥花费九千万。",
            "这座桥花费四千万。",
            [(SAME, "这座桥花费"), (GONE, "九"), (NEW, "四"), (SAME, "千万。")],
        ),
        ("one", "", [(GONE, "one")]),
        ("", "one", [(NEW, "one")]),
        ("same", "same", [(SAME, "same")]),
        ("All of it.", "他说没有。", [(GONE, "All of it."), (NEW, "他说没有。")]),
    ],
    ids=["words", "Chinese", "gone", "new", "same", "rewritten"],
)
def test_the_difference_in_words(old, new, pieces):
    assert compare(old, new) == pieces


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_is_lost_or_made_up(old, new):
    pieces = compare(old, new)
    assert "".join(text for kind, text in pieces if kind != NEW) == old
    assert "".join(text for kind, text in pieces if kind != GONE) == new


def test_what_stayed_the_same_is_cut_short_around_a_change():
    same = "word " * 1000
    pieces = compare(f"{same}old{same}", f"{same}new{same}")
    assert sum(len(text) for _kind, text in pieces) < 500
    assert [text for kind, text in pieces if kind != SAME] == ["oldword ", "newword "]


def test_a_book_is_compared_in_no_time():
    pieces = compare("字" * 60_000, "书" * 60_000)
    assert [kind for kind, _text in pieces] == [GONE, NEW]
