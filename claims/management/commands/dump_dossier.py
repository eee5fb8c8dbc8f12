from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from claims.dossier import dump


class Command(BaseCommand):
    help = "Write an article with its claims as the YAML file that load_dossier reads."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="the article: a source")
        parser.add_argument("--output", metavar="FILE", help="write there, not to the screen")

    def handle(self, *args, slug, output, **options):
        try:
            text = dump.text(slug)
        except dump.NothingToDump as error:
            raise CommandError(str(error)) from None
        if output is None:
            self.stdout.write(text, ending="")
            return
        try:
            Path(output).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise CommandError(f"{output}: {error.strerror or error}") from None
