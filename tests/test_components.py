"""The page that shows all components is what the templates make today."""

import os
import re

from . import components


def test_the_page_of_components_is_up_to_date():
    if os.environ.get("UPDATE"):
        components.FILE.write_text(components.page())
    assert components.page() == components.FILE.read_text(), "run this test with UPDATE=1"


def test_every_rating_and_every_stylesheet_stand_on_it():
    html = components.FILE.read_text()
    for rating in components.RATINGS:
        assert f'class="verdict is-{rating["color"]}"' in html
    for name in re.findall(r"\.\./(static/css/\w+\.css)", html):
        assert (components.ROOT / name).exists()
