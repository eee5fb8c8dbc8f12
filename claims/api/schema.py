"""Where the description is to be had: for programs, and for people with a viewer."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class Schema(SpectacularAPIView):
    """This description."""

    throttle_classes = ()


# The viewer puts styles into its page; no script but its own runs even so.
@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    """The description, to look at and to try out."""

    throttle_classes = ()
