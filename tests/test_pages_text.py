"""Words on pages: the reader's language, dates as exact as they are known, Markdown made safe."""

import pytest
from django.template import Context, Template
from django.utils.translation import override

from claims.languages import choose
from claims.markdown import to_html


def shown(tag, value):
    template = Template(f"{{% load reading %}}{{% {tag} value %}}")
    return template.render(Context({"value": value}))


@pytest.mark.parametrize(
    ("texts", "language", "tag"),
    [
        ({"en": "a", "zh-Hans": "b"}, "zh-hans", "zh-Hans"),
        ({"en": "a", "zh-Hant": "b"}, "zh-hans", "zh-Hant"),
        ({"de": "a", "en": "b"}, "zh-hans", "en"),
        ({"de": "a", "fr": "b"}, "en", "de"),
    ],
)
def test_a_reader_gets_the_nearest_language(texts, language, tag):
    with override(language):
        assert choose(texts).language == tag


@pytest.mark.parametrize("tag", ["text", "prose"])
def test_no_text_shows_nothing(tag):
    assert shown(tag, {}) == ""


@pytest.mark.parametrize(
    ("date", "english", "chinese"),
    [
        ("2023", "2023", "2023年"),
        ("2023-06", "June 2023", "2023年6月"),
        ("2023-06-04", "4 June 2023", "2023年6月4日"),
    ],
)
def test_dates_are_as_exact_as_they_are_known(date, english, chinese):
    value = {"date": date, "precision": "any"}
    with override("en"):
        assert shown("when", value) == f'<time datetime="{date}">{english}</time>'
    with override("zh-hans"):
        assert shown("when", value) == f'<time datetime="{date}">{chinese}</time>'


def test_a_period_names_both_ends_unless_they_are_one():
    with override("zh-hans"):
        assert "2019年</time>至<time" in shown("period", {"from": "2019", "until": "2020"})
        assert "至" not in shown("period", {"from": "2019", "until": "2019"})


@pytest.mark.parametrize(
    ("texts", "tag"),
    [({"en": "a", "zh-Hans": "b"}, "en"), ({"zh-Hans": "b"}, "zh-Hans"), ({}, "")],
)
def test_a_locator_is_in_the_language_of_its_finding(texts, tag):
    template = Template("{% load reading %}{{ texts|written_in }}")
    assert template.render(Context({"texts": texts})) == tag


def test_no_space_stands_between_chinese_words(client, published):
    published()
    page = client.get("/zh-hans/claims/bridge-cost/").content.decode()
    assert "<span>出自：本文" in page
    assert "说法见于<a " in page
    assert '<span lang="en" dir="auto">page 2</span>' in page
    english = client.get("/claims/bridge-cost/").content.decode()
    assert "Claim in <a " in english


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "![x](https://elsewhere.example/x.png)",
        "<p style='color:red'>x</p>",
    ],
)
def test_markdown_cannot_bring_code_pictures_or_style(text):
    html = to_html(text)
    for bad in ["<script", "<img", 'href="javascript', 'href="data', "<p style"]:
        assert bad not in html


def test_markdown_keeps_its_place_in_the_page():
    html = to_html("# Head\n\nSee [there](https://example.org/).")
    assert "<h3>Head</h3>" in html
    assert '<a href="https://example.org/" rel="noopener nofollow">there</a>' in html


def test_words_of_the_record_are_escaped():
    with override("en"):
        assert shown("text", {"en": "<b>bold</b>"}) == "&lt;b&gt;bold&lt;/b&gt;"
        assert "<b>" not in shown("text", {"de": "<b>fett</b>"})
