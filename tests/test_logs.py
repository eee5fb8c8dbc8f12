"""Each line of the log is one entry, names its request, and keeps what is nobody's business."""

import io
import json
import logging

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from claims.models import Submission
from factcheck import environment, logs, urls
from factcheck.apps import find_hook
from factcheck.observed import Observed

from .servers import environment as of_process
from .servers import manage
from .sites import connection_stays

pytestmark = pytest.mark.django_db
KEY = "fck_" + "0123456789ab" * 4
LINK = "/submit/Zm9yIG5vYm9keSBlbHNlIHRvIHJlYWQ/"
SECRETS = {
    "query": "zanzibar",
    "cookie": "sessionid0123",
    "key": KEY,
    "link": LINK.split("/")[2],
    "address": "ann@example.org",
    "sender": "192.0.2.77",
    "body": "whispered",
}
FORGED = "evil\n2026-01-01 INFO django: all is well\r\x1b[2J\x00\u2028\u2029\x85\x7f\u202e"


@csrf_exempt
def broken(request, **kwargs):
    raise ValueError(f"{FORGED} {request.headers.get('Authorization')} {request.path}")


@csrf_exempt
def refused(request):
    """An error that is reported without its claim: the database quotes the row that it refuses."""
    sent = {"text": request.POST["text"], "email": request.POST["email"]}
    Submission.objects.create(token_hash="1" * 64, kind="error", **sent)


def fine(request):
    logging.getLogger("a.part").info("Something was done to %s", request.GET.get("to"))
    return HttpResponse("fine")


urlpatterns = [
    path("broken/", broken),
    path("submit/<slug:token>/", broken),
    path("refused/", refused),
    path("fine/", fine),
    *urls.urlpatterns,
]
handler500 = urls.handler500


@pytest.fixture
def log(settings, request):
    """What is written, by the formatter that the test names, or as JSON."""
    settings.ROOT_URLCONF = __name__
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(getattr(request, "param", logs.Json)())
    logging.getLogger().addHandler(handler)
    with connection_stays():
        yield stream
    logging.getLogger().removeHandler(handler)
    logs.request_id.set("")


def ask(path, method="GET", **options):
    """`(status, headers)` of the site as its server runs it."""
    environ = RequestFactory(**options.pop("headers", {})).generic(method, path, **options).environ
    said = []
    response = Observed(WSGIHandler())(environ, lambda *answer: said.extend(answer))
    response.close()
    return said[0], dict(said[1])


def entries(log):
    return [json.loads(line) for line in log.getvalue().splitlines()]


# --- The name of a request ---------------------------------------------------------------


def test_each_line_of_a_request_has_the_id_that_its_answer_tells(log):
    for address in ("/fine/?to=one", "/broken/"):
        log.truncate(0), log.seek(0)
        name = ask(address)[1]["X-Request-ID"]
        assert logs.WELL_FORMED.fullmatch(name)
        assert {entry["request_id"] for entry in entries(log)} == {name}


def test_an_id_that_is_well_formed_is_taken(log):
    name = ask("/fine/", headers={"headers": {"X-Request-ID": "a1b2-c3d4"}})[1]["X-Request-ID"]
    assert name == "a1b2-c3d4"
    assert entries(log)[0]["request_id"] == name


@pytest.mark.parametrize(
    "given",
    ["", "short", "x" * 65, "with space", "a\nbcdefgh", "１２３４５６７８", "<b>abcdefgh"],
)
def test_any_other_id_is_made_anew(log, given):
    name = ask("/fine/", headers={"HTTP_X_REQUEST_ID": given})[1]["X-Request-ID"]
    assert name != given
    assert logs.WELL_FORMED.fullmatch(name)
    assert name != ask("/fine/")[1]["X-Request-ID"]


# --- One entry, one line -----------------------------------------------------------------


@pytest.mark.parametrize("log", [logs.Plain, logs.Json], indirect=True)
def test_nobody_writes_a_line_of_their_own(log):
    logging.getLogger("a.part").warning("Typed: %s", FORGED)
    assert len(log.getvalue().splitlines()) == 1
    assert log.getvalue()[:-1].isprintable()
    log.truncate(0), log.seek(0)
    ask("/broken/")
    lines = log.getvalue().splitlines()
    begun = [line for line in lines if not line.startswith("    ")]
    assert len(begun) == 1
    assert all(line.isprintable() for line in lines)
    assert "all is well" in log.getvalue()
    assert "Traceback" in log.getvalue()


@pytest.mark.parametrize("form", [logs.Plain, logs.Json])
def test_half_a_letter_ends_no_line(form):
    """Not by a logger: what runs the tests could not hand the message on."""
    record = logging.makeLogRecord({"name": "a.part", "msg": "half of \ud83d"})
    assert form().format(record).isprintable()


def test_a_json_entry_tells_what_kind_it_is(log):
    logging.getLogger("a.part").warning("事实 %s", 7)
    (entry,) = entries(log)
    assert entry.pop("time").endswith("+00:00")
    assert entry == {"level": "WARNING", "logger": "a.part", "message": "事实 7"}


def test_an_entry_has_an_end(log):
    logging.getLogger("a.part").warning("x" * 10**6)
    assert len(log.getvalue()) < 10_000


# --- What is not written -----------------------------------------------------------------


@pytest.mark.parametrize("log", [logs.Plain, logs.Json], indirect=True)
@pytest.mark.parametrize("address", ["/broken/", LINK, "/nowhere/", "/refused/"])
def test_what_a_reader_sends_is_not_in_the_log(log, address):
    headers = {
        "HTTP_COOKIE": f"sessionid={SECRETS['cookie']}",
        "HTTP_AUTHORIZATION": f"Bearer {KEY}",
        "REMOTE_ADDR": SECRETS["sender"],
        "HTTP_X_FORWARDED_FOR": SECRETS["sender"],
    }
    body = f"text={SECRETS['body']}&email={SECRETS['address']}"
    ask(
        f"{address}?q={SECRETS['query']}",
        "POST",
        data=body,
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )
    assert address.split("/")[1] in log.getvalue()
    found = [what for what, secret in SECRETS.items() if secret in log.getvalue()]
    assert not found


def test_nor_are_passwords_and_addresses(log):
    url = "postgresql://me:hush@db.example.org/facts"
    logging.getLogger("a.part").error("No way to %s for %s", url, SECRETS["address"])
    assert "hush" not in log.getvalue()
    assert "@example.org" not in log.getvalue()
    assert "db.example.org/facts" in log.getvalue()


# --- Whoever else is told of errors -------------------------------------------------------

told = []


def tell(error, request_id):
    told.append((error, request_id))
    logging.getLogger("a.hook").error("As I said", exc_info=error)


def fail(error, request_id):
    raise OSError("no way out")


@pytest.fixture
def hook(settings):
    settings.ERROR_HOOK = f"{__name__}.tell"
    told.clear()
    handler = logs.Hook(level="ERROR")
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)


def test_the_hook_is_told_of_each_error_once(log, hook):
    name = ask("/broken/")[1]["X-Request-ID"]
    ask("/fine/")
    ask("/nowhere/")
    ((error, request_id),) = told
    assert isinstance(error, ValueError)
    assert request_id == name


def test_a_hook_that_fails_breaks_nothing(log, hook, settings):
    settings.ERROR_HOOK = f"{__name__}.fail"
    assert ask("/broken/")[0].startswith("500")
    assert "ERROR_HOOK failed: OSError" in log.getvalue()


@pytest.mark.parametrize("value", ["tell", "a b.c", "a..b", "模块.tell", "a.b()"])
def test_a_hook_that_is_none(monkeypatch, value):
    monkeypatch.setenv("ERROR_HOOK", value)
    with pytest.raises(ImproperlyConfigured, match=r"write it as module\.function"):
        environment.env_dotted("ERROR_HOOK")


@pytest.mark.parametrize("path", ["nowhere.at_all", f"{__name__}.nobody", f"{__name__}.KEY"])
def test_a_hook_that_is_not_there_stops_the_start(path):
    with pytest.raises(ImproperlyConfigured, match=r"^ERROR_HOOK is "):
        find_hook(path)


def test_the_setting_says_the_form(tmp_path):
    code = "import logging; logging.getLogger('a').error('said')"
    for form, begins in [("json", '{"time":'), ("plain", "20")]:
        env = of_process(VAR=str(tmp_path), LOG_FORMAT=form, DATABASE_URL="postgresql:///none")
        assert manage("shell", "--no-imports", "-c", code, env=env).stderr.startswith(begins)
    said = manage("check", env=env | {"LOG_FORMAT": "xml"}).stderr
    assert said == "manage.py: LOG_FORMAT is 'xml'; write plain or json.\n"
