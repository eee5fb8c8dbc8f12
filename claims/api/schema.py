"""Where the description is to be had: for programs, and for people with a viewer."""

import functools

import orjson
from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerSplitView

from claims.release import etag_of

from .base import ReadView, conditional
from .problems import refuse_unknown


class Schema(ReadView):
    """This description."""

    def get(self, request):
        return conditional(request, written, etag=etag_of(["schema", written()]))


@functools.cache
def written():
    return orjson.dumps(SchemaGenerator().get_schema(request=None, public=True))


# The viewer puts styles into its page; no script but its own runs even so.
@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class Docs(ReadView, SpectacularSwaggerSplitView):
    """The description, to look at and to try out."""

    schema = None  # a page is no part of it

    def refuse_parameters(self, request):
        refuse_unknown(request, ["script"])  # which comes without a value
