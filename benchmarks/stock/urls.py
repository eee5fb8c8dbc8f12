"""Lists of cards and whole claims, each with the rows that belong to it."""

from rest_framework import pagination, routers, serializers, viewsets

from .models import Appearance, Claim, Evidence, Publisher, Rating, Source, Subject, Topic


def serializer_of(of, *names, **nested):
    """A ModelSerializer of these fields, and of those that are serialised in turn."""
    meta = type("Meta", (), {"model": of, "fields": [*names, *nested]})
    return type(f"{of.__name__}Serializer", (serializers.ModelSerializer,), nested | {"Meta": meta})


RatingSerializer = serializer_of(Rating, "slug", "name", "symbol", "value", "normalized")
TopicSerializer = serializer_of(Topic, "slug", "name")
SubjectSerializer = serializer_of(Subject, "slug", "name", "kind", "description")
PublisherSerializer = serializer_of(Publisher, "slug", "name", "country", "interests")
SourceSerializer = serializer_of(
    Source,
    "slug",
    "name",
    "url",
    "language",
    "type",
    "published_on",
    publisher=PublisherSerializer(),
)
AppearanceSerializer = serializer_of(Appearance, "source", "quote", "section")
CARD = ["slug", "statement", "summary", "language", "confidence", "claimed_on", "published_at"]
CARD += ["modified_at", "claimant"]
CardSerializer = serializer_of(
    Claim,
    *CARD,
    rating=RatingSerializer(),
    topics=TopicSerializer(many=True),
    subjects=serializer_of(Subject, "slug", "name")(many=True),
    appearances=AppearanceSerializer(many=True),
)
ClaimSerializer = serializer_of(
    Claim,
    *CARD,
    "analysis",
    "author",
    "reviewer",
    rating=RatingSerializer(),
    topics=TopicSerializer(many=True),
    subjects=SubjectSerializer(many=True),
    appearances=serializer_of(Appearance, "quote", "section", source=SourceSerializer())(many=True),
    evidence=serializer_of(
        Evidence, "number", "stance", "finding", "quote", "locator", source=SourceSerializer()
    )(many=True),
)


class ByCursor(pagination.CursorPagination):
    page_size = 25
    ordering = "-modified_at"


class ClaimViewSet(viewsets.ModelViewSet):
    queryset = Claim.objects.select_related("rating").prefetch_related("topics", "subjects")
    pagination_class = ByCursor
    filterset_fields = ["topics", "rating", "claimant"]
    search_fields = ["statement", "summary"]

    def get_queryset(self):
        if self.action == "list":
            return self.queryset.defer("analysis").prefetch_related("appearances")
        return self.queryset.prefetch_related(
            "appearances__source__publisher", "evidence__source__publisher"
        )

    def get_serializer_class(self):
        return CardSerializer if self.action == "list" else ClaimSerializer


router = routers.SimpleRouter()
router.register("claims", ClaimViewSet)
urlpatterns = router.urls
