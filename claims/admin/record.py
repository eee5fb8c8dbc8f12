"""The record, to be looked at: only claims.publishing writes it."""

import json

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from claims.models import ClaimRedirect, PublishedClaim, PublishedTerm, Revision, Timestamp
from sources.admin.base import ReadOnlyAdmin, shortened
from sources.admin.words import badge, in_own_language


def on_site(slug):
    """Where readers find a claim that is in the record, under whatever state."""
    return f"/claims/{slug}/"


def public_history(slug):
    """What readers have seen of a claim, newest first: the part of the record that an editor asks
    for beside the history of the desk."""
    revisions = Revision.objects.filter(claim=slug).order_by("-number")
    return [
        {
            "number": row.number,
            "at": row.at,
            "badge": badge("action", row.action, row.get_action_display()),
            "address": f"{on_site(slug)}v/{row.number}/",
        }
        for row in revisions.only("number", "action", "at")[:100]
    ]


def read(data):
    """A stored document; nothing of one that is sealed."""
    return json.loads(bytes(data) or b"{}")


def pretty(data):
    text = json.dumps(read(data), ensure_ascii=False, indent=2, sort_keys=True)
    return format_html('<pre class="document">{}</pre>', text)


class Documents(ReadOnlyAdmin):
    """Rows that hold a document: shown as it reads, not as its bytes."""

    holds = "document"

    @admin.display(description=_("document"))
    def shown_document(self, obj):
        data = getattr(obj, self.holds)
        return pretty(data) if bytes(data) else _("Sealed: the document is gone, its hash stays.")


@admin.register(Revision)
class RevisionAdmin(Documents):
    list_display = ["seq", "statement", "number", "action_badge", "at", "short_hash"]
    list_display_links = ["seq", "statement"]
    list_filter = ["action"]
    search_fields = ["claim", "sha256", "chain"]
    ordering = ["-seq"]
    date_hierarchy = "at"
    fields = ["seq", "claim", "number", "action", "at", "sha256", "chain", "shown_document"]
    readonly_fields = ["shown_document"]

    def words(self, obj):
        statement = in_own_language(read(obj.document).get("statement", {}))
        return f"{shortened(statement) or obj.claim} (v{obj.number})"

    def view_on_site(self, obj):
        return f"{on_site(obj.claim)}v/{obj.number}/"

    @admin.display(description=_("claim"), ordering="claim")
    def statement(self, obj):
        return shortened(in_own_language(read(obj.document).get("statement", {}))) or obj.claim

    @admin.display(description=_("action"), ordering="action")
    def action_badge(self, obj):
        return badge("action", obj.action, obj.get_action_display())

    @admin.display(description=_("SHA-256"))
    def short_hash(self, obj):
        return format_html("<code>{}</code>", obj.sha256[:12])


@admin.register(Timestamp)
class TimestampAdmin(ReadOnlyAdmin):
    list_display = ["seq", "at", "authority", "received_at"]
    search_fields = ["authority", "chain"]
    date_hierarchy = "at"
    fields = ["seq", "chain", "authority", "at", "received_at"]


@admin.register(PublishedClaim)
class PublishedClaimAdmin(Documents):
    holds = "card"
    list_display = ["statement", "state_badge", "rating", "language", "number", "modified_at"]
    list_filter = ["state", "rating", "normalized", "language"]
    search_fields = ["slug"]
    date_hierarchy = "modified_at"
    readonly_fields = ["shown_document"]
    exclude = ["card"]

    def words(self, obj):
        return in_own_language(read(obj.card)["statement"])

    def view_on_site(self, obj):
        return on_site(obj.slug)

    @admin.display(description=_("claim"), ordering="slug")
    def statement(self, obj):
        return shortened(self.words(obj))

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, obj):
        return badge("status", obj.state, obj.get_state_display())


@admin.register(PublishedTerm)
class PublishedTermAdmin(Documents):
    list_display = ["name", "kind", "slug", "claims"]
    list_filter = ["kind"]
    search_fields = ["slug"]
    fields = ["kind", "slug", "claims", "shown_document"]
    readonly_fields = ["shown_document"]

    def words(self, obj):
        """Each kind of term has its name under a key of its own, by language or as one text."""
        document = read(obj.document)
        name = next(document[key] for key in ("name", "label", "title") if key in document)
        return name if isinstance(name, str) else in_own_language(name)

    @admin.display(description=_("name"), ordering="slug")
    def name(self, obj):
        return self.words(obj)


@admin.register(ClaimRedirect)
class ClaimRedirectAdmin(ReadOnlyAdmin):
    list_display = ["slug", "to"]
    search_fields = ["slug", "to"]
