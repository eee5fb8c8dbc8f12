"""What is answered where no page could: before a form was read."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from claims.api.problems import problem

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def broken(request):
    """500: as a problem where a program asked. What went wrong is in the log and nowhere else."""
    if request.path.startswith("/api/"):
        return problem(500, None, "This is our mistake. It has been noted.", request.path)
    return server_error(request)


def bad_request(request, exception):
    """400, or 413 with the way back to what was typed. Without the request: it may be broken."""
    if request.path.startswith("/api/"):
        return problem(400, None, "The request could not be understood.", request.path)

    status = 413 if isinstance(exception, TOO_LARGE) else 400
    return HttpResponse(render_to_string(f"{status}.html"), status=status)
