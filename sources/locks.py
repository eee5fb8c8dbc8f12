"""Work that one process does at a time, whatever happens to it: the database knows who is alive."""

import contextlib

from django.db import InterfaceError, OperationalError, connection


@contextlib.contextmanager
def alone(number):
    """Is this the only process inside? The lock ends with its connection, so no kill leaves it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        # A connection that is lost took the lock with it.
        with contextlib.suppress(OperationalError, InterfaceError):
            if is_alone:
                _unlock(number)


def _unlock(number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
