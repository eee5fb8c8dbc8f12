"""No row that the admin would refuse, nor a part of one; and each mistake is told where it is."""

import json

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.deskapi.resources import CLAIM as CLAIMS
from claims.deskapi.resources import EVIDENCE as PIECES
from claims.deskapi.resources import SOURCE as SOURCES
from claims.deskapi.resources import VERDICT as VERDICTS
from claims.models import Claim, Evidence, Verdict
from sources.models import Source

from . import desk
from .admin_forms import data_of, errors, page
from .programs import (
    CLAIM,
    DESK,
    EVIDENCE,
    SOURCE,
    contributor,
    kind,
    pointers,
    with_a_draft,
    written,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return contributor()


LONG = "x" * 1001
OF_CLAIM = [
    ({"slug": "Tower"}, "#/slug"),
    ({"slug": None}, "#/slug"),
    ({"slug": "a" * 81}, "#/slug"),
    ({"slug": 7}, "#/slug"),
    ({"statement": {}}, "#/statement/en"),
    ({"statement": None}, "#/statement"),
    ({"statement": {}, "speaker": {}, "reason": {}}, "#/statement"),
    ({"statement": {"en": "  "}}, "#/statement/en"),
    ({"statement": {"en": None}}, "#/statement/en"),
    ({"statement": {"en": LONG}}, "#/statement/en"),
    ({"statement": {"en": "a\u202eb"}}, "#/statement/en"),
    ({"statement": {"en": "a\0b"}}, "#/statement/en"),
    ({"statement": {"en": 5}}, "#/statement/en"),
    ({"statement": "It is."}, "#/statement"),
    ({"statement": {"en": "Good.", "english": "It is."}}, "#/statement/english"),
    ({"statement": {"en": "Good.", "a\0": "It is."}}, "#/statement/a\0"),
    ({"speaker": {"en": "x" * 201}}, "#/speaker/en"),
    ({"speaker": {"fr": "Forbes"}}, "#/statement/fr"),
    ({"language": "english"}, "#/language"),
    ({"language": None}, "#/language"),
    ({"kind": "rumour"}, "#/kind"),
    ({"kind": ["documentary"]}, "#/kind"),
    ({"claimant": "nobody"}, "#/claimant"),
    ({"claimant": "a\0b"}, "#/claimant"),
    ({"claimed_on": "2024-13"}, "#/claimed_on"),
    ({"claimed_on": 2024}, "#/claimed_on"),
    ({"about_until": "2024-01-01"}, "#"),
    ({"about_until": "2024"}, "#/about_until"),
    ({"subjects": ["nobody"]}, "#/subjects/0"),
    ({"subjects": "nobody"}, "#/subjects"),
    ({"topics": [{}]}, "#/topics/0"),
    ({"appearances": [{"source": "nothing", "quote": "x"}]}, "#/appearances/0/source"),
    ({"appearances": [{"source": "news"}]}, "#/appearances/0/quote"),
    ({"appearances": [{"source": "news", "quote": "x" * 301}]}, "#/appearances/0/quote"),
    ({"appearances": [{"source": "news", "quote": "x", "order": -1}]}, "#/appearances/0/order"),
    ({"appearances": [{"source": "news", "quote": "x", "order": 1.5}]}, "#/appearances/0/order"),
    ({"appearances": [{"source": "news", "quote": "x", "start": 1}]}, "#/appearances/0/start"),
    ({"appearances": [{"source": "news", "quote": "x", "is_first": 1}]},
     "#/appearances/0/is_first"),
    ({"appearances": [{"source": "news", "quote": "x"}] * 2}, "#/appearances/1"),
    ({"appearances": [{"source": "news", "quote": q, "is_first": True} for q in "xy"]},
     "#/appearances/1"),
    ({"appearances": ["news"]}, "#/appearances/0"),
    ({"relations": [{"kind": "repeats", "other": "nothing"}]}, "#/relations/0/other"),
    ({"relations": [{"kind": "is", "other": "other"}]}, "#/relations/0/kind"),
    ({"relations": [{"kind": "repeats", "other": "other"}] * 2}, "#/relations/1"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "where"), OF_CLAIM)
def test_a_claim_that_the_admin_would_refuse(program, change, where):
    desk.make_source("news")
    desk.make_claim("other")
    before = written()
    problem = program.post("claims/", CLAIM | change, 400)
    assert (kind(problem), pointers(problem)) == ("invalid", [where])
    assert written() == before
    if "slug" in change or change.get("statement") == {}:  # to change nothing is fine
        return
    program.post("claims/", CLAIM | {"slug": "made"})
    before = written()
    problem = program.patch("claims/made/", change, 400)
    assert kind(problem) == "invalid"
    assert written() == before


OF_SOURCE = [
    ({"url": "ftp://example.org/"}, "#/url"),
    ({"url": "https://u:p@example.org/"}, "#/url"),
    ({"url": "https://[/"}, "#/url"),
    ({"url": None}, "#"),
    ({"url": "https://example.org/taken"}, "#/url"),
    ({"url": "https://example.org/" + "x" * 2000}, "#/url"),
    ({"publisher": None}, "#/publisher"),
    ({"publisher": "nobody"}, "#/publisher"),
    ({"title": " "}, "#/title"),
    ({"title": "a\ufeffb"}, "#/title"),
    ({"type": "rumour"}, "#/type"),
    ({"proximity": ""}, "#/proximity"),
    ({"authors": ["x" * 201]}, "#/authors"),
    ({"authors": [""]}, "#/authors"),
    ({"authors": ["a\0"]}, "#/authors/0"),
    ({"authors": [None]}, "#/authors/0"),
    ({"published_on": "yesterday"}, "#/published_on"),
    ({"identifiers": {"doi": {"a": 1}}}, "#/identifiers/doi"),
    ({"identifiers": {"a\0b": "x"}}, "#/identifiers"),
    ({"identifiers": ["doi"]}, "#/identifiers"),
    ({"text_sha256": "abc"}, "#/text_sha256"),
    ({"copy_of": "mirror"}, "#"),
    ({"opened": "yes"}, "#/opened"),
]


@pytest.mark.parametrize(("change", "where"), OF_SOURCE)
def test_a_source_that_the_admin_would_refuse(program, change, where):
    desk.make_source("taken")
    desk.make_source("mirror", copy_of=Source.objects.get())
    before = written()
    problem = program.post("sources/", SOURCE | change, 400)
    if "errors" in problem:  # a trigger knows of no field
        assert pointers(problem) == [where]
    assert written() == before


OF_VERDICT = [
    ({"claim": "nothing"}, "#/claim"),
    ({"claim": None}, "#/claim"),
    ({"rating": "so-so"}, "#/rating"),
    ({"confidence": "sure"}, "#/confidence"),
    ({"summary": {"en": LONG}}, "#/summary/en"),
    ({"analysis": {"e": "x"}}, "#/analysis/e"),
    ({"contacts": [{"contacted_on": "2026", "channel": "email", "whom": "x"}]},
     "#/contacts/0/contacted_on"),
    ({"contacts": [{"contacted_on": "2026-01-01", "channel": "email"}]}, "#/contacts/0/whom"),
]  # fmt: skip
OF_EVIDENCE = [
    ({"source": None}, "#/source"),
    ({"stance": "neutral"}, "#/stance"),
    ({"quote": "word " * 51}, "#"),
    ({"quote": "x" * 501}, "#/quote"),
    ({"order": 40_000}, "#/order"),
    ({"order": True}, "#/order"),
    ({"order": 10**40}, "#/order"),
    ({"finding": {"en": "a\u2066b"}}, "#/finding/en"),
]


@pytest.mark.parametrize(("change", "where"), OF_VERDICT)
def test_a_verdict_that_the_admin_would_refuse(program, change, where):
    with_a_draft(program)
    before = written()
    problem = program.post("verdicts/", {"claim": "tower-height"} | change, 400)
    assert pointers(problem) == [where]
    assert written() == before


@pytest.mark.parametrize(("change", "where"), OF_EVIDENCE)
def test_evidence_that_the_admin_would_refuse(program, change, where):
    verdict = with_a_draft(program)
    before = written()
    problem = program.post(f"{verdict}evidence/", EVIDENCE | change, 400)
    assert pointers(problem) == [where]
    assert written() == before


def test_what_is_there_already_is_a_conflict(program):
    with_a_draft(program)
    for address, body in (("claims/", CLAIM), ("sources/", SOURCE)):
        assert kind(program.post(address, body, 409)) == "exists"


def test_the_last_statement_stays(program):
    program.post("claims/", CLAIM)
    problem = program.patch(
        "claims/tower-height/",
        {"statement": {"en": None}, "speaker": {"en": None}, "reason": {"en": None}},
        400,
    )
    assert pointers(problem) == ["#/statement"]


# --- Whatever is sent ------------------------------------------------------------------

WORDS = st.one_of(
    st.sampled_from([
        *("en", "zh-Hans", "news", "roe", "towers", "other", "documentary", "repeats", "email"),
        *("mostly-false", "high", "supports", "2024-02", "2024-02-30", "https://example.org/x"),
        *("", " ", "\0", "\u202e", "\n", "x" * 301, "x" * 2001, "a/b~c", "'", "%s", "{}"),
    ]),
    st.text(max_size=20),
)  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(WORDS, inside, max_size=3),
    max_leaves=6,
)


GOOD = {
    "Texts": [{"en": "One."}, {"en": "  One.\r\nTwo. "}, {"fr": "Un.", "pt-BR": "Um."}, {}, None],
    "Facts": [{"doi": "10.1/x"}, {"": "x", "a": None}, {}, None],
    "Strings": [["A. Author"], ["B", "C, D"], [], None],
    "Number": [0, 1, 7, None],
    "Flag": [True, False, None],
    "RoughDate": ["2024", "2024-02", "2024-02-29", None],
    "Day": ["2024-02-29", "2025-01-01", None],
    "Address": ["https://example.org/x", "HTTP://EXAMPLE.ORG:80/x?a=b#c", None],
    "Language": ["en", "zh-Hans"],
    "Text": ["One.", " two\tthree ", "", None],
    "Excerpt": ["One.", " two\u3000", ""],
}
SLUGS_OF = {"claimant": "roe", "subjects": "roe", "topics": "towers", "publisher": "county-records"}


def like(field):
    """Values that are fine, more often than not; and any others."""
    name = type(field).__name__
    if name == "Parts":
        return st.lists(bodies(field.fields, whole=True), max_size=2) | ANYTHING
    good = GOOD.get(name)
    if name == "Choice":
        good = field.type["enum"]
    if name in {"Related", "Slugs"}:
        slug = SLUGS_OF.get(field.name) or {"rating": "false", "source": "news"}.get(field.name)
        good = [slug or "other", None] if name == "Related" else [[slug], [slug, slug], []]
    return st.sampled_from(good) | st.sampled_from(good) | WORDS | ANYTHING


@st.composite
def bodies(draw, fields, size=3, *, whole=False):
    chosen = draw(st.lists(st.sampled_from(fields), max_size=size, unique=True))
    chosen += [field for field in fields if whole and field.required and field not in chosen]
    return {field.name: draw(like(field)) for field in chosen}


ROWS = [("sources/", SOURCES, SOURCE), ("claims/", CLAIMS, CLAIM)]
ROWS += [("verdicts/", VERDICTS, {"claim": "tower-height"}), ("evidence/", PIECES, EVIDENCE)]


@pytest.fixture
def prepared(program):
    program.verdict = with_a_draft(program)
    desk.make_source("news")
    desk.make_subject("roe")
    desk.make_topic("towers")
    desk.make_claim("other")
    return program


@pytest.mark.parametrize(("address", "resource", "whole"), ROWS, ids=[row[0] for row in ROWS])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_ends_in_a_page_or_half_done(prepared, address, resource, whole, data):
    """A row that is taken is shown again, and the admin would save it as it is."""
    change = data.draw(bodies(resource.fields, data.draw(st.integers(0, 4))))
    new = {"slug": "new", "url": "https://example.org/new"}
    body = whole | {name: new[name] for name in new if name in whole} | change
    path = f"{prepared.verdict}{address}" if resource is PIECES else address
    before = written()
    with transaction.atomic():
        try_it(prepared, resource, path, body, change)
        transaction.set_rollback(True)
    assert written() == before


def try_it(program, resource, path, body, change):
    before = written()
    response = program.client.post(f"{DESK}{path}", json.dumps(body), "application/json")
    said = json.loads(response.content)
    if response.status_code != 201:
        assert response.status_code in {400, 409}, said
        assert response["Content-Type"] == "application/problem+json"
        assert written() == before
        return
    made = response["Location"].partition(DESK)[2]
    assert program.get(made) == said
    program.patch(made, {name: change[name] for name in change if name not in {"slug", "claim"}})
    assert_the_admin_takes(program, resource, said)


ADMIN = {"source": Source, "claim": Claim, "verdict": Verdict, "evidence": Evidence}


def assert_the_admin_takes(program, resource, said):
    model = ADMIN[resource.noun]
    row = model.objects.get(**({"slug": said["slug"]} if "slug" in said else {"pk": said["id"]}))
    program.browser.force_login(program.user)
    address = page(model, "change", row.pk)
    response = program.browser.get(address)
    assert response.context["has_change_permission"]
    saved = program.browser.post(address, data_of(response))
    assert saved.status_code == 302, errors(saved)
