from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path

from . import preview


def favicon(request):
    """Browsers ask here where a page, such as the admin's, names no icon."""
    return redirect(static("icon.svg"))


urlpatterns = [
    path("favicon.ico", favicon),
    path(
        "admin/claims/verdict/<int:pk>/preview/",
        admin.site.admin_view(preview.verdict),
        name="preview",
    ),
    path("admin/", admin.site.urls),
    path("api/v1/", include("claims.api.urls")),
    # English at the root, every other language under its own prefix.
    *i18n_patterns(path("", include("claims.pages.urls")), prefix_default_language=False),
]
