"""Forms of the admin: texts by language, findings, and nothing an editor types ends in a 500."""

import random

import pytest
from django.urls import reverse
from django.utils import translation

from claims.admin.claim import ClaimTranslationInline
from claims.admin.verdict import VerdictAdmin
from claims.models import (
    Appearance,
    Claim,
    ClaimTranslation,
    Evidence,
    Rating,
    Subject,
    Topic,
    Verdict,
)
from sources.admin.words import words
from sources.models import Publisher, Snapshot, Source

from . import desk
from .admin_forms import NO_KEYS, data_of, errors, make_editor, messages, page

CONTROL = "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 127, 0x202E, 0xFEFF, 0x1F600]))


@pytest.fixture(autouse=True)
def editor(client, db):
    editor = make_editor()
    client.force_login(editor)
    return editor


def blank(client, model, query="", **typed):
    """The form for a new object as it would be sent, with something typed."""
    return data_of(client.get(page(model, "add") + query)) | typed


def shown(client, row, **typed):
    return data_of(client.get(page(type(row), "change", row.pk))) | typed


CLAIM = {"slug": "new-claim", "original_language": "zh-Hans", "kind": "documentary"}


# --- Texts by language ---


def test_a_new_claim_has_a_form_for_each_language_of_the_site(client):
    typed = blank(client, Claim, **CLAIM)
    assert [typed[f"translations-{n}-language"] for n in (0, 1)] == ["en", "zh-Hans"]
    typed["translations-1-statement"] = "大桥造价九千万。"
    typed["translations-0-DELETE"] = "on"
    assert client.post(page(Claim, "add"), typed).status_code == 302
    assert [str(row) for row in ClaimTranslation.objects.all()] == ["zh-Hans"]


@pytest.mark.parametrize(
    ("model", "typed"),
    [
        (Claim, CLAIM),
        (Subject, {"slug": "new-subject", "kind": "person"}),
        (Topic, {"slug": "new-topic"}),
    ],
)
def test_one_language_at_least_is_asked_for(client, model, typed):
    response = client.post(page(model, "add"), blank(client, model, **typed))
    assert response.status_code == 200
    assert "This field is required." in errors(response)
    assert not model.objects.exists()


def test_the_last_language_cannot_be_taken_away(client):
    topic = desk.make_topic("bridges")
    typed = shown(client, topic) | {f"translations-{n}-DELETE": "on" for n in (0, 1)}
    response = client.post(page(Topic, "change", topic.pk), typed)
    assert "Write it in at least one language." in errors(response)
    assert topic.translations.count() == 2


def test_a_rule_that_the_database_holds_until_the_end_is_a_form_error(client, monkeypatch):
    """As if the form had no rule of its own: the trigger speaks, and what was typed stays."""
    monkeypatch.setattr(ClaimTranslationInline, "min_num", 0)
    response = client.post(page(Claim, "add"), blank(client, Claim, **CLAIM))
    assert response.status_code == 200
    assert "A text is needed in at least one language." in errors(response)
    assert 'value="new-claim"' in response.content.decode()
    assert messages(response) == []
    assert not Claim.objects.exists()


# --- Evidence ---


def test_findings_are_written_beside_the_evidence(client, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    refuting, supporting = draft.evidence.all()
    typed = shown(client, draft) | {
        "evidence-0-finding_en": "",
        "evidence-0-finding_zh-Hans": "账目如此。",
        "evidence-1-finding_en": "It says so twice.",
    }
    assert client.post(page(Verdict, "change", draft.pk), typed).status_code == 302
    assert [(row.language, row.finding) for row in refuting.translations.all()] == [
        ("zh-Hans", "账目如此。")
    ]
    assert supporting.translations.get().finding == "It says so twice."


def test_findings_of_new_evidence(client, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    typed = shown(client, draft) | {
        "evidence-TOTAL_FORMS": 3,
        "evidence-2-source": desk.make_source("third").pk,
        "evidence-2-stance": "context",
        "evidence-2-order": 2,
        "evidence-2-finding_en": "It is a bridge.",
    }
    assert client.post(page(Verdict, "change", draft.pk), typed).status_code == 302
    assert draft.evidence.last().translations.get().finding == "It is a bridge."


def test_findings_in_other_languages_stay(client, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    first = draft.evidence.first()
    first.translations.create(language="fr", finding="Non.")
    client.post(
        page(Verdict, "change", draft.pk),
        shown(client, draft) | {"evidence-0-finding_en": "It refutes it."},
    )
    assert [(row.language, row.finding) for row in first.translations.all()] == [
        ("en", "It refutes it."),
        ("fr", "Non."),
    ]


def test_other_words_are_looked_for_again(client, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    for row in draft.evidence.all():
        desk.verify(row)
    address, typed = page(Verdict, "change", draft.pk), {"evidence-0-quote": "It cost 90."}
    client.post(address, shown(client, draft, **typed))
    assert [row.quote_state for row in draft.evidence.all()] == ["broken", "verified"]


def test_other_words_have_no_position(client, django_db_blocker):
    claim, source = desk.make_claim(), desk.make_source("article")
    snapshot = Snapshot.objects.create(
        source=source, sha256="0" * 64, media_type="text/plain", size=13, text="one two\nthree",
        captured_at="2026-01-01T00:00Z", method="pasted",
    )  # fmt: skip
    place = Appearance.objects.create(
        claim=claim, source=source, exact="two", prefix="one ", suffix="\nthree",
        snapshot=snapshot, start=4, end=7,
    )  # fmt: skip
    as_sent = {"appearances-0-suffix": "\r\nthree"}
    client.post(page(Claim, "change", claim.pk), shown(client, claim, **as_sent))
    place.refresh_from_db()
    assert (place.start, place.prefix, place.suffix) == (4, "one ", "\nthree")
    client.post(
        page(Claim, "change", claim.pk), shown(client, claim, **{"appearances-0-exact": "three"})
    )
    place.refresh_from_db()
    assert (place.exact, place.snapshot, place.start, place.end) == ("three", None, None, None)


# --- What the database refuses ---

SOURCE = {
    "slug": "new-source",
    "title": "A new source",
    "language": "en",
    "type": "news",
    "proximity": "primary",
    "url": "https://example.org/new",
    "identifiers": "{}",
}


def source(client, **typed):
    return blank(client, Source, **{"publisher": desk.make_publisher().pk} | SOURCE | typed)


def test_a_source_is_saved_in_one_spelling(client):
    typed = source(client, url="HTTPS://Example.org:443/new#part", authors="Doe, J.\r\n\r\nRoe, R.")
    assert client.post(page(Source, "add"), typed).status_code == 302
    saved = Source.objects.get()
    assert saved.url == "https://example.org/new"
    assert saved.authors == ["Doe, J.", "Roe, R."]


@pytest.mark.parametrize(
    "typed",
    [
        {"title": "x\0y"},
        {"title": "x" * 501},
        {"title": ""},
        {"url": "javascript:alert(1)"},
        {"url": "http://[::1"},
        {"url": ""},
        {"url": "https://example.org/" + "".join(random.sample(
            [chr(n) for n in range(0x4E00, 0x9000)], 1970))},
        {"language": "klingon"},
        {"published_on": "2026-05-05", "published_precision": "month"},
        {"published_on": "9999999"},
        {"identifiers": '{"doi": "\\u0000"}'},
        {"identifiers": "[1, 2]"},
        {"identifiers": "{"},
        {"publisher": "99999999999999999999"},
        {"text_sha256": "abc"},
    ],
    ids=lambda typed: " ".join(f"{key} {value[:20]!a}" for key, value in typed.items()),
)  # fmt: skip
def test_bad_input_is_a_form_error_and_what_was_typed_stays(client, typed):
    response = client.post(page(Source, "add"), source(client, note="Mind the gap", **typed))
    assert response.status_code == 200
    assert errors(response)
    assert "Mind the gap" in response.content.decode()
    assert not Source.objects.exists()


def test_two_editors_save_the_same_address_at_once(client, monkeypatch):
    """Both forms were checked before either was saved: the second is told, and keeps its text."""
    desk.make_source("first", url=SOURCE["url"])
    typed = source(client, note="Mind the gap")
    monkeypatch.setattr(Source, "validate_unique", lambda *args, **kwargs: None)
    response = client.post(page(Source, "add"), typed)
    assert "Somebody has just saved the same" in errors(response)
    assert "Mind the gap" in response.content.decode()


def test_a_verdict_that_was_approved_meanwhile_is_not_changed(client, approved, monkeypatch):
    typed = shown(client, approved)
    monkeypatch.setattr(VerdictAdmin, "has_change_permission", lambda *args, **kwargs: True)
    typed = shown(client, approved) | {"confidence": "low"}
    response = client.post(page(Verdict, "change", approved.pk), typed)
    assert response.status_code == 200
    assert "What is in review or signed is not changed" in errors(response)
    approved.refresh_from_db()
    assert approved.confidence == "high"


def test_a_part_that_another_editor_took_away_is_a_form_error(client, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    typed = shown(client, draft) | {"conflict_of_interest": "None at all."}
    draft.evidence.first().delete()
    response = client.post(page(Verdict, "change", draft.pk), typed)
    assert response.status_code == 200
    assert "None at all." in response.content.decode()


def test_evidence_cannot_be_added_to_what_is_signed(client, approved):
    typed = blank(client, Evidence, verdict=approved.pk, stance="context", order=9,
                  source=desk.make_source("late").pk)  # fmt: skip
    response = client.post(page(Evidence, "add"), typed)
    assert "What is in review or signed is not changed" in errors(response)
    assert approved.evidence.count() == 2


def test_control_characters_break_nothing(client, author):
    claim = desk.make_claim()
    typed = {f"translations-0-{field}": CONTROL for field in ("statement", "speaker", "reason")}
    assert client.post(page(Claim, "change", claim.pk), shown(client, claim, **typed)).status_code
    draft = desk.make_draft(claim, author=author)
    typed = {"translations-0-analysis": CONTROL, "evidence-0-quote": CONTROL}
    client.post(page(Verdict, "change", draft.pk), shown(client, draft, **typed))
    for row in (claim, draft):
        assert client.get(page(type(row), "change", row.pk)).status_code == 200
        assert client.get(page(type(row), "changelist")).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["q=%00", "slug=%00", "id__exact=99999999999999999999", "kind__exact=%00", "o=99", "p=999999",
     "topics__id__exact=x", "verdicts__status__exact=zzz", "claimed_on__year=99999",
     "q=" + "x+" * 500],
)  # fmt: skip
def test_made_up_addresses_of_a_list_break_nothing(client, query):
    desk.make_claim()
    assert client.get(f"{page(Claim, 'changelist')}?{query}").status_code in {200, 302, 400}


@pytest.mark.parametrize("key", NO_KEYS)
def test_made_up_rows_are_a_form_error(client, key):
    claim = desk.make_claim()
    for name in ("claimant", "topics", "subjects"):
        response = client.post(page(Claim, "add"), blank(client, Claim, **CLAIM, **{name: key}))
        assert response.status_code == 200
        assert response.context["adminform"].form.errors[name]
    place = {"appearances-TOTAL_FORMS": 1, "appearances-0-source": key}
    response = client.post(page(Claim, "change", claim.pk), shown(client, claim, **place))
    assert "id_appearances-0-source_error" in errors(response)


@pytest.mark.parametrize("key", NO_KEYS)
def test_made_up_rows_in_an_address_break_nothing(client, key):
    for model, names in {Verdict: ["claim", "rating"], Claim: ["claimant", "topics"]}.items():
        for name in names:
            assert client.get(page(model, "add"), {name: key}).status_code == 200


def test_a_year_that_no_calendar_has(client, author):
    desk.make_draft(desk.make_claim(), author=author)
    address = f"{page(Verdict, 'changelist')}?published_at__year={'9' * 30}"
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("pk", ["abc", "0", "%00", "99999999999999999999"])
def test_made_up_addresses_of_an_object_break_nothing(client, pk):
    address = page(Claim, "change", 1).replace("/1/", f"/{pk}/")
    assert client.get(address).status_code in {302, 404}


# --- Human words ---


@pytest.mark.parametrize(
    ("term", "found"),
    [("bridge", 1), ("90 million", 1), ("的说法", 1), ("harbour", 0), ("%00", None)],
)
def test_claims_are_found_by_their_words_in_either_language(client, term, found):
    claim = desk.make_claim()
    address = reverse("admin:autocomplete")
    query = {"app_label": "claims", "model_name": "verdict", "field_name": "claim", "term": term}
    if found is None:
        assert client.get(address, query | {"term": "\0"}).status_code == 400
        return
    assert client.get(page(Claim, "changelist"), {"q": term}).context["cl"].result_count == found
    results = client.get(address, query).json()["results"]
    expected = [{"id": str(claim.pk), "text": "The bridge cost 90 million."}]
    assert results == (expected if found else [])


@pytest.mark.parametrize(
    ("language", "statement"),
    [("en", "The bridge cost 90 million."), ("zh-hans", "bridge-cost 的说法。")],
)
def test_a_claim_is_called_by_its_statement_in_the_editors_language(language, statement):
    with translation.override(language):
        assert words(desk.make_claim()) == statement


def test_two_sources_of_one_title_are_told_apart(client):
    first = desk.make_source("first", title="The bridge")
    paper = desk.make_publisher("the-paper")
    copy = desk.make_source("copy", title="The bridge", publisher=paper, copy_of=first)
    assert words(first) == "The bridge (County Records)"
    assert words(copy) == "The bridge (The Paper, copy of County Records)"
    query = {"app_label": "claims", "model_name": "evidence", "field_name": "source", "term": "br"}
    found = client.get(reverse("admin:autocomplete"), query).json()["results"]
    assert {row["text"] for row in found} == {words(first), words(copy)}
    assert "(County" not in client.get(page(Source, "changelist")).content.decode()


def test_messages_call_a_row_by_its_words(client):
    claim = desk.make_claim()
    typed = blank(client, Verdict, claim=claim.pk) | {
        f"{part}-TOTAL_FORMS": 0 for part in ("translations", "evidence", "contacts")
    }
    response = client.post(page(Verdict, "add"), typed, follow=True)
    assert "The bridge cost 90 million. — not rated" in messages(response)[0]
    typed = shown(client, claim) | {"translations-0-statement": "The bridge cost 95 million."}
    response = client.post(page(Claim, "change", claim.pk), typed, follow=True)
    assert "The bridge cost 95 million." in messages(response)[0]


@pytest.mark.parametrize("slug", ["Bad_Slug", "a--b", "-a", "ä"])
def test_a_slug_is_refused_in_our_words(client, slug):
    response = client.post(page(Claim, "add"), blank(client, Claim, **CLAIM | {"slug": slug}))
    expected = ["A slug has lower-case letters, digits and single hyphens only."]
    assert response.context["adminform"].form.errors["slug"] == expected


def test_ratings_are_offered_in_the_order_of_the_scale(client, author):
    for slug in ("unproven", "false", "true", "mostly-true"):
        desk.make_draft(desk.make_claim(slug), author=author, rating_slug=slug)
    listed = client.get(page(Claim, "changelist")).context["cl"].filter_specs
    ratings = next(spec for spec in listed if spec.title == "rating")
    offered = [label for _pk, label in ratings.lookup_choices]
    assert offered == ["True", "Mostly true", "False", "Unproven"]


def test_publishers_keep_their_codes(client):
    publisher = desk.make_publisher()
    typed = shown(client, publisher, memberships=["IFCN"])
    assert client.post(page(Publisher, "change", publisher.pk), typed).status_code == 302
    assert Publisher.objects.get().memberships == ["IFCN"]


def test_a_claim_leads_to_its_page_once_it_is_in_the_record(client, published):
    draft = desk.make_claim("draft")
    claim = Claim.objects.get(slug=published().claim)
    assert "/claims/bridge-cost/" in client.get(page(Claim, "change", claim.pk)).content.decode()
    assert "/claims/draft/" not in client.get(page(Claim, "change", draft.pk)).content.decode()
    assert Rating.objects.exists()
