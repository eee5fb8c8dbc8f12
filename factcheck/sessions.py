"""Where people are signed in: ended by them or an administrator, and forgotten when over."""

from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import rules


class Sessions(ListUserSessionsView):
    """As allauth's own, which ends all others at once; one of them by its number, too."""

    def form_valid(self, form):
        number = self.request.POST.get("session")
        if number is None:
            return super().form_valid(form)
        own = UserSession.objects.filter(user=self.request.user)
        found = next((row for row in own if str(row.pk) == number and not row.is_current()), None)
        if found is None:
            messages.error(self.request, _("There is no such session: it may be over already."))
        else:
            found.end()
            messages.success(self.request, _("Signed out there."))
        return redirect("usersessions_list")


def end_for(person, *, by):
    """What an administrator does about a lost device or a leaver. Raises PermissionDenied."""
    if not rules.may_end_sessions(by, person):
        raise PermissionDenied(_("Only a superuser can do that, and nobody to themselves."))
    return end(person)


@transaction.atomic
def end(person):
    """Sign `person` out everywhere, also where they signed in before sessions were listed.

    Returns how many sessions there were.
    """
    found = [row.pk for row in _running() if row.get_decoded().get(SESSION_KEY) == str(person.pk)]
    Session.objects.filter(pk__in=found).delete()
    UserSession.objects.filter(user=person).delete()
    return len(found)


def is_signed_in(person):
    return any(row.get_decoded().get(SESSION_KEY) == str(person.pk) for row in _running())


def _running():
    """Those of staff alone, since readers have none: few enough to look into each."""
    return Session.objects.filter(expire_date__gt=timezone.now()).iterator()


@transaction.atomic
def forget():
    """Take away what is over, with the address and the browser that were noted for it."""
    Session.objects.filter(expire_date__lte=timezone.now()).delete()
    kept = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=kept).delete()
