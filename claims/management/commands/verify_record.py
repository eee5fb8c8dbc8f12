from django.core.management.base import BaseCommand, CommandError

from claims import proof
from claims.chain import Verifier
from claims.models import Revision, Timestamp
from claims.transparency import first_fault


class Command(BaseCommand):
    help = (
        "Recompute every hash and the chain of the record; exits with 1 at the first fault. With "
        "--evidence also the bytes of every snapshot, and every timestamp; all faults are told."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--evidence", action="store_true", help="the files of snapshots and the timestamps too"
        )

    def handle(self, *, evidence, **options):
        verifier = Verifier()
        fault = None
        for revision in Revision.objects.order_by("seq").iterator(chunk_size=500):
            if fault := verifier.check(revision):
                break
        if fault := fault or verifier.finish():
            raise CommandError(f"The record is broken at seq {fault.seq}: {fault.what}.")
        if fault := first_fault():
            raise CommandError(fault)
        if verifier.count:
            self.stdout.write(
                f"The chain is whole: {verifier.count} revisions. Its head is {verifier.head}."
            )
        else:
            self.stdout.write("The record is empty.")
        if evidence:
            self._evidence()

    def _evidence(self):
        count = 0
        for faults in (proof.faults_of_files(), proof.faults_of_timestamps()):
            for fault in faults:
                self.stderr.write(fault)
                count += 1
        if count:
            raise CommandError(f"The evidence has {count} faults.")
        self.stdout.write(
            f"The evidence is whole: {proof.count_files()} files, "
            f"{Timestamp.objects.count()} timestamps."
        )
