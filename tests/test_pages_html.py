"""The pages are valid HTML, their names and links inside the page hold, and they are small."""

import gzip
import re
from collections import Counter
from html.parser import HTMLParser

import html5lib
import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

from . import desk
from .browser import pages

pytestmark = pytest.mark.django_db

LIMIT = 60_000
# Attributes whose values name other elements of the page.
NAMING = ("aria-labelledby", "aria-describedby", "aria-controls", "for")


class Names(HTMLParser):
    """What a page calls its elements, and what it refers to."""

    def __init__(self, html):
        super().__init__()
        self.ids, self.wanted = Counter(), set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids[attrs["id"]] += 1
        for name in NAMING:
            self.wanted.update((attrs.get(name) or "").split())
        address = attrs.get("href") or attrs.get("xlink:href") or ""
        if address.startswith("#"):
            self.wanted.add(address[1:])


@pytest.fixture(scope="module")
def site(published_once):
    pages.publish(published_once, desk.known("ann"), desk.known("ben"))


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_every_page_is_valid_html_and_its_names_hold(client, site, prefix):
    for path in pages.PATHS:
        html = client.get(prefix + path).content.decode()
        html5lib.HTMLParser(strict=True).parse(html)
        names = Names(html)
        assert [name for name, times in names.ids.items() if times > 1] == [], path
        assert names.wanted - names.ids.keys() == set(), path


def test_a_claim_page_is_small(client, site):
    """With its stylesheets as the server sends them; the page itself as it is."""
    page = client.get("/claims/tunnel-length/").content
    styles = re.findall(rb'rel="stylesheet" href="/static/([^"]+)"', page)
    assert len(styles) > 3
    sizes = [len(page)]
    for name in styles:
        with staticfiles_storage.open(name.decode()) as file:
            sizes.append(len(gzip.compress(file.read())))
    assert sum(sizes) < LIMIT
    assert b"<script src" not in page
    assert settings.STATIC_URL == "/static/"
