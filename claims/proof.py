"""Proof of time, and that what proves is still there: timestamps, and the bytes of snapshots.

Documents name the snapshots that they rest on by their hash, so the chain covers the evidence too.
An authority's timestamp (RFC 3161) of the chain's head says that all of it was there by then.
"""

import hashlib
import json
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.core.files.storage import storages
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from sources import capture, fetching
from sources.models import Snapshot

from .models import Revision, Timestamp

QUERY = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


class Unstamped(Exception):
    """No timestamp came that can be trusted; the message says why."""


def stamp():
    """Have the head of the chain stamped, unless it is already. Returns the timestamp, or None.

    Nothing is asked where `TIMESTAMP_URL` is unset. What comes back is verified before it is
    stored: raises Unstamped, fetching.Unfetched. Safe to repeat.
    """
    authority = settings.TIMESTAMP_URL
    head = Revision.objects.only("seq", "chain").order_by("seq").last()
    if not authority or head is None:
        return None
    if Timestamp.objects.filter(seq=head.seq, authority=authority).exists():
        return None
    message = head.chain.encode()
    query = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = fetching.post(authority, query.as_bytes(), QUERY)
    if answer.status != 200:
        raise Unstamped(f"{authority} answered {answer.status}.")
    response = _verified(answer.body, message, nonce=query.nonce)
    found, _made = Timestamp.objects.get_or_create(
        seq=head.seq,
        authority=authority,
        defaults={"chain": head.chain, "at": response.tst_info.gen_time, "token": answer.body},
    )
    return found


def faults_of_timestamps():
    """A sentence for each timestamp that does not prove what it says, in order."""
    chains = dict(
        Revision.objects.filter(seq__in=Timestamp.objects.values("seq")).values_list("seq", "chain")
    )
    for row in Timestamp.objects.iterator(chunk_size=100):
        try:
            response = _verified(bytes(row.token), row.chain.encode())
        except Unstamped as fault:
            yield f"The timestamp of revision {row.seq} by {row.authority}: {fault}"
            continue
        if chains.get(row.seq) != row.chain or response.tst_info.gen_time != row.at:
            yield f"The timestamp of revision {row.seq} by {row.authority} is of something else."


def faults_of_files():
    """A sentence for each snapshot whose bytes are missing or changed, and for each that a document
    of the record names and nobody holds."""
    held = {}
    rows = Snapshot.objects.order_by("sha256", "pk").values_list("sha256", "size", "source__slug")
    for digest, size, source in rows.iterator(chunk_size=500):
        if digest not in held:
            held[digest] = _fault_of_file(digest, size)
        if held[digest]:
            yield f"Snapshot {digest} of “{source}”: {held[digest]}."
    named = set()
    for revision in Revision.objects.order_by("seq").iterator(chunk_size=500):
        for digest, source in _named(revision):
            if digest not in held and digest not in named:
                named.add(digest)
                yield (
                    f"Snapshot {digest} of “{source}” is named by revision {revision.seq}, "
                    "and there is none."
                )


def count_files():
    """How many files there should be."""
    return Snapshot.objects.values("sha256").distinct().count()


def _named(revision):
    if revision.is_sealed:
        return
    for source in json.loads(bytes(revision.document)).get("sources", []):
        for snapshot in source.get("snapshots", []):
            yield snapshot["sha256"], source["slug"]


def _fault_of_file(digest, size):
    storage, name = storages["snapshots"], capture.path(digest)
    try:
        with storage.open(name) as file:
            found = hashlib.sha256()
            length = 0
            while part := file.read(1 << 20):
                found.update(part)
                length += len(part)
    except FileNotFoundError:
        return "its bytes are missing"
    except OSError as error:
        return f"its bytes cannot be read ({error.strerror or error})"
    if found.hexdigest() == digest:
        return None if length == size else f"it has {length} bytes and not {size}"
    return "its bytes have changed"


def _verified(token, message, nonce=None):
    """The answer of an authority, if it is about these bytes and leads to a root that we trust."""
    try:
        response = decode_timestamp_response(token)
        VerifierBuilder(roots=_roots(), nonce=nonce).build().verify_message(response, message)
    except (VerificationError, ValueError) as error:
        raise Unstamped(f"it cannot be verified ({error})") from error
    return response


def _roots():
    """The certificates of the authorities that we trust, from `TIMESTAMP_ROOTS`."""
    if not settings.TIMESTAMP_ROOTS:
        raise Unstamped("TIMESTAMP_ROOTS does not say whom to trust")
    try:
        return x509.load_pem_x509_certificates(Path(settings.TIMESTAMP_ROOTS).read_bytes())
    except (OSError, ValueError) as error:
        raise Unstamped(f"TIMESTAMP_ROOTS is no file of certificates ({error})") from error
