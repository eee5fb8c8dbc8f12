#!/usr/bin/env python
import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018  read here, because commands that need none go on
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"manage.py: {error}")
    except ProgrammingError as error:
        from factcheck.readiness import migrations

        is_missing = getattr(error.__cause__, "sqlstate", "") in {"42P01", "42703"}  # table, column
        is_other = is_missing and {"migrate", "demo"}.isdisjoint(sys.argv)
        if is_other and (pending := migrations().figures["pending"]):
            sys.exit(f"manage.py: {pending} migrations are not applied to the database: migrate it")
        raise
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None):  # it answered, and then something went wrong
            raise
        sys.exit(f"manage.py: the database does not answer: {' '.join(str(error).split())}")
