"""The head of the chain, and who else says when it was so."""

import base64

import orjson
from django.conf import settings

from claims.chain import GENESIS, moment
from claims.models.record import Revision
from claims.models.timestamps import Timestamp
from claims.release import etag_of

from .base import ReadView, conditional
from .changes import number
from .description import HASH
from .pagination import page_size

AT = {"$ref": "#/components/schemas/moment"}
SEQ = {"type": "integer", "description": "Place in the record; 0 while it is empty."}


class Chain(ReadView):
    """The head of the chain, and the timestamps (RFC 3161) of it, in order."""

    parameters = ("after", "page_size")

    def shape(self):
        stamp = {
            "seq": {"type": "integer", "description": "The revision whose chain was stamped."},
            "chain": HASH | {"description": "What was stamped: these 64 digits, as ASCII."},
            "authority": {"type": "string", "description": "Address of who stamped it."},
            "at": AT | {"description": "When, as the authority says."},
            "token": {
                "type": "string",
                "contentEncoding": "base64",
                "description": "Its answer, a TimeStampResp in DER.",
            },
        }
        facts = {
            "license": {"type": "string", "format": "uri"},
            "seq": SEQ,
            "chain": HASH | {"description": "Of everything in the record; zeros while empty."},
            "at": {"anyOf": [AT, {"type": "null"}], "description": "When it last changed."},
            "more": {"type": "boolean", "description": "Are there timestamps after these?"},
            "timestamps": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": stamp,
                    "required": sorted(stamp),
                    "additionalProperties": False,
                },
            },
        }
        return {"type": "object", "properties": facts, "required": sorted(facts)}

    def get(self, request):
        after, size = number(request, "after", 0, 10**18 - 1), page_size(request)
        head = Revision.objects.only("seq", "chain", "at").order_by("seq").last()
        rows = list(Timestamp.objects.filter(seq__gt=after)[: size + 1])
        said = orjson.dumps(
            {
                "license": settings.CONTENT_LICENSE,
                "seq": head.seq if head else 0,
                "chain": head.chain if head else GENESIS,
                "at": moment(head.at) if head else None,
                "more": len(rows) > size,
                "timestamps": [_entry(row) for row in rows[:size]],
            }
        )
        return conditional(request, lambda: said, etag=etag_of([said]))


def _entry(row):
    return {
        "seq": row.seq,
        "chain": row.chain,
        "authority": row.authority,
        "at": moment(row.at),
        "token": base64.b64encode(bytes(row.token)).decode(),
    }
