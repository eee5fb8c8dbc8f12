"""The desk's start page: what waits for this editor, and how much there is of everything."""

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims import looks, quotes, rules, same, tips
from claims.choices import QuoteState, VerdictStatus
from claims.models import Correction, Evidence, Submission, Verdict
from claims.transparency import overdue_pages
from sources import archives
from sources.admin.base import shortened
from sources.admin.words import needed, words
from sources.models import Source

from . import links
from .verdict import to_come

SHOWN = 10
OPEN = [VerdictStatus.DRAFT, VerdictStatus.IN_REVIEW, VerdictStatus.APPROVED]


@dataclass(frozen=True)
class Row:
    words: str
    href: str
    due_on: object = None
    is_late: bool = False
    remark: str = ""


@dataclass(frozen=True)
class Worklist:
    """Some rows that wait for somebody; `more` leads to all of them when not all are shown."""

    title: str
    empty: str
    rows: list
    more: str = ""


def worklists(user):
    """The lists that this person can do something about, each in a fixed number of queries."""
    may = user.has_perm
    lists = []
    if may("claims.view_verdict"):
        lists += [_my_work(user)]
        if may("claims.approve_verdict"):
            lists += [_to_review(user)]
        if may("claims.publish_verdict"):
            lists += [_to_publish()]
        if may("claims.correct_verdict"):
            lists += [_to_correct(user)]
        lists += [_to_look_at_again(), _ground_changed(), _broken_quotes(), _links()]
    if rules.may_decide_same(user):
        lists += [_elsewhere()]
    if rules.may_see_tips(user):
        lists += [_tips()]
    if may("claims.change_page"):
        lists += [_pages_to_review()]
    return lists


def counts():
    """`[(state, how many, where they are)]` of all verdicts."""
    found = dict(Verdict.objects.order_by().values_list("status").annotate(Count("pk")))
    page = reverse("admin:claims_verdict_changelist")
    return [
        (status.label, found.get(status.value, 0), f"{page}?status__exact={status.value}")
        for status in VerdictStatus
    ]


def _verdicts():
    rows = Verdict.objects.select_related("claim", "rating")
    return rows.prefetch_related("claim__translations", "rating__translations")


def _rows(verdicts, remark=lambda verdict: verdict.get_status_display()):
    today = timezone.localdate()
    return [
        Row(
            words=words(verdict),
            href=reverse("admin:claims_verdict_change", args=[verdict.pk]),
            due_on=verdict.due_on,
            is_late=bool(verdict.due_on and verdict.due_on < today),
            remark=remark(verdict),
        )
        for verdict in verdicts[:SHOWN]
    ]


def _list(title, empty, verdicts, query, **kwargs):
    more = f"{reverse('admin:claims_verdict_changelist')}?{query}"
    return Worklist(title, empty, _rows(verdicts, **kwargs), more)


def _my_work(user):
    mine = Q(assignee=user) | Q(assignee=None, author=user)
    verdicts = _verdicts().filter(mine, status__in=OPEN)
    verdicts = verdicts.order_by(F("due_on").asc(nulls_last=True), "pk")
    query = f"author__id__exact={user.pk}"
    return _list(_("My work"), _("Nothing is on your list."), verdicts, query)


def _to_review(user):
    verdicts = _verdicts().filter(status=VerdictStatus.IN_REVIEW).exclude(author=user)
    verdicts = verdicts.order_by(F("due_on").asc(nulls_last=True), "pk")
    query = f"status__exact={VerdictStatus.IN_REVIEW.value}"
    return _list(_("Waiting for your review"), _("Nobody waits for you."), verdicts, query)


def _to_publish():
    """What did not go out as scheduled comes first, with the reason."""
    verdicts = _verdicts().filter(status=VerdictStatus.APPROVED)
    verdicts = verdicts.annotate(is_well=Q(schedule_refusal="")).order_by("is_well", "pk")
    query = f"status__exact={VerdictStatus.APPROVED.value}"
    title, empty = _("Approved, not yet public"), _("Nothing is ready.")
    return _list(title, empty, verdicts, query, remark=to_come)


def _to_correct(user):
    proposed = Correction.objects.filter(revision=None).exclude(proposed_by=user)
    verdicts = _verdicts().filter(pk__in=proposed.values("verdict")).order_by("pk")
    more = f"{reverse('admin:claims_correction_changelist')}?revision__isempty=1"
    return Worklist(
        _("Corrections to carry out"), _("Nobody has proposed one."), _rows(verdicts), more
    )


def _to_look_at_again():
    verdicts = _verdicts().filter(
        status=VerdictStatus.PUBLISHED, recheck_on__lte=timezone.localdate()
    )
    return _list(
        _("Due for another look"),
        _("No verdict is due."),
        verdicts.order_by("recheck_on", "pk"),
        f"status__exact={VerdictStatus.PUBLISHED.value}",
        remark=lambda verdict: date_format(verdict.recheck_on, "j M Y"),
    )


def _ground_changed():
    """Verdicts in force, the latest change before others, with all that changed under each."""
    found = {}
    for reason in looks.reasons():
        found.setdefault(reason.verdict, []).append(reason.kind)
    shown = list(found)[:SHOWN]
    verdicts = _verdicts().in_bulk(shown)
    return Worklist(
        _("Needs another look"),
        _("Nothing has changed under what is public."),
        _rows(
            [verdicts[pk] for pk in shown],
            remark=lambda verdict: "; ".join(
                str(kind.label) for kind in dict.fromkeys(found[verdict.pk])
            ),
        ),
        reverse("admin:claims_verdict_changelist") + "?look=open",
    )


def _broken_quotes():
    """Those under what is public first, then drafts, the latest to break before others."""
    rows = (
        Evidence.objects.filter(quote_state=QuoteState.BROKEN, is_left=False)
        .exclude(verdict__status__in=quotes.PAST)
        .annotate(is_public=Q(verdict__status=VerdictStatus.PUBLISHED))
        .select_related("source", "checked")
        .prefetch_related(*needed("source", Source))
        .order_by("-is_public", "-broken_at", "pk")
    )
    return Worklist(
        _("Broken quotes"),
        _("All quotes stand."),
        [
            Row(
                words=f"“{shortened(row.quote, 80)}” {words(row.source)}",
                href=reverse("admin:claims_evidence_change", args=[row.pk]),
                remark=_what_instead(row),
            )
            for row in rows[:SHOWN]
        ],
        reverse("admin:claims_evidence_changelist") + "?quote_state__exact=broken",
    )


def _what_instead(evidence):
    found = quotes.suggestion(evidence)
    if found is None:
        return _("nothing in the text is like it")
    if found.score == 100:
        return _("the same words stand between others")
    return _("%(score)d %% alike: “%(words)s”") % {
        "score": found.score,
        "words": shortened(found.words, 80),
    }


def _links():
    """Of public and other sources; what most public claims rest on comes first."""
    return Worklist(
        _("Links that need a person"),
        _("All links are well, as far as they were visited."),
        [Row(words=name, href=href, remark=remark) for name, href, remark in links.rows(SHOWN)],
        links.more(),
    )


def _tips():
    """Until they are answered; those that nobody has looked at first, the oldest before others."""
    rows = Submission.objects.filter(state__in=tips.OPEN).order_by("-state", "received_at", "pk")
    return Worklist(
        _("Tips from readers"),
        _("No tip waits for an answer."),
        [
            Row(
                words=row.text[:120],
                href=reverse("admin:claims_submission_change", args=[row.pk]),
                remark=f"{row.get_kind_display()}, {row.get_state_display()}",
            )
            for row in rows[:SHOWN]
        ],
        reverse("admin:claims_submission_changelist") + f"?state__in={','.join(tips.OPEN)}",
    )


def _elsewhere():
    """Of what came in last: what is looked at has an end, however much was imported."""
    return Worklist(
        _("Checked by others, it seems"),
        _("Nobody else reviewed a claim from a page of ours, of what came in last."),
        [
            Row(
                words=shortened(row.claim_reviewed, 120),
                href=reverse("admin:claims_externalreview_change", args=[row.pk]) + "#same",
                remark=row.publisher_name,
            )
            for row in same.waiting(SHOWN)
        ],
    )


def _pages_to_review():
    return Worklist(
        _("Pages about us to review"),
        _("No page is due."),
        [
            Row(
                words=words(page),
                href=reverse("admin:claims_page_change", args=[page.pk]),
                due_on=page.review_due_on,
                is_late=True,
                remark=page.owner.get_full_name() or page.owner.get_username(),
            )
            for page in overdue_pages()[:SHOWN]
        ],
        reverse("admin:claims_page_changelist"),
    )


def start(index, request, extra_context=None):
    """Django's index page with the worklists in front."""
    own = {"worklists": worklists(request.user), "alarms": filter(None, [archives.trouble()])}
    if request.user.has_perm("claims.view_verdict"):
        own["counts"] = counts()
    return index(request, own | (extra_context or {}))
