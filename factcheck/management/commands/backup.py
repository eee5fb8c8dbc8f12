from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from factcheck import backup


class Command(BaseCommand):
    help = "Write the database and the captured files into one file, for `manage.py restore`."

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            help="left out, it is called by the moment and lies in VAR/backups",
        )

    def handle(self, *, file, **options):
        if file is None:
            folder = settings.VAR / "backups"
            folder.mkdir(exist_ok=True)
            file = folder / f"{timezone.now():%Y-%m-%dT%H%M%SZ}.tar"
        try:
            manifest = backup.make(file)
        except backup.BackupError as error:
            raise CommandError(error) from error
        files, record = manifest["files"], manifest["record"]
        self.stdout.write(
            f"{file}: the database and {len(files) - 1} captured files, "
            f"{sum(f['size'] for f in files):,} bytes; the record ends with revision "
            f"{record['seq']}."
        )
