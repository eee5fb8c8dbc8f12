"""What the embedded PostgreSQL promises, tried on real servers by real processes."""

import json
import os
import signal

import pytest

from .servers import (
    Client,
    answer,
    as_nobody,
    environment,
    manage,
    run,
    server_pid,
    servers,
    supervisors,
    until,
)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "postgres"


@pytest.fixture
def start(data):
    started = []

    def make():
        started.append(Client(data))
        return started[-1]

    yield make
    for client in started:
        client.kill()
        client.process.stdin.close()
        client.process.stdout.close()
    until(lambda: not servers(data) and not supervisors(data), "the server had stopped")


def test_second_process_finds_the_server_and_it_stops_with_the_last(data, start):
    first, second = start().wait_until_ready(), start().wait_until_ready()
    first.ask("CREATE TABLE kept AS SELECT 42 AS number")
    pid = server_pid(data)
    first.close()
    assert second.ask("SELECT number FROM kept") == 42
    assert [server.pid for server in servers(data)] == [pid]
    second.close()
    until(lambda: not servers(data), "the server had stopped")


def test_processes_that_start_at_once_share_one_server(data, start):
    clients = [start() for _ in range(6)]
    for client in clients:
        client.wait_until_ready()
    assert len(servers(data)) == 1
    assert len(supervisors(data)) == 1
    assert {client.ask("SELECT pg_postmaster_start_time()::text") for client in clients} == {
        clients[0].ask("SELECT pg_postmaster_start_time()::text")
    }


def test_killed_clients_do_not_keep_the_server(data, start):
    first, second = start().wait_until_ready(), start().wait_until_ready()
    first.kill()
    assert second.ask("SELECT 1") == 1
    second.kill()
    until(lambda: not servers(data), "the server had stopped")


def test_killed_server_comes_back_with_everything(data, start):
    client = start().wait_until_ready()
    client.ask("CREATE TABLE kept AS SELECT 42 AS number")
    os.kill(server_pid(data), signal.SIGKILL)
    until(lambda: client.ask("SELECT number FROM kept") == 42, "the data were back")


def test_killed_server_that_cannot_start_for_a_while_is_tried_again(data, start):
    client = start().wait_until_ready()
    settings, aside = data / "postgresql.conf", data / "aside"
    settings.rename(aside)
    os.kill(server_pid(data), signal.SIGKILL)
    log = data.with_name("postgres.log")
    until(lambda: "postgresql.conf" in log.read_text(), "it complained")
    assert client.ask("SELECT 1") == "no connection"
    aside.rename(settings)
    until(lambda: client.ask("SELECT 42") == 42, "it was back")


def test_everything_killed_comes_back_with_everything(data, start):
    client = start().wait_until_ready()
    client.ask("CREATE TABLE kept AS SELECT 42 AS number")
    for process in [*supervisors(data), *servers(data)]:
        process.kill()
    client.kill()
    assert answer(data, "print(json.dumps(ask('SELECT number FROM kept')))") == [42]


def test_server_of_a_killed_supervisor_is_found_and_stops(data, start):
    client = start().wait_until_ready()
    pid = server_pid(data)
    supervisors(data)[0].kill()
    assert start().wait_until_ready().ask("SELECT 1") == 1
    assert server_pid(data) == pid
    assert client.ask("SELECT 1") == 1
    assert len(supervisors(data)) == 1


def test_dead_servers_number_taken_by_another_process(data, start):
    client = start().wait_until_ready()
    client.ask("CREATE TABLE kept AS SELECT 42 AS number")
    for process in [*supervisors(data), *servers(data)]:
        process.kill()
    client.kill()
    until(lambda: not servers(data), "the server was dead")
    lines = (data / "postmaster.pid").read_text().splitlines()
    (data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert answer(data, "print(json.dumps(ask('SELECT number FROM kept')))") == [42]


def test_forked_child_keeps_the_server_after_its_parent(data):
    forking = """
embedded.database(data)
if os.fork() == 0:
    os.close(1)  # so that nobody waits for the child's output
    os.close(2)
    os.read(0, 1)
    answer = ask("SELECT 42")
    (data.parent / "answer").write_text(json.dumps(answer))
    os._exit(0)
os._exit(0)
"""
    reading, writing = os.pipe()
    done = run(data, forking, stdin=reading)
    os.close(reading)
    assert done.returncode == 0, done.stderr
    assert servers(data)
    os.close(writing)
    until((data.parent / "answer").exists, "the child had its answer")
    assert json.loads((data.parent / "answer").read_text()) == [42]
    until(lambda: not servers(data), "the server had stopped")


def test_ctrl_c_does_not_reach_the_server(data, start):
    client = start().wait_until_ready()
    began = client.ask("SELECT pg_postmaster_start_time()::text")
    os.killpg(client.process.pid, signal.SIGINT)
    assert client.ask("SELECT pg_postmaster_start_time()::text") == began


def test_leave_returns_when_the_server_has_stopped(data):
    code = "embedded.database(data); embedded.leave(data)\nprint((data/'postmaster.pid').exists())"
    done = run(data, code)
    assert done.stdout.strip() == "False", done.stderr


@pytest.mark.parametrize("lang", ["C", "POSIX", None, "xx_XX.nonsense"])
def test_locale_is_utf8_whatever_the_caller_has(data, lang):
    """Nor does the server need a home, a runtime directory or a free hand with PG variables."""
    bare = {"LANG": lang, "LC_ALL": lang, "HOME": None, "XDG_RUNTIME_DIR": None}
    code = """
with connect() as connection:
    connection.execute("CREATE EXTENSION pg_trgm")
print(json.dumps(ask(
    "SELECT datctype, pg_encoding_to_char(encoding), lower('ÉCOLE'), similarity('稳定扩散', '稳定')"
    " FROM pg_database WHERE datname = current_database()"
)))
"""
    ctype, encoding, lowered, similarity = answer(
        data, code, env=environment(**bare, PGPORT="1", PGDATA="/nowhere", PYTHONUTF8="1")
    )
    assert (ctype, encoding, lowered) == ("C.UTF-8", "UTF8", "école")
    assert similarity > 0


def test_ordinary_user(data, tmp_path):
    code = "print(json.dumps([ask('SELECT 42')[0], os.geteuid(), data.stat().st_uid]))"
    assert answer(data, code, **as_nobody(tmp_path)) == [42, 65534, 65534]


# --- Somebody's own server ---------------------------------------------------------


@pytest.mark.parametrize("command", [["check", "--database", "default"], ["migrate"]])
def test_database_that_is_not_utf8_is_refused(data, start, tmp_path, command):
    start().wait_until_ready().ask(
        "CREATE DATABASE blind TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
    )
    url = f"postgresql://postgres@/blind?host={data}"
    done = manage(*command, env=environment(DATABASE_URL=url, VAR=str(tmp_path / "var")))
    assert done.returncode != 0
    assert "factcheck.E001" in done.stderr
    assert "'C'" in done.stderr


def test_dbshell_finds_a_psql(tmp_path):
    """Even where PostgreSQL's programs are not installed."""
    env = environment(VAR=str(tmp_path), PATH="/nowhere")
    done = manage("dbshell", "--", "-Atc", "SELECT 40 + 2", env=env)
    assert done.stdout.strip() == "42", done.stderr
    until(lambda: not servers(tmp_path / "postgres"), "the server had stopped")
