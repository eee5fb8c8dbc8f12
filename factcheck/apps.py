from django.apps import AppConfig
from django.core import checks

from .checks import database_locale_is_utf8


class FactcheckConfig(AppConfig):
    """The wiring as an app, so that its system check and its `demo` command are found."""

    name = "factcheck"

    def ready(self):
        checks.register(database_locale_is_utf8, checks.Tags.database)
