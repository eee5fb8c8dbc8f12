"""Errors as problem details (RFC 9457)."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse
from rest_framework import exceptions, status
from rest_framework.views import exception_handler

from claims.filters import unknown_parameters

from .renderers import ProblemRenderer

TITLES = {
    status.HTTP_400_BAD_REQUEST: "Bad request",
    status.HTTP_401_UNAUTHORIZED: "Unauthorized",
    status.HTTP_403_FORBIDDEN: "Forbidden",
    status.HTTP_404_NOT_FOUND: "Not found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "Method not allowed",
    status.HTTP_406_NOT_ACCEPTABLE: "Not acceptable",
    status.HTTP_410_GONE: "Gone",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "Unsupported media type",
    status.HTTP_429_TOO_MANY_REQUESTS: "Too many requests",
    status.HTTP_500_INTERNAL_SERVER_ERROR: "Internal error",
    status.HTTP_503_SERVICE_UNAVAILABLE: "Service unavailable",
}


class Problem(exceptions.APIException):
    """An error with a type of its own and members that a program can read."""

    def __init__(self, status_code, kind, detail, **members):
        super().__init__(detail)
        self.status_code = status_code
        self.kind = kind
        self.members = members


def bad_parameter(name, detail, **members):
    return Problem(status.HTTP_400_BAD_REQUEST, "bad-parameter", detail, parameter=name, **members)


def once(request, name):
    """The value of a parameter that may be given once, or None."""
    values = request.query_params.getlist(name)
    if len(values) > 1:
        raise bad_parameter(name, "Give it once.")
    return values[0] if values else None


def refuse_unknown(request, known):
    if unknown := unknown_parameters(request.query_params, list(known)):
        raise unknown_names("unknown-parameter", "Not known here", unknown)


def unknown_names(kind, why, unknown):
    """A problem that names what is not known, and what was perhaps meant by it."""
    return Problem(
        status.HTTP_400_BAD_REQUEST,
        kind,
        f"{why}: {', '.join(sorted(unknown))}.",
        unknown=sorted(unknown),
        did_you_mean={name: meant for name, meant in unknown.items() if meant},
    )


def problem_response(error, context):
    """DRF's exception handler: whatever went wrong in a view becomes problem+json."""
    request = context["request"]
    if isinstance(error, SuspiciousOperation):
        # Such as more parameters than anybody has a reason for.
        return problem(400, None, "The request could not be understood.", request.path)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        detail = "Nothing is published under this address."
    elif isinstance(error, PermissionDenied):
        detail = "This is not open to you."
    else:
        detail = _sentence(error)
    return problem(
        response.status_code,
        getattr(error, "kind", None),
        detail,
        request.get_full_path(),
        headers={name: value for name, value in response.items() if name.lower() != "content-type"},
        **getattr(error, "members", {}),
    )


def problem(status_code, kind, detail, instance, headers=None, **members):
    """The answer itself. `kind` makes a type of its own; without it the status says it all."""
    body = {
        "type": f"/problems/{kind}/" if kind else "about:blank",
        "title": kind.replace("-", " ").capitalize() if kind else TITLES.get(status_code, "Error"),
        "status": status_code,
        "detail": detail,
        "instance": instance,
    }
    headers = {"Cache-Control": "no-store"} | (headers or {})
    return HttpResponse(
        ProblemRenderer().render(body | members),
        status=status_code,
        headers=headers,
        content_type=ProblemRenderer.media_type,
    )


def _sentence(error):
    if isinstance(error, exceptions.APIException) and isinstance(error.detail, str):
        return str(error.detail)
    return "The request could not be understood."
