"""Published reviews in every format they come in, with the dirt of the field."""

import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.interchange.reading import files, jsonstream
from claims.interchange.reading.jsonstream import Unreadable

REVIEW = {
    "@type": "ClaimReview",
    "url": "https://www.facts.example/bridge#2",
    "claimReviewed": "The bridge cost 90 million.",
    "datePublished": "2026-03-02",
    "inLanguage": "en",
    "author": {"@type": "Organization", "name": "Facts", "url": "https://www.facts.example/"},
    "reviewRating": {"@type": "Rating", "alternateName": "Mostly false", "ratingValue": 2},
    "itemReviewed": {
        "@type": "Claim",
        "datePublished": "2026-02-27",
        "author": {"@type": "Person", "name": "Jane Roe"},
        "appearance": [{"@type": "CreativeWork", "url": "https://social.example/1"}],
    },
}
COLUMNS = "id,@context,@type,claimReviewed,datePublished,url,author.@type,author.name,author.url,"
COLUMNS += "itemReviewed.@type,itemReviewed.author.name,itemReviewed.author.@type,"
COLUMNS += "reviewRating.@type,reviewRating.ratingValue,reviewRating.alternateName,"
COLUMNS += (
    "itemReviewed.datePublished,itemReviewed.appearance.1.url,itemReviewed.appearance.1.@type"
)
CELLS = (
    "17,https://schema.org,ClaimReview,The bridge cost 90 million.,2026-03-02,"
    "https://www.facts.example/bridge#2,Organization,Facts,https://www.facts.example/,Claim,"
    "Jane Roe,Person,Rating,2,Mostly false,2026-02-27,https://social.example/1,CreativeWork"
)
GOOGLE = {
    "text": "The bridge cost 90 million.",
    "claimant": "Jane Roe",
    "claimDate": "2026-02-27T00:00:00Z",
    "claimReview": [
        {
            "publisher": {"name": "Facts", "site": "facts.example"},
            "url": "https://www.facts.example/bridge#2",
            "reviewDate": "2026-03-02T00:00:00Z",
            "textualRating": "Mostly false",
            "languageCode": "en",
        }
    ],
}
MARKUP_PAGE = {
    "pageUrl": "https://www.facts.example/bridge#2",
    "publishDate": "2026-03-02",
    "claimReviewAuthor": {"name": "Facts", "imageUrl": "https://www.facts.example/logo.png"},
    "claimReviewMarkups": [
        {
            "claimReviewed": "The bridge cost 90 million.",
            "claimDate": "2026-02-27",
            "claimAuthor": {"name": "Jane Roe"},
            "claimAppearances": ["https://social.example/1"],
            "rating": {"textualRating": "Mostly false", "ratingValue": 2},
        }
    ],
}


def feed(*items):
    elements = [{"@type": "DataFeedItem", "item": [item]} for item in items]
    return json.dumps({"@type": "DataFeed", "name": "x", "dataFeedElement": elements})


def read(text, format=None):
    return list(files.reviews(io.StringIO(text), format))


def one(**changes):
    """What becomes of the review with these changes: `(row, names of what was mended)`."""
    (found,) = read(json.dumps(REVIEW | changes))
    return found.row, found.mended


def why_refused(**changes):
    (found,) = read(json.dumps(REVIEW | changes))
    assert found.row is None
    return found.problem


# --- Formats ---------------------------------------------------------------------

SCRIPT = '<script type="application/ld+json">'
ALL = {
    "datafeed": feed(REVIEW),
    "duke-json": json.dumps({"claimReviews": [REVIEW], "mediaReviews": [{}], "meta": {"n": [1]}}),
    "duke-csv": f"{COLUMNS}\n{CELLS}\n",
    "html": f"<html><head>{SCRIPT}[{json.dumps(REVIEW)}]</script></head><p>x</p></html>",
    "google": json.dumps({"claims": [GOOGLE], "nextPageToken": "x"}),
    "markup-pages": json.dumps({"claimReviewMarkupPages": [MARKUP_PAGE]}),
    "json-ld": json.dumps(REVIEW),
}


def test_there_is_an_example_of_every_format():
    assert {*ALL, "urls"} == set(files.FORMATS)


@pytest.mark.parametrize("given", [True, False], ids=["named", "recognised"])
@pytest.mark.parametrize("format", ALL)
def test_a_review_says_the_same_in_every_format(format, given):
    (found,) = read(ALL[format], format if given else None)
    row = found.row
    assert (row.url, row.claim_reviewed) == (REVIEW["url"], REVIEW["claimReviewed"])
    assert (row.claimant, str(row.claimed_on)) == ("Jane Roe", "2026-02-27")
    assert (row.publisher_name, row.publisher_site) == ("Facts", "facts.example")
    assert (row.rating_label, str(row.reviewed_on)) == ("Mostly false", "2026-03-02")
    assert row.language == ("en" if format not in {"duke-csv", "markup-pages"} else "und")
    markup = json.loads(row.markup)
    assert markup["@type"] == "ClaimReview"
    if format != "google":  # which does not tell where a claim was made
        assert markup["itemReviewed"]["appearance"][0]["url"] == "https://social.example/1"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([REVIEW, REVIEW]),
        json.dumps({"@context": "https://schema.org", "@graph": [REVIEW, REVIEW]}),
        f"{json.dumps(REVIEW)}\n{json.dumps(REVIEW)}\n",
        json.dumps([{"claims": [GOOGLE]}, {"claims": [GOOGLE]}]),
        f"{json.dumps({'claims': [GOOGLE]})}\n{{}}\n{json.dumps({'claims': [GOOGLE]})}",
        json.dumps([MARKUP_PAGE, MARKUP_PAGE]),
        f'{SCRIPT}{{"@type": "WebPage"}}</script>{SCRIPT}<!-- {json.dumps(REVIEW)} --></script>'
        f'{SCRIPT}{{"@graph": [{{"@type": "Person"}}, {json.dumps(REVIEW)}]}};</script>',
    ],
    ids=["list", "graph", "lines", "answers", "answers by line", "pages", "scripts"],
)
def test_several_in_one_file_are_found_however_they_stand(text):
    assert [found.problem for found in read(text)] == ["", ""]


def test_an_element_of_a_feed_may_hold_none_one_or_several():
    text = json.dumps(
        {"dataFeedElement": [{"item": None}, None, {"item": REVIEW}, {"item": [REVIEW, None]}]}
    )
    problems = [found.problem for found in read(text)]
    assert problems == ["null", "null", "", "", "null"]


def test_what_was_deleted_is_an_address_given_up():
    gone = {"item": [{"url": "https://facts.example/377"}], "dateDeleted": "2026-01-15T12:00:00Z"}
    (found,) = read(json.dumps({"dataFeedElement": [gone]}))
    assert found.row == ("https://facts.example/377",)


def test_a_packed_file_and_an_old_page_are_read(tmp_path):
    (tmp_path / "feed.json.gz").write_bytes(gzip.compress(feed(REVIEW).encode()))
    page = f'<meta charset="windows-1251">{SCRIPT}{json.dumps(REVIEW | {"name": "Мост"})}</script>'
    page = page.replace("\\u041c\\u043e\\u0441\\u0442", "Мост")
    (tmp_path / "page.html").write_bytes(page.encode("windows-1251"))
    for name, title in {"feed.json.gz": "", "page.html": "Мост"}.items():
        with files.opened(tmp_path / name) as (text, _raw):
            assert next(iter(files.reviews(text))).row.title == title


def test_a_packed_file_that_breaks_off_says_so_behind_what_it_holds(tmp_path):
    path = tmp_path / "feed.json.gz"
    noise = [REVIEW | {"claimReviewed": str(n) * 50} for n in range(5000)]
    path.write_bytes(gzip.compress(feed(*noise).encode())[:-2000])
    with files.opened(path) as (text, _raw):
        found = files.reviews(text)
        assert next(found).row
        with pytest.raises(Unreadable, match="end"):
            list(found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello", "none of the formats"),
        ("", "none of the formats"),
        ("a,claimReviewed\n1,2\n", "“url”"),
        (feed(REVIEW)[:-30], "ends in the middle"),
        ('{"dataFeedElement": [', "ends in the middle"),
        ('{"dataFeedElement" [', "breaks off"),
    ],
)
def test_a_file_that_is_none_of_them_is_refused_in_words(text, why):
    with pytest.raises(Unreadable, match=why):
        read(text)


def test_pages_are_read_by_their_addresses_and_one_that_fails_is_no_end():
    pages = {
        "https://a.example/1": ALL["html"].encode(),
        "https://a.example/2": gzip.compress(ALL["datafeed"].encode(), mtime=0),
        "https://a.example/3": b"<p>nothing</p>",
        "https://a.example/4": b"https://a.example/1",
    }

    def fetch(url):
        if url not in pages:
            raise Unreadable("it answers 404")
        return pages[url]

    lines = "\n".join([*pages, "", "https://a.example/5"])
    found = list(files.reviews(io.StringIO(lines), fetch=fetch))
    assert [bool(row.row) for row in found] == [True, True, False, False, False]
    assert [row.problem for row in found[2:]] == [
        "https://a.example/3: there is no ClaimReview in it",
        "https://a.example/4: It is a list of addresses itself.",
        "https://a.example/5: it answers 404",
    ]


# --- What is wrong with one of them ------------------------------------------------


@pytest.mark.parametrize("chunk", [7, 1 << 18])
@pytest.mark.parametrize(
    "bad",
    [
        '{"@type": "DataFeedItem" "item": []}',
        '{"@type": "DataFeedItem", "item": [{"url": "https://x.example/ "a"}]}',
        '{"@type": "DataFeedItem", "item": [}',
        "1" * 5000,
        "nonsense",
        '{"@type": "DataFeedItem", "item": ["' + "x" * 1_100_000 + '"]}',
    ],
    ids=["colon", "quote", "bracket", "long number", "word", "large"],
)
def test_what_is_no_json_is_refused_and_the_next_one_read(bad, chunk, monkeypatch):
    monkeypatch.setattr(jsonstream, "CHUNK", chunk)
    element = json.dumps({"@type": "DataFeedItem", "item": [REVIEW]})
    text = f'{{"dataFeedElement": [{element}, {bad}, {element}], "name": "x"}}'
    first, second, third = read(text)
    assert first.row == third.row
    assert first.row
    assert "JSON" in second.problem or "larger" in second.problem


@pytest.mark.parametrize("depth", [200, 900, 5000])
@pytest.mark.parametrize("opening", ["[", '{"@graph": [', '{"item": [{"@type": [', '{"author": ['])
def test_what_is_nested_without_end_is_passed_over_and_the_next_one_read(opening, depth):
    closing = opening.translate({ord("{"): "}", ord("["): "]"})
    closing = "".join(sign for sign in reversed(closing) if sign in "]}")
    bad = opening * depth + closing * depth
    assert read(f'{{"claimReviews": [{bad}, {json.dumps(REVIEW)}]}}')[-1].row


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"@type": "MediaReview"}, "MediaReview, not ClaimReview"),
        ({"url": ""}, "no address"),
        ({"url": "see our site"}, "not a web address"),
        ({"url": "https://x.example/" + "x" * 2000}, "longer than 2000"),
        ({"claimReviewed": "<p></p>", "itemReviewed": None}, "which claim"),
        ({"reviewRating": None}, "no rating"),
        ({"reviewRating": {"ratingValue": -1, "bestRating": -1, "worstRating": -1}}, "no rating"),
        ({"reviewRating": {"ratingValue": 9, "bestRating": 5}}, "no rating"),
    ],
)
def test_what_says_too_little_is_refused_with_the_reason(changes, why):
    assert why in why_refused(**changes)


@pytest.mark.parametrize(
    ("changes", "column", "value", "mended"),
    [
        ({"claimReviewed": "<p>5 &lt; 6 &amp; <b>so</b>&nbsp;on</p>"}, "claim_reviewed",
         "5 < 6 & so on", "HTML in a text"),
        ({"claimReviewed": "a\u202e\0b\nc"}, "claim_reviewed", "ab c",
         "characters that nobody sees"),
        ({"claimReviewed": "caf\udce9"}, "claim_reviewed", "caf\ufffd", "broken UTF-8"),
        ({"claimReviewed": "x" * 6000}, "claim_reviewed", "x" * 4999 + "…", "text too long, cut"),
        ({"datePublished": "20211-05-06"}, "reviewed_on", None, "year of five digits"),
        ({"datePublished": "2021-02-30"}, "reviewed_on", None, "date that is no day"),
        ({"datePublished": 20210506}, "reviewed_on", None, "date that is no day"),
        ({"datePublished": "0021-05-06"}, "reviewed_on", None, "year that cannot be"),
        ({"reviewRating": [{"alternateName": "No"}]}, "rating_label", "No",
         "list in place of an object"),
        ({"author": [{"name": "A"}, {"name": "B"}]}, "publisher_name", "A",
         "list in place of an object"),
        ({"reviewRating": {"alternateName": "No", "ratingValue": "-1", "bestRating": -1,
                           "worstRating": -1}}, "rating_label", "No", "rating of -1 to -1"),
        ({"reviewRating": {"ratingValue": "4", "bestRating": 5}}, "rating_label", "4/5",
         "number instead of a label"),
        ({"url": "//facts.example/1"}, "url", "https://facts.example/1",
         "address without https://"),
        ({"url": "https://facts.example/a b"}, "url", "https://facts.example/a%20b",
         "space in an address"),
    ],
)  # fmt: skip
def test_what_can_be_told_is_taken_and_the_mending_named(changes, column, value, mended):
    row, names = one(**changes)
    assert getattr(row, column) == value
    assert names == [mended]


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        ({"author": "Facts Team"}, "publisher_name", "Facts Team"),
        ({"author": None, "publisher": {"name": "P"}}, "publisher_name", "P"),
        ({"author": {"url": "https://x.example"}}, "publisher_name", "facts.example"),
        ({"reviewRating": "Wrong"}, "rating_label", "Wrong"),
        ({"reviewRating": {"name": "Wrong"}}, "rating_label", "Wrong"),
        ({"claimReviewed": "", "itemReviewed": {"text": "T"}}, "claim_reviewed", "T"),
        ({"claimReviewed": None, "description": "D"}, "claim_reviewed", "D"),
        ({"itemReviewed": "X"}, "claimant", ""),
        ({"itemReviewed": {"author": ["A", {"name": "B"}, None, {"name": "A"}]}}, "claimant",
         "A, B"),
        ({"datePublished": "2026-03-02T10:00:00+14:00"}, "reviewed_on", "2026-03-02"),
        ({"@type": ["ClaimReview", "Review"]}, "rating_label", "Mostly false"),
        ({"@type": "http://schema.org/ClaimReview"}, "rating_label", "Mostly false"),
        ({"sdLicense": {"@id": "https://c.example/by"}}, "license", "https://c.example/by"),
    ],
)  # fmt: skip
def test_what_is_spelt_otherwise_means_the_same(changes, column, value):
    row, names = one(**changes)
    found = getattr(row, column)
    assert (found if isinstance(found, str) else str(found)) == value
    assert names == []


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("en_us", "en-US"), ("English", "en"), ("zh-hant-tw", "zh-Hant-TW"), ("zh-CN", "zh-CN"),
        ({"@type": "Language", "name": "Spanish"}, "es"), (["fr", "en"], "fr"), ("por", "pt"),
        ("de-x-long", "de"), ("klingon", "und"), (7, "und"), (None, "und"), ("no", "nb"),
    ],
)  # fmt: skip
def test_languages_become_tags(written, tag):
    assert one(inLanguage=written)[0].language == tag


def test_broken_bytes_in_a_file_spoil_no_more_than_their_own_text(tmp_path):
    path = tmp_path / "feed.json"
    text = feed(REVIEW | {"claimReviewed": "BROKEN"}, REVIEW)
    path.write_bytes(text.encode().replace(b"BROKEN", b"caf\xe9"))
    with files.opened(path) as (file, _raw):
        first, second = files.reviews(file)
    assert (first.row.claim_reviewed, first.mended) == ("caf\ufffd", ["broken UTF-8"])
    assert second.mended == []


def test_a_table_refuses_a_row_and_reads_the_next():
    found = read(f'{COLUMNS}\n{CELLS}\n1,2,"3\n{CELLS}\n"\n{CELLS}\n')
    assert [bool(row.row) for row in found] == [True, False, True]
    assert "cells where the first line names" in found[1].problem


# --- Anything at all ----------------------------------------------------------------

ODD = ["\0", "\ud800", "<p>", "&#0;", "2026-01-01", "ClaimReview"]
WORDS = st.text(max_size=30) | st.sampled_from(ODD)
NUMBERS = st.integers() | st.floats() | st.booleans() | st.none()
KEYS = st.sampled_from([*REVIEW, *REVIEW["reviewRating"], "name", "@id", "item", "text"]) | WORDS
ANYTHING = st.recursive(
    WORDS | NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(changes=st.dictionaries(st.sampled_from([*REVIEW, "publisher", "headline"]), ANYTHING))
def test_whatever_stands_in_a_review_it_is_a_row_or_a_reason(changes):
    (found, last) = read(json.dumps({"claimReviews": [REVIEW | changes, REVIEW]}))
    assert bool(found.row) is not bool(found.problem)
    assert last.row
    if found.row:
        written = "".join(value for value in found.row if isinstance(value, str))
        assert "\0" not in written
        assert "\\u0000" not in found.row.markup
        written.encode()  # no half of a surrogate pair is left
        json.loads(found.row.markup)


@given(value=ANYTHING)
def test_whatever_a_file_holds_nothing_breaks(value):
    try:
        read(json.dumps(value))
    except Unreadable:
        assert not isinstance(value, dict | list)


@given(cut=st.integers(min_value=1, max_value=400), chunk=st.integers(min_value=1, max_value=40))
def test_wherever_the_file_is_cut_into_pieces_it_says_the_same(cut, chunk):
    text = feed(REVIEW, None, REVIEW)
    whole = read(text)
    before, jsonstream.CHUNK = jsonstream.CHUNK, chunk
    try:
        assert read(text) == whole
        with pytest.raises(Unreadable):
            read(text[:-cut])
    finally:
        jsonstream.CHUNK = before
