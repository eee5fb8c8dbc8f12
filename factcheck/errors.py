"""What is answered where no page could: before a form was read."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpResponse
from django.template.loader import render_to_string

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request, exception):
    """400, or 413 with the way back to what was typed. Without the request: it may be broken."""
    too_large = isinstance(exception, TOO_LARGE)
    html = render_to_string("400.html", {"too_large": too_large})
    return HttpResponse(html, status=413 if too_large else 400)
