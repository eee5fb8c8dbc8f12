"""System checks that ask the database, so they run in `migrate` and `check --database default`.

A `migrate` started by `call_command` skips checks unless it is given `skip_checks=False`.
"""

from django.core.checks import Error
from django.db import connections


def database_locale_is_utf8(app_configs, databases=None, **kwargs):
    """Search is blind to Chinese and Cyrillic unless the database's character type is UTF-8.

    Only `datctype` counts: trigrams read it whatever the collation provider is.
    """
    found = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT datname, datctype FROM pg_database WHERE datname = current_database()"
            )
            name, character_type = cursor.fetchone()
        if "utf8" not in character_type.lower().replace("-", ""):
            found.append(_refusal(name, character_type))
    return found


def _refusal(name, character_type):
    return Error(
        f"The database {name} has the character type {character_type!r}, which is not UTF-8: "
        "search would not see anything but ASCII.",
        hint=(
            "It cannot be changed, so make another and load the data into it: CREATE DATABASE "
            "factcheck TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'."
        ),
        id="factcheck.E001",
    )
