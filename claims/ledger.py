"""How the record is written: the chain of revisions, and the rows that are projected from it.

Only claims.publishing calls what stands here, under the lock; `rebuild` and `take_in` are for
operators.
"""

import json
from collections import Counter
from itertools import islice

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Subquery

from . import projection
from .chain import GENESIS, canonical, link, now_after, sha256
from .choices import Action, State
from .models import ClaimRedirect, PublishedClaim, PublishedPage, PublishedTerm, Revision
from .models.record import SEALED
from .search import index

# Any number will do, as long as every writer of the record takes the same.
RECORD_LOCK = 0x0FAC7C4EC
CHUNK = 500


def lock():
    """One writer at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RECORD_LOCK])


def latest_of(slug):
    """The claim's last revision that says something of the claim itself."""
    return Revision.objects.filter(claim=slug).exclude(action=Action.SEAL).order_by("seq").last()


def moment_for(*slugs):
    """When a revision of these claims is made: now, and later than all that they have."""
    return now_after(Revision.objects.filter(claim__in=slugs).aggregate(last=Max("at"))["last"])


def next_number(slug):
    last = Revision.objects.filter(claim=slug).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def public_document(slug):
    """The claim's last document; None before the first and after sealing."""
    return _said(latest_of(slug))


def document_before(revision):
    """The claim's document that came before this revision; None if there is none any more."""
    earlier = Revision.objects.filter(claim=revision.claim, seq__lt=revision.seq)
    return _said(earlier.exclude(action=Action.SEAL).order_by("seq").last())


def _said(revision):
    return None if revision is None or revision.is_sealed else document_of(revision)


def document_of(revision):
    return json.loads(bytes(revision.document))


def append(rendered, at):
    """The document as the record's next revision. `project` brings lists up to it."""
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
    return Revision.objects.create(document=data, chain=chain, **facts)


def take_in(rows):
    """Revisions and published pages of another installation, as they are; how many pages came.

    Whoever calls it has checked them (claims.restoring), and has the projection rebuilt.
    """
    pages = 0
    for batch in _batched(iter(rows)):
        for model in (Revision, PublishedPage):
            found = [row for row in batch if type(row) is model]
            model.objects.bulk_create(found)
            pages += len(found) if model is PublishedPage else 0
    return pages


# --- The projection ------------------------------------------------------------


def project(slug):
    """Bring the head row, the terms and the redirects up to the claim's latest revision."""
    old = PublishedClaim.objects.filter(slug=slug).first()
    revision = latest_of(slug)
    latest = _said(revision)
    if latest is None or latest["state"] == State.MERGED:
        PublishedClaim.objects.filter(slug=slug).delete()
        new, named = None, {}
    else:
        first = Revision.objects.values_list("seq", flat=True).get(claim=slug, number=1)
        new = projection.head_row(latest, revision, first)
        new.save(force_insert=old is None)
        named = {(kind, term["slug"]): term for kind, term in projection.terms(latest)}
    _project_terms(projection.terms_of_row(old), named)
    index.replace(old, new)
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
        rows,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["document", "claims", "addresses"],
    )


def _newest_term(kind, slug):
    """What the newest claim in force that names this term says of it."""
    heads = PublishedClaim.objects.listed().filter(**projection.naming(kind, slug))
    head = heads.with_document().first()
    found = {(k, term["slug"]): term for k, term in projection.terms(document_of(head.revision))}
    return found[kind, slug]


def _latest_of_each():
    """The last revision of every claim that is not sealed, in order of `seq`."""
    last = Revision.objects.exclude(action=Action.SEAL).values("claim").annotate(last=Max("seq"))
    revisions = Revision.objects.filter(seq__in=last.values("last")).exclude(document=SEALED)
    first = Revision.objects.filter(claim=OuterRef("claim"), number=1).values("seq")
    revisions = revisions.annotate(entry=Subquery(first))
    return revisions.order_by("seq").iterator(CHUNK)


def _projected():
    """Every row as the revisions make it: heads as they come, then terms and redirects."""
    newest, counts = {}, Counter()
    for revision in _latest_of_each():
        latest = document_of(revision)
        if latest["state"] == State.MERGED:
            continue
        yield projection.head_row(latest, revision, revision.entry)
        for kind, term in projection.terms(latest):
            newest[kind, term["slug"]] = term
            counts[kind, term["slug"]] += 1
    for (kind, slug), term in newest.items():
        yield projection.term_row(kind, term, counts[kind, slug])
    yield from _redirect_rows()


def _redirect_rows():
    merges = Revision.objects.filter(action=Action.MERGE).exclude(document=SEALED).order_by("seq")
    later = Revision.objects.filter(claim=OuterRef("claim"), seq__gt=OuterRef("seq"))
    merges = merges.exclude(Exists(later.exclude(action=Action.SEAL)))
    to = {row["slug"]: row["merged_into"] for row in map(document_of, merges)}
    for slug in to:
        end = slug
        while end in to:
            end = to[end]
        yield ClaimRedirect(slug=slug, to=end)


def _batched(rows):
    while batch := list(islice(rows, CHUNK)):
        yield batch


def _projected_index():
    """The rows of the index, as the head rows make them."""
    return index.rows(PublishedClaim.objects.all())


@transaction.atomic
def rebuild(*, dry_run=False):
    """Make every projected row again from the revisions; return how many rows were not as made.

    With `dry_run`, the rows stay as they are. The index comes after the heads it is made from.
    """
    lock()
    heads = (PublishedClaim, PublishedTerm, ClaimRedirect)
    return _remake(heads, _projected, dry_run) + _remake(index.MODELS, _projected_index, dry_run)


def _remake(models, made, dry_run):
    found = {projection.digest(row) for model in models for row in model.objects.iterator(CHUNK)}
    wrong = len(found ^ {projection.digest(row) for row in made()})
    if wrong and not dry_run:
        for model in models:
            model.objects.all().delete()
        for rows in _batched(made()):
            for model in models:
                model.objects.bulk_create([row for row in rows if type(row) is model])
    return wrong
