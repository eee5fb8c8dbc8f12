"""The queue, drained for real: by `manage.py work --once`, on connections of its own."""

import contextlib
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from claims import exports, schedule, webhooks
from claims.models import Claim, JobError, PublishedClaim, Revision, Verdict, Webhook
from factcheck import readiness

from . import desk
from .heads import make_heads
from .receivers import listening
from .servers import url_of_database

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def empty_queue(transactional_db, monkeypatch):
    """The queue's tables are not Django's, which leaves them as they are after each test.

    A worker in this process closes its connections after each job, so that none is left over.
    """
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def drain():
    call_command("work", once=True, verbosity=0)


def make_due():
    author, reviewer = desk.make_author(), desk.make_reviewer()
    verdict = desk.approve(desk.make_draft(desk.make_claim(), author=author), by=reviewer)
    schedule.schedule(verdict, at=timezone.now() + timedelta(days=1), by=reviewer)
    Verdict.objects.update(publish_at=timezone.now() - timedelta(minutes=1))


def test_what_is_due_goes_out_without_a_job_having_been_queued():
    make_due()
    assert not ProcrastinateJob.objects.exists()
    drain()
    assert PublishedClaim.objects.count() == 1
    assert not ProcrastinateJob.objects.exists()  # done, and forgotten
    assert readiness.worker().trouble is None  # one that cron starts, and that ends, was there too


@pytest.mark.parametrize("is_refused", [False, True])
def test_the_history_says_that_it_was_the_worker(is_refused):
    make_due()
    if is_refused:
        Claim.objects.get().topics.add(desk.make_topic("later"))
    drain()
    event = Verdict.pgh_event_model.objects.latest("pgh_id")
    assert event.pgh_label == "update"
    assert event.pgh_context["command"] == "work"
    assert ("user" in event.pgh_context) is not is_refused


def test_the_worker_tells_webhooks_what_was_published(settings):
    author, reviewer = desk.make_author(), desk.make_reviewer()
    with listening() as server:
        settings.FETCH_ALLOWED = [server.host]
        webhooks.keep(Webhook(name="Them", url=f"http://{server.host}/"), by=reviewer)
        desk.make_published(author=author, reviewer=reviewer)
        drain()
    assert len(server.got) == 1


def test_a_job_that_fails_says_why_and_is_tried_again_later(admin_client, monkeypatch):
    def fail():
        raise OSError("the archive is on fire")

    monkeypatch.setattr(schedule, "publish_due", fail)
    drain()
    job = ProcrastinateJob.objects.get()
    assert (job.status, job.attempts) == ("todo", 1)
    assert job.scheduled_at > timezone.now() - timedelta(seconds=2)
    assert JobError.objects.get(job=job).text == "OSError: the archive is on fire"
    drain()  # not yet
    assert ProcrastinateJob.objects.get(pk=job.pk).attempts == 1
    shown = admin_client.get(reverse("admin:claims_job_changelist"))
    assert "the archive is on fire" in shown.content.decode()
    address = reverse("admin:claims_job_change", args=[job.pk])
    shown = admin_client.get(address).content.decode()
    assert "the archive is on fire" in shown
    assert "deferred_for_retry" in shown
    assert "style=" not in shown
    assert admin_client.post(address, {}).status_code == 403


def test_a_job_is_given_up_in_the_end(monkeypatch):
    def fail():
        raise OSError("no")

    monkeypatch.setattr(schedule, "publish_due", fail)
    app.tasks["claims.jobs.publish_due"].defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 9")
    drain()
    assert ProcrastinateJob.objects.filter(status="failed").count() == 1


def test_a_job_queued_in_a_transaction_that_fails_never_was():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        app.tasks["claims.jobs.publish_due"].defer(timestamp=0)
        raise ZeroDivisionError
    assert not ProcrastinateJob.objects.exists()


def test_tidying_takes_up_what_a_killed_worker_left_and_forgets_the_old():
    app.tasks["claims.jobs.publish_due"].batch_defer({"timestamp": 1}, {"timestamp": 2})
    old = ProcrastinateJob.objects.latest("pk")
    JobError.objects.create(job=old, text="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [old.pk])
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '31 days'")
    make_due()
    drain()
    assert not ProcrastinateJob.objects.exists()
    assert not JobError.objects.exists()


@contextlib.contextmanager
def working():
    """A worker, and what it says, line by line."""
    environment = {"DATABASE_URL": url_of_database(), "VAR": str(settings.VAR), "PATH": ""}
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "work"],
        cwd=settings.BASE_DIR,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield worker
    finally:
        worker.kill()
        worker.communicate()


def heard(worker, *words):
    """Listen until it says all of this in one line."""
    assert any(all(word in line for word in words) for line in worker.stderr), words


def stopped(worker):
    """Tell it to stop, and return what else it says."""
    worker.send_signal(signal.SIGTERM)
    rest = worker.communicate(timeout=30)[1]
    assert worker.returncode == 0
    return rest


def test_the_worker_works_until_it_is_told_to_stop():
    make_due()
    with working() as worker:
        heard(worker, "publish_due", "Success")
        assert "Traceback" not in stopped(worker)
    assert PublishedClaim.objects.count() == 1


def test_the_worker_goes_on_when_the_database_is_back():
    with working() as worker:
        heard(worker, "publish_due", "Success")
        name = connection.settings_dict["NAME"]
        connection.close()
        with connection._nodb_cursor() as cursor:  # nobody can shut the door from inside
            door = f"ALTER DATABASE {connection.ops.quote_name(name)} ALLOW_CONNECTIONS"
            cursor.execute(f"{door} false")
            try:
                ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                cursor.execute(ended, [name])
                heard(worker, "not currently accepting")
            finally:
                cursor.execute(f"{door} true")
        app.tasks["claims.jobs.publish_due"].defer(timestamp=0)
        heard(worker, "publish_due", "Success")
        stopped(worker)


def test_what_a_killed_worker_left_does_not_stand_in_the_way_of_the_next_of_its_kind():
    task = app.tasks["claims.jobs.visit_sources"]
    task.defer(timestamp=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    task.defer(timestamp=2)  # is less urgent than tidying
    drain()
    assert not ProcrastinateJob.objects.exists()


RETRACTED = {"state": "'retracted'", "rating": "''"}


def test_the_worker_writes_what_is_public_as_files_in_one_state_of_the_record(settings, tmp_path):
    """And not what somebody else publishes meanwhile."""
    settings.EXPORTS = tmp_path
    make_heads(1, 3, **RETRACTED)
    drain()
    [made] = exports.exports()
    assert made["record"]["seq"] == 3
    with exports._snapshot():
        before = Revision.objects.count()
        other = threading.Thread(target=_publish_elsewhere)
        other.start()
        other.join()
        assert Revision.objects.count() == before
    assert Revision.objects.count() == before + 1


def _publish_elsewhere():
    make_heads(4, 4, **RETRACTED)
    connection.close()
