"""A ClaimReview pasted by anybody, judged by the rules that ours must keep. Nothing of it is kept.

As in check.py, it changes nothing, so it needs no token.
"""

from allauth.core.ratelimit import consume
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.shortcuts import render
from django.utils.translation import gettext as _

from claims.interchange.claimreview import web
from claims.interchange.claimreview_check import LONGEST, Unreadable, check, number_of
from claims.interchange.claimreview_reasons import REASONS

from .check import ENCODING, MINUTE
from .reading import asked
from .responses import form_page, refused


@form_page
def validate(request):
    asked(request)
    if request.method != "POST":
        return _show(request)
    if request.content_type != ENCODING:
        return refused(request, _("Send this form as a browser sends it."), status=415)
    try:
        text, url = (request.POST.get(name, "") for name in ("text", "url"))
    except (RequestDataTooBig, TooManyFieldsSent):
        return _show(request, status=413)
    if len(text.encode(errors="replace")) > LONGEST:
        return _show(request, status=413)
    pasted = {"text": text, "url": url}
    if url and (len(url) > 2000 or not _is_address(url)):
        return _show(request, status=400, refusal=_("The address is not a whole one."), **pasted)
    if not consume(request, action="validate"):
        return _show(request, status=429, **pasted)
    try:
        reviews = check(text, url=url.strip())
    except Unreadable as error:
        return _show(request, status=400, refusal=str(error), **pasted)
    found = [
        (review, [(problem, number_of(problem)) for problem in review.problems])
        for review in reviews
    ]
    return _show(request, found=found, **pasted)


def _is_address(url):
    try:
        return bool(web(url.strip()))
    except ValueError:
        return False


def _show(request, *, status=200, refusal=None, text="", url="", found=None):
    context = {
        "text": text,
        "url": url,
        "found": found,
        "refusal": refusal or _refusals().get(status),
        "reasons": REASONS.items(),
    }
    response = render(request, "claims/validate.html", context, status=status)
    response["Cache-Control"] = "private, no-store" if request.method == "POST" else "no-cache"
    if status == 429:
        response["Retry-After"] = MINUTE
    return response


def _refusals():
    return {
        413: _("That was more than is read at once: at most 500,000 characters."),
        429: _("Much was sent from your network within the minute. Wait a little, and try again."),
    }
