from django.urls import path
from rest_framework.routers import SimpleRouter

from .views import ClaimViewSet, RootView, not_found

app_name = "api"

router = SimpleRouter()
router.register("claims", ClaimViewSet, basename="claim")

urlpatterns = [
    path("", RootView.as_view(), name="root"),
    *router.urls,
    path("<path:path>", not_found),
]
