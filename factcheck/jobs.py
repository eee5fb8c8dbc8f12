"""What the worker does for the site as a whole; the others are in claims/jobs.py."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from sources.history import by_command

from . import sessions


@app.periodic(cron="31 3 * * *")
@app.task(retry=RetryStrategy(max_attempts=9, exponential_wait=2))
@by_command("work")
def forget_sessions(timestamp):
    sessions.forget()
