"""A record that leaves one installation and enters another: equal to the last byte, or refused."""

import gzip
import json
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from claims import exports, ledger, publishing, transparency
from claims.chain import canonical, link, sha256
from claims.interchange import recordfile
from claims.models import (
    Claim,
    ClaimRedirect,
    PublishedClaim,
    PublishedPage,
    PublishedTerm,
    Revision,
)
from claims.projection import digest
from claims.search import index

from . import desk

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

pytestmark = pytest.mark.django_db

KEPT = [Revision, PublishedPage]
PROJECTED = [PublishedClaim, PublishedTerm, ClaimRedirect, *index.MODELS]


@pytest.fixture(autouse=True)
def apart(settings, tmp_path):
    settings.EXPORTS = tmp_path / "exports"


def everything():
    rows = [row for model in [*KEPT, *PROJECTED] for row in model.objects.all()]
    for row in rows:
        if isinstance(row, PublishedPage):
            row.pk = None  # a number that only this database has
    return {digest(row) for row in rows}


@pytest.fixture(scope="module")
def once(published_once, tmp_path_factory):
    """A file of a record with all that can happen to a claim, and what was in the tables."""
    reviewer = desk.known("ben")
    for slug in ("bridge-cost", "ferry-price", "toll-price", "tunnel-length", "secret-name"):
        published_once(slug, rating_slug="unproven")
    bridge = Claim.objects.filter(slug="bridge-cost")
    bridge.update(claimed_on="2024-02-01", claimed_precision="day")
    desk.correct(bridge.get().verdicts.get(), by=reviewer)
    desk.retract(Claim.objects.get(slug="ferry-price"), by=reviewer)
    merged, into = (Claim.objects.get(slug=slug) for slug in ("toll-price", "tunnel-length"))
    publishing.merge(merged, into=into, by=reviewer)
    publishing.seal("secret-name", rule="A court's order.", by=reviewer)
    page = desk.make_page(owner=reviewer)
    transparency.publish_page(page, by=reviewer)
    page.translations.update(body="We read more.")
    transparency.publish_page(page, by=reviewer)
    with override_settings(EXPORTS=tmp_path_factory.mktemp("exports")):
        made = exports.write()
        folder = exports.folder_of(made)
    return folder / "record.jsonl.gz", made["record"]["head"], everything()


@pytest.fixture
def exported(once, db):
    """The same, and an installation that has no record any more."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        tables = ", ".join(model._meta.db_table for model in [*PROJECTED, *KEPT])
        cursor.execute(f"TRUNCATE {tables} CASCADE")
    return once


def lines_of(path):
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def refused(path, **options):
    with pytest.raises(CommandError) as caught:
        call_command("import_record", str(path), **options)
    assert not Revision.objects.exists()
    assert not PublishedPage.objects.exists()
    assert not PublishedClaim.objects.exists()
    return str(caught.value)


@pytest.mark.parametrize("ending", [".gz", ".zst", ""])
def test_what_left_comes_back_to_the_last_byte(exported, tmp_path, capsys, ending):
    path, head, before = exported
    if ending == ".zst":
        path = path.with_suffix(ending)
        assert zstd.decompress(path.read_bytes()) == b"".join(lines_of(path.with_suffix(".gz")))
    elif not ending:
        path = tmp_path / "record.jsonl"
        path.write_bytes(b"".join(lines_of(exported[0])))
    call_command("import_record", str(path), head=head)
    assert everything() == before
    call_command("verify_record")
    assert f"Its head is {head}" in capsys.readouterr().out
    assert ledger.rebuild(dry_run=True) == 0
    assert [row.is_sealed for row in Revision.objects.filter(claim="secret-name")] == [True, False]


def test_it_is_exported_again_as_the_same_bytes(exported):
    path, _head, _before = exported
    lines = lines_of(path)
    call_command("import_record", str(path), verbosity=0)
    again = exports.write(anew=True)
    assert lines_of(exports.folder_of(again) / "record.jsonl.gz") == lines


def test_one_that_has_a_record_already_takes_no_other(exported):
    path, _head, before = exported
    call_command("import_record", str(path), verbosity=0)
    with pytest.raises(CommandError, match="has a record already"):
        call_command("import_record", str(path))
    assert everything() == before


def test_a_file_that_is_cut_short(exported, tmp_path):
    path, _head, _before = exported
    short = tmp_path / "short"
    short.write_bytes(path.read_bytes()[:-200])
    assert "cannot be read to its end" in refused(short)
    lines = lines_of(path)
    short.write_bytes(b"".join(lines[:-2]))
    assert "it is not whole" in refused(short)
    short.write_bytes(b"".join(lines)[:-50])
    assert f"line {len(lines)}: this is not JSON" in refused(short)
    short.write_bytes(b"")
    assert "line 1" in refused(short)


def changed(number, **changes):
    def change(lines):
        lines[number] = json.dumps(json.loads(lines[number]) | changes).encode() + b"\n"

    return change


def with_another_word(lines):
    lines[2] = lines[2].replace(b"41 million", b"42 million")


def without_one(lines):
    del lines[3]


def of_another_format(lines):
    """Its chain is whole, and this release does not know what the document means."""
    rows = [json.loads(line) for line in lines[:2]]
    document = rows[1]["document"] | {"format": 99}
    names = {"seq": "seq", "claim": "claim", "number": "revision", "action": "action"}
    facts = {name: rows[1][key] for name, key in names.items()}
    [said] = recordfile.read([lines[0], lines[1]])[1]
    rows[1] |= {"document": document, "sha256": sha256(canonical(document))}
    rows[1]["chain"] = link("0" * 64, **facts, at=said.at, sha256=rows[1]["sha256"])
    rows[0] |= {"head": rows[1]["chain"], "revisions": 1, "pages": 0}
    lines[:] = [json.dumps(row).encode() + b"\n" for row in rows]


def of_a_hollow_document(lines):
    of_another_format(lines)
    rows = [json.loads(line) for line in lines]
    keys = ("slug", "revision", "action", "modified_at", "state")
    document = {key: rows[1]["document"][key] for key in keys} | {"format": 1}
    [said] = recordfile.read(lines)[1]
    facts = {"seq": 1, "claim": said.claim, "number": 1, "action": said.action, "at": said.at}
    digest = sha256(canonical(document))
    chain = link("0" * 64, **facts, sha256=digest)
    rows[1] |= {"document": document, "sha256": digest, "chain": chain}
    rows[0]["head"] = chain
    lines[:] = [json.dumps(row).encode() + b"\n" for row in rows]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (with_another_word, "revision 2: its document does not have the hash"),
        (without_one, "revision 4: revision 3 is missing"),
        (changed(2, chain="0" * 64), "revision 2: the chain breaks here"),
        (changed(2, document=None), "revision 2: its document is gone, and no sealing"),
        (changed(2, seq="2"), "line 3: 'seq' is missing, or is not what it should be"),
        (changed(2, at="yesterday"), "line 3: 'yesterday' is not a moment"),
        (changed(2, document=[]), "line 3: 'document' is missing, or is no object"),
        (changed(0, format="csv"), "line 1: this is no file of a record"),
        (changed(0, version=2), "line 1: version 2 of the format is not known"),
        (changed(0, revisions="9"), "line 1: it does not say how many"),
        (changed(0, revisions=99), "it is not whole"),
        (changed(0, head="f" * 64), "the chain should end with ffff"),
        (changed(-1, sha256="f" * 64), "the database refuses"),
        (of_another_format, "format 99 of documents is not known here"),
        (of_a_hollow_document, "a document is not as docs/claim.schema.json has it"),
    ],
)
def test_a_file_that_is_damaged(exported, tmp_path, damage, said):
    lines = lines_of(exported[0])
    damage(lines)
    path = tmp_path / "damaged"
    path.write_bytes(b"".join(lines))
    assert said in refused(path)


def test_another_record_than_the_one_that_was_wanted(exported):
    assert "you asked for the record that ends with abc" in refused(exported[0], head="abc")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_record", str(tmp_path / "nothing"))


def test_a_record_of_nothing_is_an_export_too(exported):
    made = exports.write()
    feed = gzip.decompress((exports.folder_of(made) / "datafeed.json.gz").read_bytes())
    assert json.loads(feed)["dataFeedElement"] == []
    assert {file["rows"] for file in made["files"]} == {0}
    call_command("import_record", str(exports.folder_of(made) / "record.jsonl.zst"))


def test_before_the_first_there_is_a_page_and_no_file(client, exported):
    assert client.get("/exports/").status_code == 200
    assert client.get("/exports/latest/claims.csv.gz").status_code == 404
