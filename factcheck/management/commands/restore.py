from pathlib import Path

from django.core.management import BaseCommand, CommandError, call_command

from claims.models import Revision
from factcheck import backup


class Command(BaseCommand):
    help = "Bring back what `manage.py backup` wrote, into an empty database."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--check", action="store_true", help="only read the backup, and say whether it is whole"
        )

    def handle(self, *, file, check, **options):
        try:
            manifest = backup.check(file) if check else backup.restore(file)
        except backup.BackupError as error:
            raise CommandError(error) from error
        record = manifest["record"]
        self.stdout.write(
            f"The backup of {manifest['made_at']} is whole: the database and "
            f"{len(manifest['files']) - 1} captured files; the record ends with revision "
            f"{record['seq']}."
        )
        if not check:
            self.verify(record)

    def verify(self, record):
        """What came back is what the manifest says, by the record's own chain."""
        last = Revision.objects.order_by("seq").last()
        if ((last and last.chain) or "") != record["chain"]:
            raise CommandError("The record that came back is not the one that was backed up.")
        call_command("verify_record", stdout=self.stdout)
        if backup.missing_migrations():
            self.stdout.write("It is of an older version: run `manage.py migrate`.")
