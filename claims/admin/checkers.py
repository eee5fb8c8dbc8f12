"""Other fact-checkers, and what their labels come to."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims import labels
from claims.choices import Normalized, Standing
from claims.interchange.reading.review import UNDETERMINED
from claims.languages import name_of
from claims.models import Checker, ExternalReview, RatingLabel
from claims.models.external import label_key
from sources.admin.base import DeskAdmin
from sources.admin.words import badge

SHOWN = 100  # labels on one page of the report
COLOURS = {Standing.TRUSTED: "published", Standing.HIDDEN: "retracted"}  # badges of verdicts


@admin.register(Checker)
class CheckerAdmin(DeskAdmin):
    list_display = ["site", "name", "codes", "shown_standing", "reviews"]
    list_filter = ["standing"]
    search_fields = ["site", "name"]
    fixed = ["site"]
    actions = ["trust", "list_as_any", "hide"]

    def get_queryset(self, request):
        theirs = ExternalReview.objects.filter(publisher_site=OuterRef("site")).order_by()
        many = theirs.values("publisher_site").annotate(many=Count("pk")).values("many")
        return super().get_queryset(request).annotate(many=Subquery(many))

    def words(self, obj):
        return obj.name

    def why_kept(self, obj):
        return _("There are reviews of theirs; hide them instead.") if obj.many else None

    @admin.display(description=gettext_lazy("codes of principles"), ordering="memberships")
    def codes(self, obj):
        return ", ".join(obj.memberships)

    @admin.display(description=gettext_lazy("standing"), ordering="standing")
    def shown_standing(self, obj):
        colour = COLOURS.get(obj.standing)
        words = obj.get_standing_display()
        return badge("status", colour, words) if colour else words

    @admin.display(description=gettext_lazy("reviews"), ordering="many")
    def reviews(self, obj):
        address = reverse("admin:claims_externalreview_changelist")
        return format_html(
            '<a href="{}?publisher_site={}">{}</a>', address, obj.site, obj.many or 0
        )

    @admin.action(description=gettext_lazy("Trust"), permissions=["change"])
    def trust(self, request, queryset):
        self._set(request, queryset, Standing.TRUSTED)

    @admin.action(description=gettext_lazy("List as any other"), permissions=["change"])
    def list_as_any(self, request, queryset):
        self._set(request, queryset, Standing.LISTED)

    @admin.action(description=gettext_lazy("Hide from readers"), permissions=["change"])
    def hide(self, request, queryset):
        self._set(request, queryset, Standing.HIDDEN)

    def _set(self, request, queryset, standing):
        many = queryset.exclude(standing=standing).update(standing=standing)
        message = ngettext("%(n)d is now %(standing)s.", "%(n)d are now %(standing)s.", many)
        self.message_user(request, message % {"n": many, "standing": standing.label})


class NewLabel(forms.Form):
    """One label of the report, and what it comes to, if the editor says so."""

    label = forms.CharField(widget=forms.HiddenInput, max_length=300)
    language = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)
    normalized = forms.ChoiceField(
        choices=[("", "—"), *Normalized.choices], required=False, label=gettext_lazy("comes to")
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("normalized") and not self.errors:
            RatingLabel(**cleaned).full_clean(validate_constraints=False)
        return cleaned


NewLabels = forms.formset_factory(NewLabel, extra=0, max_num=SHOWN, absolute_max=SHOWN)


@admin.register(RatingLabel)
class RatingLabelAdmin(DeskAdmin):
    list_display = ["label", "language", "normalized"]
    list_filter = ["normalized", "language"]
    search_fields = ["label"]

    def get_urls(self):
        view = self.admin_site.admin_view(self.unmapped_view)
        own = path("unmapped/", view, name="claims_ratinglabel_unmapped")
        return [own, *super().get_urls()]

    # --- The reviews follow the table ---

    def save_model(self, request, obj, form, change):
        was = label_key(form.initial.get("label", ""))
        super().save_model(request, obj, form, change)
        self._follow(request, {was, obj.key})

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        self._follow(request, {obj.key})

    def delete_queryset(self, request, queryset):
        keys = set(queryset.values_list("key", flat=True))
        super().delete_queryset(request, queryset)
        self._follow(request, keys)

    def _follow(self, request, keys):
        self._tell(request, labels.renormalise(keys))

    def _tell(self, request, many):
        if many:
            message = ngettext("%d review follows.", "%d reviews follow.", many) % many
            self.message_user(request, message, messages.SUCCESS)

    # --- The labels that are not in it yet ---

    def unmapped_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        may_add = self.has_add_permission(request)
        if request.method == "POST":
            if not may_add:
                raise PermissionDenied
            sent = NewLabels(request.POST)
            if sent.is_valid():
                chosen = [form.cleaned_data for form in sent if form.cleaned_data["normalized"]]
                self._tell(request, labels.enter([tuple(row.values()) for row in chosen]))
                return HttpResponseRedirect(request.path)
            self.message_user(request, _("This was not understood."), messages.ERROR)
        rows = [
            row | {"said": name_of(row["language"]) if row["language"] != UNDETERMINED else ""}
            for row in labels.unmapped()[:SHOWN]
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Labels that are not in the table"),
            "opts": self.opts,
            "media": self.media,
            "rows": zip(rows, self._forms(rows), strict=True),
            "formset": self._forms(rows),
            "may_add": may_add,
            "is_all": len(rows) < SHOWN,
        }
        return TemplateResponse(request, "admin/claims/unmapped_labels.html", context)

    @staticmethod
    def _forms(rows):
        return NewLabels(
            initial=[
                {
                    "label": row["label"],
                    "language": "" if row["language"] == UNDETERMINED else row["language"],
                }
                for row in rows
            ]
        )
