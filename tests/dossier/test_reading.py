"""Mistakes in a file: each is named with its place, all of them at once."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.dossier import dump, plain_yaml, reading
from claims.dossier.mistakes import Mistakes

from .sample import sample, write


def mistakes(text):
    with pytest.raises(Mistakes) as caught:
        reading.parse(text, name="f.yaml")
    return caught.value.lines


def in_claim(**changes):
    return lambda data: data["claims"][0].update(changes)


def in_source(**changes):
    return lambda data: data["sources"][0].update(changes)


def in_evidence(**changes):
    return lambda data: data["claims"][0]["evidence"][0].update(changes)


def without(section, key):
    return lambda data: data[section][0].pop(key)


def cycle(section, key):
    def change(data):
        first, second = data[section][:2]
        first[key], second[key] = second["slug"], first["slug"]

    return change


CASES = [
    (in_evidence(source="county-acounts"), "claims[0].evidence[0].source: no source "
     "'county-acounts'; did you mean 'county-accounts'?"),
    (in_evidence(source="frobes"), "claims[0].evidence[0].source: no source 'frobes'"),
    (in_evidence(stance="suports"), "claims[0].evidence[0].stance: 'suports' is not known; did you "
     "mean 'supports'? (known: supports, refutes, context)"),
    (in_evidence(quote=" ".join(["word"] * 51)), "claims[0].evidence[0].quote: has 51 words; at "
     "most 50"),
    (in_evidence(quote="x" * 501), "claims[0].evidence[0].quote: has 501 characters; at most 500"),
    (in_evidence(finding={}), "claims[0].evidence[0].finding: is empty; write something, or leave "
     "the key out"),
    (in_evidence(finding=None), "claims[0].evidence[0].finding: is empty; write something, or "
     "leave the key out"),
    (in_evidence(finding={"en": "a\0b"}), "claims[0].evidence[0].finding.en: has U+0000 (a control "
     "character) in it; take it out"),
    (in_claim(statement={"en": "cost \u202e09"}), "claims[0].statement.en: has U+202E "
     "(right-to-left override) in it; take it out"),
    (in_claim(statement={"en": "two\nlines"}), "claims[0].statement.en: has several lines; write "
     "one"),
    (in_claim(statement={"en": "space "}), "claims[0].statement.en: begins or ends with white "
     "space"),
    (in_claim(statement={"English": "x"}), "claims[0].statement: 'English' is not a language tag "
     "(BCP 47, such as en or zh-Hans)"),
    (in_claim(statement={"en": "x" * 1001}), "claims[0].statement.en: has 1001 characters; at most "
     "1000"),
    (in_claim(statement="text"), "claims[0].statement: 'text' is not a mapping"),
    (in_claim(statement={"en": True}), "claims[0].statement.en: true is not text; put it in "
     "quotes"),
    (in_claim(quote="x" * 301), "claims[0].quote: has 301 characters; at most 300"),
    (in_claim(related=["bridge-cost"]), "claims[0].related[0]: the claim names itself"),
    (in_claim(related=["bridge-time", "bridge-time"]), "claims[0].related: names something twice"),
    (in_claim(subjects=["major"]), "claims[0].subjects[0]: no subject 'major'; did you mean "
     "'mayor'?"),
    (in_claim(claimant="nobody"), "claims[0].claimant: no subject 'nobody'"),
    (in_claim(topics=["moon"]), "claims[0].topics[0]: no topic 'moon'; did you mean 'money'?"),
    (in_claim(claimed_on="2024-13"), "claims[0].claimed_on: '2024-13' is not a day of the "
     "calendar"),
    (in_claim(claimed_on="last year"), "claims[0].claimed_on: 'last year' is not a date (2023, "
     "2023-06 or 2023-06-04)"),
    (in_claim(about="2022/2023-05"), "claims[0].about: '2022/2023-05' begins and ends with "
     "different precision"),
    (in_claim(about="2023/2022"), "claims[0].about: '2023/2022' ends before it has begun"),
    (in_claim(about="2023-02-30/2023-03-01"), "claims[0].about: '2023-02-30' is not a day of the "
     "calendar"),
    (in_claim(kind="odd"), "claims[0].kind: 'odd' is not known (known: documentary, arithmetic, "
     "attribution, consistency)"),
    (in_claim(ratting="true"), "claims[0]: unknown key 'ratting'; did you mean 'rating'?"),
    (in_claim(slug="Bridge_Cost"), "claims[0].slug: 'Bridge_Cost' is not a slug (lower-case "
     "letters, digits and single hyphens)"),
    (in_claim(slug="bridge-time"), "claims[1].slug: 'bridge-time' is taken by claims[0]"),
    (without("claims", "statement"), "claims[0]: 'statement' is missing"),
    (without("publishers", "slug"), "publishers[0]: 'slug' is missing"),
    (in_source(url="ftp://example.org/"), "sources[0].url: 'ftp://example.org/' is not a web "
     "address; it starts with http:// or https://"),
    (in_source(url="https://POST.example.org:443/bridge#top"), "sources[2].url: sources[0] has "
     "this address already"),
    (without("sources", "url"), "sources[0]: has neither 'url' nor 'no_url'; give the address, or "
     "say why not"),
    (in_source(no_url="Lost."), "sources[0].no_url: there is an address; leave the reason out"),
    (in_source(publisher="nobody"), "sources[0].publisher: no publisher 'nobody'"),
    (in_source(copy_of="county-account"), "sources[0].copy_of: no source 'county-account'; did you "
     "mean 'county-accounts'?"),
    (in_source(copy_of="northgate-article"), "sources[1].copy_of: 'county-accounts' is a copy "
     "itself; name the original"),
    (in_source(copy_of="county-accounts"), "sources[0].copy_of: leads back to itself: "
     "county-accounts → county-accounts"),
    (cycle("sources", "copy_of"), "sources[1].copy_of: leads back to itself: county-accounts-copy "
     "→ county-accounts → county-accounts-copy"),
    (cycle("topics", "parent"), "topics[0].parent: leads back to itself: cost → money → cost"),
    (in_source(retrieved="no"), "sources[0].retrieved: 'no' is not true or false"),
    (in_source(published="23-6"), "sources[0].published: '23-6' is not a date (2023, 2023-06 or "
     "2023-06-04)"),
    (in_source(text_sha256="abc"), "sources[0].text_sha256: 'abc' is not a SHA-256 (64 hexadecimal "
     "digits)"),
    (in_source(authors="A. Clerk"), "sources[0].authors: 'A. Clerk' is not a list"),
    (lambda data: data.update(article="northgate"), "article: no source 'northgate'; did you mean "
     "'northgate-article'?"),
    (lambda data: data.update(format=2), "format: '2' is not 1, the only version there is"),
    (lambda data: data.update(sources=None), "sources: is empty; write something, or leave the key "
     "out"),
    (lambda data: data.update(claims="none"), "claims: 'none' is not a list"),
    (lambda data: data["claims"].insert(0, "one"), "claims[0]: 'one' is not a mapping"),
    (in_claim(analysis={"en": "So the accounts[1, 3]."}), "claims[0].analysis.en: cites [3], and "
     "no evidence has that number"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "line"), CASES, ids=[line.split(":")[0] for _, line in CASES])
def test_a_mistake_is_named_with_its_place(change, line):
    data = sample()
    change(data)
    assert f"f.yaml: {line}" in mistakes(plain_yaml.write(data))


def test_all_mistakes_are_reported_at_once():
    data = sample()
    for change, _ in [CASES[0], CASES[8], CASES[19], CASES[26], CASES[31]]:
        change(data)
    assert len(mistakes(plain_yaml.write(data))) >= 5


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\na: 2\n", "line 2, column 1: the key 'a' stands twice"),
        ("a: &x 1\nb: *x\n", "line 2, column 4: an alias (*); write the text out, or put it in "
         "quotes"),
        ("a:\n\tb: 1\n", "line 2, column 1: a tab; use spaces"),
        ("a: !!python/object:os.system x", "line 1, column 4: a tag (!); leave it out, or put the "
         "text in quotes"),
        ("a: x\0y", "line 1, column 5: the control character U+0000, which cannot stand in a text"),
        ("%YAML 1.1\n---\na: b", "line 1, column 1: a directive (%); leave it out"),
        ("[" * 1000 + "]" * 1000, "line 1, column 21: lists or mappings stand too deep in one "
         "another"),
        ("- a\n- b\n", "is no dossier: it begins with “format: 1”"),
        ("only words", "is no dossier: it begins with “format: 1”"),
        ("? [a]\n: b", "line 1, column 3: a key is text, not ['a']"),
    ],
)  # fmt: skip
def test_yaml_that_surprises_is_refused_with_line_and_column(text, line):
    assert f"f.yaml: {line}" in mistakes(text)


def test_what_is_not_yaml_is_one_line_with_a_place():
    (line,) = mistakes("claims: [1, 2\nsources: {")
    assert line.startswith("f.yaml: line 2, column ")
    assert ": not YAML: " in line


def test_numbers_dates_and_yes_stay_the_text_that_was_typed():
    data, found = plain_yaml.parse(
        "a: 2023\nb: 2023-06-04\nc: yes\nd: 010\ne: 12:30\nf: true\ng:\n"
    )
    assert found == []
    assert data == {
        "a": "2023", "b": "2023-06-04", "c": "yes", "d": "010", "e": "12:30", "f": True, "g": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "No such file or directory"),
        (lambda path: path.mkdir(), "is a directory, not a file"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(b" \n\n"), "is empty"),
        (lambda path: path.write_bytes(b"a: b\n\xff\xfe"), "line 2: is not UTF-8 text"),
        (lambda path: path.write_bytes(b"\x7fELF\x02\x01"), "line 1, column 1: the control "
         "character U+007F, which cannot stand in a text"),
        (lambda path: path.write_bytes(b"x" * 20_000_001), "has 20,000,001 bytes; at most "
         "20,000,000"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_one_plain_line(tmp_path, make, reason):
    path = tmp_path / "f.yaml"
    make(path)
    with pytest.raises(Mistakes) as caught:
        reading.read(path)
    (line,) = caught.value.lines
    assert line.endswith(f"f.yaml: {reason}")


def test_ten_megabytes_of_mistakes_are_read_to_the_end():
    row = "- {slug: a, statement: {en: " + "words " * 3000 + "}, kind: odd}\n"
    text = "format: 1\narticle: a\npublishers: []\nsources: []\nclaims:\n" + row * 550
    assert len(text) > 9_900_000
    lines = mistakes(text)
    assert "f.yaml: claims[549].statement.en: has 17999 characters; at most 1000" in lines
    assert "f.yaml: claims[549].slug: 'a' is taken by claims[0]" in lines


@pytest.mark.parametrize("word", ["true", "false"])
def test_the_ratings_true_and_false_need_no_quotes(word):
    text = plain_yaml.write(sample()).replace("rating: mostly-false", f"rating: {word}")
    assert reading.parse(text, name="f.yaml")["claims"][0]["rating"] == word


def test_a_byte_order_mark_does_no_harm(tmp_path):
    file = write(tmp_path, sample())
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert reading.read(file)["claims"][0]["slug"] == "bridge-cost"


def test_addresses_are_brought_to_one_spelling():
    data = sample()
    data["sources"][0]["url"] = "HTTPS://Records.Example.org:443/accounts#page=2"
    dossier = reading.parse(plain_yaml.write(data), name="f.yaml")
    assert dossier["sources"][0]["url"] == "https://records.example.org/accounts"


def test_the_example_of_the_manual_is_a_dossier_in_canonical_spelling():
    manual = Path(__file__).parents[2].joinpath("docs", "dossier.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", manual, re.DOTALL)[1]
    dossier = reading.parse(example, name="dossier.md")
    assert dump.render(dossier.data) == dump.HEADER + example


def test_the_canonical_text_of_a_dossier_is_its_own_canonical_text():
    text = dump.render(sample())
    assert dump.render(reading.parse(text, name="f.yaml").data) == text


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1) | st.text(
    "ab .!?:#-'\"\n中。“", min_size=1
)


@given(
    st.dictionaries(
        st.text("abcdefgh", min_size=1), texts | st.lists(texts) | st.dictionaries(texts, texts)
    )
)
def test_every_text_comes_back_as_it_was_written(data):
    """Data without characters that YAML cannot carry at all, and keys of any kind."""
    assert plain_yaml.parse(plain_yaml.write(data)) == (data, [])


anything = st.recursive(
    st.none() | st.booleans() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
def test_whatever_stands_in_a_place_is_taken_or_refused_and_never_breaks_the_reader(data):
    content = sample()
    place = content
    while True:
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if not place[key] or isinstance(place[key], str | int) or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(anything)
    try:
        said = reading.parse(plain_yaml.write(content), name="f.yaml")["claims"]
    except Mistakes as error:
        said = error.lines
    assert said == content["claims"] or all(line.startswith("f.yaml: ") for line in said)
