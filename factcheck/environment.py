"""What the environment says, read by type. A wrong value stops the start with one sentence."""

import os
import re
import secrets
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from . import embedded

# No user, path, query or fragment; names as a browser sends them, in ASCII.
ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?", re.IGNORECASE | re.ASCII)
ROLES = ["contributor", "editor", "reviewer", "administrator"]  # as claims.0009_roles makes them


def env(name, default=""):
    """The variable, or what stands in the file that NAME_FILE names: so secrets are handed over."""
    value, file = (os.environ.get(key, "").strip() for key in (name, f"{name}_FILE"))
    if value and file:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; keep one of them.")
    if file:
        try:
            value = Path(file).read_text().strip()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ImproperlyConfigured(
                f"{name}_FILE is {file!r}, which cannot be read ({reason.lower()})."
            ) from error
        if not value:
            raise ImproperlyConfigured(f"{name}_FILE is {file!r}, which is empty.")
    return value or default


def env_bool(name, default=False):
    value = env(name, str(default)).lower()
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; write true or false.")
    return value == "true"


def env_choice(name, choices, default):
    value = env(name, default).lower()
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; write {' or '.join(choices)}.")
    return value


def env_dotted(name):
    """Where a function stands, as `module.function`; that it is there is seen at the start."""
    value = env(name)
    if value and not (value.isascii() and re.fullmatch(r"\w+(\.\w+)+", value)):
        raise ImproperlyConfigured(f"{name} is {value!r}; write it as module.function.")
    return value


def env_token(name):
    """A password of a program, as it stands in a header. It is not repeated."""
    value = env(name)
    if value and not re.fullmatch("[A-Za-z0-9._~+/=-]{20,200}", value, re.ASCII):
        raise ImproperlyConfigured(
            f"{name} is no token; write 20 characters or more, drawn at random: letters, digits "
            "and ._~+/=-"
        )
    return value


def env_list(name, default=""):
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def env_folder(name, default):
    """A directory, made if it is not there."""
    folder = Path(env(name, str(default)))
    try:
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:  # Python 3.11 tells a circle of links by the latter
        reason = getattr(error, "strerror", None) or str(error)
        raise ImproperlyConfigured(
            f"{name} is {str(folder)!r}, which cannot be a directory ({reason.lower()})."
        ) from error
    return folder


def env_model(name):
    """A folder with a sentence model, for claims/search/dense.py, or None."""
    if not env(name):
        return None
    folder = Path(env(name)).resolve()
    if not (folder / "tokenizer.json").is_file() or not (
        (folder / "onnx" / "model.onnx").is_file() or (folder / "model.onnx").is_file()
    ):
        raise ImproperlyConfigured(
            f"{name} is {str(folder)!r}, which has no model.onnx and tokenizer.json."
        )
    if not all(map(find_spec, ("onnxruntime", "tokenizers"))):
        raise ImproperlyConfigured(f"{name} is set; pip install -r requirements-match.txt first.")
    return folder


def env_number(name, default, most, least=1):
    value = env(name, default)
    if not re.fullmatch("[0-9]{1,5}", value) or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a number from {least} to {most}.")
    return int(value)


def env_file(name):
    value = env(name)
    if value and not Path(value).is_file():
        raise ImproperlyConfigured(f"{name} is {value!r}, and there is no such file.")
    return value


def env_addresses(name):
    found = env_list(name)
    if wrong := [url for url in found if not re.fullmatch(r"https?://[^/\s]+\S*", url)]:
        raise ImproperlyConfigured(
            f"{name} has {', '.join(wrong)}; write whole web addresses, with commas."
        )
    return found


def env_roles(name):
    found = env_list(name)
    if unknown := [role for role in found if role not in ROLES]:
        raise ImproperlyConfigured(
            f"{name} has {', '.join(unknown)}; the roles are {', '.join(ROLES)}."
        )
    return found


def secret_key(folder):
    """The key of the environment, or one that is made once and kept beside the data."""
    if key := env("SECRET_KEY"):
        if len(key) < 50 or len(set(key)) < 5:  # what Django's deployment check asks for
            raise ImproperlyConfigured(
                "SECRET_KEY is too easy to guess; write 50 characters or more, drawn at random."
            )
        return key
    file = folder / "secret-key"
    try:
        if not file.exists():
            draft = folder / f".secret-key.{os.getpid()}"
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(50))
            try:
                os.link(draft, file)  # two processes starting at once agree on the first key
            except FileExistsError:
                pass
            draft.unlink()
        return file.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The key cannot be kept in {file} ({error.strerror.lower()}); set VAR to a directory "
            "of your own, or SECRET_KEY."
        ) from error


def site_url(port):
    url = env("SITE_URL", f"http://127.0.0.1:{port}").rstrip("/")
    try:
        is_origin = ORIGIN.fullmatch(url) and urlsplit(url).port != 0
    except ValueError:  # no such port, no such address
        is_origin = False
    if not is_origin:
        raise ImproperlyConfigured(
            f"SITE_URL is {url!r}; write the origin alone, such as https://facts.example.org"
        )
    return url


def database(folder):
    """The server of DATABASE_URL, whose value is not repeated, for its password; or our own."""
    url = env("DATABASE_URL")
    return _database("DATABASE_URL", url) if url else embedded.database(folder / "postgres")


def replicas():
    """The hot standbys by alias, whose connections must not make a reader wait."""
    found = [_database("DATABASE_REPLICA_URLS", url) for url in env_list("DATABASE_REPLICA_URLS")]
    for entry in found:
        entry["OPTIONS"] = {"connect_timeout": 2} | entry.get("OPTIONS", {})
        entry["TEST"] = {"MIRROR": "default"}
    return {f"replica-{number}": entry for number, entry in enumerate(found, 1)}


def _database(name, url):
    try:
        found = dj_database_url.parse(url)
    except ValueError:
        found = {"ENGINE": None}
    is_named = found.get("NAME") or "service" in found.get("OPTIONS", {})
    if found["ENGINE"] != "django.db.backends.postgresql" or not is_named:
        raise ImproperlyConfigured(
            f"{name} is not the address of a PostgreSQL database; write one such as "
            "postgresql://me:secret@localhost/factcheck"
        )
    if found.get("OPTIONS", {}).get("server_side_binding"):
        raise ImproperlyConfigured(
            f"{name} asks for server_side_binding: the history could not tell who writes."
        )
    return found
