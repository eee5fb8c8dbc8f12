"""Which state of the record readers see: one row, which changes with whatever they could be shown.

Kept answers (factcheck.kept) are good for one edition. Triggers renew it, so that no writer can
forget to, an operator at the database's own prompt included.
"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class Edition(models.Model):
    """The record's state by a name drawn at random: none comes twice, whatever is restored."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.UUIDField(_("name"))
    # Once a transaction is enough, however many rows it writes.
    transaction = models.BigIntegerField(_("transaction"))

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1),
                name="claims_edition_is_one_row",
                violation_error_message=_("There is one edition at a time."),
            )
        ]

    def __str__(self):
        return str(self.name)


RENEW = """
            INSERT INTO claims_edition AS edition (id, name, transaction)
            VALUES (1, gen_random_uuid(), pg_current_xact_id()::text::bigint)
            ON CONFLICT (id) DO UPDATE SET (name, transaction)
                = (EXCLUDED.name, EXCLUDED.transaction)
            WHERE edition.transaction <> EXCLUDED.transaction;
            RETURN NULL;
        """


def renews_edition():
    """For tables of which answers are made that everybody reads."""
    return pgtrigger.Trigger(
        name="renews_edition",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func=RENEW,
    )


def renews_edition_when_changed():
    """The same where many rows are written at once, and few that anybody reads: reviews of others.

    New ones are read by nobody yet, a statement that changes none renews nothing, and it waits for
    the end of the transaction: until then, nobody who publishes waits for this one.
    """
    return pgtrigger.Trigger(
        name="renews_edition",
        when=pgtrigger.After,
        operation=pgtrigger.Update | pgtrigger.Delete,
        timing=pgtrigger.Deferred,
        func=RENEW,
    )
