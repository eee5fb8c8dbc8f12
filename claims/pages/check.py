"""A text pasted by a reader: each sentence with what is known about it. Nothing of it is kept.

It changes nothing, so it needs no token; it is a POST because texts are long, and so that what
somebody reads stands in no address and no log.
"""

from allauth.core.ratelimit import consume
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from claims.search import match

from .reading import asked
from .responses import form_page, refused
from .search import LINK, page_at

ENCODING = "application/x-www-form-urlencoded"
MINUTE = "60"


@form_page
def check(request):
    asked(request)
    if request.method != "POST":
        return _show(request)
    if request.content_type != ENCODING:
        return refused(request, _("Send this form as a browser sends it."), status=415)
    try:
        text = request.POST.get("text", "")
    except (RequestDataTooBig, TooManyFieldsSent):
        return _show(request, status=413)
    if len(text.encode(errors="replace")) > match.LONGEST:
        return _show(request, status=413)
    if not any(map(str.isalnum, text)):
        return _show(request, text, status=400)
    if not consume(request, action="check"):
        return _show(request, text, status=429)
    if LINK.fullmatch(text):
        return _lead(request, text.strip())
    [answer] = match.match([text])
    known = sum(bool(one.hits) for one in answer.sentences)
    return _show(request, text, answer=answer, known=known)


def _lead(request, url):
    """To what is published of the page at an address. Its stored text is the newsroom's alone."""
    known = page_at(url)
    if known is None:
        return _show(request, url, status=404)
    response = HttpResponseRedirect(known, status=303)
    response["Cache-Control"] = "private, no-store"
    return response


def _show(request, text="", *, status=200, **context):
    context |= {"text": text, "refusal": _refusals().get(status)}
    response = render(request, "claims/check.html", context, status=status)
    response["Cache-Control"] = "private, no-store" if request.method == "POST" else "no-cache"
    if status == 429:
        response["Retry-After"] = MINUTE
    return response


def _refusals():
    return {
        400: _("There are no words in this. Paste a sentence or a whole article."),
        404: _(
            "Of the page at this address we have published nothing, and addresses are not opened "
            "from here. Paste its text."
        ),
        413: _(
            "That was more than is read at once. Go back: your browser has kept what you pasted. "
            "Send it in parts of at most 100,000 characters, or 30,000 of Chinese."
        ),
        429: _("Much was sent from your network within the minute. Wait a little, and try again."),
    }
