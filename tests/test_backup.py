"""A backup brings everything back, or says why not and changes nothing."""

import hashlib
import io
import json
import stat
import tarfile

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict

from factcheck import backup
from sources import capture
from sources.models import Source

from . import desk
from .servers import environment, manage, url_of_database

BYTES = b"They said so.\n"


@pytest.fixture
def empty():
    """A database without tables, on the server of this test."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_after_the_loss_of_everything_it_is_all_there(empty, store, tmp_path):
    revision = desk.make_published(author=desk.make_author(), reviewer=desk.make_reviewer())
    facts = {"media_type": "text/plain", "text": "They said so.", "method": "uploaded"}
    row = capture.snapshot(Source.objects.first(), BYTES, at=timezone.now(), **facts)
    file, folder = tmp_path / "all.tar", tmp_path / "new"
    call_command("backup", file, verbosity=0)
    assert backup.check(file)["record"] == {"seq": revision.seq, "chain": revision.chain}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600  # nobody else reads it

    url = url_of_database(empty)
    env = environment(DATABASE_URL=url, VAR=str(folder))
    done = manage("restore", str(file), env=env)
    assert done.returncode == 0, done.stderr
    assert f"whole: 1 revisions. Its head is {revision.chain}." in done.stdout
    assert (folder / "snapshots" / capture.path(row.sha256)).read_bytes() == BYTES
    # Rules came back with the rows.
    with psycopg.connect(url) as db, pytest.raises(psycopg.Error, match="never changed"):
        db.execute("UPDATE claims_revision SET number = 7")
    # And nothing is ever written over.
    again = manage("restore", str(file), env=env)
    assert f"CommandError: The database '{empty}' has tables." in again.stderr


def test_no_file_is_written_over_and_none_is_left_half_done(tmp_path):
    file = tmp_path / "all.tar"
    file.touch()
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", file)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("backup", tmp_path / "nowhere" / "x.tar")
    assert [found.name for found in tmp_path.iterdir()] == ["all.tar"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_pg_dump_is_told_what_the_settings_say_and_no_more(tmp_path, monkeypatch):
    """Debian's libpq is older than psycopg's, and refuses parameters that it does not know."""
    program, told = tmp_path / "pg_dump", tmp_path / "told"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo 99.1 || {{ printf "%s" "$1" >{told}; exit 1; }}\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(CommandError, match="pg_dump failed"):
        call_command("backup", tmp_path / "all.tar")
    parts = conninfo_to_dict(told.read_text().removeprefix("--dbname="))
    assert parts["dbname"] == connection.settings_dict["NAME"]
    assert parts.keys() <= connection.get_connection_params().keys()


# --- A backup that is damaged -----------------------------------------------------


def write(file, members):
    with tarfile.open(file, "w") as tar:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


@pytest.fixture
def members():
    """What a backup is made of; the dump is read by PostgreSQL alone."""
    digest = hashlib.sha256(BYTES).hexdigest()
    held = {backup.DUMP: b"PGDMP" * 400, f"{backup.SNAPSHOTS}{digest[:2]}/{digest}": BYTES}
    files = [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in held.items()
    ]
    manifest = {"format": 1, "made_at": "2026-01-01", "migrations": ["claims.0001_initial"]}
    manifest |= {"record": {"seq": 0, "chain": ""}, "files": files}
    return held | {backup.MANIFEST: json.dumps(manifest).encode()}


@pytest.fixture
def made(members, tmp_path):
    write(tmp_path / "all.tar", members)
    backup.check(tmp_path / "all.tar")
    return tmp_path / "all.tar"


def told(**changes):
    return lambda name, data: (
        json.dumps(json.loads(data) | changes).encode() if name == backup.MANIFEST else data
    )


CHANGES = {
    "a dump of other bytes": (
        lambda name, data: data[:-1] + b"?" if name == backup.DUMP else data,
        "damaged: database.dump",
    ),
    "a file of other bytes": (
        lambda name, data: data[::-1] if name.startswith(backup.SNAPSHOTS) else data,
        "damaged: snapshots/",
    ),
    "a file less": (
        lambda name, data: None if name.startswith(backup.SNAPSHOTS) else data,
        "damaged: snapshots/",
    ),
    "no manifest": (
        lambda name, data: None if name == backup.MANIFEST else data,
        "its manifest is missing",
    ),
    "a manifest of no form": (told(files=["x"]), "manifest cannot be read"),
    "a way out of the folder": (
        told(files=[{"name": "snapshots/../../etc/passwd", "size": 1, "sha256": ""}]),
        "names what no backup has",
    ),
    "a later format": (told(format=2), "is of format 2; this version reads 1"),
    "a later version": (told(migrations=["claims.0999_later"]), "by a newer version"),
}


@pytest.mark.parametrize(("change", "why"), CHANGES.values(), ids=CHANGES)
def test_what_is_damaged_is_refused_before_anything_is_written(members, tmp_path, change, why):
    """Without access to a database, so that any writing would be told."""
    changed = {name: change(name, data) for name, data in members.items()}
    file = tmp_path / "all.tar"
    write(file, {name: data for name, data in changed.items() if data is not None})
    with pytest.raises(CommandError, match=why):
        call_command("restore", file)


@pytest.mark.parametrize("kept", [0, 0.2, 0.4])
def test_a_backup_that_was_cut_short_is_refused(made, kept):
    made.write_bytes(made.read_bytes()[: int(len(made.read_bytes()) * kept)])
    with pytest.raises(CommandError, match=r"no whole backup|damaged|ends too early"):
        call_command("restore", made, check=True)


def test_each_byte_of_what_is_kept_is_checked(made, members):
    whole = made.read_bytes()
    for data in (members[backup.DUMP], BYTES):
        for place in range(whole.index(data), whole.index(data) + len(data)):
            made.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(backup.BackupError, match="damaged"):
                backup.check(made)
