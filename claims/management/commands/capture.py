from collections import Counter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from claims import links
from sources import visits
from sources.choices import LinkState
from sources.history import by_command
from sources.models import Source


class Command(BaseCommand):
    help = (
        "Visit the addresses of sources: keep a copy of what is new, and note how each link is. "
        "Without names, those that are due. May be stopped at any moment and begun again."
    )

    def add_arguments(self, parser):
        parser.add_argument("slug", nargs="*", help="sources to visit now, whatever was planned")
        parser.add_argument("--all", action="store_true", help="visit every source now")

    @by_command("capture")
    def handle(self, *args, slug, verbosity, **options):
        if not settings.CAPTURE:
            raise CommandError("CAPTURE is false: no source is visited.")
        rows = Source.objects.filter(url__isnull=False)
        if slug:
            self._refuse_unknown(slug)
            visits.ask(rows.filter(slug__in=slug))
        elif options["all"]:
            visits.ask(rows)
        try:
            self._visit(verbosity)
        except (OperationalError, InterfaceError) as error:
            raise CommandError(
                f"The database went away ({str(error).strip()}). What was visited until then is "
                "written down; begin again, and it goes on."
            ) from error

    def _visit(self, verbosity):
        found, kept = Counter(), 0
        for visit, made in links.visit_due():
            found[visit.state] += 1
            kept += made is not None
            if verbosity > 1 or (verbosity and visit.state not in {LinkState.OK}):
                label = LinkState(visit.state).label
                self.stdout.write(f"{visit.source.slug}: {label}. {visit.note}".strip())
        if verbosity:
            states = ", ".join(f"{LinkState(state).label} {n}" for state, n in found.items())
            self.stdout.write(f"{found.total()} visited, {kept} new copies. {states}".strip())

    def _refuse_unknown(self, slugs):
        known = Source.objects.filter(slug__in=slugs, url__isnull=False)
        if unknown := set(slugs) - set(known.values_list("slug", flat=True)):
            names = ", ".join(sorted(unknown))
            raise CommandError(f"There is no source with an address by this name: {names}.")
