"""What an answer says about a link. A robot that is refused has learnt nothing about the page."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from . import addresses
from .choices import LinkState
from .fetching import Refused, TooLarge
from .models import Watch

GONE = {404, 410}
# To a browser it may be all right: sign in, pay, prove that you are no robot, not from here.
BLOCKED = {401, 402, 403, 405, 406, 407, 418, 420, 429, 430, 451, 498, 499, 530, 999}
UNCHANGED = 304
TRIES, PATIENCE = 3, timedelta(days=3)

# In the title, of a page that says little else: anywhere, these words are an alarm for nothing.
NOT_FOUND = re.compile(
    r"\b404\b|\bnot found\b|no longer (?:available|exists)|(?:does|do)(?: not|n.t) exist"
    r"|page (?:missing|unavailable|removed|can.?t be found)|nothing (?:was )?found"
    r"|页面不存在|找不到|未找到|不存在|已(?:被)?删除|已下线|頁面不存在|ページが見つかりません"
    r"|introuvable|nicht gefunden|no encontrad[ao]|não encontrad[ao]|non trovat[ao]",
    re.IGNORECASE,
)
LITTLE = 1500  # characters


def status(visit):
    """The HTTP status that it ended with, or None."""
    hops = visit.page.hops if visit.page else getattr(visit.error, "hops", ())
    return hops[-1].status if hops else None


def is_answer(visit):
    """Did the host say anything about the page, or about us? Otherwise nobody knows anything."""
    if visit.page is None:
        return isinstance(visit.error, TooLarge)
    return visit.state != LinkState.UNKNOWN


def is_given_up(watch, at):
    """So often and so long without an answer, while others answered us, that it is gone."""
    if watch.failures < TRIES or at - watch.failing_since < PATIENCE:
        return False
    return Watch.objects.filter(visited_at__gt=watch.failing_since, failures=0).exists()


def judge(visit):
    """`(state, note)` of a visit: what it says of the link, and why in words."""
    page = visit.page
    if page is None:
        state = LinkState.OK if isinstance(visit.error, TooLarge) else LinkState.UNKNOWN
        words = _("Not asked: %(why)s") if isinstance(visit.error, Refused) else "%(why)s"
        return state, words % {"why": visit.error}
    if page.status in GONE:
        return LinkState.DEAD, _("It answers that there is no such page.")
    if page.status in BLOCKED:
        return LinkState.BLOCKED, _("It does not answer to us: a person has to look.")
    if page.status // 100 != 2 and page.status != UNCHANGED:
        return LinkState.UNKNOWN, _("It answers with the error %(n)d.") % {"n": page.status}
    if why := _soft_404(visit):
        return LinkState.SOFT_404, why
    return (LinkState.REDIRECTED if _has_moved(visit) else LinkState.OK), ""


def _has_moved(visit):
    try:
        return addresses.same_page(visit.page.url) != addresses.same_page(visit.watch.url)
    except ValueError:
        return True


def _soft_404(visit):
    """Why a page that says that all is well is none, or nothing."""
    if visit.reading is None:
        return ""
    title = visit.reading.says.get("title", "")
    if NOT_FOUND.search(title) and len(visit.reading.text) < LITTLE:
        return _("It says “%(title)s”.") % {"title": title[:100]}
    before, after = urlsplit(visit.watch.url), urlsplit(visit.page.url)
    was_deep = before.path.strip("/") or before.query
    if was_deep and not (after.path.strip("/") or after.query) and len(visit.page.hops) > 1:
        return _("It leads to the front page.")
    return ""
