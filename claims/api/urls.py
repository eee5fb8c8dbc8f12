from django.urls import path, re_path, register_converter
from django.urls.converters import IntConverter, StringConverter

from claims.choices import TermKind

from . import changes, elsewhere, match, proof, root, schema, validate, views
from .terms import TermDetail, TermList


class SlugInAddress(StringConverter):
    regex = "[-a-z0-9]+"


class NumberInAddress(IntConverter):
    """Short enough for the database; longer ones lead nowhere."""

    regex = "[1-9][0-9]{0,8}"


register_converter(SlugInAddress, "api-slug")
register_converter(NumberInAddress, "api-number")

app_name = "api"

TERMS = {
    "subjects": TermKind.SUBJECT,
    "topics": TermKind.TOPIC,
    "sources": TermKind.SOURCE,
    "publishers": TermKind.PUBLISHER,
    "ratings": TermKind.RATING,
}

urlpatterns = [
    path("", root.Root.as_view(), name="root"),
    path("claims/", views.ClaimList.as_view(), name="claims"),
    path("claims/<api-slug:slug>/", views.ClaimDetail.as_view(), name="claim-detail"),
    path("claims/<api-slug:slug>/revisions/", views.RevisionList.as_view(), name="claim-revisions"),
    path(
        "claims/<api-slug:slug>/revisions/<api-number:number>/",
        views.RevisionDetail.as_view(),
        name="claim-revision",
    ),
    path(
        "claims/<api-slug:slug>/claimreview/", views.ClaimReview.as_view(), name="claim-claimreview"
    ),
    path(
        "claims/<api-slug:slug>/annotations/", views.Annotations.as_view(), name="claim-annotations"
    ),
    path("claims/<api-slug:slug>/wikidata/", views.Wikidata.as_view(), name="claim-wikidata"),
    path(
        "claims/<api-slug:slug>/elsewhere/", elsewhere.Elsewhere.as_view(), name="claim-elsewhere"
    ),
    *(
        path(f"{plural}/", TermList.as_view(kind=kind), name=plural)
        for plural, kind in TERMS.items()
    ),
    *(
        path(f"{plural}/<api-slug:slug>/", TermDetail.as_view(kind=kind), name=f"{kind}-detail")
        for plural, kind in TERMS.items()
    ),
    path("lookup/", views.Lookup.as_view(), name="lookup"),
    path("match/", match.Match.as_view(), name="match"),
    path("validate/", validate.Validate.as_view(), name="validate"),
    path("changes/", changes.Changes.as_view(), name="changes"),
    path("changes/stream/", changes.ChangesStream.as_view(), name="changes-stream"),
    path("chain/", proof.Chain.as_view(), name="chain"),
    path("schema/", schema.Schema.as_view(), name="schema"),
    path("docs/", schema.Docs.as_view(url_name="api:schema"), name="docs"),
    re_path("", root.not_found),  # whatever it is, a line break too
]
