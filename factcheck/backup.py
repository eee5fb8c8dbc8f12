"""All that an installation knows, in one file, and back again.

The file is a tar: `database.dump` (pg_dump's custom format), `snapshots/…` (the captured bytes),
and last `manifest.json`, which says what there is, how large it is and its SHA-256. Not in it: the
settings, SECRET_KEY among them, and what is made again by itself (static files, caches).
"""

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from claims.models import Revision

from . import embedded

FORMAT = 1
DUMP, MANIFEST, SNAPSHOTS = "database.dump", "manifest.json", "snapshots/"
CHUNK = 1 << 20
TABLES = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')"


class BackupError(Exception):
    """What is wrong, as a sentence for the operator. Nothing was changed."""


# --- Making one ----------------------------------------------------------------


def make(path):
    """Write the backup; returns its manifest.

    The dump and what the manifest says of the record are of one moment. Files are read after it:
    their bytes were stored before the rows that name them, and never change.
    """
    path = Path(path)
    if path.exists():
        raise BackupError(f"{path} is there already; name another file.")
    draft = path.with_name(f"{path.name}.part")
    try:
        # Secrets of second factors are in it: nobody else reads it.
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            manifest = _write(file, draft.parent)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        raise BackupError(f"{path} cannot be written ({error.strerror or error}).") from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _write(file, folder):
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".dump-") as dump:
            manifest = _dump(dump.name)
            manifest["files"] = [_add(tar, DUMP, dump)]
        storage = storages["snapshots"]
        for name in _names(storage):
            with storage.open(name) as content:
                manifest["files"].append(_add(tar, SNAPSHOTS + name, content))
        text = json.dumps(manifest, indent=1).encode()
        _add(tar, MANIFEST, io.BytesIO(text))
    return manifest


@transaction.atomic
def _dump(path):
    """Run pg_dump on the state that this transaction sees."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    _run("pg_dump", *options, f"--file={path}")
    last = Revision.objects.order_by("seq").last()
    return {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "migrations": [f"{app}.{name}" for app, name in sorted(_applied())],
        "record": {"seq": last.seq, "chain": last.chain} if last else {"seq": 0, "chain": ""},
    }


def _names(storage, folder=""):
    if not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    for name in sorted(files):
        yield f"{folder}{name}"
    for name in sorted(folders):
        yield from _names(storage, f"{folder}{name}/")


def _add(tar, name, content):
    """Write a file of which neither size nor hash is known before."""
    entry = tarfile.TarInfo(name)
    entry.size = content.seek(0, os.SEEK_END)
    content.seek(0)
    hashed = Hashed(content)
    tar.addfile(entry, hashed)
    return {"name": name, "size": entry.size, "sha256": hashed.sha256.hexdigest()}


class Hashed:
    """A file whose hash is known once it is read."""

    def __init__(self, file):
        self.file, self.sha256 = file, hashlib.sha256()

    def read(self, size=-1):
        data = self.file.read(size)
        self.sha256.update(data)
        return data


# --- Bringing it back -----------------------------------------------------------


def check(path):
    """Read all of a backup and compare it with its manifest, which is returned."""
    try:
        with tarfile.open(path, "r:") as tar:
            return _checked(tar)
    except (OSError, tarfile.TarError) as error:
        raise BackupError(f"{path} is no whole backup ({error}).") from error


def _checked(tar):
    found, manifest = {}, None
    for entry in tar:
        if manifest is not None or not entry.isfile() or entry.name in found:
            raise BackupError(f"The backup has what no backup has: {entry.name!r}.")
        if entry.name == MANIFEST:
            manifest = _manifest(tar.extractfile(entry).read())
            continue
        hashed = Hashed(tar.extractfile(entry))
        while hashed.read(CHUNK):
            pass
        found[entry.name] = (entry.size, hashed.sha256.hexdigest())
    if manifest is None:
        raise BackupError("The backup ends too early: its manifest is missing.")
    named = {file["name"]: (file["size"], file["sha256"]) for file in manifest["files"]}
    for name in sorted(named.keys() | found.keys()):
        if named.get(name) != found.get(name):
            raise BackupError(f"The backup is damaged: {name} is not what its manifest says.")
    return manifest


def _manifest(text):
    try:
        manifest = json.loads(text)
        number, names = manifest["format"], [file["name"] for file in manifest["files"]]
        manifest["record"]["chain"], manifest["migrations"]
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError("The backup is damaged: its manifest cannot be read.") from error
    if number != FORMAT:
        raise BackupError(f"The backup is of format {number}; this version reads {FORMAT}.")
    if DUMP not in names or not all(re.fullmatch(f"{SNAPSHOTS}[\\w/.-]+|{DUMP}", n) for n in names):
        raise BackupError("The backup is damaged: its manifest names what no backup has.")
    return manifest


def restore(path):
    """Bring back all of a backup, into a database without tables; returns its manifest.

    It is read through before anything is written. The database comes back whole or not at all;
    files that were brought back before it failed do no harm, for nothing names them.
    """
    manifest = check(path)
    known = MigrationLoader(None).disk_migrations
    if newer := [m for m in manifest["migrations"] if tuple(m.split(".", 1)) not in known]:
        raise BackupError(f"The backup was made by a newer version, which has {newer[-1]}.")
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        if cursor.fetchone()[0]:
            raise BackupError(
                f"The database {connection.settings_dict['NAME']!r} has tables. Nothing is written "
                "over: restore into an empty one (createdb), or set VAR to a new directory."
            )
    try:
        with tarfile.open(path, "r:") as tar:
            for file in manifest["files"]:
                if file["name"].startswith(SNAPSHOTS):
                    _bring_back(tar, file)
            with tempfile.NamedTemporaryFile(dir=settings.VAR, prefix=".dump-") as dump:
                shutil.copyfileobj(tar.extractfile(DUMP), dump, CHUNK)
                dump.flush()
                _run("pg_restore", "--single-transaction", "--no-owner", dump.name)
    except OSError as error:
        raise BackupError(f"The files cannot be written ({error.strerror or error}).") from error
    return manifest


def _bring_back(tar, file):
    storage, name = storages["snapshots"], file["name"].removeprefix(SNAPSHOTS)
    if storage.exists(name):
        with storage.open(name) as kept:
            if hashlib.file_digest(kept, "sha256").hexdigest() == file["sha256"]:
                return
        storage.delete(name)
    storage.save(name, File(tar.extractfile(file["name"])))


def missing_migrations():
    """Is the database of an older version, which `migrate` brings up to date?"""
    return set(MigrationLoader(None).disk_migrations) - _applied()


def _applied():
    return set(MigrationRecorder(connection).applied_migrations())


# --- PostgreSQL's own programs ---------------------------------------------------


def _run(program, *arguments):
    """Run it on our database; the password goes by the environment, where nobody else sees it."""
    connection.ensure_connection()
    info = connection.connection.info
    environment = os.environ | ({"PGPASSWORD": info.password} if info.password else {})
    # What the settings say alone: libpq adds parameters of its own, which an older pg_dump refuses.
    said = connection.get_connection_params()
    known = {name: value for name, value in info.get_parameters().items() if name in said}
    database = f"--dbname={make_conninfo(**known)}"
    command = [_found(program, info.server_version), database, *arguments]
    done = _said(command, env=environment)
    if done.returncode:
        said = " ".join(done.stderr.split())[:500]
        raise BackupError(f"{program} failed: {said}")


def _found(program, server):
    """The program of a version that understands this server: newer ones do, older ones refuse."""
    folders = os.get_exec_path()
    with contextlib.suppress(embedded.NoDatabase):
        folders.append(embedded.programs())
    for folder in folders:
        with contextlib.suppress(OSError, IndexError):
            file = os.path.join(folder, program)
            said = _said([file, "--version"]).stdout
            if int(re.findall(r"\d+", said)[0]) >= server // 10_000:
                return file
    raise BackupError(
        f"There is no {program} of version {server // 10_000} or newer on the PATH; "
        "install PostgreSQL's client programs."
    )


def _said(command, **options):
    return subprocess.run(command, check=False, capture_output=True, text=True, **options)
