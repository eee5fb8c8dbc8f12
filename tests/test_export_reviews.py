"""What others published, given on: their words as received, and back the same."""

import io
import json

import pytest
from django.core.management import call_command

from benchmarks import feed as bench
from claims.interchange import others
from claims.models import Checker, ExternalReview

from . import desk
from .test_reading import REVIEW, feed

pytestmark = pytest.mark.django_db


def exported():
    out = io.StringIO()
    call_command("export_reviews", stdout=out)
    return out.getvalue()


def imported(path, text=None):
    if text is not None:
        path.write_text(text)
    call_command("import_reviews", str(path), stdout=io.StringIO())


def said():
    """All rows, but what editors said of ratings and when each came in."""
    return list(ExternalReview.objects.order_by("pk").values(*others.NOT_IN_MARKUP, "markup"))


def items(text):
    return [element["item"] for element in json.loads(text)["dataFeedElement"]]


def test_a_feed_with_all_its_dirt_goes_out_as_it_came_in_and_comes_back(tmp_path):
    bench.write(tmp_path / "theirs.json", 300, dirt=4)
    imported(tmp_path / "theirs.json")
    before, text = said(), exported()
    assert len(items(text)) == len(before) > 200
    ExternalReview.objects.all().delete()
    imported(tmp_path / "ours.json", text)
    assert said() == before
    assert items(exported()) == items(text)


def test_what_is_clean_is_word_for_word_what_was_published(tmp_path):
    theirs = feed(REVIEW, REVIEW | {"claimReviewed": "Another.", "image": "https://a.example/1"})
    imported(tmp_path / "feed.json", theirs)
    assert items(exported()) == items(theirs)


def test_a_row_that_was_changed_or_written_by_hand_says_what_its_columns_say(tmp_path):
    imported(tmp_path / "feed.json", feed(REVIEW))
    ExternalReview.objects.update(claim_reviewed="What they meant.")
    desk.make_external_review(
        1, claimant="Jo Roe", appeared_at="example.org/a\nexample.org/b", reviewed_on="2026-01-02",
        claimed_on="2026-01-01", title="No", license="https://example.org/l", language="und",
    )  # fmt: skip
    columns = list(ExternalReview.objects.order_by("pk").values(*others.NOT_IN_MARKUP))
    text = exported()
    ExternalReview.objects.all().delete()
    imported(tmp_path / "ours.json", text)
    assert list(ExternalReview.objects.order_by("pk").values(*others.NOT_IN_MARKUP)) == columns


def test_what_readers_may_not_see_stays_here():
    desk.make_external_review(1, publisher_site="hidden.example")
    desk.make_external_review(2, withdrawn_at="2026-01-01T00:00Z")
    Checker.objects.create(site="hidden.example", name="H", standing="hidden")
    assert items(exported()) == []
