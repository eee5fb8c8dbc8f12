"""The same claim elsewhere, on the pages of claims and of reviews: suggested, accepted, refused."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims import rules, same
from claims.models import MatchDecision

from .doors import NOT_TAKEN, reason_of

SALT = "claims.same"
DECIDED = 10  # decisions listed


class SameMixin:
    """A ModelAdmin of one side. A button is one click, and may be pressed again."""

    def suggested(self, obj):
        """`[Suggestion]` for this row."""
        raise NotImplementedError

    def decided(self, obj):
        """The decisions about this row."""
        raise NotImplementedError

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.decide_view))
        name = f"{self.opts.app_label}_{self.opts.model_name}_same"
        return [path("<path:object_id>/same/", view, name=name), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and rules.may_decide_same(request.user):
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_same"
            context["same"] = {
                "address": reverse(name, args=[obj.pk]),
                "rows": [(row, signing.dumps(row.shown, salt=SALT)) for row in self.suggested(obj)],
                "decisions": self.decided(obj).select_related("by")[:DECIDED],
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def decide_view(self, request, object_id):
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        accept = "accept" in request.POST
        try:
            shown = same.Shown(*signing.loads(request.POST.get("shown", ""), salt=SALT))
            decision = same.decide(shown, accept, by=request.user)
        except PermissionDenied:
            raise
        except signing.BadSignature:
            message = _("This was not understood: look again.")
            self.message_user(request, message, messages.ERROR)
        except NOT_TAKEN as error:
            self.message_user(request, reason_of(error), messages.ERROR)
        else:
            done = _("Accepted: it is the same claim.") if accept else _("Refused.")
            if decision:
                self.log_change(request, row, f"{done} {shown.claim}, {shown.review}")
                self.message_user(request, done, messages.SUCCESS)
            else:
                self.message_user(request, _("That was done already."), messages.INFO)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[row.pk]) + "#same")


class SameAsReview(SameMixin):
    """On the page of a review: claims of ours."""

    def suggested(self, obj):
        return same.for_review(obj)

    def decided(self, obj):
        return obj.decisions.all()


class SameAsClaim(SameMixin):
    """On the page of a claim: reviews of others."""

    def suggested(self, obj):
        return same.for_claim(obj)

    def decided(self, obj):
        return MatchDecision.objects.filter(claim=obj.slug)
