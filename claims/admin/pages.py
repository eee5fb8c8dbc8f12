"""Pages about the newsroom, and the reminder that one of them waits for a review."""

from functools import partial

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims import transparency
from claims.models import Page, PageTranslation, PublishedPage
from sources.admin.base import DeskAdmin
from sources.admin.inlines import TranslationInline
from sources.admin.words import badge, in_own_language
from sources.languages import texts

from .doors import Door, DoorsMixin
from .record import Documents, read

PUBLISH = Door(
    name="publish_page",
    label=_("Publish"),
    explained=_("Readers get it as a new version; earlier versions stay where they are."),
    done=_("published"),
    permission="claims.publish_page",
    run=lambda page, user, _data, _accepted: transparency.publish_page(page, by=user),
    is_open=lambda _user, page: transparency.differs(page, _published(page)),
    saves_first=True,
)


def _published(page):
    return PublishedPage.objects.filter(slug=page.slug).values_list("document", flat=True).first()


class PageTranslationInline(TranslationInline):
    model = PageTranslation


@admin.register(Page)
class PageAdmin(DoorsMixin, DeskAdmin):
    words_need = ["translations"]
    list_display = ["title", "kind", "owner", "due", "state"]
    list_filter = [("owner", admin.RelatedOnlyFieldListFilter), "review_due_on"]
    list_select_related = ["owner"]
    search_fields = ["slug", "translations__title", "translations__body"]
    fixed = ["slug"]
    inlines = [PageTranslationInline]
    doors = [PUBLISH]
    change_form_template = "admin/desk/door_form.html"

    def get_queryset(self, request):
        """Each with what is public of it, since the list says whether that is what it says."""
        public = PublishedPage.objects.filter(slug=OuterRef("slug")).order_by("-number")
        rows = super().get_queryset(request)
        return rows.annotate(public=Subquery(public.values("document")[:1]))

    def get_changeform_initial_data(self, request):
        return {"owner": request.user.pk} | super().get_changeform_initial_data(request)

    def words(self, obj):
        return in_own_language(texts(obj.translations.all(), "title")) or str(obj)

    def why_kept(self, obj):
        return _("It has been public.") if _published(obj) else None

    def view_on_site(self, obj):
        return reverse("pages:about-page", args=[obj.slug]) if _published(obj) else None

    @admin.display(description=_("title"))
    def title(self, obj):
        return self.words(obj)

    @admin.display(description=_("page"), ordering="slug")
    def kind(self, obj):
        return obj.get_slug_display()

    @admin.display(description=_("review due on"), ordering="review_due_on")
    def due(self, obj):
        day = obj.review_due_on.isoformat()
        return badge("review", "overdue", day) if obj.is_overdue() else day

    @admin.display(description=_("state"))
    def state(self, obj):
        if obj.public is None:
            return badge("status", "draft", _("not public"))
        if transparency.differs(obj, obj.public):
            return badge("status", "in-review", _("changed since it was published"))
        return badge("status", "published", _("published"))


@admin.register(PublishedPage)
class PublishedPageAdmin(Documents):
    list_display = ["title", "slug", "number", "at"]
    list_filter = ["slug"]
    search_fields = ["slug", "sha256"]
    fields = ["slug", "number", "at", "sha256", "shown_document"]
    readonly_fields = ["shown_document"]

    def words(self, obj):
        return f"{in_own_language(read(obj.document)['title'])} (v{obj.number})"

    def view_on_site(self, obj):
        return reverse("pages:about-version", args=[obj.slug, obj.number])

    @admin.display(description=_("title"), ordering="slug")
    def title(self, obj):
        return self.words(obj)


def with_reminder(each_context, request):
    """What every page of the admin knows: which pages wait for a review, once somebody asks."""
    context = each_context(request)
    if request.user.has_perm("claims.view_page"):
        context["overdue_pages"] = partial(list, transparency.overdue_pages())
    return context
