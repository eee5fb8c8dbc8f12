from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from .checks import database_locale_is_utf8


class FactcheckConfig(AppConfig):
    """The wiring as an app, so that its system check and its `demo` command are found."""

    name = "factcheck"

    def ready(self):
        checks.register(database_locale_is_utf8, checks.Tags.database)
        if settings.ERROR_HOOK:
            find_hook(settings.ERROR_HOOK)


def find_hook(path):
    """The function at `path`; no error is the first to ask. Raises ImproperlyConfigured."""
    try:
        hook = import_string(path)
    except ImportError as error:
        raise ImproperlyConfigured(f"ERROR_HOOK is {path!r}: {error}.") from error
    if not callable(hook):
        raise ImproperlyConfigured(f"ERROR_HOOK is {path!r}, which cannot be called.")
    return hook
