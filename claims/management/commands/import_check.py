import re

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from claims import check_import
from claims.interchange import meedan
from sources.constraints import LANGUAGE_TAG
from sources.history import by_command


class Command(BaseCommand):
    help = (
        "Take a CSV export of Meedan Check in as drafts (docs/exports.md). Without --keep, it only "
        "says what would become of each row. All rows go in, or none."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", metavar="FILE")
        parser.add_argument("--author", metavar="NAME", required=True, help="whose drafts they are")
        parser.add_argument(
            "--language", metavar="TAG", required=True, help="of rows that do not say: en, zh-Hans"
        )
        parser.add_argument("--keep", action="store_true", help="not only try it")

    @by_command("import_check")
    def handle(self, *, path, author, language, keep, **options):
        users = get_user_model().objects
        name = {get_user_model().USERNAME_FIELD: author}
        if (by := users.filter(**name, is_active=True).first()) is None:
            raise CommandError(f"--author: no active user {author!r}")
        if not re.search(LANGUAGE_TAG, language):
            raise CommandError(f"--language: {language!r} is no tag such as en or zh-Hans")
        try:
            with open(path, encoding="utf-8-sig", newline="") as file:
                items = meedan.read(file)
            taken = check_import.take_in(items, by=by, language=language, dry_run=not keep)
        except (OSError, meedan.Unreadable, PermissionDenied) as error:
            raise CommandError(f"{path}: {error}") from error
        for row in taken:
            what = "new" if row.is_new else "unchanged"
            note = f" ({row.note})" if row.note else ""
            self.stdout.write(f"row {row.row}: {what}, {row.slug}{note}")
        new = sum(row.is_new for row in taken)
        self.stdout.write(f"{new} new claims, {len(taken) - new} known already.")
        if not keep:
            self.stdout.write("Tried only: nothing was kept. With --keep it is.")
