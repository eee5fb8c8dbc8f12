from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from .health import healthz, readyz

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("admin/", admin.site.urls),
    path("api/v1/", include("claims.api.urls")),
    # English at the root, every other language under its own prefix.
    *i18n_patterns(path("", include("claims.pages.urls")), prefix_default_language=False),
]
