"""Import and export in the admin: upload, look at what would happen, confirm.

The pages are ours: they say in sentences what is wrong with which row, and carry no inline style,
which the site's policy forbids and the library's previews are made of.
"""

import tempfile
import time
from functools import partial
from pathlib import Path

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm
from import_export.results import RowResult
from import_export.tmp_storages import TempFolderStorage

from .spreadsheets import FORMATS, LARGEST, BadFile

DAY = 24 * 3600


class Waiting(TempFolderStorage):
    """A file between the look at it and the confirmation: in a folder of ours, for a day.

    The form carries its name: in the folder for everybody's files, that would open any of them.
    """

    @property
    def folder(self):
        return settings.VAR / "imports"

    def save(self, data):
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in self.folder.iterdir():
            if file.stat().st_mtime < time.time() - DAY:
                file.unlink(missing_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as file:
            file.write(data)
        self.name = Path(file.name).name

    def get_full_path(self):
        return self.folder / Path(self.name).name

    def is_there(self):
        try:
            return self.get_full_path().is_file()
        except OSError:  # a made-up name, too long for any file
            return False

    def remove(self):
        self.get_full_path().unlink(missing_ok=True)  # somebody may press the button twice


class TableForm(ImportForm):
    """The file alone: what it is, its name says."""

    media = forms.Media()

    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        self.extensions = [found().get_extension() for found in formats]
        self.fields["format"] = forms.CharField(widget=forms.HiddenInput, required=False)
        file = self.fields["import_file"]
        file.label = _("File")
        file.help_text = _("CSV in UTF-8, or XLSX, with the names of the columns in the first row.")
        file.widget.attrs["accept"] = ",".join(f".{name}" for name in self.extensions)

    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        extension = file.name.rpartition(".")[2].lower()
        if extension not in self.extensions:
            raise forms.ValidationError(_("Choose a file whose name ends in .csv or .xlsx."))
        if file.size > LARGEST:
            raise forms.ValidationError(
                _("The file has %(size)d MB; at most %(most)d MB are read at a time: split it.")
                % {"size": file.size / 1e6, "most": LARGEST / 1e6}
            )
        self.chosen = str(self.extensions.index(extension))
        return file

    def clean_format(self):
        return getattr(self, "chosen", "")


class ConfirmForm(ConfirmImportForm):
    seen = forms.CharField(widget=forms.HiddenInput)


class ExchangeMixin(ImportExportMixin):
    """For a ModelAdmin: name its Table as `resource_classes`."""

    import_form_class = TableForm
    confirm_form_class = ConfirmForm
    export_form_class = ExportForm
    import_template_name = "admin/desk/import.html"
    export_template_name = "admin/desk/export.html"
    tmp_storage_class = Waiting
    formats = FORMATS

    def has_import_permission(self, request):
        """To change a row takes the right to change that row, which is asked for each."""
        return self.has_add_permission(request) and self.has_view_permission(request)

    def has_export_permission(self, request):
        """All of the desk in one file: for whoever works on it, as the import is."""
        return self.has_import_permission(request)

    def get_export_queryset(self, request):
        try:
            return super().get_export_queryset(request)
        except (IncorrectLookupParameters, ValueError):  # a made-up address
            return self.model.objects.none()

    def get_import_resource_kwargs(self, request, **kwargs):
        given = super().get_import_resource_kwargs(request, **kwargs)
        return given | {"may_change": partial(self.has_change_permission, request)}

    def import_action(self, request, **kwargs):
        response = super().import_action(request, **kwargs)
        context = response.context_data
        if "confirm_form" in context:
            context["confirm_form"].initial["seen"] = context["result"].seen
        return response

    def add_data_read_fail_error_to_form(self, form, e):
        if not isinstance(e, BadFile):
            raise e
        form.add_error("import_file", str(e))

    # --- Confirmed ---

    def process_import(self, request, **kwargs):
        if not self.has_import_permission(request):
            raise PermissionDenied
        known = request.POST.get("format") in map(str, range(len(FORMATS)))
        if (
            known
            and request.POST.get("seen")
            and Waiting(name=request.POST.get("import_file_name", "")).is_there()
        ):
            return super().process_import(request, **kwargs)
        message = _("That file is not here any more. If it was not imported, upload it again.")
        self.message_user(request, message, messages.WARNING)
        return HttpResponseRedirect(self._list())

    def get_import_data_kwargs(self, form, **kwargs):
        given = super().get_import_data_kwargs(form=form, **kwargs)
        seen = form.cleaned_data.get("seen")
        return given | {"rollback_on_validation_errors": True, "seen": seen}

    def process_result(self, result, request):
        """Somebody may have changed the desk between the look and the confirmation."""
        if result.has_errors() or result.has_validation_errors():
            context = {
                **self.admin_site.each_context(request),
                "title": _("Import"),
                "opts": self.opts,
                "result": result,
                "form": TableForm(FORMATS, self.resource_classes),
            }
            return TemplateResponse(request, [self.import_template_name], context)
        return super().process_result(result, request)

    def add_success_message(self, result, request):
        counts = {
            "new": result.totals[RowResult.IMPORT_TYPE_NEW],
            "changed": result.totals[RowResult.IMPORT_TYPE_UPDATE],
            "same": result.totals[RowResult.IMPORT_TYPE_SKIP],
        }
        message = _("Imported: %(new)d new, %(changed)d changed, %(same)d as they were.") % counts
        self.message_user(request, message, messages.SUCCESS)

    def _create_log_entry(self, user_pk, rows, import_type, action_flag):
        if rows:
            LogEntry.objects.log_actions(
                user_pk, rows, action_flag, _("Imported from a file."), single_object=False
            )

    def _list(self):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
