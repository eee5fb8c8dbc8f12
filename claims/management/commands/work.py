"""`manage.py work`: the background worker. The site runs without it; what is due then waits."""

import asyncio
import contextlib
import logging
import time

from asgiref.sync import sync_to_async
from django.core.management import BaseCommand
from django.db import Error, close_old_connections
from procrastinate import signals
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.periodic import PeriodicDeferrer
from psycopg import OperationalError

from claims.models import JobError

logger = logging.getLogger(__name__)
GONE = (ConnectorException, OperationalError)  # what the queue and its pool say of a database
PAUSE = 1  # seconds, until a database that went away is looked for again


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


async def run(worker):
    """Work until a signal says stop. A database that goes away, for however long, ends nothing.

    One that is not there at the start does: whoever started it sees the reason.
    """
    told = asyncio.Event()
    with signals.on_stop(told.set):
        await _until(told, worker.open_async())
        while not told.is_set():
            with contextlib.suppress(*GONE):
                await _until(told, _session(worker))
            if not told.is_set():
                logger.warning("The database went away; the worker looks for it again.")
                await _until(told, asyncio.sleep(PAUSE))
    await worker.close_async()


async def _session(worker):
    try:
        await worker.open_async()  # does nothing if it is open
        await _run(worker, install_signal_handlers=False)
    finally:
        await worker.close_async()  # or what is broken would count as open


async def _until(told, work):
    """Do this; once somebody says stop, have it end what it is at."""
    task, stop = asyncio.ensure_future(work), asyncio.create_task(told.wait())
    await asyncio.wait([task, stop], return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if told.is_set():
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


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
