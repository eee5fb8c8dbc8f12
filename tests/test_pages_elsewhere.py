"""What other fact-checkers found of a claim: on its page where an editor said it is the same."""

import pytest

from claims import publishing
from claims.models import Claim, SameClaim

from . import desk
from .admin_forms import data_of, errors
from .helpers import assert_queries_do_not_grow

pytestmark = pytest.mark.django_db

HEADING = "Checked by others"


def page(client, path="/claims/bridge-cost/"):
    return client.get(path).content.decode()


@pytest.fixture
def review(published):
    """Somebody else's, of the published claim."""
    published()
    review = desk.make_external_review(
        publisher_name="Les Vérificateurs",
        rating_label="Plutôt faux",
        language="fr",
        reviewed_on="2026-03-09",
    )
    review.same.create(claim_id="bridge-cost")
    return review


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_page_shows_their_words_and_leads_there(client, review, prefix):
    shown = page(client, f"{prefix}/claims/bridge-cost/")
    assert '<q lang="fr" dir="auto">Plutôt faux</q>' in shown
    assert '<a href="https://example.net/0" rel="noopener nofollow">Les Vérificateurs</a>' in shown
    assert '<time datetime="2026-03-09">' in shown


def test_nothing_is_guessed(client, published):
    published()
    desk.make_external_review(claim="The bridge cost 90 million.")
    assert HEADING not in page(client)


def test_a_permanent_link_shows_what_was_published_and_nothing_of_today(client, review):
    assert HEADING in page(client)
    assert HEADING not in page(client, "/claims/bridge-cost/v/1/")


def test_the_reviews_of_a_merged_claim_stay_with_the_other(client, published, reviewer, review):
    published("crossing-cost")
    merged, into = Claim.objects.get(slug="bridge-cost"), Claim.objects.get(slug="crossing-cost")
    review.same.create(claim=into)  # known of both: shown once
    publishing.merge(merged, into=into, by=reviewer)
    assert page(client, "/claims/crossing-cost/").count("Plutôt faux") == 1
    SameClaim.objects.filter(claim=into).delete()
    assert page(client, "/claims/crossing-cost/").count("Plutôt faux") == 1


def test_who_has_the_page_learns_of_a_new_one(client, review):
    etag = client.get("/claims/bridge-cost/")["ETag"]
    desk.make_external_review(1, rating_label="Wrong").same.create(claim_id="bridge-cost")
    response = client.get("/claims/bridge-cost/", headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert "Wrong" in response.content.decode()


def test_the_newest_come_first_and_one_without_a_date_last(client, review):
    for n, date in enumerate([None, "2026-04-01"], start=1):
        row = desk.make_external_review(n, publisher_name=f"Publisher {n}", reviewed_on=date)
        row.same.create(claim_id="bridge-cost")
    shown = page(client)
    names = ["Publisher 2", "Les Vérificateurs", "Publisher 1"]
    assert sorted(names, key=shown.index) == names


def test_the_page_says_how_many_others_checked_it(client, review):
    assert "1 other checked this." in page(client)
    for n, site in enumerate(["a.example", "b.example", "b.example"], start=1):
        row = desk.make_external_review(n, publisher_site=site)
        row.same.create(claim_id="bridge-cost")
    assert "3 others checked this." in page(client)
    assert "另有 3 家机构核查过这一说法。" in page(client, "/zh-hans/claims/bridge-cost/")


def test_more_reviews_cost_no_more_queries(client, review):
    def more():
        for n in range(1, 6):
            desk.make_external_review(n).same.create(claim_id="bridge-cost")

    assert_queries_do_not_grow(lambda: client.get("/claims/bridge-cost/"), more)


def test_a_retracted_claim_shows_none(client, review, reviewer):
    desk.retract(Claim.objects.get(), by=reviewer)
    assert HEADING not in page(client)


def test_an_editor_says_it_on_the_page_of_the_review(admin_client, client, published):
    published()
    address = f"/admin/claims/externalreview/{desk.make_external_review().pk}/change/"
    typed = data_of(admin_client.get(address)) | {
        "same-TOTAL_FORMS": "1",
        "same-0-claim": "bridge-cost",
    }
    assert admin_client.post(address, typed).status_code == 302
    assert HEADING in page(client)
    shown = admin_client.get(address)
    assert '<option value="bridge-cost" selected>' in shown.content.decode()
    typed = data_of(shown) | {
        "same-TOTAL_FORMS": "2",
        "same-1-claim": "bridge-cost",
    }
    response = admin_client.post(address, typed)
    assert response.status_code == 200
    assert "correct the duplicate" in str(errors(response)).lower()
    assert SameClaim.objects.count() == 1
