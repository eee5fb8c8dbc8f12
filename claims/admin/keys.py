"""Access keys of programs. A key is shown once, on the answer to the form that made it."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims import keys, rules
from claims.choices import Scope
from claims.models import AccessKey
from claims.models.keys import LONGEST
from sources.admin.base import DeskAdmin
from sources.admin.words import badge

from .doors import Door, DoorsMixin

REVOKE = Door(
    name="revoke",
    label=_("Revoke"),
    explained=_("From now on it opens nothing. What was written with it stays."),
    done=_("revoked"),
    permission="claims.view_accesskey",
    run=lambda key, user, _data, _accepted: keys.revoke(key, by=user),
    is_open=rules.may_revoke_key,
)


class AccessKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        choices=Scope.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: it only reads. Nothing is published with a key."),
    )
    days = forms.IntegerField(
        label=_("Good for how many days"), min_value=1, max_value=LONGEST.days - 1, initial=90
    )

    def clean_name(self):
        name = self.cleaned_data["name"]
        if AccessKey.objects.filter(owner=self.owner, name=name, revoked_at=None).exists():
            raise ValidationError(_("You have a key of this name: revoke that first."))
        return name


@admin.register(AccessKey)
class AccessKeyAdmin(DoorsMixin, DeskAdmin):
    """One's own; all of them for administrators. Made and revoked, never changed or deleted."""

    form = AccessKeyForm
    list_display = ["name", "hint", "owner", "may", "state", "expires_at", "last_used_at"]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__username", "hint"]
    fields = ["name", "hint", "owner", "may", "state"]
    fields += ["made_at", "expires_at", "last_used_at", "revoked_at"]
    doors = [REVOKE]
    change_form_template = "admin/desk/door_form.html"

    def get_fields(self, request, obj=None):
        return self.fields if obj else ["name", "scopes", "days"]

    def get_readonly_fields(self, request, obj=None):
        return self.fields if obj else []

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("owner")
        may_see_all = request.user.has_perm("claims.change_accesskey")
        return rows if may_see_all else rows.filter(owner=request.user)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.owner = request.user
        return form

    def save_model(self, request, obj, form, change):
        said = form.cleaned_data
        row, request.made_key = keys.make(
            name=obj.name, scopes=said["scopes"], days=said["days"], by=request.user
        )
        obj.pk = row.pk

    def response_add(self, request, obj, post_url_continue=None):
        """Not a message, which would be stored until it is shown."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("The key"),
            "opts": self.opts,
            "name": obj.name,
            "key": request.made_key,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/claims/made_key.html", context)

    @admin.display(description=_("may"))
    def may(self, obj):
        return ", ".join(str(Scope(scope).label) for scope in obj.scopes) or _("only read")

    @admin.display(description=_("state"))
    def state(self, obj):
        if obj.revoked_at:
            return badge("state", "off", _("revoked"))
        if obj.expires_at <= timezone.now():
            return badge("state", "off", _("expired"))
        return _("good")
