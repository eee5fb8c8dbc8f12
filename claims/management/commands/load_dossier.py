from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from claims.dossier import load
from claims.dossier.mistakes import Mistakes
from claims.dossier.writing import CREATED, UNCHANGED, UPDATED
from sources.history import by_command


class Command(BaseCommand):
    help = (
        "Load an article with its claims, sources, evidence and verdicts from a YAML file "
        "(docs/dossier.md). Safe to repeat; with a mistake in the file, nothing is loaded."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", help="the file")
        parser.add_argument("--dry-run", action="store_true", help="try everything, keep nothing")
        parser.add_argument(
            "--publish", action="store_true", help="approve and publish what is not public yet"
        )
        parser.add_argument("--author", metavar="NAME", help="who wrote new verdicts")
        parser.add_argument("--reviewer", metavar="NAME", help="who signs and publishes them")

    @by_command("load_dossier")
    def handle(self, *args, path, dry_run, publish, author, reviewer, verbosity, **options):
        self.verbosity = verbosity
        lines = []
        users = {
            name: self._user(name, username, lines)
            for name, username in [("author", author), ("reviewer", reviewer)]
        }
        if author and author == reviewer:
            lines.append(f"--reviewer: {reviewer!r} is the author; somebody else must sign")
        if publish and not (author and reviewer):
            lines.append("--publish: name the --author and the --reviewer")
        try:
            dossier = load.read(path)
            if lines:
                raise CommandError("\n".join(lines))
            report = load.load(
                dossier, **users, publish=publish, dry_run=dry_run, progress=self._progress
            )
        except Mistakes as error:
            raise CommandError("\n".join([*lines, *error.lines])) from None
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"{path}: the database refuses: {reason}") from error
        if verbosity:
            self._summary(report, dry_run)

    def _user(self, option, username, lines):
        if username is None:
            return None
        users = get_user_model().objects
        user = users.filter(**{get_user_model().USERNAME_FIELD: username}, is_active=True).first()
        if user is None:
            lines.append(f"--{option}: no active user {username!r}")
        return user

    def _progress(self, line):
        if self.verbosity:
            self.stderr.write(line)

    def _summary(self, report, dry_run):
        for kind, counts in report.counts.items():
            outcomes = [CREATED, UPDATED, UNCHANGED]
            outcomes += sorted(set(counts) - set(outcomes))
            said = ", ".join(f"{counts[outcome]} {outcome}" for outcome in outcomes)
            self.stdout.write(f"{kind}: {said}")
        for note in report.notes:
            self.stdout.write(note)
        if dry_run:
            self.stdout.write("Dry run: nothing was kept.")
