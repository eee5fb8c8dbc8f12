"""The record's bytes, hashes and chain: what makes a silent edit visible to anybody.

A revision's `sha256` is that of its document's canonical bytes. Its `chain` is the SHA-256 of the
predecessor's chain (64 zeros for the first) followed by the canonical bytes of its header: seq,
claim, number, action, at and sha256. The header holds the hash and not the document, so that the
chain stays whole when a document is sealed.
"""

import datetime
import hashlib
import json
from dataclasses import dataclass

import orjson
from django.utils import timezone

from .choices import Action

GENESIS = "0" * 64


def canonical(document):
    """The one spelling of a document: UTF-8 JSON, sorted keys, no insignificant space."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def moment(at):
    """A moment in the record's spelling: UTC with microseconds, 2026-11-22T13:00:00.000000Z."""
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now_after(last):
    """When something is said that follows what was said at `last`, if anything was: later.

    A machine whose clock is behind would else let a correction be older than what it corrects. By a
    second then, since who asks by If-Modified-Since or Accept-Datetime knows nothing smaller.
    """
    now = timezone.now()
    return now if last is None or now > last else last + datetime.timedelta(seconds=1)


def link(previous, *, seq, claim, number, action, at, sha256):
    """The chain hash of one revision over its predecessor's."""
    header = {
        "seq": seq,
        "claim": claim,
        "number": number,
        "action": action,
        "at": moment(at),
        "sha256": sha256,
    }
    return hashlib.sha256(previous.encode() + canonical(header)).hexdigest()


@dataclass(frozen=True)
class Fault:
    """The first place where the record is not what it was, and how that shows."""

    seq: int
    what: str


class Verifier:
    """Walks the revisions in order and says where the first fault is.

    Feed every revision to `check`, in order of `seq`; after the last one call `finish`.
    """

    def __init__(self):
        self.head = GENESIS
        self.count = 0
        self._numbers = {}
        self._sealed = {}  # (claim, number) -> seq of a revision without its document

    def check(self, revision):
        """The fault of this revision, or None."""
        fault = (
            self._out_of_place(revision) or self._document_fault(revision) or self._chain(revision)
        )
        self.count += 1
        self._numbers[revision.claim] = revision.number
        return Fault(revision.seq, fault) if fault else None

    def finish(self):
        """The fault of a document that is gone without a sealing revision, or None."""
        if not self._sealed:
            return None
        seq = min(self._sealed.values())
        return Fault(seq, "its document is gone, and no sealing revision says why")

    def _out_of_place(self, revision):
        if revision.seq != self.count + 1:
            return f"revision {self.count + 1} is missing"
        if revision.number != self._numbers.get(revision.claim, 0) + 1:
            return f"it is number {revision.number} of its claim and does not follow the last one"
        return None

    def _document_fault(self, revision):
        if revision.is_sealed:
            self._sealed[revision.claim, revision.number] = revision.seq
            return None
        data = bytes(revision.document)
        if sha256(data) != revision.sha256:
            return "its document does not have the hash that was recorded"
        try:
            document = json.loads(data)
        except ValueError:
            return "its document is not JSON"
        said = [document.get(key) for key in ("slug", "revision", "action", "modified_at")]
        if said != [revision.claim, revision.number, revision.action, moment(revision.at)]:
            return "its document speaks of another revision"
        if revision.action == Action.SEAL:
            for number in document.get("sealed", []):
                self._sealed.pop((revision.claim, number), None)
        return None

    def _chain(self, revision):
        self.head = link(
            self.head,
            seq=revision.seq,
            claim=revision.claim,
            number=revision.number,
            action=revision.action,
            at=revision.at,
            sha256=revision.sha256,
        )
        return None if revision.chain == self.head else "the chain breaks here"
