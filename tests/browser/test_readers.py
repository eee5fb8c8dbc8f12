"""The readers' pages in a real browser, with the strict policy of the site in force."""

import pytest

from .pages import PATHS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_every_page_fits_asks_nobody_and_breaks_no_rule(reader, site, prefix):
    tab = reader(360)
    for path in PATHS:
        response = tab.open(prefix + path)
        for width in (360, 1280):
            tab.page.set_viewport_size({"width": width, "height": 800})
            wide = tab.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{prefix}{path} is {wide} px wide on a screen of {width}"
        refusals = [text for text in tab.complaints if str(response.status) not in text]
        assert refusals == [], path
        tab.complaints.clear()
    assert tab.strangers == []
    assert tab.context.cookies() == []


def test_the_site_works_without_javascript(reader, site):
    tab = reader(360, java_script_enabled=False)
    tab.open("/")
    tab.page.get_by_role("link", name="Claims", exact=True).click()
    tab.page.locator(".filters a[href='?rating=false']").click()
    assert tab.page.url.endswith("/claims/?rating=false")
    tab.page.get_by_role("link", name="简体中文").click()
    assert tab.page.url.endswith("/zh-hans/claims/?rating=false")
    tab.page.get_by_role("link", name="tunnel-length").click()
    assert tab.page.get_by_role("heading", level=1).inner_text() == "tunnel-length 的说法。"


EDGES = """([selector, side]) =>
  [...document.querySelectorAll(selector)].map(e => Math.round(e.getBoundingClientRect()[side]))"""
# How far the dot of each fact that begins a line reaches into what is shown of its row.
DOTS = """() => [...document.querySelectorAll('.dots > *')].map(e => {
  const row = e.parentElement, em = parseFloat(getComputedStyle(row).fontSize);
  const before = e.previousElementSibling;
  const begins = !before || before.getBoundingClientRect().bottom <= e.getBoundingClientRect().top;
  const middle = e.getBoundingClientRect().left - .475 * em;
  const shown = row.getBoundingClientRect().left + .4 * em;
  return [begins, middle > shown];
})"""


def test_what_belongs_together_stands_together(reader, site):
    tab = reader(1280)
    for path in ["/nowhere/", "/claims/?ratng=x"]:
        tab.open(path)
        (edge,) = tab.page.evaluate(EDGES, [".site-name", "left"])
        assert set(tab.page.evaluate(EDGES, [".message > *", "left"])) == {edge}
    tab.open("/claims/bridge-cost/")
    (edge,) = tab.page.evaluate(EDGES, [".answer", "right"])
    assert set(tab.page.evaluate(EDGES, [".sides", "right"])) == {edge}


def test_no_line_begins_with_a_dot(reader, site):
    tab = reader(360)
    for path in ["/sources/", "/ratings/", "/claims/bridge-cost/", "/articles/article/"]:
        tab.open(path)
        found = tab.page.evaluate(DOTS)
        assert [True, False] in found
        assert all(begins != has_dot for begins, has_dot in found), path


def test_the_first_tab_stop_skips_to_the_content(reader, site):
    tab = reader()
    tab.open("/claims/")
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    assert tab.page.evaluate("document.activeElement.id") == "main"


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = color => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim()) continue;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(`${element.className}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
SCALE = ["true", "mostly-true", "mixture", "mostly-false", "false", "misleading", "outdated"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(reader, published, scheme):
    for number, rating in enumerate([*SCALE, "unproven"]):
        published(f"claim-{number}", rating_slug=rating)
    tab = reader(color_scheme=scheme)
    for path in ["/", "/claims/", "/ratings/", "/articles/article/", "/claims/claim-2/"]:
        tab.open(path)
        assert tab.page.evaluate(CONTRAST) == [], path
