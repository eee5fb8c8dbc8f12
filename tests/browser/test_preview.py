"""A preview in a real browser, with the strict policy of the site in force."""

import pytest
from django.urls import reverse

from tests import desk
from tests.admin_forms import make_editor

from .pages import LONG
from .test_readers import CONTRAST

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (360, "dark"), (1280, "light")])
def test_a_preview_fits_and_breaks_no_rule(reader, client, author, width, scheme):
    draft = desk.make_draft(desk.make_claim(statement=LONG), author=author, rating_slug="true")
    client.force_login(make_editor())
    tab = reader(width, color_scheme=scheme)
    tab.sign_in(client)
    for language in ("en", "zh-Hans"):
        address = f"{reverse('preview', args=[draft.pk])}?language={language}"
        assert tab.open(address).status == 200
        tab.page.get_by_text("ClaimReview", exact=True).click()
        assert '"@type": "ClaimReview"' in tab.page.locator("pre").inner_text()
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.page.evaluate(CONTRAST) == []
    assert tab.complaints == []
    assert tab.strangers == []
