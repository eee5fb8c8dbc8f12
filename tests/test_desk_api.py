"""Programs write drafts with a key: claims, sources, evidence, verdicts, up to the reviewer."""

import json

import pytest
from django.utils import timezone

from claims import publishing, review
from claims.api import throttling
from claims.models import Appearance, Claim, ClaimTranslation, Evidence, Revision, Verdict
from sources import capture
from sources.choices import CaptureMethod
from sources.models import Source

from . import desk
from .helpers import assert_queries_do_not_grow
from .programs import CLAIM, DESK, EVIDENCE, SOURCE, contributor, pointers, with_a_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return contributor()


def test_from_nothing_to_the_reviewer_and_out(program, reviewer):
    verdict = with_a_draft(program)
    texts = {"summary": {"en": "It is 80 metres high."}, "analysis": {"en": "The *plan* says so."}}
    program.get(verdict)
    program.patch(verdict, texts | {"confidence": "high"})
    program.post(f"{verdict}evidence/", EVIDENCE)
    program.post(f"{verdict}evidence/", EVIDENCE | {"stance": "supports"})
    shown = program.get(verdict)
    assert [piece["stance"] for piece in shown["evidence"]] == ["refutes", "supports"]
    assert program.submit(verdict)["status"] == "in-review"
    row = Verdict.objects.get()
    assert (row.author, row.submitted_by) == (program.user, program.user)
    publishing.publish(review.approve(row, by=reviewer), by=reviewer)
    assert Revision.objects.get().claim == "tower-height"


def test_a_claim_is_shown_as_it_was_written_and_changes_by_merge_patch(program):
    desk.make_subject("roe")
    desk.make_topic("towers")
    desk.make_claim("other")
    whole = CLAIM | {
        "statement": {"en": "The tower is 90 metres high.", "zh-Hans": "塔高九十米。"},
        "reason": {},
        "claimant": "roe",
        "claimed_on": "2024-02",
        "about_from": "2023",
        "about_until": "2024-01-01",
        "subjects": ["roe"],
        "topics": ["towers"],
        "appearances": [],
        "relations": [{"kind": "repeats", "other": "other"}],
    }
    made = program.post("claims/", whole)
    assert made == whole | {"created_by": "con", "merged_into": None}
    assert program.get("claims/tower-height/") == made
    change = {"statement": {"zh-Hans": None, "fr": "La tour."}, "claimant": None, "topics": []}
    changed = program.patch("claims/tower-height/", change)
    assert changed["statement"] == {"en": "The tower is 90 metres high.", "fr": "La tour."}
    assert (changed["claimant"], changed["topics"], changed["subjects"]) == (None, [], ["roe"])
    assert changed["speaker"] == {"en": "the article"}
    assert changed["claimed_on"] == "2024-02"


def test_a_source_is_shown_as_it_was_written(program):
    desk.make_publisher()
    whole = SOURCE | {
        "translated_title": {"zh-Hans": "图则"},
        "authors": ["A. Author", "B, Author"],
        "published_on": "2023-06-04",
        "url": "HTTPS://Example.org/plan#top",
        "no_url_reason": "",
        "opened": False,
        "paywalled": True,
        "copy_of": None,
        "identifiers": {"doi": "10.1000/182", "case": "7"},
        "text_sha256": "",
        "note": "Look at page 2.",
    }
    made = program.post("sources/", whole)
    assert made == whole | {"url": "https://example.org/plan", "created_by": "con"}
    changed = program.patch("sources/tower-plan/", {"identifiers": {"doi": None}, "authors": None})
    assert (changed["identifiers"], changed["authors"]) == ({"case": "7"}, [])
    found = program.get("sources/?url=https://EXAMPLE.org/plan")
    assert [row["slug"] for row in found["results"]] == ["tower-plan"]


def test_evidence_is_written_changed_and_taken_away(program):
    verdict = with_a_draft(program)
    first = program.post(f"{verdict}evidence/", EVIDENCE | {"quote": "eighty metres"})
    second = program.post(f"{verdict}evidence/", EVIDENCE | {"stance": "context"})
    assert (first["order"], second["order"]) == (0, 1)
    desk.archive(Evidence.objects.get(pk=first["id"]).source, "It has eighty metres in all.")
    address = f"{verdict}evidence/{first['id']}/"
    assert program.get(address)["quote_state"] == "unverified"  # nobody has looked yet
    assert program.patch(address, {"locator": "page 2"})["quote_state"] == "verified"
    changed = program.patch(address, {"quote": "80 metres", "finding": {"fr": "Oui."}})
    assert changed["quote_state"] == "broken"
    assert changed["finding"] == {"en": "It says 80.", "fr": "Oui."}
    program.delete(address)
    program.get(address, 404)
    assert [row["id"] for row in program.get(f"{verdict}evidence/")["results"]] == [second["id"]]


def test_evidence_is_found_under_its_own_verdict_only(program, author):
    verdict = with_a_draft(program)
    other = desk.make_draft(desk.make_claim("other"), author=author)
    program.get(f"{verdict}evidence/{other.evidence.first().pk}/", 404)
    program.get(f"verdicts/{other.pk}/evidence/{other.evidence.first().pk}/")


def test_contacts_with_the_claimant_are_a_part_of_the_verdict(program):
    verdict = with_a_draft(program)
    contact = {"contacted_on": "2026-05-04", "channel": "email", "whom": "press", "answer": ""}
    program.get(verdict)
    assert program.patch(verdict, {"contacts": [contact]})["contacts"] == [contact]
    assert pointers(program.patch(verdict, {"contacts": [contact | {"channel": "owl"}]}, 400)) == [
        "#/contacts/0/channel"
    ]


# --- Quotes ------------------------------------------------------------------------


@pytest.fixture
def article(program, store):
    source = desk.make_source("article", created_by=program.user)
    text = "1 The tower\n\nThe tower is “very high”. So he said. So he said again."
    capture.snapshot(
        source, text.encode(), media_type="text/plain", text=text, method=CaptureMethod.PASTED,
        at=timezone.now(),
    )  # fmt: skip
    return source


def appearing(quote, **more):
    return CLAIM | {"appearances": [{"source": "article", "quote": quote} | more]}


def test_a_quote_has_its_place_in_the_stored_text(program, article):
    made = program.post("claims/", appearing('is "very  high"', is_first=True))
    [shown] = made["appearances"]
    assert shown["quote"] == "is “very high”"
    assert (shown["section"], shown["is_first"]) == ("1", True)
    row = Appearance.objects.get()
    assert row.snapshot.text[row.start : row.end] == row.exact
    assert row.prefix.endswith("The tower ")
    places = appearing('is "very  high"', section="2")["appearances"]
    again = program.patch("claims/tower-height/", {"appearances": places})
    assert again["appearances"][0]["section"] == "2"
    assert Appearance.objects.get().pk == row.pk


def test_a_quote_that_the_stored_text_has_not_or_twice_is_refused(program, article):
    for quote in ("is low", "So he said"):
        problem = program.post("claims/", appearing(quote), 400)
        assert pointers(problem) == ["#/appearances/0/quote"]
    assert not Claim.objects.exists()
    made = program.post("claims/", appearing("So he said", suffix=" again."))
    assert made["appearances"][0]["prefix"].endswith("So he said. ")


def test_places_that_are_not_in_the_list_go_and_the_first_moves(program, article):
    desk.make_source("news")
    program.post("claims/", appearing("very high", is_first=True))
    first = {"source": "news", "quote": "It is high.", "is_first": True, "order": 3}
    kept = {"source": "article", "quote": "very high", "is_first": False}
    shown = program.patch("claims/tower-height/", {"appearances": [first, kept]})["appearances"]
    assert {row["source"]: row["is_first"] for row in shown} == {"article": False, "news": True}
    program.patch("claims/tower-height/", {"appearances": [kept, kept]}, 400)
    shown = program.patch("claims/tower-height/", {"appearances": [kept]})["appearances"]
    assert [row["source"] for row in shown] == ["article"]


# --- Who wrote it --------------------------------------------------------------------


def test_the_history_says_who_and_by_which_key(program, client):
    verdict = with_a_draft(program)
    program.get(verdict)
    program.submit(verdict)
    for model in (Claim, ClaimTranslation, Source, Verdict):
        for event in model.pgh_event_model.objects.all():
            assert event.pgh_context["user"] == program.user.pk
            assert event.pgh_context["key"] == f"CMS ({program.row.hint})"
    client.force_login(program.user)
    page = client.get(f"/admin/claims/claim/{Claim.objects.get().pk}/history/").content.decode()
    assert f"API, key CMS ({program.row.hint})" in page


def test_a_session_opens_nothing_and_signs_nothing(program, client, admin_user):
    client.force_login(admin_user)
    response = client.get(f"{DESK}claims/")
    assert response.status_code == 401
    program.client.force_login(admin_user)
    program.post("claims/", CLAIM)
    assert Claim.objects.get().created_by == program.user
    events = Claim.pgh_event_model.objects.all()
    assert {event.pgh_context["user"] for event in events} == {program.user.pk}


# --- Lists ---------------------------------------------------------------------------


def test_lists_are_paged_by_key_and_show_what_the_admin_shows(program, author):
    for n in range(5):
        desk.make_claim(f"claim-{n}", created_by=program.user if n % 2 else author)
    seen, address = [], "claims/?page_size=2"
    while address:
        page = program.get(address)
        seen += [row["slug"] for row in page["results"]]
        address = page["next"] and page["next"].partition(DESK)[2]
    assert seen == [f"claim-{n}" for n in range(4, -1, -1)]
    mine = program.get("claims/?mine=true")["results"]
    assert [row["slug"] for row in mine] == ["claim-3", "claim-1"]
    program.get("claims/?count=true", 400)
    program.get("claims/?cursor=x", 400)


def test_verdicts_are_listed_by_claim_and_status(program, author):
    verdict = with_a_draft(program)
    other = desk.make_draft(desk.make_claim("other"), author=author)
    review.submit(other, by=author)
    numbers = lambda query: [row["id"] for row in program.get(f"verdicts/?{query}")["results"]]  # noqa: E731
    assert numbers("status=in-review") == [other.pk]
    assert f"verdicts/{numbers('claim=tower-height')[0]}/" == verdict
    assert numbers("claim=nothing") == []
    program.get("verdicts/?status=drafty", 400)


def test_a_list_costs_the_same_whatever_its_length(program):
    def add(n):
        claim = desk.make_claim(f"claim-{n}", created_by=program.user)
        claim.topics.add(desk.make_topic(f"topic-{n}"))
        Appearance.objects.create(claim=claim, source=desk.make_source(f"s-{n}"))
        desk.make_draft(claim, author=program.user)

    add(0)
    for kind in ("claims", "sources", "verdicts"):
        assert_queries_do_not_grow(
            lambda kind=kind: program.get(f"{kind}/?page_size=100"),
            lambda kind=kind: [add(f"{kind}-{n}") for n in (1, 2, 3)],
        )


# --- The public API -------------------------------------------------------------------


def test_public_reads_neither_need_nor_read_a_key(program, published, client):
    published()
    for headers in ({}, {"Authorization": f"Bearer {program.key}"}, {"Authorization": "Bearer x"}):
        response = client.get("/api/v1/claims/bridge-cost/", headers=headers)
        assert response.status_code == 200
        assert "public" in response["Cache-Control"]
        assert "authorization" not in response.get("Vary", "").lower()
    program.row.refresh_from_db()
    assert program.row.last_used_at is None


def test_desk_answers_are_not_compressed_so_that_their_etags_stay_strong(program):
    program.post("claims/", CLAIM | {"reason": {"en": "It matters. " * 500}})
    response = program.client.get(
        f"{DESK}claims/tower-height/", headers={"Accept-Encoding": "gzip, br"}
    )
    assert "Content-Encoding" not in response
    assert response["ETag"] == program.etag
    program.get("claims/tower-height/", 304, **{"If-None-Match": program.etag})


def test_no_page_of_another_site_writes(program):
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PATCH"}
    response = program.client.options(f"{DESK}claims/tower-height/", headers=asked)
    assert "PATCH" not in response.get("Access-Control-Allow-Methods", "")
    assert "authorization" not in response.get("Access-Control-Allow-Headers", "").lower()


def test_requests_are_counted_by_key_and_before_that_by_address(program, settings, tmp_path):
    settings.DESK_REQUESTS_PER_MINUTE, settings.API_REQUESTS_PER_MINUTE = 2, 5
    throttling.counters.file = None
    throttling.counters.path = tmp_path / "throttle"
    get = lambda: program.client.get(f"{DESK}claims/")  # noqa: E731
    assert get()["RateLimit"].startswith('"key";r=1;')
    get()
    response = get()
    assert response.status_code == 429
    assert json.loads(response.content)["status"] == 429
    assert 1 <= int(response["Retry-After"]) <= 60
    for _ in range(2):
        get()
    program.client = type(program.client)()
    response = get()
    assert (response.status_code, response["RateLimit"][:9]) == (429, '"address"')
