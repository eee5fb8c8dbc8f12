"""What other fact-checkers published is found by match: theirs, in their words, and never stale."""

import io
import json

import pytest
from django.core.management import call_command

from benchmarks import feed as bench
from claims import elsewhere
from claims.models import ExternalReview, ReviewEntry, ReviewPosting, ReviewTerm
from claims.search import index, match, ranking
from claims.search.reviews import index_reviews, rebuild

from . import desk
from .admin_forms import data_of, page
from .helpers import assert_queries_do_not_grow
from .test_match_doors import paste

pytestmark = pytest.mark.django_db
MODELS = (ReviewPosting, ReviewTerm, ReviewEntry)
CLAIM = "The harbour of Northgate leaks seven litres of oil an hour."


def rows():
    return [list(model.objects.order_by("pk").values_list()) for model in MODELS]


def make(n=0, claim=CLAIM, **fields):
    review = desk.make_external_review(n, claim, **fields)
    index_reviews([review.pk])
    return review


def known(text):
    [answer] = match.match([text])
    return [hit.what for hit in answer.sentences[0].hits]


def test_a_review_is_found_once_it_is_indexed_and_no_more_when_it_is_gone():
    review = make()
    assert known(CLAIM) == [review]
    review.claim_reviewed = "The tunnel under the river was closed by badgers."
    review.save()
    index_reviews([review.pk])
    assert known(CLAIM) == []
    assert known("Badgers closed the tunnel under the river.") == [review]
    key = review.pk
    review.delete()
    index_reviews([key])
    assert rows() == [[], [], []]


def test_the_index_is_as_if_made_anew_in_whatever_order_reviews_came(monkeypatch):
    monkeypatch.setattr(index, "BLOCK_BITS", 2)
    reviews = [make(n, f"The harbour leaks {n} litres of oil.") for n in range(9)]
    index_reviews([reviews[5].pk, reviews[2].pk, 10**9])
    ExternalReview.objects.filter(pk=reviews[3].pk).update(claim_reviewed="Other words.")
    gone = reviews[7].pk
    reviews[7].delete()
    index_reviews([gone, reviews[3].pk])
    kept = rows()
    assert ReviewTerm.objects.get(term=index.EVERYWHERE).claims == 8
    call_command("rebuild_record", verbosity=0)
    assert rows() == kept


def test_what_an_import_leaves_is_the_index_made_anew(monkeypatch, tmp_path):
    """Slice by slice, the words of the next one cut meanwhile; some there before, some changed."""
    monkeypatch.setattr(elsewhere, "SLICE", 30)
    path = tmp_path / "feed.json"
    for count in (50, 200):
        bench.write(path, count, dirt=4)
        call_command("import_reviews", str(path), verbosity=0, stdout=io.StringIO())
    kept = rows()
    assert len(kept[2]) == ExternalReview.objects.count() > 150
    rebuild()
    assert rows() == kept


def test_many_are_indexed_in_as_many_statements_as_few():
    reviews = [desk.make_external_review(n, f"Number {n} leaks.").pk for n in range(60)]
    few = iter([reviews, reviews[:2]])
    assert_queries_do_not_grow(lambda: index_reviews(next(few, reviews)), lambda: None)


def test_of_equals_ours_comes_first_and_search_finds_ours_alone(published):
    review = make()
    published("harbour", statement=CLAIM)
    ours, theirs = known(CLAIM)
    assert (ours["slug"], theirs) == ("harbour", review)
    assert [hit.slug for hit in ranking.search("harbour oil").hits] == ["harbour"]


def test_the_doors_say_whose_verdict_it_is(client):
    make(publisher_name="Wächter", rating_label="Bogus", reviewed_on="2024-05-06")
    answer = client.post("/api/v1/match/", json.dumps({"text": CLAIM}), "application/json")
    [hit] = answer.json()["results"][0]["matches"][0]["known"]
    assert "claim" not in hit
    assert hit["review"] == {
        "url": "https://example.net/0",
        "publisher": {"name": "Wächter", "site": "example.net"},
        "claim_reviewed": CLAIM,
        "rating_label": "Bogus",
        "normalized": "false",
        "language": "en",
        "reviewed_on": "2024-05-06",
    }
    shown = paste(client, CLAIM).content.decode()
    assert "Checked by Wächter, in their words" in shown
    assert '<q lang="en" dir="auto">Bogus</q>' in shown
    assert 'href="https://example.net/0" rel="noopener nofollow"' in shown


def test_what_the_admin_writes_is_found(admin_client):
    review = make()
    address = page(ExternalReview, "change", review.pk)
    typed = data_of(admin_client.get(address)) | {"claim_reviewed": "Badgers closed the tunnel."}
    admin_client.post(address, typed)
    assert known("Badgers closed the tunnel.") == [review]
    admin_client.post(page(ExternalReview, "delete", review.pk), {"post": "yes"})
    assert rows() == [[], [], []]
