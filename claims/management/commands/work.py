"""`manage.py work`: the background worker. The site runs without it; what is due then waits."""

import asyncio
import logging
import time

from asgiref.sync import sync_to_async
from django.core.management import BaseCommand
from django.db import Error, close_old_connections
from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicDeferrer

from claims.models import JobError

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Run background jobs, such as scheduled publications, until Ctrl-C."

    def add_arguments(self, parser):
        parser.add_argument(
            "--once",
            action="store_true",
            help="do what is waiting, the periodic jobs that are due included, and end: for cron",
        )

    def handle(self, *args, once, verbosity, **options):
        if verbosity == 0:
            logging.getLogger("procrastinate").setLevel(logging.WARNING)
        # The worker has connections of its own: Django's are for one thread each, and stay open.
        with app.replace_connector(app.connector.get_worker_connector()) as worker:
            asyncio.run(drain(worker) if once else run(worker))


async def run(worker, **options):
    async with worker.open_async():
        await _run(worker, **options)


async def drain(worker):
    async with worker.open_async():
        # However long nobody looked: each periodic job once, if its time has come since.
        deferrer = PeriodicDeferrer(worker.periodic_registry, max_delay=float("inf"))
        await deferrer.defer_jobs(deferrer.get_previous_tasks(at=time.time()))
        await _run(worker, wait=False)


async def _run(worker, **options):
    await worker.run_worker_async(
        worker_middleware=[keep_error],
        delete_jobs="successful",  # the list shows what waits and what failed
        concurrency=2,  # what is due in a minute does not wait for an export of many claims
        **options,
    )


async def keep_error(call_next, context, worker):
    """The queue forgets why a job failed; the admin shows it."""
    try:
        return await call_next()
    except Exception as error:
        await sync_to_async(_keep)(context.job.id, f"{type(error).__name__}: {error}")
        raise


def _keep(job, text):
    close_old_connections()
    try:
        JobError.objects.update_or_create(job_id=job, defaults={"text": text})
    except Error:
        logger.exception("The error of job %s could not be kept", job)
    finally:
        close_old_connections()
