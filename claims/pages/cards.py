"""The picture and the words that go with a link to a claim, wherever it is shared."""

import datetime
import threading
from urllib.parse import urlsplit

import orjson
from django.core.cache import caches
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.choices import State
from claims.interchange import opengraph
from claims.languages import choose
from claims.models.record import Revision
from claims.release import etag_of
from claims.templatetags.reading import date_words

from . import drawing
from .context import Site
from .feeds import titled
from .reading import asked
from .responses import Missing, conditional, page, unknown_claim

# The words of a revision never change; only a sealing takes the picture away.
CACHE_CONTROL = "public, max-age=86400"
KEPT = 30 * 24 * 3600
# A picture costs a thirtieth of a second, once for each revision, language and release. Whoever
# asks for all of them may have them, but not all at once.
DRAWN_A_MINUTE = 120
PATIENCE = 5
_one_at_a_time = threading.Lock()


class Busy(Exception):
    """Too many pictures were drawn lately."""


@page
def picture(request, slug, number):
    asked(request)
    row = Revision.objects.filter(claim=slug, number=number).first()
    if row is None:
        raise unknown_claim()
    if row.is_sealed:
        return HttpResponse(status=410)
    document = orjson.loads(bytes(row.document))
    if document["state"] not in WORDS:
        raise Missing(str(unknown_claim()))
    read = [row.sha256]

    def make():
        data = _kept(etag_of(read) + request.path, lambda: _card(document, Site(request)))
        return HttpResponse(data, content_type="image/png")

    try:
        return conditional(request, make, read=read, cache_control=CACHE_CONTROL)
    except Busy:
        return HttpResponse(status=503, headers={"Retry-After": "60"})


def _kept(key, card):
    """The picture as it was drawn before, by whichever process, or drawn now."""
    kept = caches["cards"]
    if data := kept.get(key):
        return data
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        raise Busy
    try:
        if data := kept.get(key):  # drawn while we waited
            return data
        _count(kept)
        data = drawing.draw(card())
        kept.set(key, data, KEPT)
        return data
    finally:
        _one_at_a_time.release()


def _count(kept):
    minute = f"drawn-{datetime.datetime.now(datetime.UTC):%Y%m%d%H%M}"
    kept.add(minute, 0, 120)
    if kept.incr(minute) > DRAWN_A_MINUTE:
        raise Busy


# --- Words ---------------------------------------------------------------------


def social(request, document):
    """What a claim's page says of itself where its address is shared; nothing for a merged one."""
    if document["state"] not in WORDS:
        return []
    site = Site(request)
    title, description = WORDS[document["state"]](document)
    path = reverse("pages:card", args=[document["slug"], document["revision"]])
    found = opengraph.Picture(
        url=site.origin + path,
        size=drawing.SIZE,
        alt=_("A card with a verdict. %(title)s") % {"title": title},
    )
    return opengraph.article(
        document, site=site, title=title, description=description, picture=found
    )


def _published(document):
    verdict = document["verdict"]
    card = {"rating": verdict["rating"], "statement": document["statement"]}
    return titled(card), choose(verdict["summary"]).text


def _retracted(document):
    title = _("Retracted: %(statement)s") % {"statement": choose(document["statement"]).text}
    return title, choose(document["retraction"]["reason"]).text


WORDS = {State.PUBLISHED: _published, State.RETRACTED: _retracted}


def _card(document, site):
    verdict = document.get("verdict")
    rating = verdict and verdict["rating"]
    return drawing.Card(
        verdict=choose(rating["label"]).text if rating else _("Retracted"),
        symbol=rating["symbol"] if rating else "",
        color=rating["color"] if rating else "",
        scale=_scale(rating),
        measure=_measure(rating),
        statement=choose(document["statement"]).text,
        said_by=said_by(document.get("claimant")),
        note=changed(document),
        site=site.name,
        host=urlsplit(site.origin).netloc,
    )


def _scale(rating):
    if not rating or rating["value"] is None:
        return None
    return rating["value"], rating["worst"], rating["best"]


def _measure(rating):
    if not _scale(rating):
        return ""
    return _("%(value)s of %(best)s, where %(best)s is true") % rating


def said_by(claimant):
    if not claimant:
        return ""
    subject = claimant["subject"]
    words = choose(claimant["speaker"]) or choose(subject["name"] if subject else {})
    return _("Said by: ") + words.text if words else ""


def changed(document):
    """Whether and when the verdict was corrected or taken back, in a few words."""
    if document["state"] == State.RETRACTED:
        return _("Retracted on %(day)s") % {"day": date_words(document["modified_at"][:10])}
    if document["corrections"]:
        day = date_words(document["corrections"][-1]["at"][:10])
        return _("Corrected on %(day)s") % {"day": day}
    return ""
