"""A draft as readers would see it: for editors alone, whatever it still lacks."""

import re

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from claims import publishing, review
from claims.models import Claim, ClaimTranslation, Evidence, Revision, Verdict

from . import desk
from .admin_forms import make_editor, page
from .helpers import assert_queries_do_not_grow

SECRET = "Zanzibar"


def preview(verdict, language=None):
    return reverse("preview", args=[verdict.pk]) + (f"?language={language}" if language else "")


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def draft(author):
    claim = desk.make_claim(statement=f"{SECRET} is near.")
    desk.Appearance.objects.create(claim=claim, source=desk.make_source("article"), exact="near")
    return desk.make_draft(claim, author=author, summary=f"{SECRET} is far.")


@pytest.fixture
def bare(author):
    """The least that can be saved: a statement, and a verdict of nothing."""
    with transaction.atomic():
        claim = Claim.objects.create(slug="bare", original_language="en", kind="documentary")
        ClaimTranslation.objects.create(of=claim, language="en", statement="So it is.")
    return Verdict.objects.create(claim=claim, author=author)


@pytest.fixture
def editor(client, db):
    user = make_editor()
    client.force_login(user)
    return user


@pytest.mark.parametrize("language", [None, "zh-Hans", "xx"])
def test_nobody_without_the_right_to_see_verdicts_gets_in(client, draft, language):
    address = preview(draft, language)
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")
    client.force_login(desk.make_user("staff", "claims.view_claim"))
    for unknown in (address, reverse("preview", args=[10**6])):
        response = client.get(unknown)
        assert response.status_code == 403
        assert SECRET not in text(response)


def test_the_public_address_shows_nothing_of_it(client, editor, draft):
    client.get(preview(draft))
    for prefix in ("", "/zh-hans"):
        for path in ("claims/bridge-cost/", "claims/bridge-cost/v/1/"):
            assert client.get(f"{prefix}/{path}").status_code == 404
    assert client.get("/api/v1/claims/bridge-cost/claimreview/").status_code == 404
    assert not Revision.objects.exists()


def test_no_cache_and_no_search_engine_keeps_it(client, editor, draft):
    response = client.get(preview(draft))
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in text(response)
    assert "canonical" not in text(response)
    assert "ld+json" not in text(response)
    assert client.post(preview(draft)).status_code == 405


def main(response):
    return re.search(r"<main.*</main>", text(response))[0]


@pytest.mark.parametrize(("prefix", "language"), [("", "en"), ("/zh-hans", "zh-Hans")])
def test_it_is_the_page_that_readers_get_on_publication(
    client, editor, draft, reviewer, prefix, language
):
    with time_machine.travel(timezone.now(), tick=False):
        seen = client.get(preview(desk.approve(draft, by=reviewer), language))
        publishing.publish(draft, by=reviewer)
    assert f'<html lang="{language}"' in text(seen)
    assert "Preview: not public" in text(seen)
    public = client.get(f"{prefix}/claims/bridge-cost/")
    of_the_public_alone = re.compile(
        r'<div class="wide"><dt>SHA-256</dt>.*?</div>|<p class="report">.*?</p>'
    )
    assert main(seen).split() == of_the_public_alone.sub("", main(public)).split()


def test_the_languages_of_the_preview_lead_to_previews(client, editor, draft):
    seen = text(client.get(preview(draft)))
    assert seen.count('href="?language=zh-Hans"') == 2
    assert 'href="?language=en"' not in seen
    seen = text(client.get(preview(draft, "zh-Hans")))
    assert seen.count('href="?language=en"') == 2
    assert 'href="?language=zh-Hans"' not in seen


def test_it_says_what_gate_and_validator_say(client, editor, draft):
    draft.claim.appearances.all().delete()
    response = client.get(preview(draft))
    assert "A reviewer has not approved this verdict yet." in text(response)
    assert [problem.rule for problem in response.context["problems"]] == ["appearance"]
    assert "It does not say where the claim was made." in text(response)
    assert "&quot;@type&quot;: &quot;ClaimReview&quot;" in text(response)


def test_a_finished_draft_has_nothing_against_its_markup(client, editor, draft):
    assert "The markup keeps all rules." in text(client.get(preview(draft)))


@pytest.mark.parametrize(("language", "words"), [("en", "No rating yet"), ("zh-Hans", "尚无评定")])
def test_what_is_missing_shows_as_missing(client, editor, bare, language, words):
    response = client.get(preview(bare, language))
    assert response.status_code == 200
    assert words in main(response)
    assert "Choose a rating." in text(response)
    rules = {problem.rule for problem in response.context["problems"]}
    assert rules == {"rating-name", "appearance"}
    assert words not in response.context["markup"]


@pytest.mark.parametrize("part", ["rating", "confidence", "translations", "evidence", "claim"])
def test_whatever_one_thing_is_missing_it_is_a_page(client, editor, draft, part):
    if part == "translations":
        draft.translations.all().delete()
    elif part == "evidence":
        Evidence.objects.all().delete()
    elif part == "claim":
        draft.claim.translations.filter(language="en").delete()
    else:
        setattr(draft, part, None if part == "rating" else "")
        draft.save()
    for language in ("en", "zh-Hans"):
        assert client.get(preview(draft, language)).status_code == 200


def test_a_successor_shows_what_the_correction_would(client, editor, published, author, reviewer):
    published()
    successor = desk.make_draft(Claim.objects.get(), author=author, summary="It cost 40.")
    seen = main(client.get(preview(successor)))
    assert "It cost 40." in seen
    assert "2 · " in seen  # the number it would have
    assert "We left out the ramp." not in seen
    text = {"en": "We left out the ramp."}
    desk.approve(successor, by=reviewer)
    review.propose_correction(successor, kind="update", text=text, by=author)
    response = client.get(preview(successor))
    assert "We left out the ramp." in main(response)
    assert "We left out the ramp." in response.context["markup"]
    assert response.context["problems"] == []
    desk.retract(Claim.objects.get(), reason={"en": "We erred."}, by=reviewer)
    assert "We erred." not in main(client.get(preview(successor)))


def test_a_draft_of_a_sealed_claim_is_a_page(client, editor, published, author, reviewer):
    published()
    publishing.seal("bridge-cost", rule="Order 12", by=reviewer)
    draft = desk.make_draft(Claim.objects.get(), author=author)
    assert client.get(preview(draft)).status_code == 200


@pytest.mark.parametrize("language", ["zh-hans", "fr", "", "en\0"])
def test_an_unknown_language_is_no_page(client, editor, draft, language):
    assert client.get(f"{preview(draft)}?language={language}").status_code == 404
    assert client.get(reverse("preview", args=[10**6])).status_code == 404


def test_the_form_leads_to_it(client, editor, draft):
    assert f'href="{preview(draft)}"' in text(client.get(page(Verdict, "change", draft.pk)))
    assert "/preview/" not in text(client.get(page(Verdict, "add")))


def test_texts_cannot_break_out(client, editor, draft):
    draft.claim.translations.update(statement="</script><script>alert(1)</script>")
    assert "<script" not in text(client.get(preview(draft)))


def test_it_costs_the_same_with_more_evidence(client, editor, draft):
    def make_more():
        for number in range(6):
            source = desk.make_source(f"more-{number}")
            row = Evidence.objects.create(verdict=draft, source=source, stance="context")
            desk.EvidenceTranslation.objects.create(of=row, language="en", finding="More.")

    assert_queries_do_not_grow(lambda: client.get(preview(draft)), make_more)
