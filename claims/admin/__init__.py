"""The editors' admin: thin. It declares, and leaves every decision to claims.review,
claims.publishing and the database."""

from functools import partial

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from sources.admin.words import WordsAutocomplete

from . import (
    checkers,
    claim,
    correction,
    evidence,
    external,
    jobs,
    keys,
    pages,
    record,
    tips,
    verdict,
    vocabulary,
    webhooks,
    workbench,
)
from .index import in_order
from .pages import with_reminder
from .start import start

__all__ = [
    "checkers",
    "claim",
    "correction",
    "evidence",
    "external",
    "jobs",
    "keys",
    "pages",
    "record",
    "tips",
    "verdict",
    "vocabulary",
    "webhooks",
    "workbench",
]

admin.site.site_header = admin.site.site_title = settings.SITE_NAME
admin.site.index_title = _("Editors' desk")
admin.site.each_context = partial(with_reminder, admin.site.each_context)
admin.site.get_app_list = partial(in_order, admin.site.get_app_list)
admin.site.index_template = "admin/desk/start.html"
admin.site.index = partial(start, admin.site.index)
admin.site.autocomplete_view = WordsAutocomplete.as_view(admin_site=admin.site)
