"""Somebody else's word for when the record was as it is: beside the record, public, append-only."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from sources.constraints import SHA256, append_only, matches

from .edition import renews_edition


class Timestamp(models.Model):
    """An RFC 3161 timestamp of the chain's hash at one revision: all before it was there by then.

    What was stamped are the 64 hexadecimal digits of the hash, as ASCII.
    """

    seq = models.BigIntegerField(_("revision"))
    chain = models.CharField(_("chain"), max_length=64)
    authority = models.CharField(_("authority"), max_length=500)  # the address that was asked
    at = models.DateTimeField(_("at"))  # as the authority says
    token = models.BinaryField(_("token"))  # its whole answer, a TimeStampResp in DER
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)

    class Meta:
        verbose_name = _("timestamp")
        verbose_name_plural = _("timestamps")
        ordering = ["seq", "pk"]
        constraints = [
            matches("chain", SHA256, _("Write 64 hexadecimal digits.")),
            models.UniqueConstraint(
                fields=["seq", "authority"],
                name="claims_timestamp_once",
                violation_error_message=_("This authority stamped this revision already."),
            ),
        ]
        triggers = [
            *append_only("timestamps"),
            renews_edition(),
            pgtrigger.Trigger(
                name="of_the_record",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (SELECT FROM claims_revision
                                   WHERE seq = NEW.seq AND chain = NEW.chain) THEN
                        RAISE EXCEPTION 'no revision has this place in the chain'
                        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.seq} {self.at:%Y-%m-%d %H:%M}"
