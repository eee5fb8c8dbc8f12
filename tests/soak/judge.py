"""Afterwards: what was promised, looked up in the database that is left."""

import hashlib
import io
import json
from collections import Counter

from django.core.management import CommandError, call_command

from claims import ledger
from claims.choices import Action, VerdictStatus
from claims.models import Correction, PublishedClaim, Revision, Verdict

from .place import TOKEN, Line
from .shared import slug_of


def promises(shared):
    """`[(promise, what was looked at, [what broke it])]`"""
    acknowledged = list(shared.notes_of("acknowledged"))
    revisions = {row.seq: row for row in Revision.objects.all()}
    counted, read = Counter(), 0
    for note in shared.notes_of("counts"):
        counted.update(note["counts"])
    read = sum(counted.values())
    yield "none lost", f"{len(acknowledged)} acknowledged", list(_lost(acknowledged, revisions))
    yield "none doubled", f"{len(revisions)} revisions", list(_doubled(revisions.values()))
    yield "chain whole", *_chain()
    yield "none older than what it changes", "every claim", list(_backwards(revisions.values()))
    yield "none half published", f"{PublishedClaim.objects.count()} claims", list(_halves())
    yield "every answer whole", _said(counted), _texts(shared, "not whole")
    yield "no 5xx without Retry-After", f"{read} reads", _texts(shared, "bare 5xx")
    yield "nothing else out of the door", "all writers", _texts(shared, "surprise")
    yield "all is read afterwards", f"{len(acknowledged)} acknowledged", list(_unread(shared))


def _lost(acknowledged, revisions):
    for note in acknowledged:
        wanted = (slug_of(note["claim"]), note["number"], note["chain"])
        row = revisions.get(note["seq"])
        found = row and (row.claim, row.number, row.chain)
        if found != wanted:
            yield f"{wanted} was acknowledged as {note['seq']}, where now {found} stands"


def _doubled(revisions):
    published = Counter(row.claim for row in revisions if row.action == Action.PUBLISH)
    yield from (f"{slug} was published {n} times" for slug, n in published.items() if n > 1)
    said = Counter()
    for row in revisions:
        if row.action == Action.CORRECT:
            said[json.loads(bytes(row.document))["corrections"][-1]["text"]["en"]] += 1
    yield from (f"“{text}” was carried out {n} times" for text, n in said.items() if n > 1)


def _backwards(revisions):
    """Whatever the clock of a writer said."""
    last = {}
    for row in sorted(revisions, key=lambda row: row.seq):
        if row.claim in last and row.at <= last[row.claim]:
            yield f"{row.claim}, revision {row.number}, is of {row.at}"
        last[row.claim] = row.at


def _chain():
    out = io.StringIO()
    try:
        call_command("verify_record", stdout=out)
    except CommandError as error:
        return "verify_record", [str(error)]
    return out.getvalue().strip(), []


def _halves():
    if wrong := ledger.rebuild(dry_run=True):
        yield f"{wrong} rows of lists, terms and index are not as the revisions make them"
    heads = set(PublishedClaim.objects.values_list("slug", flat=True))
    in_force = Verdict.objects.filter(status=VerdictStatus.PUBLISHED)
    desk = set(in_force.values_list("claim__slug", flat=True))
    yield from (f"{slug} is public, and not on the desk" for slug in heads - desk)
    yield from (f"{slug} is published on the desk, and not public" for slug in desk - heads)
    done = set(Correction.objects.exclude(revision=None).values_list("revision", flat=True))
    told = set(Revision.objects.filter(action=Action.CORRECT).values_list("seq", flat=True))
    yield from (f"correction {seq} is on one side only" for seq in done ^ told)


def _texts(shared, what):
    return [
        f"{note.get('path', '')} {note['text']}".strip().replace("\n", " ⏎ ")
        for note in shared.notes_of(what)
    ]


def _unread(shared):
    """Each claim as its last acknowledged revision, or a later one, by the site as it is now."""
    line = Line(shared.port)
    for number in range(1, shared.claims.value + 1):
        if not (known := shared.known[number]):
            continue
        path = f"/api/v1/claims/{slug_of(number)}/"
        found = line.ask(path, address=f"10.9.{number // 250}.{number % 250}")
        found = found or line.ask(path)
        if found is None or found[0] != 200:
            yield f"{path}: {found and found[0]}"
        elif json.loads(found[2])["revision"] < known:
            yield f"{path} is behind revision {known}"
        elif found[1]["ETag"] != f'"{hashlib.sha256(found[2]).hexdigest()}"':
            yield f"{path} has another hash"
    status = line.ask("/readyz", Authorization=f"Bearer {TOKEN}")
    if status is None or status[0] != 200:
        yield f"/readyz: {status and status[2]}"


def _said(counted):
    return ", ".join(f"{many} × {what}" for what, many in sorted(counted.items()))
