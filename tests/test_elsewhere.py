"""What others published, taken in: added, changed, left alone, withdrawn, and never twice."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from benchmarks import feed as bench
from claims import elsewhere, labels
from claims.interchange.reading import files
from claims.models import Checker, ExternalReview, RatingLabel
from sources.models import Publisher

from . import desk
from .test_reading import REVIEW, feed

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def table(kept):
    """The table of labels as the first import fills it, once for all of these tests."""
    labels.fill()


def take_in(*items, **options):
    """A feed of these; returns the tally."""
    return merge(feed(*items), **options)


def merge(text, **options):
    refused = []
    tally = elsewhere.take_in(
        files.reviews(io.StringIO(text)), refuse=lambda *row: refused.append(row), **options
    )
    assert len(refused) == tally.refused
    assert tally.read == (
        tally.added + tally.changed + tally.unchanged
        + tally.repeated + tally.withdrawn + tally.refused
    )  # fmt: skip
    tally.reasons = [reason for _number, reason, _value in refused]
    return tally


def rated(label, **changes):
    return REVIEW | {"reviewRating": {"alternateName": label}} | changes


def state():
    return list(ExternalReview.objects.order_by("pk").values())


def test_a_review_is_what_it_says_and_as_it_was_received():
    assert take_in(REVIEW).added == 1
    row = ExternalReview.objects.get()
    assert (row.rating_label, row.normalized, row.language) == ("Mostly false", "false", "en")
    assert row.markup == REVIEW
    assert row.publisher_site == "facts.example"


def test_the_same_file_again_changes_nothing():
    take_in(REVIEW, rated("True", claimReviewed="Another."))
    before = state()
    tally = take_in(REVIEW, rated("True", claimReviewed="Another."))
    assert (tally.unchanged, tally.added, tally.changed) == (2, 0, 0)
    assert state() == before


@pytest.mark.parametrize("differs", ["url", "claimReviewed", "author"])
def test_another_address_claim_or_author_is_another_review(differs):
    other = {"url": "https://facts.example/2", "claimReviewed": "B", "author": {"name": "B"}}
    assert take_in(REVIEW, REVIEW | {differs: other[differs]}).added == 2


def test_a_changed_rating_is_taken_over_and_the_row_stays_the_same():
    take_in(REVIEW)
    before = ExternalReview.objects.get()
    assert take_in(rated("True")).changed == 1
    after = ExternalReview.objects.get()
    assert (after.pk, after.imported_at) == (before.pk, before.imported_at)
    assert (after.rating_label, after.normalized) == ("True", "true")
    assert after.markup["reviewRating"] == {"alternateName": "True"}


def test_of_one_review_twice_in_a_file_the_later_counts_however_often_it_comes():
    for expected in ("added", "unchanged"):
        tally = take_in(rated("True"), REVIEW, rated("Mixture"))
        assert (getattr(tally, expected), tally.repeated) == (1, 2)
        assert ExternalReview.objects.get().rating_label == "Mixture"


def test_what_its_publisher_deleted_is_kept_but_withdrawn(published, client):
    published()
    take_in(rated("Quite wrong"))
    row = ExternalReview.objects.get()
    row.same.create(claim_id="bridge-cost")
    gone = {"item": [{"url": REVIEW["url"]}], "dateDeleted": "2026-05-01"}
    text = json.dumps({"dataFeedElement": [gone]})
    for _again in range(2):
        assert merge(text).withdrawn == 1
    row.refresh_from_db()
    assert row.withdrawn_at
    assert "Quite wrong" not in client.get("/claims/bridge-cost/").content.decode()
    assert take_in(REVIEW).changed == 1
    assert ExternalReview.objects.get().withdrawn_at is None


def test_a_withdrawal_counts_by_its_place_in_the_file():
    gone = {"item": [{"url": REVIEW["url"]}], "dateDeleted": "2026-05-01"}
    live = {"item": [REVIEW]}
    tally = merge(json.dumps({"dataFeedElement": [live, gone]}))
    assert (tally.repeated, tally.withdrawn, ExternalReview.objects.count()) == (1, 1, 0)
    tally = merge(json.dumps({"dataFeedElement": [gone, live]}))
    assert (tally.repeated, tally.withdrawn, tally.added) == (1, 0, 1)


def test_a_dry_run_says_the_same_and_writes_nothing():
    take_in(REVIEW, rated("True", claimReviewed="B"))
    before, checkers = state(), Checker.objects.count()
    file = [REVIEW, rated("False", claimReviewed="B"), rated("True", claimReviewed="C"), None]
    foretold = take_in(*file, dry_run=True)
    assert state() == before
    assert Checker.objects.count() == checkers
    done = take_in(*file)
    assert vars(foretold) == vars(done)
    assert (done.added, done.changed, done.unchanged, done.refused) == (1, 1, 1, 1)


def test_what_the_database_refuses_is_found_among_the_others():
    """No reader lets such a thing through; if one ever does, it costs that review alone."""
    rows = list(
        files.reviews(io.StringIO(feed(*[REVIEW | {"claimReviewed": n} for n in "abcdef"])))
    )
    rows[3] = rows[3]._replace(row=rows[3].row._replace(language="not a tag"))
    refused = []
    tally = elsewhere.take_in(rows, refuse=lambda *row: refused.append(row))
    assert (tally.added, tally.refused) == (5, 1)
    assert refused == [(4, "Write the language as a BCP 47 tag, such as en or zh-Hans.", None)]


def test_what_breaks_off_is_taken_in_as_far_as_it_goes():
    tally = merge(feed(REVIEW, rated("True", claimReviewed="B"))[:-40])
    assert (tally.added, tally.broken_off) == (1, "The file ends in the middle of a review.")


def test_the_made_up_feed_has_what_it_says(tmp_path):
    """The benchmark in small: every kind of dirt, and every count as expected."""
    path = tmp_path / "feed.json"
    expected = bench.write(path, 2000, dirt=4)
    mended = set(bench.RATES) - bench.NOT_MENDED
    assert mended < set(expected)
    for again in (False, True):
        with files.opened(path) as (text, _raw):
            tally = elsewhere.take_in(files.reviews(text), refuse=lambda *_: None)
        found = tally.unchanged if again else tally.added
        assert found == expected["added"]
        for name in ("read", "repeated", "withdrawn", "refused"):
            assert getattr(tally, name) == expected[name]
        assert tally.mended == {kind: expected[kind] for kind in mended}


# --- Whose they are ----------------------------------------------------------------


def test_a_fact_checker_is_known_by_host_with_what_our_own_entry_says():
    Publisher.objects.create(
        slug="facts", name="Facts", kind="news", homepage="https://www.Facts.example/about",
        memberships=["IFCN"],
    )  # fmt: skip
    take_in(REVIEW, REVIEW | {"url": "https://other.example/1"})
    rows = Checker.objects.values_list("site", "name", "memberships", "standing")
    assert set(map(str, rows)) == {
        "('facts.example', 'Facts', ['IFCN'], 'listed')",
        "('other.example', 'Facts', [], 'listed')",
    }


def test_what_an_editor_says_of_a_fact_checker_stays():
    Checker.objects.create(site="www.Facts.example", name="Ours", standing="hidden")
    take_in(REVIEW)
    row = Checker.objects.get()
    assert (row.site, row.name, row.standing) == ("facts.example", "Ours", "hidden")


def test_match_knows_what_was_imported_and_nothing_of_a_hidden_one(client):
    sentence = "The bridge of Northgate cost the city ninety million euros in 2024."
    take_in(rated("Quite wrong", claimReviewed=sentence))

    def known():
        sent = {"text": sentence}
        answer = client.post("/api/v1/match/", sent, content_type="application/json")
        return "Quite wrong" in answer.content.decode()

    assert known()
    Checker.objects.update(standing="hidden")
    assert not known()


def test_nothing_public_shows_a_hidden_one(client, published):
    published()
    take_in(rated("Quite wrong"))
    ExternalReview.objects.get().same.create(claim_id="bridge-cost")
    addresses = [
        "/claims/bridge-cost/",
        "/v1alpha1/claims:search?query=bridge",
        "/v1alpha1/claims:search?reviewPublisherSiteFilter=facts.example",
    ]
    for address in addresses:
        assert "Quite wrong" in client.get(address).content.decode()
    Checker.objects.update(standing="hidden")
    for address in addresses:
        assert "Quite wrong" not in client.get(address).content.decode()


# --- What their labels come to ------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "language", "normalized"),
    [
        ("  FALSE! ", "en", "false"),
        ("Enganoso", "pt-BR", "mixed"),
        ("YANLIŞ", "tr", "false"),
        ("Falso", "und", "false"),
        ("錯誤", "zh-TW", "false"),
        ("Misleading", "fr", "mixed"),
        ("Sort of", "en", "other"),
        ("❌", "und", "false"),
    ],
)
def test_labels_are_normalised_by_the_table(label, language, normalized):
    take_in(rated(label, inLanguage=language))
    row = ExternalReview.objects.get()
    assert (row.rating_label, row.normalized) == (" ".join(label.split()), normalized)


def test_the_first_import_fills_the_table_and_no_later_one_undoes_an_editor():
    RatingLabel.objects.all().delete()
    changed = RatingLabel.objects.create(label="Pants on Fire", language="en", normalized="other")
    take_in(REVIEW)
    assert list(RatingLabel.objects.all()) == [changed]


def test_what_the_table_begins_with_says_of_each_label_one_thing():
    rows = RatingLabel.objects
    assert rows.count() > 1700
    assert rows.values("language").distinct().count() > 60
    assert set(rows.filter(language="en").values_list("normalized", flat=True)) == {
        "true", "mixed", "false", "other",
    }  # fmt: skip
    assert labels.fill() == 0


def test_a_label_that_two_languages_understand_otherwise_needs_its_language():
    RatingLabel.objects.create(label="Nja", language="sv", normalized="mixed")
    RatingLabel.objects.create(label="Nja", language="pl", normalized="false")
    take_in(rated("Nja", inLanguage="sv"), rated("Nja", inLanguage="ko", claimReviewed="B"))
    assert [row["normalized"] for row in state()] == ["mixed", "other"]


def test_a_number_without_words_is_kept_as_such():
    numbers = {1: "false", 2: "false", 3: "mixed", 4: "true", 5: "true"}
    take_in(
        *(REVIEW | {"claimReviewed": str(n), "reviewRating": {"ratingValue": n}} for n in numbers)
    )
    found = [(row["rating_label"], row["normalized"]) for row in state()]
    assert found == [(f"{n}/5", normalized) for n, normalized in numbers.items()]


def test_what_an_editor_made_of_one_review_stays_while_its_label_does():
    take_in(REVIEW)
    ExternalReview.objects.update(normalized="mixed")
    take_in(REVIEW | {"headline": "New"})
    assert ExternalReview.objects.get().normalized == "mixed"
    take_in(rated("False"))
    assert ExternalReview.objects.get().normalized == "false"


# --- The command --------------------------------------------------------------------


def run(path, *options):
    out = io.StringIO()
    call_command("import_reviews", str(path), *options, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_tells_what_became_of_them_and_why(tmp_path):
    path = tmp_path / "feed.json"
    path.write_text(feed(REVIEW, None, rated("Sort of", claimReviewed="B"), rated("", url="")))
    said = run(path, "--dry-run")
    assert "this would be" in said
    assert not ExternalReview.objects.exists()
    said = run(path)
    for line in ("2  added", "2  refused", "2: null", "not in the table yet: 1, of 1 reviews"):
        assert line in said
    lines = (tmp_path / "feed.json.refused.jsonl").read_text().splitlines()
    report = [json.loads(line) for line in lines]
    assert [(row["review"], row["reason"]) for row in report] == [
        (2, "null"), (4, "it has no address (url)"),
    ]  # fmt: skip
    assert json.loads(report[1]["received"])["claimReviewed"] == REVIEW["claimReviewed"]


@pytest.mark.parametrize(
    ("text", "options", "why"),
    [
        ("hello", [], "none of the formats known: it begins with 'hello'.$"),
        ('{"a": 1}', [], "no review in it"),
        (feed(None), [], "Nothing in it can be taken: null"),
        (feed(REVIEW, REVIEW)[:-20], [], "What stood before it is taken in"),
        (feed(REVIEW), ["--format", "duke-csv"], "“url”"),
    ],
)
def test_the_command_fails_in_words(tmp_path, text, options, why):
    path = tmp_path / "file"
    path.write_text(text)
    with pytest.raises(CommandError, match=why):
        run(path, *options)


def test_there_is_one_import_at_a_time(tmp_path):
    path = tmp_path / "feed.json"
    path.write_text(feed(REVIEW))
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [elsewhere.LOCK])
            with pytest.raises(CommandError, match="under way"):
                run(path)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [elsewhere.LOCK])
    finally:
        other.close()
    assert "1  added" in run(path)


def test_an_interrupted_run_is_begun_again_and_finds_what_it_had_done(monkeypatch):
    monkeypatch.setattr(elsewhere, "SLICE", 2)
    items = [REVIEW | {"claimReviewed": f"Claim {n}"} for n in range(6)]

    def stop(step, done, _of):
        if (step, done) == ("merged", 4):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(*items, tell=stop)
    assert ExternalReview.objects.count() == 4
    tally = take_in(*items)
    assert (tally.added, tally.unchanged) == (2, 4)


def test_the_desk_still_writes_reviews_by_hand():
    row = desk.make_external_review(publisher_site="WWW.Example.net", rating_label="False")
    assert (row.publisher_site, row.label_key) == ("example.net", "false")
