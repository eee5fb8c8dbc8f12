"""The whole story in a real browser: a sentence, a claim, a verdict that two sign, a correction.

Plays on a text of our own; on another one with ARTICLE_TEXT=<file> in the environment.
"""

import os
import re
from pathlib import Path

import pytest
from django.test import Client

from tests import article, desk

pytestmark = pytest.mark.browser

STATEMENT = "It stands there as the article has it."
MENDED = "It stands there, word for word, as the article has it."
EVIDENCE = [
    ("County register", "refutes", "The register has another figure.", "page 2"),
    ("Minutes of the council", "supports", "The minutes repeat the figure.", ""),
]


@pytest.fixture
def text():
    if given := os.environ.get("ARTICLE_TEXT"):
        return Path(given).read_text(encoding="utf-8")
    return article.TEXT


def sentence_of(text):
    """Its first sentence that stands in it once, on a line of its own."""
    found = (part.strip() for part in re.split(r"[。.!?\n]", text))
    return next(part for part in found if 15 <= len(part) <= 60 and text.count(part) == 1)


class Desk:
    """A colleague's tab."""

    def __init__(self, reader, user):
        self.client = Client()
        self.client.force_login(user)
        self.reader = reader

    def open(self, path="/admin/"):
        if not hasattr(self, "tab"):
            self.tab = self.reader()
            self.tab.sign_in(self.client)
            self.page = self.tab.page
        self.tab.open(path)
        return self

    def follow(self, words):
        self.page.get_by_role("link", name=words).first.click()
        self.page.wait_for_load_state()
        return self

    def press(self, words):
        self.page.get_by_role("button", name=words).first.click()
        self.page.wait_for_load_state()
        return self

    def take(self, step, words, **typed):
        """A door's button on the page, and the one on the page in between."""
        self.page.locator(f"a.door-{step}").click()
        self.page.wait_for_load_state()
        return self.type(**typed).press(words)

    def type(self, **fields):
        for name, value in fields.items():
            field = self.page.locator(f"[name='{name.replace('__', '-')}']")
            if field.first.get_attribute("type") == "radio":
                self.page.get_by_label(value, exact=True).check()
            elif field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)
        return self

    def choose(self, field, words, *, page=None):
        """In one of the fields that look for what is typed."""
        page = page or self.page
        page.locator(f"#id_{field} + .select2 .select2-selection").click()
        page.locator(".select2-search__field").fill(words)
        page.locator(".select2-results__option", has_text=words).first.click()

    def select(self, words, text):
        """With the mouse, from before the first letter to behind the last."""
        at = text.index(words)
        first, last = self.page.evaluate(
            """([start, end]) => {
              const text = document.getElementById('article-text');
              const range = window.textPositions(text).range(start, end);
              const top = () => range.getBoundingClientRect().top;
              text.scrollBy(0, top() - text.getBoundingClientRect().top - 50);
              window.scrollBy(0, top() - 300);
              const rects = [...range.getClientRects()].filter((rect) => rect.width);
              const middle = (rect) => rect.top + rect.height / 2;
              const [one, two] = [rects[0], rects.at(-1)];
              return [[one.left, middle(one)], [two.right, middle(two)]];
            }""",
            [at, at + len(words)],
        )
        self.page.mouse.move(first[0] + 1, first[1])
        self.page.mouse.down()
        self.page.mouse.move(last[0] - 1, last[1], steps=8)
        self.page.mouse.up()
        self.page.locator("#place", has_text="Characters").wait_for()

    def says(self, words):
        self.page.get_by_text(words).first.wait_for()


@pytest.fixture
def people(reader, db):
    return {
        role: Desk(reader, desk.make_user(name, role=role))
        for name, role in [("cleo", "contributor"), ("eve", "editor"), ("ben", "reviewer")]
    }


@pytest.fixture
def source(people, text):
    desk.make_publisher("county-records")
    source = article.make_article()
    article.store(source, text)
    return source


def add_source(contributor, number, title):
    """The plus beside the field opens a window of its own, and comes back with the source."""
    contributor.page.get_by_text("Add another Piece of evidence").click()
    with contributor.page.expect_popup() as opened:
        contributor.page.locator(f"#add_id_evidence-{number}-source").click()
    popup = opened.value
    popup.locator("#id_title").fill(title)
    popup.locator("#id_language").fill("en")
    popup.locator("#id_type").select_option("court record")
    popup.locator("#id_proximity").select_option("primary")
    popup.locator("#id_url").fill(f"https://records.example/{number}")
    contributor.choose("publisher", "County Records", page=popup)
    with popup.expect_event("close"):
        popup.locator("[name=_save]").click()


def write_draft(contributor, source, text):
    contributor.open("/admin/sources/source/").follow("The bridge").follow("Workbench")
    contributor.select(sentence_of(text), text)
    contributor.press("New claim").type(statement=STATEMENT, language="en", slug="as-it-stands")
    contributor.press("Make it, and go on in its form")
    contributor.type(translations__0__speaker="the article", translations__0__reason="It is read.")
    contributor.press("Save and continue editing").follow("Write a verdict")
    contributor.type(rating="Mostly false", confidence="high")
    contributor.type(translations__0__summary="The register says otherwise.")
    for number, (title, stance, finding, locator) in enumerate(EVIDENCE):
        add_source(contributor, number, title)
        contributor.type(**{
            f"evidence__{number}__stance": stance,
            f"evidence__{number}__finding_en": finding,
            f"evidence__{number}__locator": locator,
        })  # fmt: skip
    contributor.press("Save and continue editing")


def test_from_a_sentence_to_a_correction(people, source, text, reader):
    contributor, editor, reviewer = people.values()
    write_draft(contributor, source, text)
    contributor.press("Save, then: Submit").press("Submit for review")
    contributor.says("submitted for review")

    reviewer.open().follow(STATEMENT)
    reviewer.take("send_back", "Send back", reason="On which page of the minutes?")
    contributor.open().follow(STATEMENT).says("On which page of the minutes?")
    contributor.type(evidence__1__locator="page 7")
    contributor.press("Save, then: Submit").press("Submit for review")

    reviewer.open().follow(STATEMENT).take("approve", "Approve").says("approved")
    reviewer.take("publish", "Publish").says("published")

    public = reader(360)
    public.open("/claims/as-it-stands/")
    words = public.page.locator("main").inner_text()
    for part in [STATEMENT, "Mostly false", "The register says otherwise.", sentence_of(text)]:
        assert part in words
    for title, _stance, finding, _locator in EVIDENCE:
        assert title in words
        assert finding in words
    assert "On which page" not in public.page.content()

    editor.open("/admin/claims/claim/").follow(STATEMENT)
    editor.type(translations__0__statement=MENDED).press("Save and continue editing")
    editor.open("/admin/claims/verdict/").follow(MENDED)
    editor.take("propose_correction", "Propose", kind="minor", text_en="We had left out a clause.")
    assert "We had left out" not in public.open("/corrections/").text()
    reviewer.open().follow(MENDED).take("correct", "Carry out the correction").says("corrected")

    public.open("/corrections/")
    words = public.page.locator("main").inner_text()
    assert MENDED in words
    assert "We had left out a clause." in words
    public.page.get_by_role("link", name=MENDED).click()
    assert "We had left out a clause." in public.page.locator("main").inner_text()
    for tab in [public, *(colleague.tab for colleague in people.values())]:
        assert (tab.complaints, tab.strangers) == ([], [])
