"""The worker's queue, to look at: what waits, what failed, and why."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from claims import rules
from claims.models import Job, JobError
from sources.admin.base import ReadOnlyAdmin, shortened
from sources.admin.inlines import ReadOnlyInline
from sources.admin.words import badge

# Its own admin is made of inline styles, and has buttons that skip the services.
admin.site.unregister(ProcrastinateJob)


class JobErrorInline(ReadOnlyInline):
    model = JobError
    fields = ["at", "text"]


class JobEventInline(ReadOnlyInline):
    model = ProcrastinateEvent
    fields = ["at", "type"]
    verbose_name_plural = _("what happened")


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["name", "state", "attempts", "scheduled_at", "why"]
    list_filter = ["status", "task_name"]
    list_select_related = ["error"]
    search_fields = ["task_name"]
    fields = ["name", "state", "args", "attempts", "scheduled_at"]
    inlines = [JobErrorInline, JobEventInline]

    def has_view_permission(self, request, obj=None):
        return rules.may_see_jobs(request.user)

    @admin.display(description=_("job"), ordering="task_name")
    def name(self, obj):
        return obj.task_name

    @admin.display(description=_("state"), ordering="status")
    def state(self, obj):
        return badge("job", obj.status, obj.status)

    @admin.display(description=_("error"))
    def why(self, obj):
        return shortened(obj.error.text) if hasattr(obj, "error") else None
