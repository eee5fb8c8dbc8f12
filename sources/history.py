"""What every change leaves behind: an event, written by the database, that nobody can change.

A trigger on each recorded table copies the row into the table's own event table: on INSERT and on
UPDATE as it became, on DELETE as it last was. So it is kept whoever wrote it. Beside the row stand
the account of the database and, if the writer told it, the context: who, and by what way.

The context is copied into each event (no shared row): "by whom" is then as unchangeable as "what".
"""

import functools
import getpass
from contextlib import contextmanager

import pghistory
import pgtrigger
from django.db import connection, models
from django.db.models import Func
from pghistory.models import Event as BaseEvent

from .constraints import append_only, no_truncate

SEQUENCE = "history_event"
FOUND = "found"  # the label of what was there when the history began


class Event(BaseEvent):
    """One row as it was after one change, or before it was deleted.

    `pgh_id` counts over all event tables, so that it is the order of events and also the name of a
    moment: an object at moment n is its newest events up to n.
    """

    part_of = None  # the column that names the row this one is a part of

    pgh_id = models.BigIntegerField(
        primary_key=True,
        db_default=Func(template=f"nextval('{SEQUENCE}')", output_field=models.BigIntegerField()),
    )
    pgh_role = models.CharField(
        max_length=63,
        db_default=Func(template="session_user", output_field=models.CharField()),
    )

    class Meta:
        abstract = True


def recorded(*, part_of=None, exclude=()):
    """Record every change of a model's rows. `part_of` names the foreign key to the whole.

    TRUNCATE calls no trigger of a row, so it is refused.
    """

    def record(model):
        noun = model._meta.verbose_name_plural
        indexes = [models.Index(fields=["id", "pgh_id"])]  # How did this row come to be so?
        if part_of:
            indexes.append(models.Index(fields=[part_of]))  # What were the parts of this row?
        pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=list(exclude),
            obj_field=None,  # the copied `id` says it, and outlives the row
            base_model=Event,
            attrs={"part_of": part_of},
            meta={
                "default_permissions": (),
                "indexes": indexes,
                "triggers": append_only("the events of the history"),
            },
        )(model)
        pgtrigger.register(no_truncate(str(noun)), nothing_ignored())(model)
        return model

    return record


def found(app_label, *names):
    """For the end of a migration that begins to record the models of these names, or all of an app.

    The history begins with the rows as they are, so that every change has a before.
    """

    def record(apps, schema_editor):
        quote = schema_editor.quote_name
        for event in apps.get_app_config(app_label).get_models():
            name = event.__name__.removesuffix("Event")
            if name == event.__name__ or (names and name not in names):
                continue
            row = apps.get_model(app_label, name)
            columns = ", ".join(
                quote(field.column)
                for field in event._meta.fields
                if not field.name.startswith("pgh_")
            )
            sql = f"""
                INSERT INTO {quote(event._meta.db_table)} (pgh_created_at, pgh_label, {columns})
                SELECT now(), '{FOUND}', {columns} FROM {quote(row._meta.db_table)} ORDER BY id
            """  # noqa: S608 (names of our own tables and columns)
            schema_editor.execute(sql)

    return record


def nothing_ignored():
    """Lets each statement set pgtrigger.ignore to nothing, where nobody has set it.

    Every trigger asks for it, and not to find it is an error caught in a subtransaction, which
    looks through all deferred checks: 20,000 rows in one statement took 30 seconds instead of one.
    """
    return pgtrigger.Trigger(
        name="nothing_ignored",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="""
            IF COALESCE(current_setting('pgtrigger.ignore', true), '') = '' THEN
                PERFORM set_config('pgtrigger.ignore', '{}', true);
            END IF;
            RETURN NULL;
        """,
    )


# --- Who writes ----------------------------------------------------------------


@contextmanager
def attributed(**facts):
    """What is written in here says `facts`, such as the `user` or the `command`.

    Within a request or another of these, it adds to what that one says, until it ends.
    """
    outermost = not hasattr(pghistory.runtime._tracker, "value")
    with pghistory.context() as context:
        before = dict(context.metadata)
        context.metadata.update(facts)
        try:
            yield
        finally:
            context.metadata.clear()
            context.metadata.update(before)
    if outermost and connection.in_atomic_block and not connection.needs_rollback:
        _forget()


def _forget():
    """The database remembers a context until the transaction ends, which may be later than ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', '', true), "
            "set_config('pghistory.context_metadata', '', true)"
        )


def by_command(name):
    """A command says its name and the account of the machine that ran it."""
    return attributed(command=name, account=_account())


def _account():
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return ""


def signed(service):
    """A service that is told `by` whom leaves that in the history, from wherever it is called."""

    @functools.wraps(service)
    def call(*args, by, **kwargs):
        with attributed(user=by.pk):
            return service(*args, by=by, **kwargs)

    return call
