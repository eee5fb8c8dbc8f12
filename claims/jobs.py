"""What the worker does. A job is thin: it calls one service. `manage.py work` runs them."""

import contextlib

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from sources.history import by_command

from . import exports, links, proof, quotes, schedule, tips, webhooks
from .models import JobError

# Waits 2, 4, 8, … seconds, 17 minutes in all: a database that restarts is back by then.
PATIENT = RetryStrategy(max_attempts=9, exponential_wait=2)
VISITING = 20  # seconds
MONTH = 30 * 24  # hours


@app.periodic(cron="* * * * *")
@app.task(retry=PATIENT)
@by_command("work")
def publish_due(timestamp):
    schedule.publish_due()


@app.periodic(cron="*/5 * * * *")
@app.task(retry=PATIENT)
@by_command("work")
def check_quotes(timestamp):
    """Whatever brought a text in, and forgot to say so."""
    quotes.check_due()


@app.periodic(cron="11 * * * *")
@app.task(retry=PATIENT)
@by_command("work")
def stamp_record(timestamp):
    """Once an hour, if anything has changed since."""
    proof.stamp()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="webhooks", lock="webhooks")
@by_command("work")
def tell_webhooks(timestamp):
    """Without a retry: the next minute is one."""
    webhooks.tell()


# What has a moment of its own goes before.
@app.periodic(cron="* * * * *")
@app.task(queueing_lock="visits", priority=-1)
@by_command("work")
def visit_sources(timestamp):
    """For a part of each minute, so that nothing else waits long. The next one goes on."""
    for _visit, _made in links.visit_due(VISITING):
        pass


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="archives", priority=-1)
@by_command("work")
def archive_sources(timestamp):
    links.archive()


@app.periodic(cron="11 3 * * *")
@app.task(retry=PATIENT)
@by_command("work")
def tell_links(timestamp):
    links.tell()


@app.periodic(cron="23 3 * * *")
@app.task(retry=PATIENT)
@by_command("work")
def erase_addresses(timestamp):
    tips.erase_addresses()


@app.periodic(cron="41 3 * * *")
@app.task(retry=PATIENT)
@by_command("work")
def forget_deliveries(timestamp):
    webhooks.forget()


@app.periodic(cron="7 2 * * *")
@app.task(queueing_lock="exports", lock="exports")
@by_command("work")
def write_exports(timestamp):
    """Without a retry: the next day is one, and who is busy with it already will do."""
    with contextlib.suppress(exports.Busy):
        exports.write()


@app.periodic(cron="* * * * *")
@app.task(pass_context=True)
async def tidy(context, timestamp):
    """Take up again what a killed worker left, and forget what is a month old."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs():
        try:
            await jobs.retry_job(job)
        except UniqueViolation:  # the next of its kind waits already, and will do
            await jobs.finish_job(job, Status.ABORTED, delete_job=True)
    await jobs.delete_old_jobs(
        MONTH, include_failed=True, include_cancelled=True, include_aborted=True
    )
    await JobError.objects.exclude(job__in=ProcrastinateJob.objects.values("pk")).adelete()
