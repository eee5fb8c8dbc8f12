"""What is answered where no page could: before a form was read, or without the database."""

import errno
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
# Bytes of a form that may bring files, before anybody looks who sends it: they would fill the disk
# while it is read. Of other forms Django itself reads no more than is allowed.
LARGEST_UPLOAD = 52_000_000  # on the desk: a file as evidence (sources/capture.py), and its form
LARGEST_BODY = 3_000_000  # elsewhere nobody sends files
DESK = "/admin/"


def refuse_too_large(get_response):
    """Middleware: what is told to be too large is not read. What tells no length has no body."""

    def answer(request):
        most = LARGEST_UPLOAD if request.path_info.startswith(DESK) else LARGEST_BODY
        length = request.META.get("CONTENT_LENGTH") or "0"
        brings_files = request.content_type == "multipart/form-data"
        if brings_files and length.isdecimal() and int(length[:20]) > most:
            return bad_request(request, RequestDataTooBig())
        return get_response(request)

    return answer


def broken(request):
    """500: without a page where a program asked. What went wrong is in the log and nowhere else.

    503 where the database does not answer, or the disk is full: whoever asks again in a while is
    served.
    """
    if text := _passes(sys.exc_info()[1]):
        said = _to_program(request, 503, text)
        response = said or server_error(request)
        response.status_code = 503
        response["Retry-After"] = str(RETRY)
        return response
    said = _to_program(request, 500, "This is our mistake. It has been noted.")
    return said or server_error(request)


def _passes(error):
    """What to say of an error that is nobody's mistake; None of others."""
    if isinstance(error, OperationalError):
        return "The database does not answer. Try again in a while."
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "There is no room on the disk. Try again in a while."
    return None


def bad_request(request, exception):
    """400, or 413 with the way back to what was typed. Without the request: it may be broken."""
    status = 413 if isinstance(exception, TOO_LARGE) else 400
    why = "What was sent is too large." if status == 413 else "The request could not be understood."
    if said := _to_program(request, status, why):
        return said
    return HttpResponse(render_to_string(f"{status}.html"), status=status)


def _to_program(request, status, text):
    """In the form of the API that was asked; None for a person."""
    if request.path.startswith("/api/"):
        return problem(status, None, text, request.path)
    if request.path.startswith("/v1alpha1/") or request.path == "/batch":
        return envelope(400 if status == 413 else status, text)  # Google has no word for it
    return None
