import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

django = get_wsgi_application()

# They read the settings and the models, which are there from here on.
from django.conf import settings  # noqa: E402

from claims.search.match import prepare  # noqa: E402
from factcheck import metrics  # noqa: E402
from factcheck.kept import keep  # noqa: E402
from factcheck.observed import Observed  # noqa: E402
from factcheck.replicas import route  # noqa: E402

prepare()
if settings.METRICS_TOKEN:
    metrics.begin()
application = Observed(route(keep(django)), metrics.count if settings.METRICS_TOKEN else None)
# What is there for good need not be looked through each time that garbage is: a fifth of match.
gc.collect()
gc.freeze()
