"""Google's addresses, below the origin: its clients in Node drop any path before them."""

from django.urls import path, re_path

from . import views

urlpatterns = [
    path("v1alpha1/claims:search", views.ClaimsSearch.as_view()),
    path("v1alpha1/claims:imageSearch", views.ClaimsImageSearch.as_view()),
    path("v1alpha1/pages", views.Pages.as_view()),
    path("v1alpha1/pages/<str:page>", views.Page.as_view()),
    # Whatever comes after, a line break too, which `<path:…>` would not match.
    re_path("^v1alpha1(?:/|$)", views.Unknown.as_view()),
    path("batch", views.Unknown.as_view()),  # where clients of other Google APIs send several
]
