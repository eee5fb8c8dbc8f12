"""A schema.org DataFeed of ClaimReviews, in the shape of Data Commons: `item` is a list."""

import orjson

from .claimreview import CONTEXT, TYPE, to_json
from .dumps import Dump, without_context

BETWEEN, TAIL = b",\n", b"\n]}\n"


class DataFeed(Dump):
    """One element a claim, with its review in each language; a claim without verdict is deleted."""

    name, media_type = "datafeed.json", "application/ld+json"
    between = BETWEEN

    def head(self):
        return head(
            f"{self.facts.site}: all published fact-checks", self.facts.at, self.facts.license
        )

    def rows(self, item):
        moments = {
            "dateCreated": item.document["published_at"],
            "dateModified": item.document["modified_at"],
        }
        return [element(moments, [without_context(review) for review in item.reviews])]

    def gone(self, gone):
        moments = {"dateCreated": gone.created_at, "dateDeleted": gone.deleted_at}
        return [element(moments, [{"@type": TYPE, "url": url} for url in gone.urls])]

    def tail(self, count):
        return TAIL


def head(name, at, license):
    said = {"@context": CONTEXT, "@type": "DataFeed", "name": name, "dateModified": at}
    said |= {"license": license} if license else {}
    return orjson.dumps(said)[:-1] + b',"dataFeedElement":[\n'


def element(moments, reviews):
    return to_json({"@type": "DataFeedItem", **moments, "item": reviews})
