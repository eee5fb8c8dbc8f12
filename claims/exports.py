"""Everything that is public, as files: made by a command or the worker, served from a folder.

An export is a folder named by its day, which is written beside the others, gets its name when it
is whole, and never changes. Its files agree, since they are read in one snapshot of the database.
"""

import contextlib
import fcntl
import gzip
import hashlib
import heapq
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from .chain import moment
from .choices import Action, State
from .interchange import claimreview, datafeed, dataset, duke, dumps, nquads, recordfile
from .languages import in_language, tag_of
from .models.record import PublishedClaim, PublishedPage, Revision
from .release import etag_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CHUNK = 200  # documents, of ten or a hundred kilobytes each
RUN = 50_000  # lines that are sorted in memory; more are sorted in files
MANIFEST, SUMS, LICENSE = "manifest.json", "SHA256SUMS", "LICENSE.txt"
VERSION = 1  # of the set of files; that of the documents stands in each
NAMED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:-([0-9]+))?")
DUMPS = [
    dumps.Documents,
    dumps.Wide,
    dumps.Texts,
    dumps.Evidence,
    dumps.Appearances,
    dumps.Terms,
    dumps.Corrections,
    datafeed.DataFeed,
    duke.DukeJson,
    duke.DukeCsv,
    dumps.LinkedData,
    nquads.NQuads,
]


class Busy(Exception):
    """Another export is being written."""


# --- What there is -------------------------------------------------------------


def exports():
    """The manifests of all exports that may be had, the newest first.

    None from before the last sealing: its files still say what was sealed.
    """
    since = Revision.objects.filter(action=Action.SEAL).aggregate(last=Max("seq"))["last"] or 0
    return [made for made in _all() if made["record"]["seq"] >= since]


def folder_of(made):
    return settings.EXPORTS / made["name"]


def _all():
    if not settings.EXPORTS.is_dir():
        return []
    names = [path.name for path in settings.EXPORTS.iterdir() if NAMED.fullmatch(path.name)]
    found = []
    for name in sorted(names, key=_order, reverse=True):
        with contextlib.suppress(FileNotFoundError):  # it may be on its way out
            found.append(json.loads((settings.EXPORTS / name / MANIFEST).read_bytes()))
    return found


def _order(name):
    day, number = NAMED.fullmatch(name).groups()
    return day, int(number or 1)


# --- Writing one ---------------------------------------------------------------


def write(*, anew=False):
    """Write an export and return its manifest, or the last one's if nothing changed since.

    `anew` writes one all the same. What is older than the setting keeps, or from before the last
    sealing, goes. Raises Busy.
    """
    settings.EXPORTS.mkdir(parents=True, exist_ok=True)
    with _alone():
        for path in settings.EXPORTS.glob(".making-*"):  # left by one that was killed
            shutil.rmtree(path)
        with _snapshot():
            record = _record()
            last = next(iter(exports()), None)
            if last and last["record"] == record and not anew:
                _forget()
                return last
            with tempfile.TemporaryDirectory(
                prefix=".making-", dir=settings.EXPORTS, ignore_cleanup_errors=True
            ) as folder:
                made = _write(Path(folder), record)
                Path(folder).chmod(0o755)
                os.rename(folder, folder_of(made))
        _forget()
    return made


@contextlib.contextmanager
def _alone():
    with (settings.EXPORTS / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("Another export is being written; wait until it is there.") from None
        yield


@contextlib.contextmanager
def _snapshot():
    """One state of the record for all that is read, however long that takes."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:  # within another's transaction, the isolation is theirs
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _record():
    """Up to where the record goes, and by which release it is written."""
    last = Revision.objects.only("seq", "chain", "at").order_by("seq").last()
    page = PublishedPage.objects.only("at", "sha256").order_by("at", "slug").last()
    moments = [row.at for row in (last, page) if row]
    return {
        "seq": last.seq if last else 0,
        "head": last.chain if last else None,
        "pages": PublishedPage.objects.count(),
        "at": moment(max(moments)) if moments else None,
        "release": etag_of([last.chain if last else "", page.sha256 if page else ""]).strip('"'),
    }


def _write(folder, record):
    at = timezone.now()
    made = {
        "name": _free_name(at.date().isoformat()),
        "version": VERSION,
        "documents": f"{settings.SITE_URL}/api/v1/schema/",
        "site": settings.SITE_NAME,
        "origin": settings.SITE_URL,
        "license": settings.CONTENT_LICENSE,
        "made_at": moment(at),
        "record": record,
        "files": [*_write_claims(folder, record, at), *_write_record(folder, record)],
    }
    where = {
        "folder": f"{settings.SITE_URL}/exports/{made['name']}/",
        "page": f"{settings.SITE_URL}/exports/",
    }
    others = dataset.files(made, **where)
    others[LICENSE] = f"{settings.SITE_NAME}\n{settings.CONTENT_LICENSE}\n".encode()
    sums = {file["name"]: file["sha256"] for file in made["files"]}
    sums |= {name: hashlib.sha256(data).hexdigest() for name, data in others.items()}
    others[SUMS] = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
    others[MANIFEST] = orjson.dumps(made, option=orjson.OPT_INDENT_2) + b"\n"
    for name, data in others.items():
        (folder / name).write_bytes(data)
    return made


def _free_name(day):
    """The day, and for another one of the same day a number: no name is used twice."""
    known = [_order(made["name"]) for made in _all()]
    last = max((number for known_day, number in known if known_day == day), default=0)
    return f"{day}-{last + 1}" if last else day


def _forget():
    allowed = {made["name"] for made in exports()[: settings.KEEP_EXPORTS]}
    for made in _all():
        if made["name"] not in allowed:
            shutil.rmtree(folder_of(made))


# --- Its files -----------------------------------------------------------------


def _write_claims(folder, record, at):
    """Every dump at once: each claim is read once. In the order of slugs, so that dumps compare."""
    facts = dumps.Facts(
        settings.SITE_NAME, settings.SITE_URL, settings.CONTENT_LICENSE, record["at"] or moment(at)
    )
    with contextlib.ExitStack() as stack:
        files = [
            stack.enter_context(contextlib.closing(_Rows(kind(facts), folder))) for kind in DUMPS
        ]
        for item in _items():
            for file in files:
                file.put(file.dump.rows(item))
        for gone in _gone():
            for file in files:
                file.put(file.dump.gone(gone))
        for file in files:
            file.end()
    return [said for file in files for said in file.out.said(file.count)]


def _items():
    sites = [
        claimreview.Site(settings.SITE_NAME, settings.SITE_URL, tag_of(code))
        for code, _name in settings.LANGUAGES
    ]
    heads = PublishedClaim.objects.listed().select_related("revision").order_by("slug")
    for head in heads.only("card", "revision__document").iterator(CHUNK):
        data = bytes(head.revision.document)
        document = orjson.loads(data)
        written = [site for site in sites if site.language in document["statement"]]
        yield dumps.Item(
            data=data,
            document=document,
            card=orjson.loads(bytes(head.card)),
            reviews=[claimreview.markup(document, site=site) for site in written or sites[:1]],
        )


def _gone():
    heads = PublishedClaim.objects.filter(state=State.PUBLISHED).values("slug")
    rows = Revision.objects.exclude(claim__in=heads).values("claim").order_by("claim")
    for row in rows.annotate(first=Min("at"), last=Max("at")).iterator(CHUNK):
        address = f"/claims/{row['claim']}/"
        urls = [settings.SITE_URL + in_language(address, code) for code, _ in settings.LANGUAGES]
        yield dumps.Gone(row["claim"], urls, moment(row["first"]), moment(row["last"]))


def _write_record(folder, record):
    contents = recordfile.Contents(record["seq"], record["head"], record["pages"])
    out = _Out(folder, recordfile.NAME, recordfile.MEDIA_TYPE)
    with contextlib.closing(out):
        out.write(
            recordfile.first_line(
                contents, license=settings.CONTENT_LICENSE, site=settings.SITE_URL
            )
        )
        for revision in Revision.objects.order_by("seq").iterator(CHUNK):
            out.write(recordfile.revision_line(revision))
        for page in PublishedPage.objects.order_by("slug", "number").iterator(CHUNK):
            out.write(recordfile.page_line(page))
    return out.said(contents.revisions + contents.pages)


class _Rows:
    """A dump on its way into its files."""

    def __init__(self, dump, folder):
        self.dump, self.count = dump, 0
        self.out = _Out(folder, dump.name, dump.media_type)
        self.sorter = Sorter(folder) if dump.is_sorted else None
        self.out.write(dump.head())

    def put(self, rows):
        if self.sorter:
            self.sorter.add(rows)
        else:
            self._write(rows)

    def _write(self, rows):
        for row in rows:
            self.out.write(self.dump.between + row if self.count else row)
            self.count += 1

    def end(self):
        if self.sorter:
            self._write(self.sorter.lines())
        self.out.write(self.dump.tail(self.count))
        self.out.close()

    def close(self):
        self.out.close()
        if self.sorter:
            self.sorter.close()


class Sorter:
    """Lines in order, each once, however many: sorted runs in files that have no name."""

    def __init__(self, folder, run=None):
        self.folder, self.run = folder, run or RUN
        self.lines_here, self.files = [], []

    def add(self, lines):
        self.lines_here += lines
        if len(self.lines_here) >= self.run:
            file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 (closed by close)
            file.writelines(sorted(self.lines_here))
            self.files.append(file)
            self.lines_here = []

    def lines(self):
        for file in self.files:
            file.seek(0)
        merged = heapq.merge(*self.files, sorted(self.lines_here))
        return (line for line, _same in itertools.groupby(merged))

    def close(self):
        for file in self.files:
            file.close()


class _Out:
    """What goes into a file, compressed in both ways; the same bytes whenever it is written."""

    def __init__(self, folder, name, media_type):
        self.name, self.media_type = name, media_type
        self.size, self.digest = 0, hashlib.sha256()
        self.files = {
            ending: _Hashed((folder / (name + ending)).open("wb")) for ending in dataset.COMPRESSED
        }
        self.streams = [
            gzip.GzipFile("", "wb", 6, self.files[".gz"], mtime=0),
            zstd.ZstdFile(self.files[".zst"], "wb"),
        ]

    def write(self, data):
        self.size += len(data)
        self.digest.update(data)
        for stream in self.streams:
            stream.write(data)

    def close(self):
        for one in [*self.streams, *self.files.values()]:
            one.close()

    def said(self, rows):
        """What the manifest says of the files."""
        return [
            {
                "name": self.name + ending,
                "media_type": self.media_type,
                "rows": rows,
                "bytes": file.size,
                "sha256": file.digest.hexdigest(),
                "unpacked": {"bytes": self.size, "sha256": self.digest.hexdigest()},
            }
            for ending, file in self.files.items()
        ]


class _Hashed:
    """A file that knows its hash when it is written."""

    def __init__(self, file):
        self.file, self.size, self.digest = file, 0, hashlib.sha256()

    def write(self, data):
        self.size += len(data)
        self.digest.update(data)
        return self.file.write(data)

    def flush(self):
        self.file.flush()

    def close(self):
        self.file.close()
