"""What is too large to be sent is told in the form, before the server refuses all of it."""

import pytest

from tests import desk
from tests.admin_forms import make_editor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a" * 2_600_000, False),
        ("好" * 300_000, False),  # sent as 2.7 MB
        ("好" * 100_000, True),
    ],
    ids=["latin", "chinese", "fits"],
)
def test_a_form_that_is_too_large_stays_as_it_is(reader, client, text, fits):
    claim = desk.make_claim()
    client.force_login(make_editor())
    tab = reader()
    tab.sign_in(client)
    address = f"/admin/claims/claim/{claim.pk}/change/"
    tab.open(address)
    field = tab.page.locator("[name=translations-0-reason]")
    field.evaluate("(field, text) => { field.value = text; }", text)
    tab.page.locator("[name=_continue]").click()
    if fits:
        tab.page.locator(".messagelist .success").wait_for()
    else:
        tab.page.locator(".form-too-large", has_text="Nothing is lost").wait_for()
    assert len(tab.page.locator("[name=translations-0-reason]").input_value()) == len(text)
