"""Answers for whoever watches the process: is it alive, can it do its work, and what is wrong?

A middleware, the first one: who watches asks the machine by its address and without TLS, which
ALLOWED_HOSTS and HTTPS would refuse. There is no session yet, so who may know more has a token.
"""

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from . import metrics, readiness


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
    """Send no readers here while this answers 503.

    What hurts no reader is told to whoever has the token: `degraded`, and which check says why.
    """
    if not has_token(request):
        ready = readiness.is_ready(readiness.look(readiness.NEEDED))
        said = {"status": "ok" if ready else "unavailable"}
    else:
        found = readiness.look(readiness.NEEDED + readiness.OTHERS)
        ready = readiness.is_ready(found)
        troubled = any(check.trouble for check in found.values())
        said = {
            "status": "unavailable" if not ready else "degraded" if troubled else "ok",
            "checks": {
                name: {"ok": not check.trouble}
                | ({"trouble": check.trouble} if check.trouble else {})
                | check.figures
                for name, check in found.items()
            },
        }
    return JsonResponse(said, status=200 if ready else 503)


@csrf_exempt
@require_safe
@never_cache
def figures(request):
    """For Prometheus; without the token there is nothing here to be seen."""
    if not has_token(request):
        return HttpResponse("Send the token.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    body, media_type = metrics.told()
    return HttpResponse(body, content_type=media_type)


def has_token(request):
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and scheme.lower() == "bearer" and constant_time_compare(token, wanted)


VIEWS = {"/healthz": healthz, "/readyz": readyz}


def health(get_response):
    views = VIEWS | ({"/metrics": figures} if settings.METRICS_TOKEN else {})

    def answer(request):
        if view := views.get(request.path_info):
            request.META["factcheck.route"] = request.path_info.lstrip("/")
            return view(request)
        response = get_response(request)
        # By what pattern of ours it was answered: for figures, of which each address would be one.
        match = request.resolver_match
        request.META["factcheck.route"] = match.route if match else ""
        return response

    return answer
