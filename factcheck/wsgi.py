import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

# It reads the settings.
from .kept import keep

application = keep(get_wsgi_application())
