from django.core.management.base import BaseCommand, CommandError

from claims import ledger
from claims.search import reviews


class Command(BaseCommand):
    help = (
        "Make the rows that lists and filters read again from the revisions, "
        "and the index of others' reviews from these."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="Change nothing; exit with 1 if a row differs."
        )

    def handle(self, *, check, **options):
        wrong = ledger.rebuild(dry_run=check)
        if check and wrong:
            raise CommandError(
                f"{wrong} rows are not as the revisions make them. Run rebuild_record."
            )
        if not check:
            reviews.rebuild()
        if wrong:
            self.stdout.write(f"Made anew; {wrong} rows were not as the revisions make them.")
        else:
            self.stdout.write("Every row is as the revisions make it.")
