"""What is done with words that were selected in a text."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from claims import appearances
from claims.choices import ClaimKind
from claims.models import Claim, ClaimTranslation
from sources.admin.words import KnownAutocomplete, words
from sources.characters import require_visible

STATEMENT = ClaimTranslation._meta.get_field("statement").max_length


NEW = ["statement", "language", "kind", "slug"]
NEEDED = {"new": NEW, "attach": ["claim"], "anchor": []}


class WorkbenchForm(forms.Form):
    """Words with their position, and what becomes of them: `action` is one of `NEEDED`.

    Words without a position must occur exactly once. One form for every action, so that an error
    in one of them loses nothing that was typed for another.
    """

    snapshot = forms.IntegerField(widget=forms.HiddenInput, required=False)
    start = forms.IntegerField(widget=forms.HiddenInput, required=False)
    end = forms.IntegerField(widget=forms.HiddenInput, required=False)
    quote = forms.CharField(
        label=_("Quote"),
        max_length=appearances.MAX_QUOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Select words in the text, or paste words that occur exactly once in it."),
    )
    section = forms.CharField(label=_("Section"), max_length=100, required=False)
    statement = forms.CharField(
        label=_("Statement"),
        max_length=STATEMENT,
        validators=[require_visible],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One sentence, without the verdict, in the original language."),
    )
    language = forms.CharField(label=_("Original language"), max_length=12)
    kind = forms.ChoiceField(label=_("Kind"), choices=ClaimKind)
    slug = forms.SlugField(
        label=_("Slug"),
        max_length=80,
        help_text=_("Its public address, such as born-in-jordan. Never changes."),
    )
    claim = forms.ModelChoiceField(
        label=_("Existing claim"), queryset=Claim.objects.prefetch_related("translations")
    )

    def __init__(self, *args, text, action="new", **kwargs):
        self.text, self.action = text, action  # the snapshot that the page shows
        self.place = None
        super().__init__(*args, **kwargs)
        claim = self.fields["claim"]
        claim.label_from_instance = words
        claim.widget = KnownAutocomplete(Claim._meta.get_field("merged_into"), admin.site)
        claim.widget.choices = claim.choices
        self.aside = {name for names in NEEDED.values() for name in names} - set(NEEDED[action])
        for name in self.aside:
            self.fields[name].required = False

    def clean_statement(self):
        return " ".join(self.cleaned_data["statement"].split())

    def clean(self):
        cleaned = super().clean()
        for name in self.aside:
            self.errors.pop(name, None)  # kept as typed, and not judged
        if quote := cleaned.get("quote"):
            try:
                self.place = self._place(cleaned, quote)
            except appearances.NotAnchored as error:
                self.add_error("quote", str(error))
        if self.place and not cleaned.get("section"):
            cleaned["section"] = self.place.section
        return cleaned

    def _place(self, cleaned, quote):
        start, end = cleaned.get("start"), cleaned.get("end")
        if start is None or end is None:
            return appearances.only_place(self.text, quote)
        if cleaned.get("snapshot") != self.text.pk:
            raise appearances.NotAnchored(
                _("A newer text of this source has come in. Select the words in it.")
            )
        return appearances.selected(self.text, start, end, quote)

    def new_claim(self):
        data = self.cleaned_data
        return Claim(slug=data["slug"], original_language=data["language"], kind=data["kind"])
