"""A dossier on the desk: what is missing is made, what differs is changed, the rest left alone."""

import io

import pytest
from django.core.management import CommandError, call_command

from claims import quotes, review
from claims.choices import VerdictStatus
from claims.dossier import dump, load, plain_yaml, reading
from claims.dossier.mistakes import Mistakes
from claims.models import (
    Appearance,
    Claim,
    ClaimRelation,
    Evidence,
    PublishedClaim,
    Revision,
    Subject,
    Topic,
    Verdict,
)
from sources.models import Publisher, Snapshot, Source
from tests import desk
from tests.helpers import count_queries, document_of

from .sample import sample, write

MODELS = [Publisher, Source, Subject, Topic, Claim, Appearance, ClaimRelation, Verdict, Evidence]


@pytest.fixture
def data():
    return sample()


@pytest.fixture
def bring(author, reviewer):
    """Load the data as ann's work, with ben as the reviewer; returns the report."""

    def bring(data, **options):
        dossier = reading.parse(plain_yaml.write(data), name="bridge.yaml")
        return load.load(dossier, **{"author": author, "reviewer": reviewer} | options)

    return bring


def outcomes(report, outcome):
    return {kind: counts[outcome] for kind, counts in report.counts.items() if counts[outcome]}


def test_a_load_makes_every_row_and_says_so(bring, data):
    report = bring(data)
    assert outcomes(report, "created") == {
        "publishers": 2, "subjects": 2, "topics": 2, "sources": 3, "claims": 2, "verdicts": 2,
    }  # fmt: skip
    claim = Claim.objects.get(slug="bridge-cost")
    place = claim.appearances.get()
    assert (place.exact, place.section, place.order, place.is_first) == (
        'cost "90 million"', "1", 1, True,
    )  # fmt: skip
    assert claim.relations.get().other.slug == "bridge-time"
    assert claim.original_language == "en"
    assert Topic.objects.get(slug="cost").parent.slug == "money"
    assert Source.objects.get(slug="county-accounts-copy").copy_of.slug == "county-accounts"
    verdict = claim.verdicts.get()
    assert (verdict.status, verdict.author.username) == (VerdictStatus.DRAFT, "ann")
    assert [row.source.slug for row in verdict.evidence.all()] == [
        "county-accounts",
        "county-accounts-copy",
    ]


def test_a_dump_is_the_file_and_loading_it_changes_nothing(bring, data):
    bring(data)
    text = dump.text("northgate-article")
    assert text == dump.render(data)
    report = bring(plain_yaml.parse(text)[0])
    assert report.changed == 0
    assert report.notes == []


@pytest.mark.parametrize("orders", [(4, 4), (4, 9), (9, 4)])
def test_a_fresh_dump_changes_nothing_whatever_the_numbers_are(bring, data, orders):
    """Two claims of one place, or of places with gaps: editors type the numbers."""
    bring(data)
    for slug, order in zip(["bridge-cost", "bridge-time"], orders, strict=True):
        Appearance.objects.filter(claim__slug=slug).update(order=order)
    fresh = plain_yaml.parse(dump.text("northgate-article"))[0]
    assert bring(fresh).changed == 0
    fresh["claims"].reverse()
    assert outcomes(bring(fresh), "updated") == {"claims": 2}
    assert [row["slug"] for row in dump.collect("northgate-article")["claims"]] == [
        row["slug"] for row in fresh["claims"]
    ]


def test_an_unchanged_load_writes_nothing_and_asks_the_same_whatever_the_size(bring, data):
    bring(data)
    before = count_queries(lambda: bring(data))
    more = [claim | {"slug": f"{claim['slug']}-{n}"} for n in range(5) for claim in data["claims"]]
    data["claims"] += more
    bring(data)
    assert count_queries(lambda: bring(data)) == before


def test_a_dry_run_tells_all_and_keeps_nothing(bring, data):
    report = bring(data, publish=True, dry_run=True)
    assert outcomes(report, "published") == {"verdicts": 2}
    assert [model.objects.count() for model in [*MODELS, Revision]] == [0] * (len(MODELS) + 1)


CHANGES = {
    "publishers": lambda data: data["publishers"][0].update(name="Records Office"),
    "subjects": lambda data: data["subjects"][1]["name"].pop("zh-Hans"),
    "topics": lambda data: data["topics"][0].update(name={"en": "Price"}),
    "sources": lambda data: data["sources"][1].update(retrieved=False),
    "claims": lambda data: data["claims"][0].update(contradicts=["bridge-time"], about="2014"),
    "verdicts": lambda data: data["claims"][0]["summary"].update(en="It cost 42 million."),
}


@pytest.mark.parametrize("section", CHANGES)
def test_only_what_differs_is_changed(bring, data, section):
    bring(data)
    CHANGES[section](data)
    report = bring(data)
    assert outcomes(report, "updated") == {section: 1}
    assert outcomes(report, "created") == {}
    assert dump.text("northgate-article") == dump.render(data)
    assert bring(data).changed == 0


def test_evidence_that_stays_keeps_its_row_and_what_is_known_of_its_quote(bring, data):
    bring(data)
    first = Evidence.objects.get(stance="refutes")
    desk.archive(first.source, f"They say: {first.quote} So it goes.")
    quotes.check_source(first.source)
    evidence = data["claims"][0]["evidence"]
    evidence[1]["finding"]["en"] = "The road cost more."
    evidence.reverse()
    bring(data)
    first.refresh_from_db()
    assert (first.order, first.quote_state) == (2, "verified")
    assert dump.text("northgate-article") == dump.render(data)


def test_new_words_of_a_quote_lose_the_position_of_the_old_ones(bring, data):
    bring(data)
    place = Appearance.objects.get(claim__slug="bridge-cost")
    place.snapshot = Snapshot.objects.create(
        source=place.source, sha256="0" * 64, size=1, text="x", method="pasted",
        media_type="text/plain", captured_at="2024-01-01T00:00Z",
    )  # fmt: skip
    place.start, place.end = 3, 9
    place.save()
    data["claims"][0]["section"] = "2"
    bring(data)
    place.refresh_from_db()
    assert (place.section, place.start) == ("2", 3)
    data["claims"][0]["quote"] = "90 million"
    bring(data)
    place.refresh_from_db()
    assert (place.exact, place.start, place.snapshot) == ("90 million", None, None)


def test_claims_that_left_the_file_stay_and_are_named(bring, data):
    bring(data)
    data["claims"].pop()
    data["claims"][0].pop("related")
    report = bring(data)
    assert report.notes == [
        "Claims of this article that are not in the file, and stay as they are: bridge-time."
    ]
    assert Claim.objects.filter(slug="bridge-time").exists()


def test_other_places_of_a_claim_are_not_the_files_business(bring, data):
    bring(data)
    elsewhere = Appearance.objects.create(
        claim=Claim.objects.get(slug="bridge-cost"), source=desk.make_source("blog"), exact="90"
    )
    assert bring(data).changed == 0
    data["claims"][0]["section"] = "7"
    bring(data)
    assert Appearance.objects.filter(pk=elsewhere.pk, exact="90", section="").exists()


def test_a_new_verdict_needs_an_author(bring, data):
    with pytest.raises(Mistakes) as caught:
        bring(data, author=None)
    assert caught.value.lines == [
        "bridge.yaml: new verdicts (bridge-cost, bridge-time) need an author: name the --author"
    ]
    assert Claim.objects.count() == 0


def test_a_claim_without_a_verdict_needs_none(bring, data):
    data["claims"] = [{"slug": "bare", "statement": {"en": "It stands."}, "kind": "documentary"}]
    bring(data, author=None)
    assert Verdict.objects.count() == 0
    assert bring(data, author=None).changed == 0


def test_a_verdict_that_was_handed_in_goes_back_before_it_changes(bring, data, author, reviewer):
    bring(data)
    verdict = Verdict.objects.get(claim__slug="bridge-cost")
    review.submit(verdict, by=author)
    review.approve(verdict, by=reviewer)
    assert bring(data).changed == 0
    CHANGES["verdicts"](data)
    with pytest.raises(Mistakes, match="name the --reviewer who sends them back"):
        bring(data, reviewer=None)
    bring(data)
    verdict.refresh_from_db()
    assert (verdict.status, verdict.reviewer) == (VerdictStatus.DRAFT, None)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda data: data["claims"][0].update(rating="mostly-flase"), "claims[0].rating: no "
         "rating 'mostly-flase'; did you mean 'mostly-false'? (known: true, mostly-true, mixture, "
         "mostly-false, false, misleading, unproven, outdated)"),
        (lambda data: data["claims"][0].update(related=["bridge-tim"]), "claims[0].related[0]: no "
         "claim 'bridge-tim'; did you mean 'bridge-time'?"),
        (lambda data: data["sources"][0].update(url="https://example.org/taken"), "sources[0].url: "
         "the source 'taken' has this address already"),
        (lambda data: (data["sources"][0].update(copy_of="northgate-article"),
         data["sources"][1].pop("copy_of")), "sources[0].copy_of: 'paper' is a copy of this one on "
         "the desk"),
    ],
    ids=["rating", "relation", "address", "copy"],
)  # fmt: skip
def test_what_the_desk_has_against_the_file_is_a_mistake_too(bring, data, change, line):
    bring(data)
    desk.make_source("taken")
    original = Source.objects.get(slug="county-accounts")
    desk.make_source("paper", copy_of=original)
    change(data)
    with pytest.raises(Mistakes) as caught:
        bring(data)
    assert caught.value.lines == [f"bridge.yaml: {line}"]


def test_a_relation_may_lead_to_a_claim_of_another_article(bring, data):
    desk.make_claim("tunnel-cost")
    data["claims"][1]["depends_on"] = ["tunnel-cost"]
    bring(data)
    assert ClaimRelation.objects.get(kind="depends-on").other.slug == "tunnel-cost"
    assert dump.text("northgate-article") == dump.render(data)


# --- Publishing ------------------------------------------------------------------


def test_publish_takes_every_verdict_to_the_record_in_reading_order(bring, data):
    report = bring(data, publish=True)
    assert outcomes(report, "published") == {"verdicts": 2}
    revisions = list(Revision.objects.order_by("seq"))
    assert [row.claim for row in revisions] == ["bridge-cost", "bridge-time"]
    document = document_of(revisions[0])
    assert document["verdict"]["rating"]["slug"] == "mostly-false"
    assert document["verdict"]["author"]["name"] == "Ann"
    assert document["verdict"]["reviewer"]["name"] == "Ben"
    again = bring(data, publish=True)
    assert again.changed == 0
    assert Revision.objects.count() == 2


def test_warnings_are_accepted_in_the_reviewers_name_and_counted(bring, data):
    data["sources"][0]["proximity"] = "secondary"
    report = bring(data, publish=True)
    assert report.notes == [
        "Warnings accepted in ben's name: contact 1, no-primary-source 1, reason 1."
    ]
    verdict = Verdict.objects.get(claim__slug="bridge-cost")
    assert verdict.accepted_warnings == ["contact", "no-primary-source"]


def test_what_the_gate_stops_stops_everything(bring, data):
    data["claims"][0].pop("evidence")
    data["claims"][1].pop("summary")
    with pytest.raises(Mistakes) as caught:
        bring(data, publish=True)
    first, second = caught.value.lines
    assert first.startswith("bridge.yaml: claims[0] (bridge-cost): evidence: ")
    assert second.startswith("bridge.yaml: claims[1] (bridge-time): summary: ")
    assert Claim.objects.count() == 0


def test_who_may_not_publish_is_told_so(bring, data):
    with pytest.raises(Mistakes, match=r"claims\[1\] \(bridge-time\): You need the permission"):
        bring(data, publish=True, reviewer=desk.make_author("cid"))
    assert Revision.objects.count() == 0


def test_a_change_to_what_is_public_waits_as_one_draft(bring, data, reviewer):
    bring(data, publish=True)
    CHANGES["verdicts"](data)
    note = "Verdicts that differ from what is public: 1. Their drafts stand ready: correct them."
    report = bring(data, publish=True)
    assert outcomes(report, "created") == {"verdicts": 1}
    assert report.notes == [note]
    assert bring(data, publish=True).notes == [note]
    old, new = Verdict.objects.filter(claim__slug="bridge-cost").order_by("pk")
    assert (old.status, new.status) == (VerdictStatus.PUBLISHED, VerdictStatus.DRAFT)
    assert b"42 million" not in bytes(PublishedClaim.objects.get(slug="bridge-cost").card)
    assert dump.text("northgate-article") == dump.render(data)


def test_a_change_around_a_public_verdict_is_told(bring, data):
    bring(data, publish=True)
    data["claims"][0]["statement"]["en"] = "The bridge cost ninety million."
    assert bring(data).notes == [
        "Public claims that changed on the desk: 1. Correct them to show it."
    ]


def test_a_retracted_claim_is_not_published_again(bring, data, reviewer):
    bring(data, publish=True)
    claim = Claim.objects.get(slug="bridge-cost")
    desk.retract(claim, reason={"en": "We were wrong."}, by=reviewer)
    assert bring(data, publish=True).changed == 0
    assert dump.text("northgate-article") == dump.render(data)


# --- The commands ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (["--author", "nobody"], ["--author: no active user 'nobody'"]),
        (["--author", "ann", "--reviewer", "ann"], ["--reviewer: 'ann' is the author; somebody "
         "else must sign"]),
        (["--publish", "--author", "ann"], ["--publish: name the --author and the --reviewer"]),
    ],
)  # fmt: skip
def test_the_command_says_what_is_wrong_with_the_people_and_the_file(
    author, reviewer, data, tmp_path, options, lines
):
    data["claims"][0]["rating"] = "tru"
    file = write(tmp_path, data)
    with pytest.raises(CommandError) as caught:
        call_command("load_dossier", str(file), *options, verbosity=0)
    said = str(caught.value).splitlines()
    assert said[:-1] == lines
    assert said[-1].startswith("bridge.yaml: claims[0].rating: no rating 'tru'; did you mean")
    assert Claim.objects.count() == 0


def test_mistakes_of_the_file_and_of_the_desk_are_told_together(db, data, tmp_path):
    data["claims"][0] |= {"rating": "tru", "claimant": "nobody", "related": ["a\0b", "else"]}
    with pytest.raises(CommandError) as caught:
        call_command("load_dossier", str(write(tmp_path, data)))
    said = str(caught.value)
    for place in ("rating", "claimant", "related[0]", "related[1]"):
        assert f"bridge.yaml: claims[0].{place}: " in said


def test_the_commands_load_tell_and_dump(author, reviewer, data, tmp_path):
    file, out, err = write(tmp_path, data), io.StringIO(), io.StringIO()
    people = ["--author", "ann", "--reviewer", "ben"]
    call_command("load_dossier", str(file), "--publish", *people, stdout=out, stderr=err)
    assert "claims: 2 created, 0 updated, 0 unchanged" in out.getvalue()
    assert "verdicts: 2 created, 0 updated, 0 unchanged, 2 published" in out.getvalue()
    assert "sources: 3" in err.getvalue()
    quiet = io.StringIO()
    call_command("load_dossier", str(file), "--dry-run", stdout=quiet, stderr=quiet, verbosity=0)
    assert quiet.getvalue() == ""
    copy = tmp_path / "copy.yaml"
    call_command("dump_dossier", "northgate-article", "--output", str(copy))
    assert copy.read_text(encoding="utf-8") == dump.render(data)


@pytest.mark.parametrize(
    ("slug", "reason"),
    [
        ("nothing", "There is no source 'nothing'."),
        ("county-accounts", "No claim appears in the source 'county-accounts'."),
    ],
)
def test_there_must_be_something_to_dump(bring, data, slug, reason):
    bring(data)
    with pytest.raises(CommandError, match=reason):
        call_command("dump_dossier", slug)
