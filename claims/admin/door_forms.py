"""What some doors need to be told: a reason, a public text, a colleague, a day."""

import re

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import (
    AdminDateWidget,
    AdminSplitDateTime,
    AutocompleteSelectMultiple,
)
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.choices import CorrectionKind
from claims.models import Claim, Topic
from sources.admin.words import KnownAutocomplete, site_languages, words
from sources.characters import require_visible

from .doors import DoorForm

TOPICS = Topic.objects.prefetch_related("translations")


def time_zone():
    """Which clock a moment is typed by."""
    now = date_format(timezone.localtime(), "H:i")
    return gettext("Time zone: %(zone)s, where it is %(now)s.") % {
        "zone": timezone.get_current_timezone_name(), "now": now,
    }  # fmt: skip


class PublicTextForm(DoorForm):
    """A text for readers, in each language of the site; one is enough."""

    label = _("Public text")
    help_text = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for tag, language in site_languages():
            self.fields[f"text_{tag}"] = forms.CharField(
                label=f"{self.label} ({language})",
                help_text=self.help_text,
                required=False,
                validators=[require_visible],
                widget=forms.Textarea(attrs={"rows": 3, "lang": tag}),
            )

    def clean(self):
        """`text`: by language, without the languages left empty."""
        cleaned = super().clean()
        texts = {tag: cleaned.get(f"text_{tag}", "") for tag, _name in site_languages()}
        cleaned["text"] = {tag: text for tag, text in texts.items() if text}
        if not cleaned["text"]:
            raise forms.ValidationError(_("Write the public text in at least one language."))
        return cleaned


class SendBackForm(DoorForm):
    reason = forms.CharField(
        label=_("What is to be mended"),
        help_text=_("For the author. It stays on the desk."),
        validators=[require_visible],
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RemarkForm(DoorForm):
    text = forms.CharField(
        label=_("Remark"), validators=[require_visible], widget=forms.Textarea(attrs={"rows": 3})
    )


class AssignForm(DoorForm):
    to = forms.ModelChoiceField(
        label=_("To"),
        queryset=get_user_model().objects.filter(is_active=True, is_staff=True),
        required=False,
        help_text=_("Nobody: it goes back to its author."),
    )
    due_on = forms.DateField(label=_("Due on"), required=False, widget=AdminDateWidget())


class LookAgainForm(DoorForm):
    on = forms.DateField(
        label=_("Look again on"),
        required=False,
        widget=AdminDateWidget(),
        help_text=_("Empty: never."),
    )


class ProposeForm(PublicTextForm):
    label = _("What readers are told")
    help_text = _("It stands on the claim's page, for good.")

    kind = forms.ChoiceField(label=_("Kind"), choices=CorrectionKind, widget=forms.RadioSelect)


class RetractForm(PublicTextForm):
    label = _("Reason for readers")
    help_text = _("The page stays, without the verdict and with this reason.")


class ScheduleForm(DoorForm):
    """When, in the time zone of the site: what the verdict's embargo says, if it has one."""

    at = forms.SplitDateTimeField(label=_("Goes out at"), widget=AdminSplitDateTime)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["at"].help_text = time_zone()
        self.fields["at"].initial = next((row.publish_at for row in self.rows), None)


class TopicsForm(DoorForm):
    add = forms.ModelMultipleChoiceField(label=_("Add"), queryset=TOPICS, required=False)
    remove = forms.ModelMultipleChoiceField(label=_("Take away"), queryset=TOPICS, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("add", "remove"):
            field = self.fields[name]
            field.label_from_instance = words
            field.widget = AutocompleteSelectMultiple(Claim._meta.get_field("topics"), admin.site)
            field.widget.choices = field.choices

    def clean(self):
        cleaned = super().clean()
        add, remove = (set(cleaned.get(name, ())) for name in ("add", "remove"))
        if add & remove:
            raise forms.ValidationError(_("A topic is either added or taken away."))
        if not self.errors and not add | remove:
            raise forms.ValidationError(_("Choose a topic to add or to take away."))
        return cleaned


class MergeForm(DoorForm):
    into = forms.ModelChoiceField(
        label=_("Merge into"),
        queryset=Claim.objects.prefetch_related("translations"),
        help_text=_("A claim with a published verdict. Type words of its statement."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        into = self.fields["into"]
        into.label_from_instance = words
        into.widget = KnownAutocomplete(Claim._meta.get_field("merged_into"), admin.site)
        into.widget.is_required = True
        into.widget.choices = into.choices


class TextForm(DoorForm):
    text = forms.CharField(
        label=_("Text"),
        strip=False,
        help_text=_(
            "Paste the whole text. It stays on the desk: readers see only the quotes of claims."
        ),
        widget=forms.Textarea(attrs={"rows": 20, "class": "vLargeTextField"}),
    )

    def clean(self):
        if len(self.rows) > 1:
            raise forms.ValidationError(_("Choose one source: each has a text of its own."))
        return super().clean()


class SealForm(DoorForm):
    """One claim at a time, and typed by hand: this cannot be undone."""

    rule = forms.CharField(
        label=_("Under what rule"),
        help_text=_("Court and case number, or the rule that protects somebody. Public."),
        validators=[require_visible],
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    numbers = forms.CharField(
        label=_("Revisions"),
        required=False,
        help_text=_("Numbers with commas between them, such as 1, 3. Empty: every revision."),
    )
    confirmation = forms.CharField(
        label=_("Confirmation"),
        help_text=_("Type the claim's slug, %(slug)s: this cannot be undone."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        slugs = ", ".join(row.slug for row in self.rows)
        confirmation = self.fields["confirmation"]
        confirmation.help_text = confirmation.help_text % {"slug": slugs}

    def clean_numbers(self):
        parts = [part.strip() for part in self.cleaned_data["numbers"].split(",") if part.strip()]
        if not all(re.fullmatch("[0-9]{1,9}", part) for part in parts):
            raise forms.ValidationError(_("Write numbers with commas between them."))
        return {int(part) for part in parts} or None

    def clean_confirmation(self):
        typed = self.cleaned_data["confirmation"]
        if [typed] != [row.slug for row in self.rows]:
            raise forms.ValidationError(_("Choose one claim, and type its slug exactly."))
        return typed
