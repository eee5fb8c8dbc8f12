from django.core.management.base import BaseCommand, CommandError

from claims.chain import Verifier
from claims.models import Revision
from claims.transparency import first_fault


class Command(BaseCommand):
    help = "Recompute every hash and the chain of the record. Exits with 1 at the first fault."

    def handle(self, **options):
        verifier = Verifier()
        fault = None
        for revision in Revision.objects.order_by("seq").iterator(chunk_size=500):
            if fault := verifier.check(revision):
                break
        if fault := fault or verifier.finish():
            raise CommandError(f"The record is broken at seq {fault.seq}: {fault.what}.")
        if fault := first_fault():
            raise CommandError(fault)
        if not verifier.count:
            self.stdout.write("The record is empty.")
            return
        self.stdout.write(
            f"The chain is whole: {verifier.count} revisions. Its head is {verifier.head}."
        )
