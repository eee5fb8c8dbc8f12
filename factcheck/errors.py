"""What is answered where no page could: before a form was read, or without the database."""

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from claims.api.google.views import envelope
from claims.api.problems import problem

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


RETRY = 5  # seconds


def broken(request):
    """500: without a page where a program asked. What went wrong is in the log and nowhere else.

    503 where the database does not answer: whoever asks again in a while is served.
    """
    if isinstance(sys.exc_info()[1], OperationalError):
        said = _to_program(request, 503, "The database does not answer. Try again in a while.")
        response = said or server_error(request)
        response.status_code = 503
        response["Retry-After"] = str(RETRY)
        return response
    said = _to_program(request, 500, "This is our mistake. It has been noted.")
    return said or server_error(request)


def bad_request(request, exception):
    """400, or 413 with the way back to what was typed. Without the request: it may be broken."""
    if said := _to_program(request, 400, "The request could not be understood."):
        return said
    status = 413 if isinstance(exception, TOO_LARGE) else 400
    return HttpResponse(render_to_string(f"{status}.html"), status=status)


def _to_program(request, status, text):
    """In the form of the API that was asked; None for a person."""
    if request.path.startswith("/api/"):
        return problem(status, None, text, request.path)
    if request.path.startswith("/v1alpha1/") or request.path == "/batch":
        return envelope(status, text)
    return None
