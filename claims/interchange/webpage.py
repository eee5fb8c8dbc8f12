"""What a page of HTML says: its words, addresses and days, and the linked data in it."""

from html.parser import HTMLParser
from urllib.parse import urljoin

LINKED_DATA = "application/ld+json"


class Page(HTMLParser):
    """A page as a program sees it that compares linked data with what readers are shown."""

    def __init__(self, html, address):
        super().__init__()
        self.address = address
        self.language = self.canonical = None
        self.robots = ""
        self.blocks = []  # linked data, as it stands in the page
        self.links, self.days, self.numbers = set(), set(), set()
        self._words, self._in_body, self._script = [], False, None
        self.feed(html)
        self.close()
        self.text = one_line("".join(self._words))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "html":
            self.language = attrs.get("lang")
        elif tag == "meta" and attrs.get("name") == "robots":
            self.robots = attrs.get("content") or ""
        elif tag == "link" and attrs.get("rel") == "canonical":
            self.canonical = attrs.get("href")
        elif tag == "a" and attrs.get("href"):
            self.links.add(urljoin(self.address, attrs["href"]))
        elif tag == "time":
            self.days.add(attrs.get("datetime") or "")
        elif tag == "data":
            self.numbers.add(attrs.get("value"))
        elif tag == "script" and attrs.get("type") == LINKED_DATA:
            self.blocks.append("")
        if tag in {"script", "style"}:
            self._script = attrs.get("type") or tag
        self._in_body = self._in_body or tag == "body"

    def handle_endtag(self, tag):
        if tag in {"script", "style"}:
            self._script = None

    def handle_data(self, data):
        if self._script == LINKED_DATA:
            self.blocks[-1] += data
        elif self._in_body and self._script is None:
            self._words.append(data)


def one_line(text):
    return " ".join(text.split())
