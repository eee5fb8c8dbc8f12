import gzip
import sys
import zlib

from django.core.management.base import BaseCommand, CommandError

from claims import restoring
from claims.interchange.recordfile import Damaged

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# What compressed files begin with.
MAGIC = {b"\x1f\x8b": gzip.open, b"\x28\xb5\x2f\xfd": zstd.open}


class Command(BaseCommand):
    help = (
        "Take the record of another installation (record.jsonl of an export, compressed or not) "
        "into this one, which must have none. All of it goes in, or nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", metavar="FILE", help="record.jsonl, .gz or .zst")
        parser.add_argument(
            "--head", metavar="HASH", help="refuse a record whose chain does not end with this"
        )

    def handle(self, *, path, head, **options):
        try:
            with _open(path) as lines:
                found = restoring.restore(lines, head=head)
        except (OSError, EOFError, zlib.error, zstd.ZstdError) as error:
            raise CommandError(f"{path}: it cannot be read to its end: {error}.") from error
        except Damaged as error:
            raise CommandError(f"{path}: {error}. Nothing was taken in.") from error
        except restoring.NotEmpty as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{found.revisions} revisions and {found.pages} pages went in, and the lists were made "
            f"from them. The head of the chain is {found.head}."
        )


def _open(path):
    with open(path, "rb") as file:
        start = file.read(4)
    for magic, opener in MAGIC.items():
        if start.startswith(magic):
            return opener(path, "rb")
    return open(path, "rb")
