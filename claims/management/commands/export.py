from django.core.management.base import BaseCommand, CommandError

from claims import exports


class Command(BaseCommand):
    help = (
        "Write everything that is public as files, which /exports/ then offers (docs/exports.md). "
        "Nothing is written when nothing has changed since the last time."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--anew", action="store_true", help="write them even if nothing has changed"
        )

    def handle(self, *, anew, verbosity, **options):
        try:
            made = exports.write(anew=anew)
        except exports.Busy as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The files cannot be written: {error}.") from error
        if not verbosity:
            return
        record = made["record"]
        self.stdout.write(f"{exports.folder_of(made)}: up to revision {record['seq']}.")
        for file in made["files"]:
            self.stdout.write(f"{file['rows']:>10} rows {file['bytes']:>12} bytes  {file['name']}")
        self.stdout.write(f"The head of the chain is {record['head']}.")
