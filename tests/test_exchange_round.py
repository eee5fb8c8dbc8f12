"""What we give away, another installation can take in: each of our files, read by our importer."""

import gzip
from datetime import date

import orjson
import pytest
from django.conf import settings
from django.core.management import call_command

from claims import exports, publishing
from claims.models import Claim, ExternalReview, PublishedClaim

from . import desk

pytestmark = pytest.mark.django_db
# What a document says of a claim in a language, and an external review keeps of it.
SAID = ["url", "claim_reviewed", "claimant", "claimed_on", "publisher_name", "rating_label"]
SAID += ["normalized", "language", "reviewed_on"]


@pytest.fixture
def record(settings, tmp_path, author, reviewer, published):
    """Two claims, one of them in two languages and with what breaks careless readers."""
    settings.EXPORTS = tmp_path / "exports"
    claim = desk.make_claim(statement="=SUM(1) “quoted”,\nand a second line",
                            claimant=desk.make_subject("roe", name="Jo Roe"),
                            claimed_on="2024-02-01", claimed_precision="day")  # fmt: skip
    draft = desk.make_draft(claim, author=author)
    publishing.publish(desk.approve(draft, by=reviewer), by=reviewer)
    published("ferry-price", rating_slug="unproven")
    exports.write()


def take(folder, name):
    file = folder / name
    packed = exports.folder_of(exports.exports()[0]) / f"{name}.gz"
    file.write_bytes(gzip.decompress(packed.read_bytes()))
    call_command("import_reviews", str(file), verbosity=0)


def taken_in(name, folder):
    """The rows that an import of this file leaves, in the columns of SAID."""
    take(folder, name)
    return ExternalReview.objects.order_by("url").values_list(*SAID)


def published_rows():
    """What the documents in force say, in the columns of SAID; line breaks are lost on the way."""
    for head in PublishedClaim.objects.select_related("revision"):
        document = orjson.loads(bytes(head.revision.document))
        for language, statement in document["statement"].items():
            prefix = "" if language == "en" else f"/{language.lower()}"
            claimant, claimed = document["claimant"]["subject"], document["claimed_on"]
            yield (
                f"{settings.SITE_URL}{prefix}/claims/{head.slug}/",
                " ".join(statement.split()),
                claimant["name"]["en"] if claimant else "",
                date.fromisoformat(claimed["date"]) if claimed else None,
                settings.SITE_NAME,
                document["verdict"]["rating"]["label"][language],
                document["verdict"]["rating"]["normalized"],
                language,
                date.fromisoformat(document["published_at"][:10]),
            )


@pytest.mark.parametrize("name", ["datafeed.json", "duke.json", "claimreview.jsonld"])
def test_a_file_of_ours_is_taken_in_with_all_that_it_says(record, name, tmp_path):
    assert list(taken_in(name, tmp_path)) == sorted(published_rows())


def test_a_spreadsheet_loses_the_language_and_guards_its_cells(record, tmp_path):
    """Duke's 57 columns have none for the language; a cell that begins with = gets a mark."""
    lost = [
        (url, f"'{claim}" if claim[0] == "=" else claim, *others[:-2], "und", others[-1])
        for url, claim, *others in published_rows()
    ]
    assert list(taken_in("duke.csv", tmp_path)) == sorted(lost)


def test_what_we_retract_is_withdrawn_where_it_was_taken_in(record, reviewer, tmp_path):
    taken_in("datafeed.json", tmp_path)
    desk.retract(Claim.objects.get(slug="ferry-price"), by=reviewer)
    exports.write()
    take(tmp_path, "datafeed.json")
    withdrawn = ExternalReview.objects.filter(withdrawn_at__isnull=False)
    assert {row.url.split("/")[-2] for row in withdrawn} == {"ferry-price"}
    assert ExternalReview.objects.filter(withdrawn_at=None).count() == 2
