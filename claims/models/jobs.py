"""What is kept of jobs beyond the queue's own tables."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob


class Job(ProcrastinateJob):
    """A job of the queue, called so in the admin."""

    class Meta:
        proxy = True
        verbose_name = _("job")
        verbose_name_plural = _("jobs of the worker")
        ordering = ["-pk"]

    def __str__(self):
        return self.task_name


class JobError(models.Model):
    """Why a job failed last. The queue itself knows only that it did."""

    # Without a constraint: the queue deletes its jobs by SQL, and knows nothing of this table.
    job = models.OneToOneField(
        ProcrastinateJob,
        models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="error",
        verbose_name=_("job"),
    )
    text = models.TextField(_("error"))
    at = models.DateTimeField(_("at"), auto_now=True)

    class Meta:
        verbose_name = _("error of a job")
        verbose_name_plural = _("errors of jobs")
        ordering = ["pk"]

    def __str__(self):
        return self.text
