"""The history of one object with all its parts, read from the events of sources.history.

An object's line is its own events and those of its parts, and of theirs. One save is one entry:
the events of one transaction in one context. A moment is the number of an event.
"""

import datetime
import functools
from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection
from django.db.models.expressions import RawSQL

from .history import Event

PAGE = 50
LATEST = 2**63 - 1
FOUND, DELETED = "found", "delete"  # labels of events; others are "insert" and "update"


class CannotRestore(Exception):
    """A state cannot be brought back; the text says why."""


@dataclass(frozen=True)
class Kind:
    """One table of an object's line: its events, and how a row of it belongs to the object."""

    events: type[Event]
    within: "Kind | None" = None

    @property
    def owner(self):
        """The column that says whose row it is: one's own number, or the whole's."""
        return f"{self.events.part_of}_id" if self.within else "id"

    @property
    def depth(self):
        return self.within.depth + 1 if self.within else 0

    @property
    def _owners(self):
        return self.within.ids if self.within and self.within.within else "SELECT %s::bigint"

    @property
    def ids(self):
        """SQL for the numbers of all rows that ever belonged to the object."""
        table = self.events._meta.db_table
        return f"SELECT id FROM {table} WHERE {self.owner} IN ({self._owners})"  # noqa: S608

    @property
    def spine(self):
        """SQL for the events of these rows while they belonged to the object, each with its before.

        What moves from one object to another is in the histories of both.
        """
        return f"""
            SELECT pgh_id, before, pgh_created_at, pgh_context_id FROM (
                SELECT pgh_id, pgh_created_at, pgh_context_id, {self.owner} AS owner,
                       lag(pgh_id) OVER events AS before, lag({self.owner}) OVER events AS was
                FROM {self.events._meta.db_table} WHERE id IN ({self.ids})
                WINDOW events AS (PARTITION BY id ORDER BY pgh_id)
            ) AS of_rows
            WHERE owner IN ({self._owners}) OR was IN ({self._owners})
        """  # noqa: S608 (names of our own tables and columns)


@functools.cache
def kinds(model):
    """The tables of a model's line: its own, and after each those of its parts."""

    def below(kind):
        yield kind
        for events in apps.get_models():
            if not (issubclass(events, Event) and events.part_of):
                continue
            whole = events._meta.get_field(events.part_of).related_model
            if whole is kind.events.pgh_tracked_model:
                yield from below(Kind(events, within=kind))

    return list(below(Kind(model.pgh_event_model)))


# --- The time line -------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """What became of one row in one save."""

    before: Event | None
    after: Event | None
    kind: Kind
    is_found: bool = False  # it was there when the history began

    @property
    def row(self):
        return self.after or self.before

    @property
    def is_move(self):
        """Did a part leave one whole for another?"""
        owner = self.kind.owner
        return bool(self.before and self.after) and getattr(self.before, owner) != getattr(
            self.after, owner
        )

    def fields(self):
        """`(field, old, new)` of what changed; of a row that came or went, of all that it says."""
        for column in said_by(type(self.row), moved=self.is_move):
            old, new = (getattr(row, column.attname, None) for row in (self.before, self.after))
            if old != new and not (is_empty(old) and is_empty(new)):
                yield column, old, new


def said_by(events, *, moved=False):
    """The fields of the model that its events record, without its number.

    Nor does a part name the whole that it belongs to, unless it `moved` to another one.
    """
    recorded = {column.name for column in events._meta.fields}
    hidden = {"id"} if moved else {"id", events.part_of}
    columns = events.pgh_tracked_model._meta.concrete_fields
    return [column for column in columns if column.name in recorded - hidden]


def is_empty(value):
    return value is None or value in ("", [], {})


@dataclass
class Entry:
    """One save: when, by whom and by what way, and what it changed."""

    moment: int
    at: datetime.datetime
    contexts: list = field(default_factory=list)  # one for each person, as a rule one
    roles: list = field(default_factory=list)
    changes: list = field(default_factory=list)

    def add_writer(self, event):
        if event.pgh_context not in self.contexts:
            self.contexts.append(event.pgh_context)
        if event.pgh_role not in self.roles:
            self.roles.append(event.pgh_role)


def entries(model, pk, *, line=None, before=None, limit=PAGE):
    """The newest saves before the moment `before`, and whether there are older ones.

    `line` is those of kinds() that are asked for, if not all.
    """
    line = line or kinds(model)
    rows = _groups(line, pk, before or LATEST, limit + 1)
    wanted = {number for row in rows[:limit] for number in (*row[2], *row[3]) if number}
    found = {
        event.pgh_id: (kind, event)
        for kind in line
        for event in kind.events.objects.filter(pgh_id__in=wanted)
    }
    return [_entry(*row, found) for row in rows[:limit]], len(rows) > limit


def latest(model, pk):
    """The moment of the newest save of an object; 0 if there was none."""
    rows = _groups(kinds(model), pk, LATEST, 1)
    return rows[0][0] if rows else 0


def _groups(line, pk, before, limit):
    """`(moment, at, events, events before those)` of each save, newest first."""
    parts = [kind.spine for kind in line]
    sql = f"""
        SELECT max(pgh_id), pgh_created_at, array_agg(pgh_id), array_agg(before)
        FROM ({" UNION ALL ".join(parts)}) AS events
        GROUP BY pgh_created_at, pgh_context_id
        HAVING max(pgh_id) < %s ORDER BY 1 DESC LIMIT %s
    """  # noqa: S608 (made of the above)
    numbers = [pk] * sum(part.count("%s") for part in parts)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*numbers, before, limit])
        return cursor.fetchall()


def _entry(moment, at, numbers, befores, found):
    entry, rows = Entry(moment, at), {}
    for number, before in sorted(zip(numbers, befores, strict=True)):
        kind, event = found[number]
        entry.add_writer(event)
        earlier = found[before][1] if before else None
        rows.setdefault((kind, event.id), []).append((earlier, event))
    for (kind, _id), steps in rows.items():
        before, last = steps[0][0], steps[-1][1]
        after = None if last.pgh_label == DELETED else last
        if before or after:  # what came and went in one save was never there
            entry.changes.append(Change(before, after, kind, is_found=last.pgh_label == FOUND))
    entry.changes.sort(key=lambda change: (change.kind.depth, change.row.pgh_id))
    return entry


# --- Any moment ----------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """An object with its parts as it was at one moment, as events."""

    root: Event
    parts: dict  # {model: [event]}, parts of parts too

    def of(self, model, owner=None):
        """The rows of one model, or those of them that are parts of the row `owner`."""
        rows = self.parts.get(model, [])
        return [row for row in rows if owner is None or whole_of(row) == owner]


def whole_of(event):
    """The number of the row that this one was a part of."""
    return getattr(event, f"{event.part_of}_id")


def state(model, pk, moment, line=None):
    """The object as it was at `moment`; None if there was none."""
    parts, alive = {}, {}
    for kind in line or kinds(model):
        rows = kind.events.objects.filter(pgh_id__lte=moment).order_by("id", "-pgh_id")
        rows = rows.filter(id__in=RawSQL(kind.ids, [pk])).distinct("id")  # noqa: S611 (see Kind)
        wholes = alive[kind.within] if kind.within else {pk}
        there = [
            row for row in rows if row.pgh_label != DELETED and getattr(row, kind.owner) in wholes
        ]
        alive[kind] = {row.id for row in there}
        parts[kind.events.pgh_tracked_model] = sorted(there, key=_reading_order)
    root = parts.pop(model)
    return State(root[0], parts) if root else None


def _reading_order(event):
    return (getattr(event, "order", 0), getattr(event, "language", ""), event.id)
