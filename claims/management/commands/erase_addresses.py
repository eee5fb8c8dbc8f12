from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.tips import erase_addresses
from sources.history import by_command


class Command(BaseCommand):
    help = (
        "Erase the e-mail addresses that readers left, once they are old enough. The worker does "
        "so every day; run this where there is none, or with --days 0 to erase all of them."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--days",
            type=int,
            default=settings.KEEP_ADDRESSES_DAYS,
            help="how old (as KEEP_ADDRESSES_DAYS says: %(default)s)",
        )

    @by_command("erase_addresses")
    def handle(self, *args, days, **options):
        if days < 0:
            raise CommandError("--days is 0 or more")
        self.stdout.write(f"Addresses erased: {erase_addresses(days)}.")
