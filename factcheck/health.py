"""Two answers for whoever watches the process: is it alive, and can it do its work?

A middleware, the first one: who watches asks the machine by its address and without TLS, which
ALLOWED_HOSTS and HTTPS would refuse.
"""

from django.db import Error, connection
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from sources import archives


@csrf_exempt
@require_safe
@never_cache
def healthz(request):
    """Restart the process when this fails. It asks nobody, the database included."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@csrf_exempt
@require_safe
@never_cache
def readyz(request):
    """Send no readers here while this answers 503. What hurts no reader is told beside `ok`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        trouble = archives.trouble()
    except Error:
        text, status = "the database does not answer\n", 503
    else:
        text, status = "ok\n" + (f"{trouble}\n" if trouble else ""), 200
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


VIEWS = {"/healthz": healthz, "/readyz": readyz}


def health(get_response):
    def answer(request):
        view = VIEWS.get(request.path_info, get_response)
        return view(request)

    return answer
