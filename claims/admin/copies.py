"""On a source's page: have it visited, keep a file of it, and take what its copy says of itself."""

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from claims import copies, rules
from sources.capture import LARGEST_UPLOAD
from sources.models import Source, Watch
from sources.refusals import REFUSALS, sentence

from .doors import Door, DoorForm

SHOWN = 5


class FileForm(DoorForm):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("PDF, PNG, JPEG, HTML, WARC, WACZ or plain text, up to 50 MB."),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_UPLOAD:
            raise ValidationError(_("The file has more than 50 MB."))
        return file


def _store(source, user, data, _accepted):
    file = data["file"]
    file.seek(0)
    return copies.store_copy(source, file.read(), by=user, declared=file.content_type or "")


STORE_COPY = Door(
    name="store_copy",
    label=gettext_lazy("Upload a copy"),
    explained=gettext_lazy(
        "For what the worker cannot fetch: pages behind a wall, scans, papers. The file is kept "
        "for good, for editors only, and its text is read out where it has one."
    ),
    done=gettext_lazy("copy stored"),
    permission="sources.add_source",
    run=_store,
    is_open=rules.may_store_copy,
    form=FileForm,
)
VISIT = Door(
    name="visit",
    label=gettext_lazy("Visit it now"),
    explained=gettext_lazy(
        "The worker visits the address within a minute or two: it notes how the link is, and keeps "
        "a copy if there is anything new."
    ),
    done=gettext_lazy("to be visited"),
    permission="sources.add_source",
    run=lambda source, user, _data, _accepted: copies.visit(source, by=user),
    is_open=rules.may_visit,
)


class CopiesOfSource:
    """A ModelAdmin of sources that shows the last visits, and offers what a copy says of itself."""

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.take_view))
        own = [path("<path:object_id>/take/", view, name="sources_source_take")]
        return [*own, *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["visits"] = list(obj.link_checks.all()[:SHOWN])
            context["watch"] = Watch.objects.filter(source=obj).first()
            if rules.may_store_copy(request.user, obj):
                context["suggestions"] = _named(copies.suggestions(obj))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def take_view(self, request, object_id):
        source = self.get_object(request, unquote(object_id))
        if source is None:
            raise Http404
        name = request.POST.get("name", "")
        try:
            copies.take(source, name, request.POST.get("value", ""), by=request.user)
        except PermissionDenied:
            raise
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        except REFUSALS as error:
            self.message_user(request, sentence(error), messages.ERROR)
        else:
            label = Source._meta.get_field(name).verbose_name
            self.log_change(request, source, _("Taken from its copy: %(name)s.") % {"name": label})
            self.message_user(request, _("Taken: %(name)s.") % {"name": label}, messages.SUCCESS)
        address = reverse("admin:sources_source_change", args=[source.pk])
        return HttpResponseRedirect(address)


def _named(found):
    return [
        {
            "name": name,
            "label": Source._meta.get_field(name).verbose_name,
            "value": str(value),
            "shown": ", ".join(value) if isinstance(value, list) else value,
        }
        for name, value in found.items()
    ]
