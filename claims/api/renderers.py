import orjson
from rest_framework.renderers import BaseRenderer

from claims.interchange import table


class CanonicalJSONRenderer(BaseRenderer):
    """JSON in the record's spelling: sorted keys, UTF-8, no insignificant space.

    Documents of the record are put in as they are stored: pass them as `orjson.Fragment`.
    """

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data, accepted_media_type=None, renderer_context=None):
        if data is None:
            return b""
        return orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


class CSVRenderer(BaseRenderer):
    """Chosen by `format=csv` or by `Accept`; lists write it themselves, with their columns."""

    media_type = table.MEDIA_TYPE
    format = "csv"
    charset = "utf-8"


class ProblemRenderer(CanonicalJSONRenderer):
    media_type = "application/problem+json"
