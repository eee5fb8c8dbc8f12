from django.urls import path

from claims.api import urls as public  # noqa: F401 (its converters)

from . import views

app_name = "deskapi"

urlpatterns = [
    path("sources/", views.SourceList.as_view(), name="sources"),
    path("sources/<api-slug:slug>/", views.SourceDetail.as_view(), name="source"),
    path("claims/", views.ClaimList.as_view(), name="claims"),
    path("claims/<api-slug:slug>/", views.ClaimDetail.as_view(), name="claim"),
    path("verdicts/", views.VerdictList.as_view(), name="verdicts"),
    path("verdicts/<api-number:pk>/", views.VerdictDetail.as_view(), name="verdict"),
    path("verdicts/<api-number:pk>/submit/", views.Submit.as_view(), name="submit"),
    path("verdicts/<api-number:verdict>/evidence/", views.EvidenceList.as_view(), name="evidences"),
    path(
        "verdicts/<api-number:verdict>/evidence/<api-number:pk>/",
        views.EvidenceDetail.as_view(),
        name="evidence",
    ),
]
