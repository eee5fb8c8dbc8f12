"""Whoever watches the process gets an answer, by whatever name and protocol it asks."""

import collections
import datetime
import shutil
import time
from types import SimpleNamespace

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from django.utils import timezone

from factcheck import environment
from sources.archives import FAILURES, SERVICE
from sources.watches import Archive

ELSEWHERE = {"ALLOWED_HOSTS": ["facts.example.org"], "SECURE_SSL_REDIRECT": True}
TOKEN = "0123456789-watching-closely"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def token(settings):
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture(autouse=True)
def no_worker_yet():
    with connection.cursor() as cursor:
        for table in ("periodic_defers", "jobs", "workers"):
            cursor.execute(f"DELETE FROM procrastinate_{table}")


@pytest.fixture
def worked():
    """A worker was there a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def look(client, token=TOKEN):
    response = client.get("/readyz", headers={"Authorization": f"Bearer {token}"})
    said = response.json()
    troubles = {
        name: check["trouble"] for name, check in said.get("checks", {}).items() if not check["ok"]
    }
    return response.status_code, said["status"], troubles


@pytest.mark.parametrize(
    ("path", "body"), [("/healthz", b"ok\n"), ("/readyz", b'{"status": "ok"}')]
)
def test_health_is_told_whatever_the_sites_name_is(client, path, body):
    with override_settings(**ELSEWHERE):
        response = client.get(path, headers={"host": "127.0.0.1:8000"})
        assert (response.status_code, response.content) == (200, body)
        assert "no-store" in response["Cache-Control"]
        assert client.get("/", headers={"host": "127.0.0.1:8000"}).status_code == 400
    assert client.post(path).status_code == 405


def test_no_readers_are_sent_where_the_database_is_silent(client, monkeypatch):
    def refuse():
        raise Error("gone")

    monkeypatch.setattr("factcheck.readiness.connection", SimpleNamespace(cursor=refuse))
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    status, said, troubles = look(client)
    assert (status, said) == (503, "unavailable")
    assert troubles["database"] == "the database does not answer"


def test_no_readers_are_sent_to_code_whose_tables_are_missing(client, worked):
    assert look(client) == (200, "ok", {})
    MigrationRecorder.Migration.objects.filter(app="claims", name="0009_roles").delete()
    wanted = {"migrations": "migrations are not applied: claims.0009_roles"}
    assert look(client) == (503, "unavailable", wanted)
    assert client.get("/readyz").json() == {"status": "unavailable"}


def test_tables_of_newer_code_do_no_harm(client, worked):
    """As while an upgrade goes on: the database is ahead of the processes that still answer."""
    MigrationRecorder.Migration.objects.create(app="claims", name="9999_later")
    assert look(client)[:2] == (200, "ok")


# --- What hurts no reader at once ---------------------------------------------------------


def test_a_worker_that_never_was(client):
    assert look(client) == (200, "degraded", {"worker": "no worker has ever run"})


def test_a_worker_that_is_gone(client, worked):
    with time_machine.travel(time.time() + 301):
        assert look(client) == (
            200,
            "degraded",
            {"worker": "no worker was heard of for 301 seconds"},
        )


def test_a_job_that_waits_too_long(client, worked):
    def job(**columns):
        with connection.cursor() as cursor:
            names, values = ", ".join(columns), ", ".join(["%s"] * len(columns))
            cursor.execute(
                f"INSERT INTO procrastinate_jobs (queue_name, task_name, {names}) "
                f"VALUES ('default', 'a.job', {values})",
                list(columns.values()),
            )

    now = timezone.now()
    job(scheduled_at=now + datetime.timedelta(hours=1))  # not due
    job(lock="a")  # due since it came
    job(scheduled_at=now - datetime.timedelta(seconds=590))
    assert look(client)[1] == "ok"
    job(scheduled_at=now - datetime.timedelta(seconds=700))
    _, said, troubles = look(client)
    assert said == "degraded"
    assert troubles["queue"].startswith("a job has waited for 70")
    said = client.get("/readyz", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert said["checks"]["queue"]["due"] == 3


def test_a_disk_that_is_nearly_full(client, worked, monkeypatch):
    usage = collections.namedtuple("usage", "total used free")(10**12, 10**12, 300 * 1024**2)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert look(client) == (200, "degraded", {"disk": "300 MB are free where VAR is"})


def test_an_archive_that_fails_again_and_again(client, worked):
    Archive.objects.update_or_create(
        name=SERVICE, defaults={"failures": FAILURES, "failing_since": timezone.now()}
    )
    _, said, troubles = look(client)
    assert said == "degraded"
    assert "times in a row" in troubles["archive"]


# --- Who may know ------------------------------------------------------------------------


@pytest.mark.parametrize("sent", ["", "wrong", TOKEN[:-1], TOKEN + "x", "é" * 30])
def test_a_stranger_learns_nothing_but_the_state(client, sent):
    assert look(client, sent) == (200, "ok", {})
    assert client.get("/readyz").json() == {"status": "ok"}


def test_without_a_token_nobody_learns_more(client, settings):
    settings.METRICS_TOKEN = ""
    assert look(client, "") == (200, "ok", {})
    assert look(client) == (200, "ok", {})


@pytest.mark.parametrize("value", ["short", "x" * 19, "with space " * 3, "密" * 30])
def test_a_token_that_is_none(monkeypatch, value):
    monkeypatch.setenv("METRICS_TOKEN", value)
    with pytest.raises(ImproperlyConfigured, match="METRICS_TOKEN is no token") as caught:
        environment.env_token("METRICS_TOKEN")
    assert value not in str(caught.value)
