"""Keys by which programs write on the desk, each in the name of the person who made it."""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims import choices
from sources.constraints import SHA256, changed, matches, read_only, refuse, says_something
from sources.history import recorded

LONGEST = timedelta(days=366)


@recorded(exclude=["sha256", "last_used_at"])
class AccessKey(models.Model):
    """What a program shows to write as its owner: no more than the owner may, nor than its scopes.

    The key itself is shown once and stored nowhere. It never changes: another one is made, and
    this one revoked, which is for good.
    """

    name = models.CharField(
        _("name"), max_length=100, help_text=_("Of the program that will have it.")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("owner"),
    )
    scopes = ArrayField(
        models.CharField(max_length=20, choices=choices.Scope),
        verbose_name=_("may"),
        default=list,
        blank=True,
        help_text=_("None chosen: it only reads."),
    )
    # Of random bytes, which nobody can guess: a slow hash would protect nothing more.
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True, editable=False)
    hint = models.CharField(_("begins with"), max_length=12, editable=False)
    made_at = models.DateTimeField(_("made at"), editable=False)
    expires_at = models.DateTimeField(_("expires at"), editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("access key")
        verbose_name_plural = _("access keys")
        ordering = ["-pk"]
        constraints = [
            says_something("name", _("Give it a name.")),
            matches("sha256", SHA256, _("Write 64 hexadecimal digits.")),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=choices.Scope.values),
                name="claims_accesskey_scopes_known",
                violation_error_message=_("Choose of the values offered."),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at"), expires_at__lte=F("made_at") + LONGEST),
                name="claims_accesskey_expires",
                violation_error_message=_("A key lasts a year at most."),
            ),
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(revoked_at__isnull=True),
                name="claims_accesskey_one_of_a_name",
                violation_error_message=_("You have a key of this name: revoke that first."),
            ),
        ]
        triggers = [
            read_only("name", "owner", "scopes", "sha256", "hint", "made_at", "expires_at"),
            refuse(
                "revoked_for_good",
                pgtrigger.Update,
                "a revoked key stays revoked",
                condition=pgtrigger.Q(old__revoked_at__isnull=False) & changed("revoked_at"),
            ),
        ]

    def __str__(self):
        return self.name
