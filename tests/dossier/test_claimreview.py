"""All claims of the first article: what the document, JSON-LD, API and page say is the same."""

import json

from django.conf import settings

from claims.dossier import load, reading
from claims.interchange import claimreview
from claims.interchange.claimreview_rules import problems
from claims.models import Revision

from .test_emad_mostaque import FILE

PREFIXES = {"en": "", "zh-Hans": "/zh-hans"}


def test_every_claim_says_the_same_at_every_door(client, author, reviewer):
    """One test for all of it, because the article takes a while to publish."""
    load.load(reading.read(FILE), author=author, reviewer=reviewer, publish=True)
    documents = [json.loads(bytes(row.document)) for row in Revision.objects.order_by("seq")]
    assert len(documents) == 123
    for document in documents:
        for language, prefix in PREFIXES.items():
            address = prefix + document["url"]
            page = client.get(address).content.decode()
            api = client.get(f"/api/v1{document['url']}claimreview/", {"language": language})
            check(document, language, settings.SITE_URL + address, page, api.content)


def check(document, language, url, page, api):
    site = claimreview.Site(settings.SITE_NAME, settings.SITE_URL, language)
    markup = claimreview.markup(document, site=site)
    assert api == claimreview.to_json(markup), url
    assert page.count(claimreview.to_script(markup)) == 1, url
    assert page.count("<script") == 1, url
    assert markup["reviewRating"].get("ratingValue") == document["verdict"]["rating"]["value"], url
    # Words, numbers, dates and links all stand on the page; some claims are long.
    found = problems(json.loads(api), page_url=url, html=page)
    assert {problem.rule for problem in found} <= {"claim-long"}, (url, found)
