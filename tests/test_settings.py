"""A wrong value in the environment stops the start with one sentence."""

import re
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from factcheck import environment as env
from factcheck.settings import BASE_DIR

from .servers import environment, manage

LONG = "0123456789" * 6


@pytest.fixture
def refused(monkeypatch):
    """The sentence that `read` stops with when `name` has this value."""

    def refuse(name, value, read):
        monkeypatch.delenv(name.removesuffix("_FILE"), raising=False)
        monkeypatch.setenv(name, value)
        with pytest.raises(ImproperlyConfigured) as caught:
            read()
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return refuse


@pytest.mark.parametrize(
    "url",
    ["garbage", "postgresql://h:abc/x", "postgresql://h:99999/x", "postgresql://", "mysql://x/y",
     "sqlite:///x", "postgresql://[bad/x", "postgresql://me:secret@host"],
)  # fmt: skip
def test_an_address_of_no_database(refused, url):
    said = refused("DATABASE_URL", url, lambda: env.database(None))
    assert "DATABASE_URL is not the address of a PostgreSQL database" in said
    assert "me:secret@host" not in said


@pytest.mark.parametrize(
    "url",
    ["postgresql://me:secret@localhost/factcheck", "postgres:///x", "postgresql://@/x?host=/run/x",
     "postgresql://?service=factcheck"],
)  # fmt: skip
def test_an_address_of_a_database(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    assert env.database(None)["ENGINE"] == "django.db.backends.postgresql"


@pytest.mark.parametrize("folder", ["/dev/null", "/dev/null/var", "/proc/var", __file__])
def test_a_folder_that_is_none(refused, folder):
    said = refused("VAR", folder, lambda: env.env_folder("VAR", "var"))
    assert f"VAR is '{folder}', which cannot be a directory" in said


def test_a_secret_stands_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text(f"{LONG}\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert env.secret_key(tmp_path) == LONG
    monkeypatch.setenv("SECRET_KEY", LONG)
    with pytest.raises(ImproperlyConfigured, match="both set; keep one"):
        env.secret_key(tmp_path)


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "no such file"), (b" \n", "which is empty"), (b"\xff\xfe", "which cannot be read")],
)
def test_a_file_without_a_secret(refused, tmp_path, content, why):
    if content:
        (tmp_path / "url").write_bytes(content)
    file = str(tmp_path / "url")
    said = refused("DATABASE_URL_FILE", file, lambda: env.env("DATABASE_URL"))
    assert said.startswith(f"DATABASE_URL_FILE is '{file}'")
    assert why in said


def test_a_folder_where_no_key_can_be_kept(tmp_path):
    (tmp_path / "secret-key").mkdir()
    with pytest.raises(ImproperlyConfigured, match="The key cannot be kept in"):
        env.secret_key(tmp_path)


@pytest.mark.parametrize("key", ["x", "x" * 60, LONG[:49]])
def test_a_key_that_can_be_guessed(refused, tmp_path, key):
    said = refused("SECRET_KEY", key, lambda: env.secret_key(tmp_path))
    assert said == (
        "SECRET_KEY is too easy to guess; write 50 characters or more, drawn at random."
    )


@pytest.mark.parametrize(
    "url",
    ["https://[bad", "https://x.org?x=1", "https://x.org?", "https://x.org#top", "https://x.org:abc",
     "https://x.org:99999", "https://x.org:0", "https://me@x.org", "https://x.org/facts", "x.org",
     "ftp://x.org", "https:x", "https://事实.org", "https://x org", "https://x.org:８０"],
)  # fmt: skip
def test_an_origin_that_is_none(refused, url):
    said = refused("SITE_URL", url, lambda: env.site_url(8000))
    assert said.startswith(f"SITE_URL is {url!r}; write the origin alone")


@pytest.mark.parametrize(
    "url", ["https://facts.example.org", "HTTP://Facts.example.org:8443", "http://[::1]:80"]
)
def test_an_origin(monkeypatch, url):
    monkeypatch.setenv("SITE_URL", f"{url}/")
    assert env.site_url(8000) == url


@pytest.mark.parametrize(
    "value", ["wikidata.org/wiki/Q1", "https://x.org, javascript:x", "http://"]
)
def test_an_address_elsewhere_that_is_none(refused, value):
    said = refused("SITE_SAME_AS", value, lambda: env.env_addresses("SITE_SAME_AS"))
    assert said.endswith("write whole web addresses, with commas.")


def test_addresses_elsewhere(monkeypatch):
    monkeypatch.setenv("SITE_SAME_AS", "https://www.wikidata.org/wiki/Q1, https://x.org")
    found = env.env_addresses("SITE_SAME_AS")
    assert found == ["https://www.wikidata.org/wiki/Q1", "https://x.org"]


@pytest.mark.parametrize("value", ["８０００", "eighty", "0", "65536", "-1", "1e3", "9" * 5000])
def test_a_port_that_is_none(refused, value):
    said = refused("PORT", value, lambda: env.env_number("PORT", "8000", 65535))
    assert said == f"PORT is {value!r}; write a number from 1 to 65535."


def test_true_or_false(refused):
    said = refused("HTTPS", "yes", lambda: env.env_bool("HTTPS"))
    assert said == "HTTPS is 'yes'; write true or false."


def test_a_folder_without_a_model(refused, tmp_path):
    said = refused("MATCH_MODEL", str(tmp_path), lambda: env.env_model("MATCH_MODEL"))
    assert said == f"MATCH_MODEL is '{tmp_path}', which has no model.onnx and tokenizer.json."
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).touch()
    if not env.find_spec("onnxruntime"):
        said = refused("MATCH_MODEL", str(tmp_path), lambda: env.env_model("MATCH_MODEL"))
        assert said.endswith("pip install -r requirements-match.txt first.")


# --- From outside ---


def sentence(tmp_path, *command, **values):
    values = {"VAR": str(tmp_path), "SECRET_KEY": LONG} | values
    done = manage(*command, env=environment(**values))
    assert done.returncode == 1
    assert done.stderr.startswith("manage.py: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_wrong_value_stops_the_start(tmp_path):
    assert "DATABASE_URL" in sentence(tmp_path, "check", DATABASE_URL="garbage")


def test_a_connection_that_is_refused(tmp_path):
    said = sentence(tmp_path, "migrate", DATABASE_URL="postgresql://postgres@127.0.0.1:1/x")
    assert "manage.py: the database does not answer: connection" in said


def address_of(name):
    """The address of another database on the server of the tests."""
    facts = connection.get_connection_params()
    address = {key: facts[key] for key in ("host", "port", "user", "password") if key in facts}
    return f"postgresql:///{name}?{urlencode(address)}"


def test_a_database_that_is_missing(tmp_path, db):
    url = address_of("no-such-database")
    assert 'database "no-such-database" does not exist' in sentence(
        tmp_path, "migrate", DATABASE_URL=url
    )


def test_a_database_that_nobody_migrated(tmp_path, db):
    name = f"{connection.settings_dict['NAME']}_bare"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            said = sentence(tmp_path, "verify_record", DATABASE_URL=address_of(name))
        finally:
            cursor.execute(f'DROP DATABASE "{name}"')
    assert re.search(r"\d+ migrations are not applied to the database: migrate it", said)


def test_every_setting_stands_in_the_readme():
    """What the environment may say is told, with its meaning and what it is if unset."""
    folder = BASE_DIR / "factcheck"
    code = "".join((folder / name).read_text() for name in ("settings.py", "environment.py"))
    read = set(re.findall(r"""env(?:_\w+)?\(\s*"([A-Z_]+)\"""", code))
    told = re.findall(r"^\| `([A-Z_]+)` \|", (BASE_DIR / "README.md").read_text(), re.MULTILINE)
    assert read == set(told)
    assert len(read) > 12
