import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

# They read the settings.
from claims.search.match import prepare

from .kept import keep

prepare()
application = keep(get_wsgi_application())
