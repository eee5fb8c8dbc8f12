"""The second factor at sign-in: who must have one before the desk opens, and how one is lost."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from claims import rules

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # recovery codes follow these
# What stays open to whoever has none yet: the pages that set one up, and the way out.
OPEN = ("account_", "mfa_")
WAY_OUT = ("admin:login", "admin:logout")


class SecondFactorMiddleware:
    """Keeps the desk shut to people of a role that needs a second factor, until they have one.

    Nothing outside /admin/ is touched: public pages and the API ask for no user.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        on_the_desk = request.path.startswith(reverse("admin:index"))
        if not (settings.REQUIRE_SECOND_FACTOR and on_the_desk):
            return None
        match = request.resolver_match
        if match.view_name in WAY_OUT or (match.url_name or "").startswith(OPEN):
            return None
        if not must_have_one(request.user) or has_one(request.user):
            return None
        messages.warning(request, _("Your role needs a second factor: set one up to go on."))
        return redirect("mfa_index")


def must_have_one(user):
    """Superusers count as administrators."""
    roles = settings.REQUIRE_SECOND_FACTOR
    if not user.is_authenticated:
        return False
    return (user.is_superuser and "administrator" in roles) or (
        user.groups.filter(name__in=roles).exists()
    )


def has_one(user):
    return is_mfa_enabled(user, FACTORS)


def take_away(person, *, by):
    """What an administrator does about a lost device. Raises PermissionDenied."""
    if not rules.may_take_factor(by, person):
        raise PermissionDenied(_("Only a superuser can do that, and nobody to themselves."))
    return forget(person)


def forget(user):
    """For a lost device: the password alone opens until another factor is set up.

    Returns how many there were, with the recovery codes.
    """
    return Authenticator.objects.filter(user=user).delete()[0]
