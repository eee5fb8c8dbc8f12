"""How a page leaves: conditional when the reader may have it, helpful when there is nothing."""

import functools

from django.conf import settings
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from claims.release import etag_of

from .footer import about_us

# Ask us every time, and be told in a few bytes that nothing has changed.
CACHE_CONTROL = "public, no-cache"


class Missing(Exception):
    """Nothing has this address. `near` are published claims with addresses like it."""

    def __init__(self, message, near=()):
        super().__init__(message)
        self.near = near


class BadAddress(Exception):
    """The parameters ask for something that the page does not understand."""

    def __init__(self, problems):
        super().__init__(*problems)
        self.problems = problems


def page(view):
    """A public page: read only, with an answer for what it cannot find or understand."""
    # Nothing is changed here: another method is told so, and not that a cookie lacks.
    return csrf_exempt(_helpful(view, ["GET", "HEAD"]))


def form_page(view):
    """One that takes a form. Django's token needs a cookie: see what tips.py has in its place."""
    return csrf_exempt(_helpful(view, ["GET", "HEAD", "POST"]))


def _helpful(view, methods):
    @functools.wraps(view)
    def answer(request, *args, **kwargs):
        if request.method not in methods:
            allowed = ", ".join(methods)
            problem = _("This page takes %(methods)s only.") % {"methods": allowed}
            response = refused(request, problem, status=405)
            response["Allow"] = allowed
            return response
        try:
            return view(request, *args, **kwargs)
        except Missing as error:
            context = {"message": str(error), "near": error.near}
            return render(request, "claims/not_found.html", context, status=404)
        except BadAddress as error:
            return refused(request, *error.problems, status=400)

    return answer


def refused(request, *problems, status):
    """A page that says what was wrong with the request."""
    context = {"problems": problems, "status": status}
    return render(request, "claims/bad_address.html", context, status=status)


def respond(request, template, context, *, read, status=200):
    """The page, or 304 for a reader who has it already. `read` is as for `conditional`."""

    return conditional(
        request,
        lambda: render(request, template, context, status=status),
        read=[*read, *about_us(request)],
        status=status,
    )


def conditional(request, make, *, read, status=200, cache_control=CACHE_CONTROL):
    """What `make` makes, or 304 for a reader who has it already.

    `read` is what the answer shows of the record, as strings or bytes: as long as that and the
    release stay the same, so does the answer.
    """
    if settings.DEBUG:  # templates change under the running process
        return make()
    etag = etag_of(read)
    unchanged = get_conditional_response(request, etag=etag) if status == 200 else None
    response = unchanged or make()
    response["ETag"] = etag
    response["Cache-Control"] = cache_control
    return response


def unknown_claim():
    return Missing(_("There is no published claim at this address."))
