"""How a browser searches the site: OpenSearch 1.1."""

import xml.etree.ElementTree as ET

TYPE = "application/opensearchdescription+xml"
NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
LONGEST_NAME = 16


def description(site, *, what, search, feed, icon):
    """`search` and `feed` are addresses without their question; `what` says it in a sentence."""
    root = ET.Element("OpenSearchDescription", xmlns=NAMESPACE)
    for name, text in [
        ("ShortName", site.name[:LONGEST_NAME]),
        ("Description", what[:1024]),
        ("InputEncoding", "UTF-8"),
        ("Language", site.language),
    ]:
        ET.SubElement(root, name).text = text
    ET.SubElement(root, "Image", type="image/svg+xml").text = icon
    for kind, address in [("text/html", search), ("application/atom+xml", feed)]:
        ET.SubElement(root, "Url", type=kind, template=f"{address}?q={{searchTerms}}")
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
