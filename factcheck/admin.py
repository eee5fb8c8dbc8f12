"""People and their roles, as administrators manage them."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from claims import rules
from claims.admin.doors import Door, DoorsMixin

from . import second_factor, sessions
from .environment import ROLES

User = get_user_model()
FACTORS = Authenticator.objects.filter(user=OuterRef("pk"), type__in=second_factor.FACTORS)
# No mail is sent, and secrets and whereabouts are nobody's to read: what can be done with a factor
# or a session is a door below.
for model in (EmailAddress, Authenticator, UserSession, User, Group):
    admin.site.unregister(model)

FORGET = Door(
    name="forget_second_factor",
    label=_("Remove second factor"),
    explained=_(
        "For a lost device, once you know who asks: authenticator app, passkeys and recovery codes "
        "go, and the password alone opens until they set up another."
    ),
    done=_("signs in with the password alone"),
    permission="auth.change_user",
    run=lambda person, user, _data, _accepted: second_factor.take_away(person, by=user),
    is_open=lambda user, person: (
        rules.may_take_factor(user, person) and second_factor.has_one(person)
    ),
)

END_SESSIONS = Door(
    name="end_sessions",
    label=_("Sign out everywhere"),
    explained=_(
        "For a lost device or somebody who leaves: every browser in which they are signed in asks "
        "for their password again. Who shall not come back is made inactive, too."
    ),
    done=_("is signed out everywhere"),
    permission="auth.change_user",
    run=lambda person, user, _data, _accepted: sessions.end_for(person, by=user),
    is_open=lambda user, person: (
        rules.may_end_sessions(user, person) and sessions.is_signed_in(person)
    ),
)


@admin.register(User)
class PersonAdmin(DoorsMixin, UserAdmin):
    """Only superusers make superusers, and touch them: no administrator gets beyond their role."""

    list_display = ["username", "first_name", "last_name", "is_staff", "second_factor"]
    doors = [FORGET, END_SESSIONS]
    change_form_template = "admin/desk/door_form.html"

    class Media:
        css = {"all": ["admin-desk/desk.css"]}

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(has_factor=Exists(FACTORS))

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fields
        return [*fields, "is_superuser", "user_permissions"]

    def has_change_permission(self, request, obj=None):
        if obj is None:
            return super().has_change_permission(request)
        return rules.may_manage(request.user, obj)

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or rules.may_manage(request.user, obj))

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, obj):
        return obj.has_factor


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """The groups that come with the site keep their names: settings go by them."""

    def get_readonly_fields(self, request, obj=None):
        return ["name"] if obj and obj.name in ROLES else []

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and not (obj and obj.name in ROLES)
