"""What the worker remembers of addresses and archives, from one visit to the next."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Watch(models.Model):
    """When a source's address is to be visited, and what the last visit leaves for the next one."""

    source = models.OneToOneField(
        "sources.Source",
        models.CASCADE,
        primary_key=True,
        related_name="watch",
        verbose_name=_("source"),
    )
    url = models.CharField(_("address"), max_length=2000)
    host = models.CharField(_("host"), max_length=255)
    due_at = models.DateTimeField(_("to be visited at"))
    visited_at = models.DateTimeField(_("last visited at"), null=True)
    # Visits without an answer, since the last one with one: a single one says nothing.
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    validators = models.JSONField(_("what tells whether it has changed"), default=dict)

    class Meta:
        verbose_name = _("watched address")
        verbose_name_plural = _("watched addresses")
        ordering = ["due_at", "pk"]
        default_permissions = ()  # the worker's alone
        indexes = [
            # What is to be visited now?
            models.Index(fields=["due_at"], name="sources_watch_due"),
            # When was this host visited last?
            models.Index(fields=["host", "-visited_at"], name="sources_watch_host"),
        ]

    def __str__(self):
        return self.url


class Archive(models.Model):
    """A service that keeps copies: does it answer?"""

    name = models.CharField(_("name"), max_length=50, primary_key=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("archive")
        verbose_name_plural = _("archives")
        ordering = ["name"]
        default_permissions = ()  # the worker's alone

    def __str__(self):
        return self.name
