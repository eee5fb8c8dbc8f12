"""Public reads from hot standbys, where DATABASE_REPLICA_URLS names some.

One database serves a request, all of it, and which one is decided before Django sees it: the
primary for whoever is signed in or has a key, so that editors see what they published, and for all
that writes; else a standby that is near enough. Without one, everything is read from the primary.

How near: each process asks the primary every moment how far its log has come, and each standby how
much of that it has. So a primary on which nothing happens makes nobody late, and a standby that
lost its primary is late however healthy it looks.
"""

import functools
import os
import threading
import time
from collections import deque
from typing import NamedTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections

EVERY = 0.5  # seconds
SAFE = {"GET", "HEAD"}
OURS = {"claims", "sources"}  # the rest is of sessions, people and jobs
FAR_BEHIND = float("-inf")
PRIMARY = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
# Nothing of a server that is no standby: another primary would never be brought up to ours.
STANDBY = """
SELECT CASE WHEN pg_is_in_recovery()
       THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint ELSE -1 END"""

_serving = threading.local()


def serving():
    """The alias of the database that the request of this thread is read from."""
    return getattr(_serving, "alias", DEFAULT_DB_ALIAS)


class Router:
    """Reads of the claims go where the request is served, all else to the primary."""

    def db_for_read(self, model, **hints):
        # A reader's own submission is theirs to see at once.
        is_ours = model._meta.app_label in OURS and model._meta.model_name != "submission"
        return serving() if is_ours else DEFAULT_DB_ALIAS

    def db_for_write(self, model, **hints):
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one, other, **hints):
        return True  # the same rows, wherever they were read

    def allow_migrate(self, db, app_label, **hints):
        return db == DEFAULT_DB_ALIAS


class Moment(NamedTuple):
    """At `at`, in seconds of the monotonic clock, the primary's log had not passed `position`."""

    at: float
    position: int


class Standbys:
    """What one process knows of its standbys, looked after by a thread of its own."""

    def __init__(self, aliases, lag):
        """`lag` is how many seconds a standby may be behind."""
        self.lag = lag
        self.complete = dict.fromkeys(aliases, FAR_BEHIND)  # what happened until then is there
        self.moments = deque(maxlen=int(lag / EVERY) + 2)
        self.lock = threading.Lock()
        self.watch = None

    def alias(self):
        """One that is near enough, the same for this process while it is; else the primary."""
        self._watch()
        oldest = time.monotonic() - self.lag
        near = [alias for alias, moment in self.complete.items() if moment >= oldest]
        return near[os.getpid() % len(near)] if near else DEFAULT_DB_ALIAS

    def behind(self):
        """`{alias: seconds}` that each lacks of the record; None of one that does not say."""
        now = time.monotonic()
        return {
            alias: None if moment == FAR_BEHIND else now - moment
            for alias, moment in self.complete.items()
        }

    def gave_up(self, alias):
        """It failed a request: nobody is sent there until it has been looked at again."""
        self.complete[alias] = FAR_BEHIND

    def look(self):
        """Ask the primary, then each standby."""
        at = time.monotonic()
        try:
            self.moments.append(Moment(at, _ask(DEFAULT_DB_ALIAS, PRIMARY)))
        except Error:
            # What it wrote before it went is all there is to have.
            if self.moments:
                self.moments.append(Moment(at, self.moments[-1].position))
        for alias in self.complete:
            try:
                position = _ask(alias, STANDBY)
            except Error:
                self.complete[alias] = FAR_BEHIND
                continue
            reached = [moment.at for moment in self.moments if moment.position <= position]
            self.complete[alias] = max(reached, default=FAR_BEHIND)

    def _watch(self):
        # Begun by the first request: a thread begun earlier would not live in a forked process.
        with self.lock:
            if self.watch is None or not self.watch.is_alive():
                self.watch = threading.Thread(target=self._look_on, daemon=True, name="standbys")
                self.watch.start()

    def _look_on(self):
        while True:
            self.look()
            time.sleep(EVERY)


def _ask(alias, question):
    connection = connections[alias]  # this thread's own
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]
    except Error:
        connection.close()
        raise


class Routed:
    """The WSGI application `application`, whose public reads are served from `standbys`."""

    def __init__(self, application, standbys):
        self.application = application
        self.standbys = standbys

    def __call__(self, environ, start_response):
        alias = self.standbys.alias() if is_public_read(environ) else DEFAULT_DB_ALIAS
        if alias == DEFAULT_DB_ALIAS:
            return self.application(environ, start_response)
        said = []
        _serving.alias = alias
        try:
            response = self.application(environ, lambda *args: said.append(args))
        finally:
            _serving.alias = DEFAULT_DB_ALIAS
        if said[-1][0][:3] != "503":
            start_response(*said[-1])
            return response
        # It died, or was too far behind to keep old rows for us: once more, where they are written.
        if hasattr(response, "close"):
            response.close()
        self.standbys.gave_up(alias)
        return self.application(environ, start_response)


@functools.cache
def known():
    """The standbys of the settings as this process knows them, or None where there are none."""
    aliases = [alias for alias in settings.DATABASES if alias != DEFAULT_DB_ALIAS]
    return Standbys(aliases, settings.DATABASE_REPLICA_LAG) if aliases else None


def route(application):
    """`application`, with its public reads on the standbys, if there are any."""
    return Routed(application, known()) if known() else application


def is_public_read(environ):
    """Nobody who could have written a moment ago: no session, no key."""
    return (
        environ["REQUEST_METHOD"] in SAFE
        and not environ.get("HTTP_AUTHORIZATION")
        and settings.SESSION_COOKIE_NAME not in environ.get("HTTP_COOKIE", "")
    )
