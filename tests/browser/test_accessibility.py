"""axe-core on every template, in both languages, schemes and widths; and the keyboard."""

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from .pages import PATHS

pytestmark = pytest.mark.browser

AXE = AXE_FILE_PATH.read_text()
RUN = """rules => axe.run(document, rules ? {runOnly: rules} : {}).then(found =>
  found.violations.flatMap(rule =>
    rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`)))
"""
# What depends on colours and room; all else is the same however wide and bright the page is.
SEEN = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_axe_finds_no_violation(reader, site, prefix):
    tab = reader(1280, color_scheme="light")
    found = {}
    for path in PATHS:
        tab.open(prefix + path)
        tab.page.evaluate(AXE)
        for width, scheme, rules in [
            (1280, "light", None),
            (1280, "dark", SEEN),
            (360, "dark", SEEN),
            (360, "light", SEEN),
        ]:
            tab.page.set_viewport_size({"width": width, "height": 800})
            tab.page.emulate_media(color_scheme=scheme)
            if violations := tab.page.evaluate(RUN, rules):
                found[f"{prefix}{path} at {width} px, {scheme}"] = violations
    assert found == {}


def test_axe_would_find_one(reader, site):
    tab = reader(360)
    tab.open("/claims/bridge-cost/")
    tab.page.evaluate(AXE)
    tab.page.evaluate("document.querySelector('.meta').id = document.querySelector('h2').id = 'x'")
    tab.page.evaluate("document.documentElement.style.setProperty('--ink-2', '#ccc')")
    assert any(text.startswith("color-contrast") for text in tab.page.evaluate(RUN, SEEN))


STOPS = """() => [...document.querySelectorAll('a[href], summary, button, input, select, textarea')]
  .filter(e => e.tabIndex >= 0 && e.checkVisibility()).length"""
WALK = """() => { const e = document.activeElement; e.dataset.reached = 'yes';
  const seen = getComputedStyle(e).outlineStyle !== 'none';
  return seen || e === document.body ? '' : e.outerHTML.slice(0, 120); }"""


@pytest.mark.parametrize("path", ["/", "/claims/tunnel-length/", "/articles/article/", "/submit/"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(reader, site, path):
    tab = reader(1280)
    tab.open(path)
    stops = tab.page.evaluate(STOPS)
    unseen = []
    for _ in range(stops):
        tab.page.keyboard.press("Tab")
        unseen.append(tab.page.evaluate(WALK))
    assert tab.page.locator("[data-reached]").count() == stops
    assert not any(unseen), unseen
