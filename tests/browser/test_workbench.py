"""The workbench in a real browser: words are marked with the keyboard alone."""

import pytest

from tests import article, desk
from tests.admin_forms import make_editor

pytestmark = pytest.mark.browser

SENTENCE = "👩‍👩‍👧 walked over it."


@pytest.fixture
def source(db):
    source = article.make_article()
    source.snapshot = article.store(source)
    return source


@pytest.fixture
def bench(reader, source, client):
    """Open the workbench, signed in; returns the tab."""
    editor = make_editor()
    client.force_login(editor)

    def open_bench(width=1280, **options):
        tab = reader(width, **options)
        tab.sign_in(client)
        tab.open(f"/admin/sources/source/{source.pk}/workbench/")
        return tab

    return open_bench


def press(tab, *keys):
    for key in keys:
        tab.page.keyboard.press(key)


def choose(tab, line, right, words):
    """With arrows only: down to a line, right to a word, and Shift over some more."""
    tab.page.focus("#article-text")
    press(tab, "Control+Home", *["ArrowDown"] * line, *["ArrowRight"] * right)
    press(tab, *["Shift+Control+ArrowRight"] * words)


def selected(tab):
    tab.page.locator("#place", has_text="Characters").wait_for()


def value(tab, name):
    return tab.page.locator(f"#id_{name}").input_value()


def test_a_sentence_is_marked_and_becomes_a_claim(bench, source):
    known = desk.make_claim("walkers", statement="A family walked over it.")
    tab = bench()
    page = tab.page
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.id") != "article-text":
        page.keyboard.press("Tab")
    # An emoji stands before these words, and is one of several units each.
    press(tab, *["ArrowDown"] * 7, "End", *["ArrowLeft"] * 25, "s")
    selected(tab)
    assert value(tab, "quote") == SENTENCE
    assert value(tab, "section") == "2.1"
    assert f"Characters {article.TEXT.index(SENTENCE)}–" in page.locator("#place").inner_text()
    page.wait_for_selector("#matches a")
    assert f"/admin/claims/claim/{known.pk}/change/" in page.locator("#matches a").get_attribute(
        "href"
    )
    press(tab, "n")
    page.keyboard.type("A family has walked over the bridge.")
    page.focus("#id_slug")
    page.keyboard.type("Not a slug")
    press(tab, "Enter")
    page.wait_for_selector(".errornote")
    assert value(tab, "statement") == "A family has walked over the bridge."
    assert value(tab, "quote") == SENTENCE
    assert page.evaluate("document.activeElement.id") == "id_slug"
    page.keyboard.press("Control+a")
    page.keyboard.type("family-walk")
    press(tab, "Enter")
    page.wait_for_selector(".sign")
    mark = page.locator(".mark")
    assert mark.inner_text() == SENTENCE
    assert page.locator(".sign").get_attribute("data-sign") == "○"
    assert page.locator("ol.entries").inner_text().count("A family has walked over the bridge.")
    assert tab.complaints == []
    assert tab.strangers == []


def test_nothing_can_be_written_into_the_text(bench):
    tab = bench()
    before = tab.page.inner_text("#article-text")
    tab.page.focus("#article-text")
    press(tab, "x", "Backspace", "Delete", "Control+a", "Control+x", "Control+v", "Control+b")
    assert tab.page.inner_text("#article-text") == before


READ = """([from, to]) => {
  const text = document.getElementById('article-text');
  const positions = window.textPositions(text);
  const there = positions.range(from, to);
  return positions.read(there);
}"""


def test_positions_are_those_of_python_everywhere(bench):
    """Between any two code points of a text with emoji, overrides and CR LF."""
    tab = bench()
    text = article.TEXT
    wrong = []
    for start in range(0, len(text) - 1, 3):
        for end in {start + 1, min(start + 40, len(text)), len(text)}:
            got = tab.page.evaluate(READ, [start, end])
            if got != {"start": start, "end": end, "quote": text[start:end]}:
                wrong.append((start, end, got))
    assert wrong == []


def test_the_mouse_selects_across_marks(bench, source):
    article.marked(source, "length", source.snapshot, "300 metres long")
    tab = bench()
    box = tab.page.locator(".mark").bounding_box()
    y = box["y"] + box["height"] / 2
    tab.page.mouse.move(box["x"] + 3, y)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + box["width"] + 60, y, steps=5)
    tab.page.mouse.up()
    selected(tab)
    start, end = int(value(tab, "start")), int(value(tab, "end"))
    assert article.TEXT[start:end] == value(tab, "quote")
    assert "300 metres long. " in value(tab, "quote")


def test_a_mark_shows_its_claim_and_a_lost_one_is_placed_by_selecting(bench, source):
    row = article.marked(source, "so", source.snapshot, "The new bridge cost")
    article.store(source, "🌉 Everybody says so. The new bridge cost. The new bridge cost.")
    tab = bench()
    place = tab.page.get_by_role("button", name="Place it at the selection")
    choose(tab, 0, 2, 2)
    selected(tab)
    place.click()
    tab.page.wait_for_selector(".mark")
    tab.page.locator(".mark").click()
    tab.page.wait_for_selector(f"#at-{row.pk}.current")
    assert tab.page.locator(".mark").inner_text() == "Everybody says"


def test_a_huge_paste_is_kept_and_said_to_be_too_long(bench):
    tab = bench()
    tab.page.evaluate("""() => {
      const field = document.getElementById('id_statement');
      field.value = 'x'.repeat(10_000_000);
      field.dispatchEvent(new Event('input', {bubbles: true}));
    }""")
    said = tab.page.locator(".field-statement .too-long")
    assert "10,000,000 characters, and 1,000 fit" in said.inner_text()
    tab.page.get_by_role("button", name="Make the claim").click()
    assert tab.page.evaluate("document.getElementById('id_statement').value.length") == 10_000_000


def test_it_can_be_read_without_javascript(bench, source):
    row = article.marked(source, "length", source.snapshot, "300 metres long")
    tab = bench(java_script_enabled=False)
    tab.page.locator(".mark").click()
    assert tab.page.url.endswith(f"#at-{row.pk}")
    assert tab.page.locator("script", has_text="41").count() == 0
    assert '<script>alert("It cost 41 million")</script>' in tab.page.inner_text("#article-text")
    tab.page.locator("#id_quote").fill("“90 million”")
    tab.page.locator("#id_statement").fill("It cost 90 million.")
    tab.page.locator("#id_slug").fill("cost")
    tab.page.get_by_role("button", name="Make the claim").click()
    assert tab.page.locator(".sign").count() == 2


def test_a_long_text_with_500_marks_stays_usable(bench, source):
    """Counts, never clocks: one request, and a selection that asks for no layout of every piece."""
    article.make_long(source, 500)
    tab = bench()
    assert tab.page.locator(".sign").count() == 500
    wide = tab.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 1280
    choose(tab, 0, 2, 3)
    selected(tab)
    took = tab.page.evaluate("""() => {
      const begun = performance.now();
      window.textPositions(document.getElementById('article-text')).read(
        getSelection().getRangeAt(0));
      return performance.now() - begun;
    }""")
    assert took < 2000  # generous: a lost hour, not a slow machine


def test_the_claims_form_shows_what_is_like_a_statement(bench):
    known = desk.make_claim("bridge", statement="The bridge cost 90 million.")
    tab = bench()
    tab.open("/admin/claims/claim/add/")
    tab.page.locator("#id_translations-0-statement").fill("The bridge cost 91 million.")
    link = tab.page.locator("ul.similar a")
    link.wait_for()
    assert link.get_attribute("href") == f"/admin/claims/claim/{known.pk}/change/"
    assert link.get_attribute("target") == "_blank"
    assert "no verdict" in tab.page.locator("ul.similar").inner_text()
    assert tab.complaints == []
