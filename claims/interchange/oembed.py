"""oEmbed 1.0: what another site needs to show our card of a claim beside its own words."""

import xml.etree.ElementTree as ET
from typing import NamedTuple

import orjson
from django.utils.html import format_html

from .feeds import fit_for_xml

TYPES = {"json": "application/json", "xml": "text/xml; charset=utf-8"}
DISCOVERY = {"json": "application/json+oembed", "xml": "text/xml+oembed"}
SECONDS = 3600
# The card runs no script and fills in no form; its links open a window of their own.
SANDBOX = ["allow-popups", "allow-popups-to-escape-sandbox"]


class Thumbnail(NamedTuple):
    url: str
    width: int
    height: int


class Embed(NamedTuple):
    title: str
    address: str
    width: int
    height: int
    site: object
    thumbnail: Thumbnail | None


def write(embed, form):
    found = {
        "version": "1.0",
        "type": "rich",
        "provider_name": embed.site.name,
        "provider_url": f"{embed.site.origin}/",
        "title": embed.title,
        "cache_age": SECONDS,
        "width": embed.width,
        "height": embed.height,
        "html": _frame(embed),
    }
    if embed.thumbnail:
        found |= {f"thumbnail_{name}": value for name, value in embed.thumbnail._asdict().items()}
    return orjson.dumps(found) if form == "json" else _xml(found)


def _frame(embed):
    return format_html(
        '<iframe src="{}" width="{}" height="{}" sandbox="{}" loading="lazy" title="{}"></iframe>',
        embed.address,
        embed.width,
        embed.height,
        " ".join(SANDBOX),
        embed.title,
    )


def _xml(found):
    root = ET.Element("oembed")
    for name, value in found.items():
        ET.SubElement(root, name).text = fit_for_xml(str(value))
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
