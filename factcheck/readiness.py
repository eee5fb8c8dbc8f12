"""Is all well? What stops the site from answering readers, and what somebody should look at.

Each check says what it measured, and in a sentence what is wrong, if anything is.
"""

import functools
import shutil
import time
from typing import NamedTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from procrastinate.contrib.django.models import (
    ProcrastinateJob,
    ProcrastinatePeriodicDefer,
    ProcrastinateWorker,
)

from sources import archives

from . import replicas

WORKER_SILENT = 5 * 60  # seconds; a worker that runs is heard of every ten, one of cron when it ran
QUEUE_WAITS = 10 * 60  # seconds
DISK_LEAST = 1024**3  # bytes


class Check(NamedTuple):
    """`trouble` is a sentence, None if all is well; `figures` are what was measured, by name."""

    trouble: str | None = None
    figures: dict = {}


def database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Check()


def migrations():
    """Tables that this code expects and the database has not; the other way about does no harm."""
    pending = known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    names = ", ".join(sorted(".".join(name) for name in pending))
    return Check(names and f"migrations are not applied: {names}", {"pending": len(pending)})


@functools.cache
def known_migrations():
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def worker():
    """When a worker was last heard of: one that runs, or one that cron starts and that ends."""
    beat = ProcrastinateWorker.objects.aggregate(at=Max("last_heartbeat"))["at"]
    turn = ProcrastinatePeriodicDefer.objects.aggregate(at=Max("defer_timestamp"))["at"]
    last = max(beat.timestamp() if beat else 0, turn or 0)
    if not last:
        return Check("no worker has ever run")
    silent = max(0, int(time.time() - last))
    trouble = f"no worker was heard of for {silent} seconds" if silent > WORKER_SILENT else None
    return Check(trouble, {"silent_seconds": silent})


def queue():
    """Jobs whose time has come, and how long the first of them has waited since."""
    due = ProcrastinateJob.objects.filter(
        Q(scheduled_at=None) | Q(scheduled_at__lte=timezone.now()), status="todo"
    ).annotate(since=Coalesce("scheduled_at", Min("procrastinateevent__at")))
    waits = list(due.values_list("since", flat=True))
    first = min(filter(None, waits), default=None)
    waited = max(0, int((timezone.now() - first).total_seconds())) if first else 0
    trouble = f"a job has waited for {waited} seconds" if waited > QUEUE_WAITS else None
    return Check(trouble, {"due": len(waits), "waited_seconds": waited})


def disk():
    free = shutil.disk_usage(settings.VAR).free
    trouble = f"{free // 1024**2} MB are free where VAR is" if free < DISK_LEAST else None
    return Check(trouble, {"free_bytes": free})


def standbys():
    """What this process sees of those that readers are sent to."""
    behind = replicas.known().behind() if replicas.known() else {}
    late = [a for a, s in behind.items() if s is None or s > settings.DATABASE_REPLICA_LAG]
    trouble = f"readers are not sent to {', '.join(late)}: late or gone" if late else None
    return Check(trouble, {"late": len(late)})


def archive():
    return Check(archives.trouble())


# Without these no page can be answered; what the others find hurts no reader at once.
NEEDED = [database, migrations]
OTHERS = [worker, queue, disk, archive, standbys]


def look(checks):
    """`{name: Check}` of these. Where the database does not answer, whatever asks it says so."""
    found = {}
    for check in checks:
        try:
            found[check.__name__] = check()
        except Error:
            found[check.__name__] = Check("the database does not answer")
        except OSError as error:
            found[check.__name__] = Check(f"it cannot be measured ({error.strerror})")
    return found


def is_ready(found):
    """Readers are answered; a standby does, too, while there is no primary."""
    if found["database"].trouble and replicas.known():
        return replicas.known().alias() != DEFAULT_DB_ALIAS
    return not any(found[check.__name__].trouble for check in NEEDED)
