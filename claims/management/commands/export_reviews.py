from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from claims.chain import moment
from claims.interchange import datafeed, others
from claims.models import ExternalReview

CHUNK = 1000


class Command(BaseCommand):
    help = (
        "Write what other fact-checkers published, as far as readers may see it, to standard "
        "output: a DataFeed of ClaimReviews, which import_reviews takes in. The oldest come first."
    )

    def handle(self, **options):
        name = f"{settings.SITE_NAME}: published fact-checks of others"
        self.write(datafeed.head(name, moment(timezone.now()), None))
        between = b""
        for row in ExternalReview.objects.shown().order_by("pk").iterator(CHUNK):
            self.write(between + others.element(row))
            between = datafeed.BETWEEN
        self.write(datafeed.TAIL)

    def write(self, data):
        self.stdout.write(data.decode(), ending="")
