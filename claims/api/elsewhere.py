"""What other fact-checkers found of a claim, where an editor said that it is the same."""

import orjson
from django.conf import settings

from claims.models.external import ExternalReview
from claims.release import etag_of

from .base import ReadView, conditional
from .matched import REVIEW
from .views import document_of, head_of, refuse_retracted

MOST = 100  # reviews of one claim
COLUMNS = ["url", "claim_reviewed", "rating_label", "normalized", "language", "reviewed_on"]
PUBLISHER = ["publisher_name", "publisher_site"]
ELSEWHERE = {
    "type": "object",
    "properties": {
        "license": {
            "type": "string",
            "format": "uri",
            "description": "Of our word that the claim is the same. The reviews are their own.",
        },
        "claim": {"$ref": "#/components/schemas/slug"},
        "results": {
            "type": "array",
            "items": REVIEW,
            "description": "The newest first, at most a hundred, those without a date last.",
        },
    },
    "required": ["license", "claim", "results"],
}


class Elsewhere(ReadView):
    """What other fact-checkers published of the same claim: an editor said that it is the same."""

    def shape(self):
        return ELSEWHERE

    def get(self, request, slug):
        head = head_of(request, slug)
        refuse_retracted(request, head)
        slugs = [slug, *document_of(head)["absorbed"]]
        rows = ExternalReview.objects.of_claims(slugs).only(*COLUMNS, *PUBLISHER)[:MOST]
        said = {
            "license": settings.CONTENT_LICENSE,
            "claim": slug,
            "results": [theirs(row) for row in rows],
        }
        data = orjson.dumps(said)
        response = conditional(request, lambda: data, etag=etag_of([data.decode()]))
        # It follows what editors say and others import, not the record: asked anew each time.
        response["Cache-Control"] = "no-cache"
        return response


def theirs(review):
    """A review of others for programs."""
    return {column: getattr(review, column) for column in COLUMNS} | {
        "publisher": {"name": review.publisher_name, "site": review.publisher_site}
    }
