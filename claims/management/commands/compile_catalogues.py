"""Message catalogues to their compiled form, without the system's gettext tools."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Compile locale/*/LC_MESSAGES/django.po; needs polib, of requirements-dev.txt."
    requires_system_checks = []

    def handle(self, *args, **options):
        for folder in settings.LOCALE_PATHS:
            for file in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                compile_catalogue(file)
                self.stdout.write(f"{file.relative_to(folder)}: compiled")


def compile_catalogue(file):
    """Write the .mo beside the .po. The same words always give the same bytes."""
    try:
        import polib
    except ImportError:
        raise CommandError("polib is missing: pip install -r requirements-dev.txt") from None
    polib.pofile(str(file)).save_as_mofile(str(file.with_suffix(".mo")))
