import hashlib
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from claims import appearances, quotes
from sources import capture
from sources.choices import CaptureMethod
from sources.history import by_command
from sources.models import Source

MAX_BYTES = 20_000_000


class Command(BaseCommand):
    help = (
        "Store the text of an article as a private snapshot and find the exact place of each "
        "claim's quote in it. Quotes that do not occur exactly once are reported, never guessed."
    )

    def add_arguments(self, parser):
        parser.add_argument("slug", help="the article: a source")
        parser.add_argument("file", help="its text, UTF-8")

    @by_command("attach_text")
    @transaction.atomic
    def handle(self, *args, slug, file, verbosity, **options):
        source = Source.objects.filter(slug=slug).first()
        if source is None:
            raise CommandError(f"There is no source {slug!r}.")
        data = self._read(Path(file))
        text = self._text(file, data)
        digest = hashlib.sha256(data).hexdigest()
        if source.text_sha256 and digest != source.text_sha256:
            raise CommandError(
                f"{file}: this is not the text whose claims were checked: its SHA-256 is {digest}, "
                f"that of the source {slug!r} is {source.text_sha256}."
            )
        snapshot = capture.snapshot(
            source,
            data,
            media_type="text/plain",
            text=text,
            method=CaptureMethod.UPLOADED,
            at=timezone.now(),
        )
        quotes.check_source(source)
        standing = appearances.carry_over(source, snapshot)
        found, flagged = len(standing.marks), [*standing.adrift, *standing.unplaced]
        if verbosity:
            self.stdout.write(f"Text stored: {digest}. {found} quotes found at their exact place.")
        for appearance, number in flagged:
            times = "does not occur" if number == 0 else f"occurs {number} times"
            self.stderr.write(f"{appearance.claim.slug}: “{appearance.exact}” {times} in the text")
        if flagged:
            self.stderr.write(f"{len(flagged)} quotes need a person.")

    def _read(self, file):
        try:
            if not file.is_file():
                reason = "is not a file" if file.exists() else "no such file"
                raise CommandError(f"{file}: {reason}")
            if file.stat().st_size > MAX_BYTES:
                raise CommandError(f"{file}: has more than {MAX_BYTES:,} bytes")
            return file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from None

    def _text(self, file, data):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise CommandError(f"{file}: is not UTF-8 text (byte {error.start})") from None
        if not text.strip():
            raise CommandError(f"{file}: is empty")
        if "\0" in text:
            raise CommandError(f"{file}: has a NUL character in it, so it is no text")
        return text
