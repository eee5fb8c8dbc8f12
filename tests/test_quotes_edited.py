"""No edit of a text makes a quote "verified" that is not there: tried on thousands of edits.

`EXAMPLES=10000` (make quotes) tries so many; a few hundred are tried with every run.
"""

import os
import random
import re
import unicodedata

import pytest
from django.db import connection
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from claims import anchoring, quotes
from claims.models import Evidence
from claims.models.evidence import plain
from sources.models import Snapshot

EXAMPLES = int(os.environ.get("EXAMPLES", "300"))

ENGLISH = re.findall(
    r"\S+",
    """the bridge council café naïve cost 41 million not “never” 'often' 2019–2021 well-known of and
    paid in full report says Ångström it was no longer open co-op accounts year's last first road
    river built in by for than more less before after its own papers""",
)
CHINESE = (
    "桥梁总支出为四千一百万元其中土地占成市议会年报告说不曾公开“两”——会计师大约多少前后工程费用"
)
# A case is made from a number: hypothesis would take a hundred times as long to build each text.
cases = given(st.integers(0, 2**64).map(random.Random))


def sentence(rng):
    if rng.random() < 0.5:
        return " ".join(rng.choices(ENGLISH, k=rng.randint(4, 12))) + ". "
    return "".join(rng.choices(CHINESE, k=rng.randint(6, 20))) + "。"


def a_text(rng):
    """Its sentences, and the number of the one that is quoted."""
    text = [sentence(rng) for _ in range(rng.randint(7, 12))]
    return text, rng.randint(2, len(text) - 3)


def plainly(text):
    """What is forgiven, spelled out a second time and in another way."""
    text = unicodedata.normalize("NFC", text).replace("\u00ad", "")
    text = re.sub("[“”„‟«»「」『』＂〝〞〟]", '"', text)
    text = re.sub("[‘’‚‛‹›＇]", "'", text)
    text = re.sub("[‐‑‒–—―−﹘﹣－]", "-", text)
    return re.sub(r"\s+", " ", text).strip()


def snapshot(pk, text):
    return Snapshot(pk=pk, source_id=1, text=text)


def verified(old, number):
    """A quote of a whole sentence, verified in its text."""
    row = Evidence(source_id=1, quote=old[number].strip())
    quotes.judge(row, snapshot(1, "".join(old)))
    assert row.quote_state == "verified"
    return row


def after(row, new):
    """The quote once the text has changed; whatever the edit was, these hold."""
    place = (row.snapshot_id, row.start, row.end)
    quote = row.quote
    quotes.judge(row, snapshot(2, new))
    assert row.quote == quote
    assert row.checked_id == 2
    if row.quote_state == "verified":
        assert plainly(new[row.start : row.end]) == plainly(quote)
        assert row.snapshot_id == 2
    else:
        assert row.quote_state == "broken"
        assert (row.snapshot_id, row.start, row.end) == place
        if found := quotes.suggestion(row):
            assert new[found.start : found.end] == found.words
    return row.quote_state


def one_sign(rng, quote):
    """The quote with one sign more, less or other: never a mere matter of spelling."""
    at, sign = rng.randrange(len(quote)), rng.choice("0189xX不桥, ")
    edited = rng.choice(
        [
            quote[:at] + quote[at + 1 :],
            quote[:at] + sign + quote[at:],
            quote[:at] + sign + quote[at + 1 :],
            quote[:at] + quote[at].swapcase() + quote[at + 1 :],
        ]
    )
    assume(plainly(quote) not in plainly(edited))
    return edited


@settings(max_examples=EXAMPLES)
@cases
def test_one_sign_changed_in_it_breaks_it(rng):
    text, number = a_text(rng)
    row = verified(text, number)
    edited = one_sign(rng, text[number].strip()) + " "
    new = "".join([*text[:number], edited, *text[number + 1 :]])
    assume(plainly(row.quote) not in plainly(new))
    assert after(row, new) == "broken"


@settings(max_examples=EXAMPLES)
@cases
def test_the_same_words_between_others_are_another_sentence(rng):
    """Taken out where it stood and put in elsewhere, as a sentence of somebody else would be."""
    text, number = a_text(rng)
    row = verified(text, number)
    rest = text[:number] + text[number + 1 :]
    at = rng.choice([n for n in range(len(rest)) if n != number])
    new = "".join([*rest[:at], text[number], *rest[at:]])
    assume(len(anchoring.find(new, row.quote)) == 1)
    assert after(row, new) == "broken"


@settings(max_examples=EXAMPLES)
@cases
def test_edits_on_one_side_of_it_leave_it_verified(rng):
    text, number = a_text(rng)
    row = verified(text, number)
    own, extra = row.start, "".join(sentence(rng) for _ in range(rng.randint(0, 3)))
    new = "".join([extra, text[0], *text[2:]])
    assert after(row, new) == "verified"
    assert row.start == own + len(extra) - len(text[1])


SPELLINGS = [
    lambda text: text.replace(" ", "\n"),
    lambda text: text.replace(" ", "\u00a0 \u3000"),
    lambda text: text.replace("“", '"').replace("”", "„"),
    lambda text: text.replace("–", "-").replace("—", "―"),
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: re.sub(r"(?<=[a-z桥梁])(?=[a-z桥梁])", "\u00ad", text),
]


@settings(max_examples=EXAMPLES)
@cases
def test_another_spelling_of_the_text_leaves_it_verified(rng):
    text, number = a_text(rng)
    row, new = verified(text, number), "".join(text)
    for spelling in rng.choices(SPELLINGS, k=rng.randint(1, 4)):
        new = spelling(new)
    assert after(row, new) == "verified"


@settings(max_examples=EXAMPLES)
@cases
def test_no_pile_of_edits_makes_it_verified_where_it_is_not(rng):
    """Any edits at all: verified is only what stands there to the letter."""
    new, number = a_text(rng)
    row = verified(new, number)
    for _ in range(rng.randint(1, 4)):
        at, kind = rng.randrange(len(new)), rng.choice(["drop", "double", "swap", "sign"])
        if kind == "drop" and len(new) > 1:
            new.pop(at)
        elif kind == "double":
            new.insert(rng.randint(0, len(new)), new[at])
        elif kind == "swap":
            new[at], new[0] = new[0], new[at]
        else:
            new[at] = one_sign(rng, new[at])
    if after(row, "".join(new)) == "verified":
        assert plainly(row.quote) in plainly("".join(new))


@pytest.mark.django_db
def test_the_database_spells_as_the_program_does():
    """Over every sign that either of them forgives, alone and between others."""
    signs = [*anchoring.DOUBLE, *anchoring.SINGLE, *anchoring.DASHES, anchoring.SOFT_HYPHEN]
    signs += [chr(n) for n in range(1, 0x3100) if chr(n).isspace() or n in range(0x300, 0x340)]
    texts = [f"a{sign}{other}b {sign}" for sign in signs for other in (*signs[::7], "é", "桥")]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {plain('text')} FROM unnest(%s::text[]) AS text", [texts])
        found = [row[0] for row in cursor]
    assert found == [anchoring.normalise(text) for text in texts]
    assert [plainly(text) for text in texts] == found
