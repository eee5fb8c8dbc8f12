"""A reader sends something in, on a phone, without JavaScript and without a cookie."""

import pytest

from claims.pages import tips

from .test_accessibility import AXE, RUN

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def quick_readers(monkeypatch):
    monkeypatch.setattr(tips, "TOO_QUICK", -1)


def test_a_reader_sends_mends_and_keeps_the_link(reader, published):
    published()
    tab = reader(360, java_script_enabled=False)
    tab.open("/claims/bridge-cost/")
    tab.page.get_by_role("link", name="Report an error").click()
    tab.page.get_by_label("What is wrong?").fill("The year is wrong.")
    tab.page.get_by_label("Your e-mail address (optional)").fill("nobody")
    tab.page.get_by_role("button", name="Send").click()
    assert tab.page.get_by_label("What is wrong?").input_value() == "The year is wrong."
    tab.page.get_by_label("Your e-mail address (optional)").fill("jo@example.org")
    tab.page.get_by_role("button", name="Send").click()
    assert tab.page.get_by_role("heading", level=1).inner_text() == "We have received it"
    receipt = tab.page.url
    assert receipt.removeprefix(tab.address) in tab.page.locator("code").inner_text()
    tab.page.get_by_role("button", name="Erase my address now").click()
    assert tab.page.url == receipt
    tab.page.get_by_role("link", name="简体中文").click()
    assert tab.page.get_by_role("heading", level=1).inner_text() == "我们已收到"
    assert tab.context.cookies() == []
    assert tab.strangers == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_refused_form_has_no_violation_either(reader, db, scheme):
    tab = reader(360, color_scheme=scheme)
    tab.open("/zh-hans/submit/")
    tab.page.locator("[name=email]").fill("nobody")
    tab.page.locator("main button").click()
    assert tab.page.locator("[aria-invalid]").count() == 2
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 360
    tab.page.evaluate(AXE)
    assert tab.page.evaluate(RUN, None) == []


def test_a_form_on_another_site_is_refused(reader, db):
    tab = reader(360)
    there = tab.address.replace("127.0.0.1", "localhost")
    tab.page.goto("about:blank")
    tab.page.set_content(
        f'<form method="post" action="{there}/submit/"><input name="text" value="Forged">'
        f'<input name="opened" value="{tips.SIGNER.sign("")}"><button>Send</button></form>'
    )
    tab.page.get_by_role("button").click()
    tab.page.wait_for_url("**/submit/")
    assert "came from another site" in tab.page.locator("[role=alert]").inner_text()
    tab.page.close()
