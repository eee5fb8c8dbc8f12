"""The chain names the evidence by hash, an authority says when, and a missing byte is told."""

import base64
import subprocess

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims import proof, publishing, quotes
from claims.jobs import stamp_record
from claims.models import Evidence, Revision, Timestamp
from sources import capture, fetching
from sources.choices import CaptureMethod

from . import desk
from .helpers import document_of
from .receivers import listening

pytestmark = pytest.mark.django_db

QUOTE = "the bridge cost 41 million"
CONFIG = """
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[stamp]
default_tsa = stamp
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """The folder of a time-stamping authority, with a root of its own."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "openssl.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01")
    elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    own = ["-config", "/dev/null", "-subj"]
    openssl(folder, "req", "-x509", *elliptic, *own, "/CN=Root", "-days", "2", "-keyout", "ca.key",
            "-out", "ca.pem", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    openssl(folder, "req", *elliptic, *own, "/CN=TSA", "-keyout", "tsa.key", "-out", "tsa.csr")
    openssl(folder, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days",
            "2", "-CAcreateserial", "-extfile", "openssl.cnf", "-extensions", "tsa", "-out",
            "tsa.pem")  # fmt: skip
    return folder


@pytest.fixture
def tsa(authority, settings):
    """The same, answering at an address."""

    def stamp(handler):
        (authority / "query").write_bytes(handler.server.got[-1][1])
        openssl(authority, "ts", "-reply", "-queryfile", "query", "-out", "reply", "-config",
                "openssl.cnf", "-section", "stamp")  # fmt: skip
        reply(handler, (authority / "reply").read_bytes())

    with listening(stamp) as server:
        settings.FETCH_ALLOWED = [server.host]
        settings.TIMESTAMP_URL = f"http://{server.host}/tsr"
        settings.TIMESTAMP_ROOTS = str(authority / "ca.pem")
        yield server


def reply(handler, body):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def snapshot(store, author, reviewer):
    """What a published quote stands in, with its bytes."""
    draft = desk.make_draft(desk.make_claim(), author=author)
    row = draft.evidence.first()
    Evidence.objects.filter(pk=row.pk).update(quote=QUOTE)
    text = f"In all {QUOTE}, they said."
    found = capture.snapshot(
        row.source,
        text.encode(),
        media_type="text/plain",
        text=text,
        method=CaptureMethod.UPLOADED,
        at=timezone.now(),
    )
    quotes.check_source(row.source)
    publishing.publish(desk.approve(draft, by=reviewer), by=reviewer)
    return found


# --- The chain names the evidence ---------------------------------------------


def test_the_document_names_what_it_rests_on_by_hash(snapshot):
    said = document_of(Revision.objects.get())
    quote = next(row["quote"] for row in said["evidence"] if row["quote"])
    place = {"sha256": snapshot.sha256, "start": 7, "end": 7 + len(QUOTE)}
    assert quote == {"exact": QUOTE, "state": "verified", "place": place}
    held = next(row for row in said["sources"] if row["slug"] == snapshot.source.slug)["snapshots"]
    assert [(one["sha256"], one["size"]) for one in held] == [(snapshot.sha256, snapshot.size)]


def test_a_text_that_comes_in_changes_nothing_that_was_signed(author, reviewer):
    draft = desk.approve(desk.make_draft(desk.make_claim(), author=author), by=reviewer)
    desk.archive(draft.evidence.first().source, "A text.")
    said = document_of(publishing.publish(draft, by=reviewer))
    assert sum("snapshots" in source for source in said["sources"]) == 1


def verify():
    call_command("verify_record", evidence=True, verbosity=0)


def test_every_file_is_there(snapshot, capsys):
    verify()
    assert "The evidence is whole: 1 files, 0 timestamps." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda path: path.unlink(), "its bytes are missing"),
        (lambda path: path.write_bytes(b"x" * path.stat().st_size), "its bytes have changed"),
        (lambda path: path.write_bytes(b""), "its bytes have changed"),
    ],
    ids=["gone", "changed", "emptied"],
)
def test_what_is_missing_or_changed_is_told(snapshot, store, capsys, harm, told):
    harm(store / capture.path(snapshot.sha256))
    with pytest.raises(CommandError, match="1 faults"):
        verify()
    said = capsys.readouterr().err
    assert told in said
    assert snapshot.sha256 in said
    assert "bridge-cost-refutes" in said


# --- Somebody else says when ----------------------------------------------------


def test_the_head_is_stamped_once_and_public(published, tsa, client):
    first = published()
    stamp_record(0)
    stamp_record(0)
    assert len(tsa.got) == 1
    published("other")
    stamp_record(0)
    said = client.get("/api/v1/chain/").json()
    assert (said["seq"], said["chain"]) == (2, Revision.objects.get(seq=2).chain)
    assert [row["seq"] for row in said["timestamps"]] == [1, 2]
    assert said["timestamps"][0]["chain"] == first.chain
    assert [row["seq"] for row in client.get("/api/v1/chain/?after=1").json()["timestamps"]] == [2]
    verify()


def test_openssl_verifies_what_is_public(published, tsa, client, authority):
    """As docs/evidence.md tells readers to."""
    published()
    proof.stamp()
    row = client.get("/api/v1/chain/").json()["timestamps"][0]
    (authority / "token").write_bytes(base64.b64decode(row["token"]))
    (authority / "chain").write_text(row["chain"])
    openssl(authority, "ts", "-verify", "-data", "chain", "-in", "token", "-CAfile", "ca.pem")


def test_nothing_is_asked_unless_somebody_wants_it(published, tsa, settings):
    published()
    settings.TIMESTAMP_URL = ""
    assert proof.stamp() is None
    assert tsa.got == []


def test_what_cannot_be_verified_is_not_stored(published, tsa, settings, authority):
    published()
    settings.TIMESTAMP_ROOTS = ""
    with pytest.raises(proof.Unstamped, match="TIMESTAMP_ROOTS does not say"):
        proof.stamp()
    settings.TIMESTAMP_ROOTS = str(authority / "openssl.cnf")
    with pytest.raises(proof.Unstamped, match="no file of certificates"):
        proof.stamp()
    settings.TIMESTAMP_ROOTS = str(authority / "ca.pem")
    for answer in (500, lambda handler: reply(handler, b"hello")):
        tsa.answers.append(answer)
        with pytest.raises(proof.Unstamped):
            proof.stamp()
    settings.FETCH_ALLOWED = []
    with pytest.raises(fetching.Refused):
        proof.stamp()
    assert not Timestamp.objects.exists()


def test_a_timestamp_of_something_else_is_told(published, tsa, capsys):
    """And no other way to make one: the database wants the chain of a revision, for good."""
    published()
    row = proof.stamp()
    second = published("other")
    forged = {"authority": "https://other.example", "at": row.at, "token": row.token}
    Timestamp.objects.create(seq=second.seq, chain=second.chain, **forged)
    with pytest.raises(CommandError, match="1 faults"):
        verify()
    assert "revision 2 by https://other.example: it cannot be verified" in capsys.readouterr().err
    with pytest.raises(IntegrityError, match="no revision has"), transaction.atomic():
        Timestamp.objects.create(seq=1, chain="0" * 64, **forged)
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        Timestamp.objects.filter(pk=row.pk).update(seq=2)
