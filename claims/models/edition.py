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


def renews_edition():
    """For tables of which answers are made that programs without a key read."""
    return pgtrigger.Trigger(
        name="renews_edition",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func="""
            INSERT INTO claims_edition AS edition (id, name, transaction)
            VALUES (1, gen_random_uuid(), pg_current_xact_id()::text::bigint)
            ON CONFLICT (id) DO UPDATE SET (name, transaction)
                = (EXCLUDED.name, EXCLUDED.transaction)
            WHERE edition.transaction <> EXCLUDED.transaction;
            RETURN NULL;
        """,
    )
