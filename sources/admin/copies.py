"""Captured material, to be looked at by editors and by nothing else of theirs.

It is the words and the code of others. It never is a page of this site: it goes out as a file, or
into a frame without scripts, forms, other hosts or this site's name.
"""

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from sources import capture, sniffing

SHOWN = {sniffing.HTML, "image/png", "image/jpeg", "image/gif", "image/webp"}
# `sandbox` without a word more: an origin of its own, and nothing runs, even if opened alone.
LOCKED = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)


class CopiesMixin:
    """A read-only ModelAdmin of snapshots that shows and hands out what they hold."""

    change_form_template = "admin/desk/snapshot.html"

    def get_urls(self):
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"sources_snapshot_{name}",
            )
            for name, view in [
                ("shown", self.shown_view),
                ("file", self.file_view),
                ("warc", self.warc_view),
            ]
        ]
        return [*own, *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["is_shown"] = obj.media_type in SHOWN
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _row(self, request, object_id):
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def shown_view(self, request, object_id):
        """For the frame: a page or a picture, locked up."""
        row = self._row(request, object_id)
        if row.media_type not in SHOWN:
            raise Http404
        charset = row.says.get("charset", "") if row.media_type == sniffing.HTML else ""
        kind = f"{row.media_type}; charset={charset}" if charset else row.media_type
        response = _locked(_content(row.sha256), kind)
        response["X-Frame-Options"] = "SAMEORIGIN"
        return response

    def file_view(self, request, object_id):
        row = self._row(request, object_id)
        name = f"{row.source.slug}-{row.sha256[:12]}.{capture.suffix(row.media_type)}"
        return _attached(_content(row.sha256), name)

    def warc_view(self, request, object_id):
        row = self._row(request, object_id)
        if not row.warc:
            raise Http404
        return _attached(_content(row.warc), f"{row.source.slug}-{row.sha256[:12]}.warc.gz")

    # --- Columns ---

    def ways(self, obj):
        """Where its bytes can be had."""
        names = [("file", _("The file")), *([("warc", _("WARC"))] if obj.warc else [])]
        return format_html_join(
            " · ",
            '<a href="{}" download>{}</a>',
            (
                (reverse(f"admin:sources_snapshot_{name}", args=[obj.pk]), label)
                for name, label in names
            ),
        )

    ways.short_description = _("as files")

    def answers(self, obj):
        """The answers on the way to it, each with its status and headers."""
        rows = [
            (
                hop["status"],
                hop["url"],
                "\n".join(f"{name}: {value}" for name, value in hop["headers"]),
            )
            for hop in obj.http.get("hops", [])
        ]
        shown = "<details><summary>{} {}</summary><pre>{}</pre></details>"
        return format_html_join("", shown, rows) or "-"

    answers.short_description = _("what was answered")

    def says_of_itself(self, obj):
        said = [
            (name, ", ".join(value) if isinstance(value, list) else value)
            for name, value in sorted(obj.says.items())
        ]
        return format_html_join("", "<div>{}: {}</div>", said) or "-"

    says_of_itself.short_description = _("what it says of itself")

    def text_in_full(self, obj):
        return (
            format_html('<pre class="captured" lang="{}">{}</pre>', obj.source.language, obj.text)
            if obj.text
            else "-"
        )

    text_in_full.short_description = _("text")


def _content(digest):
    try:
        return capture.stored(digest)
    except FileNotFoundError:
        raise Http404("The stored file is gone.") from None


def _attached(data, name):
    response = _locked(data, sniffing.UNKNOWN)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _locked(data, kind):
    response = HttpResponse(data, content_type=kind)
    response["Content-Security-Policy"] = LOCKED
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response
