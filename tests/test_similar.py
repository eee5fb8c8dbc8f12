"""Known claims that are like a text: found in any language, shown to editors, never in the way."""

import pytest
from django.db import connection
from django.urls import reverse

from claims.models import Claim, ClaimTranslation, Verdict
from claims.search import similar as module
from claims.search.similar import similar

from . import desk
from .admin_forms import data_of, door, make_editor, messages, page
from .helpers import assert_queries_do_not_grow

ADDRESS = "/admin/claims/claim/similar/"


@pytest.fixture
def known(author):
    """A claim with a draft, another in two languages, and somebody else's review."""
    bridge = desk.make_claim("bridge-cost", statement="The bridge cost 90 million.")
    desk.make_draft(bridge, author=author)
    tunnel = desk.make_claim("tunnel", statement="The tunnel under the river is 3 km long.")
    tunnel.translations.filter(language="zh-Hans").update(statement="河底隧道全长三公里。")
    return bridge, tunnel, desk.make_external_review()


def test_the_nearest_come_first_with_what_is_known_of_them(known):
    bridge, _tunnel, review = known
    ours, theirs = similar("The bridge cost 90 million.")
    assert (ours.what, ours.score, ours.language) == (bridge, 1, "en")
    assert (ours.rating.slug, ours.verdict.status) == ("mostly-false", "draft")
    assert ours.href == page(Claim, "change", bridge.pk)
    assert theirs.what == review
    assert 0.5 < theirs.score < 1
    assert theirs.href == review.url


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("the tunnel under the river is", "The tunnel under the river is 3 km long."),
        ("tunnel under the river, 3 kilometres", "The tunnel under the river is 3 km long."),
        ("河底隧道全长五公里", "河底隧道全长三公里。"),
        ("据说河底隧道全长三公里", "河底隧道全长三公里。"),
    ],
)
def test_the_statement_is_in_the_language_that_matched(known, text, statement):
    match = similar(text)[0]
    assert (match.what, match.statement) == (known[1], statement)
    assert 0.2 <= match.score < 1


@pytest.mark.parametrize("text", ["", "  \n", "Pancakes are tasty", "煎饼很好吃", "\0\0", "\ud800"])
def test_what_is_like_nothing_finds_nothing(known, text):
    assert similar(text) == []


@pytest.mark.parametrize("text", ["The bridge\0cost 90 million\ud800", "%_'\"\\ The bridge cost"])
def test_odd_text_is_text(known, text):
    assert similar(text)[0].what == known[0]


def test_a_huge_text_is_looked_at_as_far_as_a_statement_goes(known):
    assert similar("The bridge cost 90 million. " * 400_000)


def test_a_claim_can_be_left_out_and_merged_ones_are(known):
    bridge, tunnel, review = known
    text = "The bridge cost 90 million."
    assert [match.what for match in similar(text, exclude=bridge)] == [review]
    Claim.objects.filter(pk=bridge.pk).update(merged_into=tunnel)
    assert [match.what for match in similar(text)] == [review]
    assert similar(text, limit=0) == []


def add_claims(first, last):
    for n in range(first, last):
        desk.make_external_review(n, f"The bridge cost {n} million euros.")
        desk.make_claim(f"bridge-{n}", statement=f"The bridge cost {n} million.")


@pytest.mark.django_db
def test_the_number_of_queries_is_fixed():
    add_claims(1, 10)
    number = assert_queries_do_not_grow(
        lambda: similar("The bridge cost 9 million."), lambda: add_claims(10, 60)
    )
    assert number <= 6


@pytest.mark.django_db
def test_the_index_serves_the_order():
    add_claims(0, 20)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    rows = module._nearest(ClaimTranslation.objects.all(), "statement", "The bridge")
    assert "claims_statement_trigrams" in rows[:5].explain()


# --- In the admin ---


def test_the_script_asks_and_is_answered(client, known):
    client.force_login(make_editor())
    answer = client.get(ADDRESS, {"text": "The bridge cost 90 million."})
    first, second = answer.json()["matches"]
    assert first["claim"] == known[0].pk
    assert first["badges"] == [
        ["rating-mostly-false", "◔ Mostly false"],
        ["status-draft", "draft"],
    ]
    assert (second["claim"], second["badges"]) == (None, [["external-false", "Them: Nope"]])
    answer = client.get(ADDRESS, {"text": "The bridge cost", "exclude": known[0].pk})
    assert known[0].pk not in [match["claim"] for match in answer.json()["matches"]]


@pytest.mark.parametrize(
    "query", [{}, {"text": "\0"}, {"text": "x" * 100_000}, {"exclude": "9" * 40}, {"exclude": "²"}]
)
def test_any_question_is_answered(client, known, query):
    client.force_login(make_editor())
    assert client.get(ADDRESS, query).status_code == 200


def test_only_who_may_see_claims_is_answered(client, db):
    assert client.get(ADDRESS).status_code == 302
    client.force_login(desk.make_user("vic", "claims.change_verdict"))
    assert client.get(ADDRESS).status_code == 403


def save(client, address, **changes):
    typed = data_of(client.get(address)) | changes
    return client.post(address, typed, follow=True)


def test_who_saves_a_statement_is_told_what_is_like_it(admin_client, known):
    new = {"slug": "again", "original_language": "en", "kind": "documentary"}
    new |= {"translations-0-statement": "The bridge cost 90 million euros."}
    said = messages(save(admin_client, page(Claim, "add"), **new))
    assert "Similar claims are known" in said[0]
    assert page(Claim, "change", known[0].pk) in said[0]
    again = page(Claim, "change", Claim.objects.get(slug="again").pk)
    assert not [text for text in messages(save(admin_client, again)) if "Similar" in text]


def test_submitting_shows_what_is_like_the_claim(admin_client, known):
    draft = Verdict.objects.get()
    shown = admin_client.get(door(draft, "submit")).content.decode()
    assert "The bridge of Northgate cost 90 million." in shown
    assert "Them: Nope" in shown
    assert "Similar claims" not in admin_client.get(door(draft, "approve")).content.decode()


def test_the_form_brings_the_script(admin_client):
    shown = admin_client.get(reverse("admin:claims_claim_add")).content.decode()
    assert "admin-desk/similar" in shown
