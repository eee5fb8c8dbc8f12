"""The one door to the record: publish, correct, retract, merge, seal.

Nothing else writes Revision, PublishedClaim, PublishedTerm or ClaimRedirect. Each function checks
the permission and, where a verdict goes out, the gate; takes the record's lock; reads the desk
again under it; and is one transaction. Asked twice, each does its work once.
"""

import json
from collections import Counter
from itertools import islice

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from . import document, gate, projection
from .chain import GENESIS, canonical, link, sha256
from .choices import Action, CorrectionKind, State, TermKind, VerdictStatus
from .models import Claim, ClaimRedirect, PublishedClaim, PublishedTerm, Revision, Verdict
from .models.record import SEALED
from .review import require

# Any number will do, as long as every writer of the record takes the same.
RECORD_LOCK = 0x0FAC7C4EC
CHUNK = 500


class Refused(Exception):
    """The door stays shut; the text says why, and `findings` what the gate found."""

    def __init__(self, message, findings=()):
        super().__init__(message)
        self.findings = list(findings)


@transaction.atomic
def publish(verdict, *, by, accepted=()):
    """Make an approved verdict public and return its revision.

    `accepted` names the rules whose warnings a person has read and accepted. Raises
    PermissionDenied, and Refused when the gate finds something or a verdict is public already.
    """
    require(by, "claims.publish_verdict")
    _lock_record()
    verdict = _fresh(verdict)
    _refuse_merged(verdict.claim)
    if verdict.status == VerdictStatus.PUBLISHED:
        return _latest(verdict.claim.slug)
    if verdict.claim.verdicts.filter(status=VerdictStatus.PUBLISHED).exists():
        raise Refused(_("This claim has a published verdict: correct it with the new one."))
    _pass_gate(verdict, accepted)
    at = timezone.now()
    _put_in_force(verdict, at, accepted)
    return _append_rendered(verdict, Action.PUBLISH, at)


@transaction.atomic
def correct(verdict, *, kind, text, by, accepted=()):
    """Replace what is public, and say so in public.

    `verdict` is an approved successor of the published one, or the published one itself when the
    desk has mended facts around it (a statement, a source). `kind` is a CorrectionKind, `text` is
    the public note by language. Raises PermissionDenied, and Refused: also when nothing changes.
    """
    require(by, "claims.correct_verdict")
    _lock_record()
    verdict = _fresh(verdict)
    _refuse_merged(verdict.claim)
    text = _public_text(text)
    if kind not in CorrectionKind.values:
        raise Refused(_("Say what kind of correction it is."))
    in_force = verdict.claim.verdicts.filter(status=VerdictStatus.PUBLISHED).first()
    if in_force is None:
        raise Refused(_("Nothing of this claim is public: publish instead."))
    _pass_gate(verdict, accepted)
    at = timezone.now()
    if verdict.pk != in_force.pk:
        in_force.move_to(VerdictStatus.SUPERSEDED)
        _put_in_force(verdict, at, accepted)
    correction = {"kind": CorrectionKind(kind).value, "text": text}
    return _append_rendered(verdict, Action.CORRECT, at, correction=correction)


@transaction.atomic
def retract(verdict, *, reason, by):
    """Take back a verdict in force. Its page stays and gives `reason`, a text by language."""
    require(by, "claims.retract_verdict")
    _lock_record()
    verdict = _fresh(verdict)
    claim = verdict.claim
    _refuse_merged(claim)
    reason = _public_text(reason)
    if verdict.status == VerdictStatus.RETRACTED and _latest(claim.slug).action == Action.RETRACT:
        return _latest(claim.slug)
    if verdict.status != VerdictStatus.PUBLISHED:
        raise Refused(_("This verdict is not the one in force."))
    verdict.move_to(VerdictStatus.RETRACTED)
    at = timezone.now()
    return _append(
        document.render_retraction(
            claim,
            number=_next_number(claim.slug),
            at=at,
            previous=_public_document(claim.slug),
            reason=reason,
        ),
        at,
    )


@transaction.atomic
def merge(claim, *, into, by):
    """Let a published claim lead to another one for ever, which takes over its appearances.

    Returns the revision of the merged claim. Its verdict is superseded by the other's.
    """
    require(by, "claims.merge_claim")
    _lock_record()
    claim, into = Claim.objects.get(pk=claim.pk), Claim.objects.get(pk=into.pk)
    if claim.merged_into_id == into.pk:
        return _latest(claim.slug)
    _refuse_merged(claim)
    _refuse_merged(into)
    if claim.pk == into.pk:
        raise Refused(_("A claim cannot be merged into itself."))
    if not PublishedClaim.objects.filter(slug=claim.slug).exists():
        raise Refused(_("Only a claim that is public can be merged."))
    survivor = document.verdicts_to_render().filter(claim=into, status=VerdictStatus.PUBLISHED)
    if not survivor.exists():
        raise Refused(_("The claim to merge into has no published verdict."))
    for verdict in claim.verdicts.filter(status=VerdictStatus.PUBLISHED):
        verdict.move_to(VerdictStatus.SUPERSEDED)
    Claim.objects.filter(pk=claim.pk).update(merged_into=into)
    claim.merged.update(merged_into=into)
    at = timezone.now()
    merged = _append(
        document.render_merge(
            claim,
            number=_next_number(claim.slug),
            at=at,
            previous=_public_document(claim.slug),
            into=into,
        ),
        at,
    )
    _append_rendered(survivor.get(), Action.ABSORB, at)
    return merged


@transaction.atomic
def seal(slug, *, rule, by, numbers=None):
    """Empty revisions of a claim because a court or somebody's safety demands it.

    Their hashes and their place in the chain stay; a sealing revision says when and under what
    `rule` (public text). Without `numbers`, all of the claim's revisions are sealed. If the latest
    document goes, the claim's page answers 410. Cannot be undone.
    """
    require(by, "claims.seal_claim")
    _lock_record()
    if not rule.strip():
        raise Refused(_("Say under what rule: readers will see it."))
    revisions = Revision.objects.filter(claim=slug).exclude(action=Action.SEAL)
    known = set(revisions.values_list("number", flat=True))
    wanted = known if numbers is None else set(numbers)
    if not known or not wanted <= known:
        raise Refused(_("This claim has no such revision."))
    to_seal = revisions.filter(number__in=wanted).exclude(document=SEALED)
    wanted = set(to_seal.values_list("number", flat=True))
    if not wanted:
        return Revision.objects.filter(claim=slug, action=Action.SEAL).latest("seq")
    at = timezone.now()
    sealing = _append(
        document.render_seal(
            slug, number=_next_number(slug), at=at, numbers=wanted, rule=rule.strip()
        ),
        at,
        project=False,
    )
    to_seal.update(document=SEALED)
    if _public_document(slug) is None:
        # Nothing is public any more: a new verdict may be published afresh.
        Verdict.objects.filter(claim__slug=slug, status=VerdictStatus.PUBLISHED).update(
            status=VerdictStatus.RETRACTED
        )
    _project(slug)
    return sealing


@transaction.atomic
def rebuild(*, dry_run=False):
    """Make every projected row again from the revisions; return how many rows were not as made.

    With `dry_run`, the rows stay as they are.
    """
    _lock_record()
    models = (PublishedClaim, PublishedTerm, ClaimRedirect)
    found = {projection.digest(row) for model in models for row in model.objects.iterator(CHUNK)}
    wrong = len(found ^ {projection.digest(row) for row in _projected()})
    if wrong and not dry_run:
        for model in models:
            model.objects.all().delete()
        for rows in _batched(_projected()):
            for model in models:
                model.objects.bulk_create([row for row in rows if type(row) is model])
    return wrong


# --- Under the lock: the gate and the desk's side ------------------------------


def _lock_record():
    """One writer at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RECORD_LOCK])


def _fresh(verdict):
    return document.verdicts_to_render().select_for_update(of=["self"]).get(pk=verdict.pk)


def _refuse_merged(claim):
    if claim.merged_into_id is not None:
        raise Refused(
            _("This claim was merged into “%(claim)s”.") % {"claim": claim.merged_into.slug}
        )


def _public_text(text):
    """The text by language, without the languages left empty."""
    written = {tag: value.strip() for tag, value in text.items() if value and value.strip()}
    if not written:
        raise Refused(_("Write the public text in at least one language."))
    return written


def _pass_gate(verdict, accepted):
    found = gate.findings(verdict)
    open_findings = [item for item in found if item.stops or item.rule not in accepted]
    if open_findings:
        message = " ".join(str(item.message) for item in open_findings)
        raise Refused(message, open_findings)


def _put_in_force(verdict, at, accepted):
    verdict.status = VerdictStatus.PUBLISHED
    verdict.published_at = at
    verdict.accepted_warnings = sorted(
        {item.rule for item in gate.findings(verdict) if item.rule in accepted}
    )
    verdict.save(update_fields=["status", "published_at", "accepted_warnings"])


# --- The record ----------------------------------------------------------------


def _latest(slug):
    """The claim's last revision that says something of the claim itself."""
    return Revision.objects.filter(claim=slug).exclude(action=Action.SEAL).order_by("seq").last()


def _next_number(slug):
    last = Revision.objects.filter(claim=slug).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _public_document(slug):
    """The claim's last document; None before the first and after sealing."""
    latest = _latest(slug)
    return None if latest is None or latest.is_sealed else _document(latest)


def _document(revision):
    return json.loads(bytes(revision.document))


def _append_rendered(verdict, action, at, correction=None):
    previous = _public_document(verdict.claim.slug)
    rendered = document.render(
        verdict,
        number=_next_number(verdict.claim.slug),
        action=action,
        at=at,
        previous=previous,
        correction=correction,
    )
    if action == Action.CORRECT and document.says_the_same(previous, rendered):
        raise Refused(_("Nothing that the public sees would change."))
    return _append(rendered, at)


def _append(rendered, at, *, project=True):
    last = Revision.objects.only("seq", "chain").order_by("seq").last()
    data = canonical(rendered)
    facts = {
        "seq": last.seq + 1 if last else 1,
        "claim": rendered["slug"],
        "number": rendered["revision"],
        "action": rendered["action"],
        "at": at,
        "sha256": sha256(data),
    }
    chain = link(last.chain if last else GENESIS, **facts)
    revision = Revision.objects.create(document=data, chain=chain, **facts)
    if project:
        _project(rendered["slug"])
    return revision


# --- The projection ------------------------------------------------------------


def _project(slug):
    """Bring the head row, the terms and the redirects up to the claim's latest revision."""
    old = PublishedClaim.objects.filter(slug=slug).first()
    revision, latest = _latest(slug), _public_document(slug)
    if latest is None or latest["state"] == State.MERGED:
        PublishedClaim.objects.filter(slug=slug).delete()
        new, named = None, {}
    else:
        new = projection.head_row(latest, revision)
        new.save()
        named = {(kind, term["slug"]): term for kind, term in projection.terms(latest)}
    _project_terms(projection.terms_of_row(old), named)
    if new is None or ClaimRedirect.objects.filter(slug=slug).exists():
        ClaimRedirect.objects.all().delete()
        ClaimRedirect.objects.bulk_create(_redirect_rows())


def _project_terms(before, named):
    keys = [projection.term_key(*pair) for pair in before | set(named)]
    counts = dict(PublishedTerm.objects.filter(key__in=keys).values_list("key", "claims"))
    rows = []
    for kind, slug in before | set(named):
        key = projection.term_key(kind, slug)
        count = counts.get(key, 0) + ((kind, slug) in named) - ((kind, slug) in before)
        if count == 0:
            PublishedTerm.objects.filter(key=key).delete()
            continue
        term = named.get((kind, slug)) or _newest_term(kind, slug)
        rows.append(projection.term_row(kind, term, count))
    PublishedTerm.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=["document", "claims"]
    )


def _newest_term(kind, slug):
    """What the newest claim in force that names this term says of it."""
    column = projection.TERM_COLUMNS[kind]
    lookup = {column: slug} if kind == TermKind.RATING else {f"{column}__contains": [slug]}
    head = PublishedClaim.objects.listed().filter(**lookup).with_document().first()
    found = {(k, term["slug"]): term for k, term in projection.terms(_document(head.revision))}
    return found[kind, slug]


def _latest_of_each():
    """The last revision of every claim that is not sealed, in order of `seq`."""
    last = Revision.objects.exclude(action=Action.SEAL).values("claim").annotate(last=Max("seq"))
    revisions = Revision.objects.filter(seq__in=last.values("last")).exclude(document=SEALED)
    return revisions.order_by("seq").iterator(CHUNK)


def _projected():
    """Every row as the revisions make it: heads as they come, then terms and redirects."""
    newest, counts = {}, Counter()
    for revision in _latest_of_each():
        latest = _document(revision)
        if latest["state"] == State.MERGED:
            continue
        yield projection.head_row(latest, revision)
        for kind, term in projection.terms(latest):
            newest[kind, term["slug"]] = term
            counts[kind, term["slug"]] += 1
    for (kind, slug), term in newest.items():
        yield projection.term_row(kind, term, counts[kind, slug])
    yield from _redirect_rows()


def _redirect_rows():
    merged = (_document(row) for row in _latest_of_each() if row.action == Action.MERGE)
    to = {row["slug"]: row["merged_into"] for row in merged}
    for slug in to:
        end = slug
        while end in to:
            end = to[end]
        yield ClaimRedirect(slug=slug, to=end)


def _batched(rows):
    while batch := list(islice(rows, CHUNK)):
        yield batch
