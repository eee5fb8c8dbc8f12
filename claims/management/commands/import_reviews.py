import contextlib
import io
import json
import os
import sys
import time
from http import HTTPStatus
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Sum

from claims import elsewhere, labels
from claims.interchange.reading import files
from claims.interchange.reading.jsonstream import Unreadable
from sources import fetching
from sources.history import by_command

SHOWN = 3  # reasons told at once
EXCERPT = 2000  # characters of a refused review that the report keeps


class Command(BaseCommand):
    help = (
        "Take in reviews that other fact-checkers published: a DataFeed, Fact-Check Insights as "
        "JSON or CSV, answers of claims:search, ClaimReviewMarkupPages, a saved page with JSON-LD; "
        "each as it is or packed with gzip. Safe to repeat and to stop: docs/exchange.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE|URL")
        parser.add_argument(
            "--format", choices=files.FORMATS, help="what the file is (default: as it looks)"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="write nothing, and say what would be done"
        )
        parser.add_argument(
            "--report",
            metavar="PATH",
            help="where what is refused is written, a JSON object a line (FILE.refused.jsonl)",
        )

    @by_command("import_reviews")
    def handle(self, *args, file, format, dry_run, report, **options):
        self.began = time.monotonic()
        is_address = file.startswith(("https://", "http://"))
        report = Report(report or f"{'import' if is_address else file}.refused.jsonl")
        try:
            with in_hand(file, is_address) as (text, raw, size), report:
                reads = files.reviews(text, "urls" if is_address else format, fetch=fetch)
                progress = Progress(self.stderr, raw, size)
                tally = elsewhere.take_in(
                    reads, refuse=report.write, tell=progress, dry_run=dry_run
                )
        except elsewhere.Busy:
            raise CommandError(
                "Another import is under way; start again when it is done."
            ) from None
        except Unreadable as error:
            raise CommandError(f"{file}: {error}") from None
        except OSError as error:
            raise CommandError(str(error)) from None
        self.tell(tally, report, dry_run)
        if not tally.read:
            raise CommandError(f"{file}: {tally.broken_off or 'There is no review in it.'}")
        if tally.broken_off:
            raise CommandError(f"{file}: {tally.broken_off} What stood before it is taken in.")
        if tally.refused == tally.read:
            raise CommandError(f"{file}: Nothing in it can be taken: {report.first[0][1]}")

    def tell(self, tally, report, dry_run):
        seconds = max(time.monotonic() - self.began, 0.001)
        self.stdout.write(
            f"{tally.read:,} reviews read in {seconds:.1f} s, {tally.read / seconds:,.0f} a second"
            + (". Nothing is written; this would be:" if dry_run else ":")
        )
        for name in ("added", "changed", "unchanged", "repeated", "withdrawn", "refused"):
            self.stdout.write(f"{getattr(tally, name):>11,}  {name}")
        for number, reason in report.first:
            self.stdout.write(f"{'':>13}{number:,}: {reason}")
        if tally.refused:
            self.stdout.write(f"Why each was refused: {report.path}")
        if tally.mended:
            self.stdout.write("Mended:")
        for name, many in tally.mended.most_common():
            self.stdout.write(f"{many:>11,}  {name}")
        unknown = labels.unmapped().aggregate(labels=Count("label_key"), of=Sum("reviews"))
        if unknown["labels"] and not dry_run:
            self.stdout.write(
                f"Labels not in the table yet: {unknown['labels']:,}, of {unknown['of']:,} "
                "reviews; they stand in the admin under “Labels of other fact-checkers”."
            )


@contextlib.contextmanager
def in_hand(file, is_address):
    """`(text, bytes, how many)` of a file, or of a list with one address."""
    if is_address:
        yield io.StringIO(file), io.BytesIO(), 0
        return
    with files.opened(file) as (text, raw):
        yield text, raw, os.path.getsize(file)


def fetch(url):
    """The bytes at an address, by the one way out. Raises Unreadable."""
    try:
        page = fetching.get(url)
    except fetching.Unfetched as error:
        raise Unreadable(str(error)) from None
    if page.status != HTTPStatus.OK:
        raise Unreadable(f"it answers {page.status}")
    return page.body


class Report:
    """A file that is there only if something was refused."""

    def __init__(self, path):
        self.path = path
        self.file = None
        self.first = []

    def __enter__(self):
        Path(self.path).unlink(missing_ok=True)  # of an earlier run
        return self

    def __exit__(self, *_exception):
        if self.file:
            self.file.close()

    def write(self, number, reason, value):
        if self.file is None:
            self.file = open(self.path, "w", encoding="utf-8", errors="replace")  # noqa: SIM115
        if len(self.first) < SHOWN:
            self.first.append((number, reason))
        row = {"review": number, "reason": reason}
        with contextlib.suppress(RecursionError):
            if value is not None:
                row["received"] = json.dumps(value, ensure_ascii=False)[:EXCERPT]
        print(json.dumps(row, ensure_ascii=False), file=self.file)


class Progress:
    """One line that is written over, once a second; none where nobody looks."""

    def __init__(self, out, raw, size):
        self.out, self.raw, self.size = out, raw, max(size, 1)
        self.shown_at = 0

    def __call__(self, step, done, of):
        now = time.monotonic()
        if not sys.stderr.isatty() or (now - self.shown_at < 1 and done != of):
            return
        self.shown_at = now
        share = done / of if of else self.raw.tell() / self.size
        bar = "█" * int(share * 30)
        self.out.write(f"\r{bar:░<30} {share:4.0%} {done:,} {step}", ending="")
        self.out.write("\n" if done == of else "", ending="")
