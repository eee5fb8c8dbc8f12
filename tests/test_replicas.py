"""Readers are served by a standby that has everything, and never notice one that has not."""

import json
import os
import subprocess
import sys
import time

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from claims.models import PublishedClaim, Submission
from factcheck import embedded, environment, replicas

from .servers import Client, servers, supervisors, until, url_of_database
from .servers import environment as variables

LIST = "/api/v1/claims/"
LAG = 2
TOKEN = "0123456789-watching-closely"
# The whole application, in a process whose databases are those of the test.
READER = """
import json, sys
from factcheck.wsgi import application
from factcheck import replicas
from django.test import RequestFactory
read_from = []
routed = application.application
whole = routed.application
def noting(environ, start_response):
    read_from.append(replicas.serving())
    return whole(environ, start_response)
routed.application = noting
for line in sys.stdin:
    path, headers = json.loads(line)
    read_from.clear()
    said = []
    environ = RequestFactory(SERVER_NAME="localhost").get(path, headers=headers).environ
    response = application(environ, lambda *args: said.append(args))
    body = b"".join(response).decode()
    getattr(response, "close", lambda: None)()
    print(json.dumps([said[-1][0][:3], read_from, body]), flush=True)
"""
PUBLISH = """
import sys, django
django.setup()
from tests import desk
author, reviewer = (desk.known(name) or make(name) for name, make in
                    [("ann", desk.make_author), ("ben", desk.make_reviewer)])
desk.make_published(sys.argv[1], author=author, reviewer=reviewer)
"""


def url(data):
    return f"postgresql://postgres@/postgres?host={data}"


def sql(data, statement):
    with psycopg.connect(url(data), autocommit=True) as connection:
        return connection.execute(statement).fetchone()


def kill(data):
    """With whoever would start it again."""
    for process in [*supervisors(data), *servers(data)]:
        process.kill()


class Standby:
    """A streaming standby of the server in `primary`."""

    def __init__(self, primary, data):
        self.data = data
        self.account = embedded._as(embedded._account(primary))
        data.mkdir(mode=0o700)
        os.chown(data, self.account.get("user", -1), self.account.get("group", -1))
        copy = ["pg_basebackup", "-h", primary, "-U", "postgres", "-D", data]
        self._run(*copy, "--write-recovery-conf", "--checkpoint=fast")
        for lock in data.glob(".s.PGSQL.*.lock"):  # the primary's
            lock.unlink()
        self.start()

    def start(self):
        program = [embedded.programs() / "postgres", "-D", self.data, "-k", self.data]
        with open(self.data.with_suffix(".log"), "ab") as log:
            self.process = subprocess.Popen(
                [*program, "-c", "listen_addresses="], **self.account, stdout=log, stderr=log
            )
        until(self.answers, "it answers")

    def answers(self):
        try:
            return sql(self.data, "SELECT pg_is_in_recovery()")[0]
        except psycopg.OperationalError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def _run(self, program, *arguments):
        subprocess.run(
            [embedded.programs() / program, *arguments], **self.account, check=True, timeout=60
        )


@pytest.fixture
def primary(db, tmp_path):
    """A server with the tables of the test's database, and nobody else's."""
    data = tmp_path / "primary"
    client = Client(data).wait_until_ready()
    dump = [embedded.programs() / "pg_dump", "--no-owner", url_of_database()]
    load = [embedded.programs() / "psql", "--quiet", "--set=ON_ERROR_STOP=1", url(data)]
    tables = subprocess.run(dump, check=True, capture_output=True).stdout
    subprocess.run(load, check=True, input=tables, stdout=subprocess.DEVNULL)
    yield data
    client.close()


@pytest.fixture
def standby(primary, tmp_path):
    found = Standby(primary, tmp_path / "standby")
    yield found
    found.kill()


@pytest.fixture
def publish(primary):
    def run(slug):
        settings = variables(DATABASE_URL=url(primary), DJANGO_SETTINGS_MODULE="factcheck.settings")
        subprocess.run([sys.executable, "-c", PUBLISH, slug], env=settings, check=True, timeout=60)

    return run


@pytest.fixture
def read(primary, standby, tmp_path):
    """`read(path, **headers)` is `(status, the databases asked in turn, body)`."""
    settings = {"DATABASE_URL": url(primary), "DATABASE_REPLICA_URLS": url(standby.data)}
    settings |= {"DATABASE_REPLICA_LAG": str(LAG), "VAR": str(tmp_path)}
    settings |= {"API_REQUESTS_PER_MINUTE": "0", "METRICS_TOKEN": TOKEN}
    settings["DJANGO_SETTINGS_MODULE"] = "factcheck.settings"
    process = subprocess.Popen(
        [sys.executable, "-c", READER],
        env=variables(**settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask(path, **headers):
        process.stdin.write(json.dumps([path, headers]) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    yield ask
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


@pytest.mark.long
def test_a_real_standby_serves_readers_while_it_is_near(publish, standby, read, primary):
    publish("bridge-cost")
    page = f"{LIST}bridge-cost/"

    def near():
        return read(page)[:2] == ["200", ["replica-1"]]

    until(near, "the standby serves the claim")
    assert read("/v1alpha1/claims:search?query=bridge")[:2] == ["200", ["replica-1"]]
    assert read(f"{LIST}?q=bridge")[:2] == ["200", ["replica-1"]]
    # Whoever could have published it reads it where it was written.
    for headers in ({"Cookie": "sessionid=x"}, {"Authorization": "Bearer x"}):
        assert read(page, **headers)[1] == ["default"]

    # Behind, it is left alone once it is late; until then it tells the former state.
    sql(standby.data, "SELECT pg_wal_replay_pause()")
    publish("tower-height")
    until(lambda: read(f"{LIST}tower-height/")[:2] == ["200", ["default"]], "the late one is left")
    told = read("/readyz", Authorization=f"Bearer {TOKEN}")[2]
    assert json.loads(told)["checks"]["standbys"]["trouble"].endswith("replica-1: late or gone")
    sql(standby.data, "SELECT pg_wal_replay_resume()")
    until(near, "it has caught up")
    assert read(f"{LIST}tower-height/")[:2] == ["200", ["replica-1"]]

    # Dead, it costs whoever asks first a second try, and nobody an answer.
    standby.kill()
    assert [read(page)[0] for _ in range(2)] == ["200", "200"]
    assert read(page)[:2] == ["200", ["default"]]
    standby.start()
    until(near, "it is back")

    # Without the primary, what is public is still read: nothing can have been added.
    kill(primary)
    gone = time.monotonic()
    while time.monotonic() < gone + 2 * LAG:
        assert near()
    assert read("/readyz")[0] == "200"
    # Made a primary of its own, it would go its own way.
    sql(standby.data, "SELECT pg_promote()")
    until(lambda: read(page)[:2] == ["503", ["default"]], "the promoted one is left")


@pytest.mark.parametrize(
    ("method", "headers", "is_public"),
    [
        ("GET", {}, True),
        ("HEAD", {"Cookie": "django_language=zh-hans"}, True),
        ("POST", {}, False),
        ("OPTIONS", {}, False),
        ("GET", {"Cookie": "a=b; sessionid=x"}, False),
        ("GET", {"Authorization": "Bearer x"}, False),
    ],
)
def test_who_may_have_written_reads_where_it_was_written(method, headers, is_public):
    environ = RequestFactory().generic(method, LIST, headers=headers).environ
    assert replicas.is_public_read(environ) is is_public


def test_what_a_reader_sent_and_all_that_is_written_is_the_primarys(monkeypatch):
    monkeypatch.setattr(replicas._serving, "alias", "replica-1", raising=False)
    router = replicas.Router()
    assert router.db_for_read(PublishedClaim) == "replica-1"
    for model in (Submission, get_user_model(), Session):
        assert router.db_for_read(model) == "default"
    assert router.db_for_write(PublishedClaim) == "default"
    assert not router.allow_migrate("replica-1", "claims")


def test_an_address_of_no_standby(monkeypatch):
    monkeypatch.setenv("DATABASE_REPLICA_URLS", "postgresql:///a, mysql://me:hidden@b/c")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_REPLICA_URLS is not") as caught:
        environment.replicas()
    assert "hidden" not in str(caught.value)
