"""Lists of drafts, drafts, and the step to a reviewer."""

from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpResponse
from rest_framework.reverse import reverse

from claims import drafts, review
from claims.api.pagination import Keyset, Order, flag
from claims.api.problems import Problem, bad_parameter, once
from claims.api.renderers import CanonicalJSONRenderer
from claims.choices import Scope, VerdictStatus
from claims.models import Evidence, Verdict
from sources import addresses

from .base import DeskView
from .resources import CLAIM, EVIDENCE, SOURCE, VERDICT

ORDERS = {"id": Order(F("pk"), "id")}


class DraftList(DeskView):
    """What there is on the desk, the newest first; and a new one."""

    parameters = ("cursor", "page_size", "mine")
    address = ""  # the name of a row's own

    def get(self, request, **kwargs):
        rows = self.filtered(self.resource.rows())
        if flag(request, "mine"):
            rows = rows.filter(**{self.resource.writer: request.user})
        page = Keyset(request, ORDERS, "-id").cut(rows)
        shown = [self.resource.show(row) for row in page.rows]
        said = {"next": page.next, "previous": page.previous, "results": shown}
        return self.answer(CanonicalJSONRenderer().render(said))

    def filtered(self, rows):
        return rows

    def post(self, request, **kwargs):
        with self.writing(), transaction.atomic():
            row = self.new()
            said = self.said(row, self.resource.fields)
            self.refuse_known(said)
            row = self.resource.write(row, said, by=request.user)
            row = self.resource.rows().get(pk=row.pk)
            return self.respond(row, 201, Location=self.address_of(row))

    def new(self):
        return self.resource.model()

    def refuse_known(self, said):
        """A program that asks twice is told so, and where the first one is."""
        slug = said.columns.get("slug")
        if slug and self.resource.model.objects.filter(slug=slug).exists():
            detail = f"There is a {self.resource.noun} of this slug already: change that."
            raise Problem(409, "exists", detail, errors=[{"pointer": "#/slug", "detail": detail}])

    def address_of(self, row):
        return reverse(f"deskapi:{self.resource.noun}", [row.slug], request=self.request)


class DraftDetail(DeskView):
    """One, as it stands on the desk."""

    def get(self, request, **kwargs):
        return self.respond(self.found(self.resource.rows()))

    def patch(self, request, **kwargs):
        with self.writing(), transaction.atomic():
            row = self.locked()
            self.require_version(row)
            said = self.said(row, [field for field in self.resource.fields if not field.once])
            row = self.resource.write(row, said, by=request.user)
            return self.respond(self.resource.rows().get(pk=row.pk))

    def locked(self):
        """The row as it is once nobody else is writing it."""
        return self.found(self.resource.rows().select_for_update(of=["self"]))

    def found(self, rows):
        row = rows.filter(**self.kwargs).first()
        if row is None:
            raise Http404
        return row


class Sources:
    resource = SOURCE
    scopes = {"POST": Scope.SOURCES_WRITE, "PATCH": Scope.SOURCES_WRITE}


class Claims:
    resource = CLAIM
    scopes = {"POST": Scope.CLAIMS_WRITE, "PATCH": Scope.CLAIMS_WRITE}


class Verdicts:
    resource = VERDICT
    scopes = {"POST": Scope.VERDICTS_WRITE, "PATCH": Scope.VERDICTS_WRITE}


class SourceList(Sources, DraftList):
    """Sources of the desk."""

    parameters = (*DraftList.parameters, "url")

    def filtered(self, rows):
        url = once(self.request, "url")
        if url is None:
            return rows
        try:
            return rows.filter(url=addresses.normalise(url))
        except ValueError as error:
            raise bad_parameter("url", f"{error}.") from None


class SourceDetail(Sources, DraftDetail):
    """One source of the desk."""


class ClaimList(Claims, DraftList):
    """Claims of the desk."""


class ClaimDetail(Claims, DraftDetail):
    """One claim of the desk."""


class VerdictList(Verdicts, DraftList):
    """Verdicts of the desk, drafts and others."""

    parameters = (*DraftList.parameters, "claim", "status")

    def filtered(self, rows):
        status, claim = once(self.request, "status"), once(self.request, "claim")
        if status is not None and status not in VerdictStatus.values:
            raise bad_parameter("status", f"Write one of these: {', '.join(VerdictStatus.values)}.")
        if claim is not None:
            rows = rows.filter(claim__slug=claim)
        return rows if status is None else rows.filter(status=status)

    def address_of(self, row):
        return reverse("deskapi:verdict", [row.pk], request=self.request)


class VerdictDetail(Verdicts, DraftDetail):
    """One verdict of the desk."""


class Submit(DraftDetail):
    """Hand a draft to a reviewer, as it was read: from then on its words are fixed."""

    resource = VERDICT
    scopes = {"POST": Scope.VERDICTS_SUBMIT}
    http_method_names = ["post", "options"]

    def post(self, request, **kwargs):
        with self.writing(), transaction.atomic():
            row = self.locked()
            self.require_version(row)
            self.said(row, [])
            review.submit(row, by=request.user)
            return self.respond(self.resource.rows().get(pk=row.pk))


class OfVerdict:
    """Evidence has no address without its verdict, and is locked after it."""

    resource = EVIDENCE
    scopes = dict.fromkeys(["POST", "PATCH", "DELETE"], Scope.VERDICTS_WRITE)

    def verdict(self, rows):
        found = rows.filter(pk=self.kwargs["verdict"]).first()
        if found is None:
            raise Http404
        return found

    def locked_verdict(self):
        return self.verdict(Verdict.objects.select_for_update(of=["self"]))


class EvidenceList(OfVerdict, DraftList):
    """The evidence of a verdict."""

    def filtered(self, rows):
        return rows.filter(verdict=self.verdict(Verdict.objects.all()))

    def new(self):
        return Evidence(verdict=self.locked_verdict())

    def address_of(self, row):
        return reverse("deskapi:evidence", [row.verdict_id, row.pk], request=self.request)


class EvidenceDetail(OfVerdict, DraftDetail):
    """One piece of evidence."""

    def locked(self):
        verdict = self.locked_verdict()
        row = super().locked()
        row.verdict = verdict
        return row

    def delete(self, request, **kwargs):
        with self.writing(), transaction.atomic():
            row = self.locked()
            self.require_version(row)
            drafts.remove_evidence(row, by=request.user)
        return HttpResponse(status=204)
