"""Figures for Prometheus: of all processes of the server together, to whoever has the token."""

import http.client
import os
import signal
import socket
import subprocess
import sys

import psutil
import pytest
from django.conf import settings as django_settings
from prometheus_client.parser import text_string_to_metric_families

from factcheck import metrics
from factcheck.health import health
from factcheck.observed import Observed
from sources.models import Source

from . import desk
from .servers import environment, until, url_of_database
from .sites import CLAIM

pytestmark = pytest.mark.django_db
TOKEN = "0123456789-watching-closely"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


def samples(text):
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


# --- A server of two processes -----------------------------------------------------------


def workers(process):
    return [child for child in psutil.Process(process.pid).children(recursive=True) if works(child)]


def works(child):
    try:
        is_dead = child.status() == psutil.STATUS_ZOMBIE
        return not is_dead and "resource_tracker" not in str(child.cmdline())
    except psutil.NoSuchProcess:  # it ended since it was listed
        return False


@pytest.fixture
def server(tmp_path):
    """`(process, ask)`: `ask(path)` is answered by whichever process takes the connection."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = f"-m granian --interface wsgi --workers 2 --blocking-threads 2 --port {port}"
    command += " --log-level critical --respawn-failed-workers --respawn-interval 0.5"
    env = environment(
        VAR=str(tmp_path / "var"), TMPDIR=str(tmp_path), METRICS_TOKEN=TOKEN,
        DATABASE_URL=url_of_database(), API_REQUESTS_PER_MINUTE="0",
    )  # fmt: skip

    def ask(path, headers=AUTHORIZED):
        with_server = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            with_server.request("GET", path, headers=headers)
            answer = with_server.getresponse()
            return answer.status, answer.read().decode()
        except (ConnectionError, http.client.HTTPException):
            return None, ""
        finally:
            with_server.close()

    process = subprocess.Popen(
        [sys.executable, *command.split(), "factcheck.wsgi:application"],
        env=env,
        cwd=django_settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: ask("/healthz")[0] == 200, "the server answers")
        yield process, ask
    finally:
        # Not asked to end: granian waits for a worker that was killed.
        for one in [process, *workers(process)]:
            one.kill()
        process.wait()


def test_all_processes_are_counted_and_none_is_forgotten_when_it_dies(server, tmp_path):
    process, ask = server

    def counted(route="api/v1/claims/", status="200"):
        return samples(ask("/metrics")[1]).get(
            ("factcheck_requests_total", *sorted(["GET", route, status])), 0
        )

    for _ in range(30):
        assert ask("/api/v1/claims/")[0] == 200  # Django's first, then those that were kept
    assert [ask("/api/v1/nowhere/")[0] for _ in range(4)] == [404] * 4
    # Whichever process is asked.
    assert {counted() for _ in range(6)} == {30}
    assert counted("api/v1/", "404") == 4
    (folder,) = tmp_path.glob(f"{metrics.PREFIX}*")
    wrote = {file.name.rpartition("_")[2] for file in folder.glob("counter_*.db")}
    assert len(wrote) == 2
    victim = workers(process)[0]
    victim.send_signal(signal.SIGKILL)
    until(
        lambda: victim.pid not in {w.pid for w in workers(process)} and len(workers(process)) == 2,
        "another process takes its place",
    )
    until(lambda: ask("/healthz")[0] == 200, "it answers again")
    assert counted() == 30
    assert ask("/metrics", {})[0] == 401


# --- What is told ------------------------------------------------------------------------


@pytest.fixture
def ask(rf, settings):
    settings.METRICS_TOKEN = TOKEN

    def answer(token=TOKEN):
        views = health(lambda request: None)
        return views(rf.get("/metrics", headers={"Authorization": f"Bearer {token}"}))

    return answer


@pytest.mark.parametrize("sent", ["", "wrong", TOKEN[:-1]])
def test_figures_are_for_whoever_has_the_token(ask, sent):
    response = ask(sent)
    assert (response.status_code, response.content) == (401, b"Send the token.\n")
    assert response["WWW-Authenticate"] == "Bearer"


def test_without_a_token_there_is_no_such_page(client):
    assert client.get("/metrics", headers=AUTHORIZED).status_code == 404


@pytest.fixture(scope="module")
def began(tmp_path_factory):
    """This process counts, as one of the server does."""
    before = os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    metrics.begin(tmp_path_factory.mktemp("counted"))
    yield
    if before:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = before


def test_figures_of_the_desk_and_of_the_record(ask, began, published):
    published()
    Source.objects.update(link_state="ok")
    desk.make_source("gone", link_state="dead")
    found = samples(ask().content.decode())
    assert found["factcheck_revisions_total",] == 1
    assert found["factcheck_sources", "dead"] == 1
    assert found["factcheck_check_ok", "database"] == 1
    assert found["factcheck_queue_due",] == 0
    assert found["factcheck_disk_free_bytes",] > 0


def test_a_request_is_told_by_its_route_and_never_by_its_address(began):
    for path, route in [
        (CLAIM, "api/v1/claims/<api-slug:slug>/"),
        ("/api/v1/claims/another/", "api/v1/claims/<api-slug:slug>/"),
        ("/zh-hans/claims/bridge-cost/", "zh-hans/claims/<slug:slug>/"),
        ("/claims/bridge-cost/", "claims/<slug:slug>/"),
        ("/\x00/etc/passwd", ""),
    ]:
        assert metrics.route_of(path) == route
    before = told()
    environ = {"REQUEST_METHOD": "BREW", "PATH_INFO": CLAIM, "QUERY_STRING": "q=secret"}
    metrics.count(environ, "200", 0.02)
    new = {key: value - before.get(key, 0) for key, value in told().items()}
    route = "api/v1/claims/<api-slug:slug>/"
    assert new["factcheck_requests_total", *sorted(["other", route, "200"])] == 1
    assert new["factcheck_request_seconds_bucket", "0.025", route] == 1
    assert new["factcheck_request_seconds_bucket", "0.01", route] == 0
    assert not [key for key in new if "secret" in str(key) or "bridge-cost" in str(key)]


def told():
    return samples(metrics.told()[0].decode())


# --- The folder --------------------------------------------------------------------------


def test_folders_of_servers_that_are_gone_are_taken_away(monkeypatch, tmp_path):
    """Those of servers that live stay, whatever the clock was set to since they began."""
    own, other, gone = (tmp_path / f"{metrics.PREFIX}{number}" for number in (1, 2, 3))
    for folder in (other, gone, tmp_path / "somebody-elses"):
        folder.mkdir()
    holding = "import pathlib, sys; from factcheck import metrics;"
    holding += "metrics._hold(pathlib.Path(sys.argv[1])); print(flush=True); sys.stdin.read()"
    server = subprocess.Popen(
        [sys.executable, "-c", f"import django; django.setup(); {holding}", other],
        env=environment(DATABASE_URL=url_of_database(), VAR=str(tmp_path / "somebody-elses"),
                        DJANGO_SETTINGS_MODULE="factcheck.settings"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with server:
        server.stdout.readline()
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "set back after this test")
        metrics.begin(own)
        assert set(tmp_path.iterdir()) == {own, other, tmp_path / "somebody-elses"}


def test_whoever_asks_is_answered_where_nothing_can_be_counted(caplog):
    def count(*facts):
        raise FileNotFoundError("the figures")

    def application(environ, start_response):
        start_response("200 OK", [])
        return [b"here"]

    observed = Observed(application, count)
    for _ in range(2):
        assert observed({}, lambda *said: None) == [b"here"]
    assert [record.message for record in caplog.records] == ["Requests are not counted"]


def test_a_folder_that_somebody_else_made_is_not_written_to(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    with pytest.raises(OSError, match="is somebody else's; take it away"):
        metrics.begin(tmp_path / "link")
