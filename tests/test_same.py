"""The same claim elsewhere: suggested by a program, decided by an editor, kept for learning."""

import csv
import io

import pytest
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from claims import publishing, same
from claims.admin.same import SALT
from claims.interchange.reading import review as reading
from claims.models import Checker, Claim, ExternalReview, MatchDecision, SameClaim
from claims.review import ReviewError
from claims.search.reviews import index_reviews
from sources.models import Source

from . import desk
from .admin_forms import data_of, make_editor, messages, page
from .helpers import assert_queries_do_not_grow
from .test_api import problem

pytestmark = pytest.mark.django_db

ARTICLE = "example.org/bridge"
OURS = "The bridge of Northgate cost 90 million euros."
API = "/api/v1/claims/bridge-cost/elsewhere/"


@pytest.fixture(scope="module", autouse=True)
def there_is_a_claim(published_once):
    """A published claim, made in an article whose address is known."""
    desk.make_source("article", url="https://example.org/bridge/")
    published_once(statement=OURS)


@pytest.fixture
def claim(db):
    return Claim.objects.get(slug="bridge-cost")


@pytest.fixture
def editor():
    return make_editor()


def there(n=0, claim="Something else altogether, in other words.", **fields):
    """A review of a claim that was made on the page of ours."""
    return said(n, claim, appeared_at=ARTICLE, **fields)


def said(n=0, claim="Northgate's bridge cost 90 million euros.", **fields):
    review = desk.make_external_review(n, claim, **fields)
    index_reviews([review.pk])
    return review


def only(rows):
    (row,) = rows
    return row


# --- What is suggested -----------------------------------------------------------------


def test_the_pages_of_a_claim_are_read_in_the_spelling_in_which_they_are_compared():
    works = [
        {"@type": "NewsArticle", "url": "https://www.example.org/bridge/?utm_source=feed"},
        "https://web.archive.org/web/2026/http://example.org/bridge",
        {"url": "words"},
        None,
        {"url": "https://example.org/" + "x" * 3000},
    ]
    markup = {
        "url": "https://example.net/1",
        "claimReviewed": "It cost 90 million.",
        "reviewRating": {"alternateName": "Nope"},
        "itemReviewed": {"firstAppearance": {"@id": "http://m.example.net/a"}, "appearance": works},
    }
    row, _mended = reading.read(markup)
    assert row.appeared_at.split("\n") == ["example.net/a", ARTICLE]


def test_what_was_said_on_the_same_page_comes_first_then_like_words(claim):
    like, page = said(1), there(2)
    both = there(3, "Northgate's bridge cost 90 million euros.")
    far = said(4, "The moon is made of cheese.")
    rows = same.for_claim(claim)
    assert [row.review for row in rows] == [both, page, like]
    assert [str(row.reason) for row in rows] == ["appearance", "appearance", "words"]
    assert rows[1].score is None
    assert rows[0].score > 0.15
    for review in (both, page, like):
        assert only(same.for_review(review)).claim == claim
    assert same.for_review(far) == []


def test_a_copy_in_an_archive_is_the_same_page(claim):
    desk.archive(Source.objects.get(slug="article"), "It cost 90 million.")
    review = said(0, "Other words.", appeared_at="example.com/mirror")
    assert same.for_claim(claim) == []
    source = Source.objects.get(slug="article")
    source.archive_copies.create(
        service="archive", state="archived", url="https://example.com/mirror",
        requested_at="2026-01-01T00:00Z", archived_at="2026-01-01T00:00Z",
    )  # fmt: skip
    assert only(same.for_claim(claim)).review == review


def test_nothing_of_hidden_or_withdrawn_reviews_is_suggested(claim):
    there(1, publisher_site="hidden.example")
    there(2, withdrawn_at="2026-01-01T00:00Z")
    Checker.objects.create(site="hidden.example", name="H", standing="hidden")
    assert same.for_claim(claim) == []
    assert same.waiting(10) == []


# --- What is decided -------------------------------------------------------------------


def test_an_accepted_one_is_named_and_logged_with_what_was_shown(claim, editor):
    review = there()
    shown = only(same.for_claim(claim)).shown
    same.decide(shown, True, by=editor)
    assert SameClaim.objects.get().claim == claim
    row = MatchDecision.objects.get()
    assert (row.review, row.claim, row.is_accepted, row.by) == (review, "bridge-cost", True, editor)
    assert (row.reason, row.score) == ("appearance", None)
    assert (row.text, row.statement) == (
        review.claim_reviewed,
        OURS,
    )
    assert same.for_claim(claim) == same.for_review(review) == []


def test_a_refused_one_is_never_suggested_again(claim, editor):
    review = said()
    shown = only(same.for_review(review)).shown
    same.decide(shown, False, by=editor)
    assert not SameClaim.objects.exists()
    assert same.for_claim(claim) == same.for_review(review) == []
    row = MatchDecision.objects.get()
    assert (row.is_accepted, row.reason) == (False, "words")
    assert row.score == shown.score > 0


@pytest.mark.parametrize("accept", [True, False])
def test_a_second_click_changes_nothing_and_the_other_button_is_refused(claim, editor, accept):
    there()
    shown = only(same.for_claim(claim)).shown
    same.decide(shown, accept, by=editor)
    assert same.decide(shown, accept, by=editor) is None
    with pytest.raises(ReviewError, match="meanwhile"):
        same.decide(shown, not accept, by=editor)
    assert MatchDecision.objects.count() == 1
    assert SameClaim.objects.count() == accept


@pytest.mark.parametrize("model", [ExternalReview, Claim])
def test_words_that_changed_meanwhile_are_looked_at_again(claim, editor, model):
    there()
    shown = only(same.for_claim(claim)).shown
    if model is Claim:
        claim.translations.filter(language="en").update(statement="It cost 41 million.")
    else:
        ExternalReview.objects.update(claim_reviewed="It cost 41 million.")
    with pytest.raises(ReviewError, match="words have changed"):
        same.decide(shown, True, by=editor)
    assert not MatchDecision.objects.exists()


def test_who_may_not_edit_reviews_decides_nothing(claim):
    there()
    shown = only(same.for_claim(claim)).shown
    with pytest.raises(PermissionDenied):
        same.decide(shown, True, by=desk.make_user("con", role="contributor"))
    assert not SameClaim.objects.exists()


@pytest.mark.parametrize("sql", ["UPDATE {} SET is_accepted = false", "DELETE FROM {}"])
def test_a_decision_is_written_once(claim, editor, sql):
    there()
    same.decide(only(same.for_claim(claim)).shown, True, by=editor)
    with (
        pytest.raises(IntegrityError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format("claims_matchdecision"))
    ExternalReview.objects.get().delete()
    assert MatchDecision.objects.get().text


def test_what_was_decided_of_a_merged_claim_holds_for_the_other(claim, published, editor, reviewer):
    published("crossing-cost")
    other = Claim.objects.get(slug="crossing-cost")
    said()
    for row in same.for_claim(claim):
        same.decide(row.shown, False, by=editor)
    publishing.merge(claim, into=other, by=reviewer)
    assert same.for_claim(other) == same.for_review(ExternalReview.objects.get()) == []


# --- In the admin ----------------------------------------------------------------------


@pytest.mark.parametrize("side", ["claim", "review"])
@pytest.mark.parametrize("button", ["accept", "refuse"])
def test_one_click_on_either_page_decides(client, claim, editor, side, button):
    review = there()
    row = claim if side == "claim" else review
    client.force_login(editor)
    address = page(type(row), "change", row.pk)
    offered = client.get(address).context["same"]
    (_row, shown) = only(offered["rows"])
    sent = {"shown": shown, button: "1"}
    for told in ("Accepted" if button == "accept" else "Refused", "done already"):
        answer = client.post(offered["address"], sent, follow=True)
        assert answer.redirect_chain == [(f"{address}#same", 302)]
        assert told in only(messages(answer))
    assert MatchDecision.objects.get().is_accepted is (button == "accept")
    after = client.get(address).context["same"]
    assert after["rows"] == []
    assert only(after["decisions"]).by == editor


def test_what_was_not_offered_is_not_taken(client, claim, editor):
    review = there()
    client.force_login(editor)
    address = page(ExternalReview, "same", review.pk)
    forged = signing.dumps(only(same.for_claim(claim)).shown, "another-key", SALT)
    for shown in ("", "x", forged):
        answer = client.post(address, {"shown": shown, "accept": "1"}, follow=True)
        assert "not understood" in only(messages(answer))
    assert client.get(address).status_code == 405
    assert not MatchDecision.objects.exists()


def test_a_contributor_is_offered_nothing(client, claim):
    review = there()
    shown = signing.dumps(only(same.for_claim(claim)).shown, salt=SALT)
    client.force_login(desk.make_user("con", role="contributor"))
    assert "same" not in client.get(page(Claim, "change", claim.pk)).context
    address = page(Claim, "same", claim.pk)
    assert client.post(address, {"shown": shown, "accept": "1"}).status_code == 403
    assert not review.same.exists()


def test_what_an_editor_names_or_takes_off_by_hand_is_logged_too(client, claim, editor):
    review = said(0, "Words of their own.")
    client.force_login(editor)
    address = page(ExternalReview, "change", review.pk)
    named = {"same-TOTAL_FORMS": "1", "same-0-claim": "bridge-cost"}
    assert client.post(address, data_of(client.get(address)) | named).status_code == 302
    taken = data_of(client.get(address)) | {"same-0-DELETE": "on"}
    assert client.post(address, taken).status_code == 302
    assert client.post(address, data_of(client.get(address))).status_code == 302
    rows = MatchDecision.objects.order_by("pk").values_list("is_accepted", "reason", "by")
    assert list(rows) == [(True, "hand", editor.pk), (False, "hand", editor.pk)]


def test_the_start_page_has_what_nobody_decided_on(client, claim, editor):
    like, first, second = said(1), there(2), there(3)
    assert [row.pk for row in same.waiting(10)] == [second.pk, first.pk]
    client.force_login(editor)
    assert page(ExternalReview, "change", first.pk) in client.get("/admin/").content.decode()
    shown = only(row for row in same.for_claim(claim) if row.review == first).shown
    same.decide(shown, False, by=editor)
    assert [row.pk for row in same.waiting(10)] == [second.pk]
    assert like.pk not in [row.pk for row in same.waiting(10)]


def test_the_start_page_asks_once_however_many_wait(claim):
    there()
    assert_queries_do_not_grow(lambda: same.waiting(10), lambda: [there(n) for n in range(1, 6)])


# --- Taken out -------------------------------------------------------------------------


def test_decisions_are_taken_out_as_pairs_with_the_last_word_of_each(claim, editor):
    first, second = there(1, "=1+1 is what it cost."), there(2)
    for row in same.for_claim(claim):
        same.decide(row.shown, row.review == second, by=editor)
    second.same.all().delete()
    same.noted_by_hand(second, {"bridge-cost"}, by=editor)
    out = io.StringIO()
    call_command("export_decisions", stdout=out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert [(row["text"], row["label"]) for row in rows] == [
        ("'=1+1 is what it cost.", "0"),
        (second.claim_reviewed, "0"),
    ]
    assert {row["statement"] for row in rows} == {OURS}
    assert editor.username not in out.getvalue()
    assert first.pk == int(rows[0]["review"])


# --- For programs ----------------------------------------------------------------------


def test_the_api_has_what_was_accepted_and_nothing_else(client, claim):
    review = there(0, rating_label="Plutôt faux", language="fr", reviewed_on="2026-03-09")
    there(1)
    assert client.get(API).json()["results"] == []
    review.same.create(claim=claim)
    answer = client.get(API)
    assert only(answer.json()["results"]) == {
        "url": "https://example.net/0",
        "publisher": {"name": "Them", "site": "example.net"},
        "claim_reviewed": review.claim_reviewed,
        "rating_label": "Plutôt faux",
        "normalized": "false",
        "language": "fr",
        "reviewed_on": "2026-03-09",
    }
    assert client.get(API, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    Checker.objects.create(site="example.net", name="Them", standing="hidden")
    # factcheck.kept keeps what is public, until the record changes: this changes without it.
    assert answer["Cache-Control"] == "no-cache"
    changed = client.get(API, headers={"If-None-Match": answer["ETag"]})
    assert changed.json()["results"] == []


def test_the_api_answers_with_two_queries_however_many_there_are(client, claim):
    there(0).same.create(claim=claim)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(API)
    assert len(asked) <= 2
    more = lambda: [there(n).same.create(claim=claim) for n in range(1, 6)]  # noqa: E731
    assert_queries_do_not_grow(lambda: client.get(API), more)


def test_the_api_says_where_a_claim_went(client, claim, published, reviewer):
    review = there()
    review.same.create(claim=claim)
    published("crossing-cost")
    publishing.merge(claim, into=Claim.objects.get(slug="crossing-cost"), by=reviewer)
    moved = client.get(API)
    assert (moved.status_code, moved["Location"]) == (301, API.replace("bridge", "crossing"))
    assert len(client.get(moved["Location"]).json()["results"]) == 1
    for query in ("query=bridge", "reviewPublisherSiteFilter=example.net"):
        found = only(client.get(f"/v1alpha1/claims:search?{query}").json()["claims"])
        assert review.url in [row["url"] for row in found["claimReview"]]
    desk.retract(Claim.objects.get(slug="crossing-cost"), by=reviewer)
    problem(client, moved["Location"], 410)
    problem(client, "/api/v1/claims/nothing/elsewhere/", 404)
