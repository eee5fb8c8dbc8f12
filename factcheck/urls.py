from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe

from claims.api.root import not_found as api_not_found

from . import errors, preview, sessions


def favicon(request):
    """Browsers ask here where a page, such as the admin's, names no icon."""
    return redirect(static("icon.svg"))


handler400 = errors.bad_request
handler500 = errors.broken

# Django's own form would let in whoever has the password, as often as they try and without their
# second factor; it is not to be sent by anybody, signed in as somebody else or not.
admin.site.login = secure_admin_login(require_safe(admin.site.login))

# Of allauth, what staff need: nobody signs up here, and no mail is sent.
sign_in = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("two-factor/", include("allauth.mfa.urls")),
    path("sessions/", sessions.Sessions.as_view(), name="usersessions_list"),
]

urlpatterns = [
    path("favicon.ico", favicon),
    path(
        "admin/claims/verdict/<int:pk>/preview/",
        admin.site.admin_view(preview.verdict),
        name="preview",
    ),
    path("admin/account/", include(sign_in)),
    path("admin/", admin.site.urls),
    path("api/v1/desk/", include("claims.deskapi.urls")),
    path("api/v1/", include("claims.api.urls")),
    re_path("^api/", api_not_found),
    path("", include("claims.api.google.urls")),
    path("", include("claims.pages.machines")),
    # English at the root, every other language under its own prefix.
    *i18n_patterns(path("", include("claims.pages.urls")), prefix_default_language=False),
]
