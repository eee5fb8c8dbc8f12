"""Everything that is public as files: whole, in agreement, in the formats of others, in the dark
about what was sealed."""

import csv
import gzip
import hashlib
import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command
from rdflib import Dataset
from rdflib.compare import to_isomorphic

from claims import exports, publishing, transparency
from claims.chain import canonical
from claims.interchange import duke, nquads
from claims.interchange.claimreview_rules import problems
from claims.models import Claim, Revision

from . import desk
from .heads import make_heads
from .helpers import count_queries

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

pytestmark = pytest.mark.django_db
# It warns of what it calls itself.
BY_RDFLIB = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")

# Of the context of schema.org 30.0, the terms that our markup has.
IRI, DATE = {"@type": "@id"}, {"@type": "schema:Date"}
CONTEXT = {
    "@vocab": "http://schema.org/",
    "schema": "http://schema.org/",
    **{name: {"@id": f"schema:{name}"} | IRI for name in ("url", "sameAs", "archivedAt")},
    "sdLicense": {"@id": "schema:sdLicense"} | IRI,
    **{name: {"@id": f"schema:{name}"} | DATE for name in ("datePublished", "dateModified")},
    "sdDatePublished": {"@id": "schema:sdDatePublished"} | DATE,
}


@pytest.fixture(autouse=True)
def apart(settings, tmp_path):
    settings.EXPORTS = tmp_path / "exports"


@pytest.fixture(scope="module")
def record(published_once):
    """Claims in force, one of them corrected, one retracted, one merged; a page about us."""
    reviewer = desk.known("ben")
    roe = desk.make_subject("roe", name="Jo Roe", wikidata="Q4115189")
    published_once(claimant=roe, topics=[desk.make_topic("money")])
    Claim.objects.update(claimed_on="2024-02-01", claimed_precision="month")
    text = {"en": "=1+1 was wrong; it is 41."}
    desk.correct(Claim.objects.get().verdicts.get(), text=text, by=reviewer)
    for slug in ("ferry-price", "toll-price", "tunnel-length"):
        published_once(slug, rating_slug="unproven", statement='=HYPERLINK("x")\n“quoted” \\ it')
    desk.retract(Claim.objects.get(slug="ferry-price"), by=reviewer)
    merged, into = (Claim.objects.get(slug=slug) for slug in ("toll-price", "tunnel-length"))
    publishing.merge(merged, into=into, by=reviewer)
    transparency.publish_page(desk.make_page(owner=reviewer), by=reviewer)


def read(made, name):
    return gzip.decompress((exports.folder_of(made) / f"{name}.gz").read_bytes())


def table(made, name):
    return list(csv.reader(io.StringIO(read(made, name).decode())))


def reviews(made):
    return json.loads(read(made, "claimreview.jsonld"))["@graph"]


# --- The files --------------------------------------------------------------------


def test_the_files_are_as_the_manifest_and_the_list_of_sums_say(record):
    made = exports.write()
    folder = exports.folder_of(made)
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() | {"SHA256SUMS", "manifest.json"} == {path.name for path in folder.iterdir()}
    assert all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == said
        for name, said in sums.items()
    )
    for file in made["files"]:
        data = (folder / file["name"]).read_bytes()
        plain = gzip.decompress(data) if file["name"].endswith(".gz") else zstd.decompress(data)
        assert (len(data), file["sha256"]) == (file["bytes"], sums[file["name"]])
        assert hashlib.sha256(plain).hexdigest() == file["unpacked"]["sha256"]
        lines = plain.count(b"\n")
        if file["name"].startswith(("claims.jsonl", "claimreview.nq")):
            assert file["rows"] == lines
        elif file["name"].startswith("record.jsonl"):
            assert file["rows"] == lines - 1


def test_the_same_record_makes_the_same_bytes(record):
    first, second = exports.write(), exports.write(anew=True)
    assert first["name"] != second["name"]
    assert first["files"] == second["files"]


def test_documents_go_out_as_they_were_published(record):
    lines = read(exports.write(), "claims.jsonl").splitlines()
    hashes = {hashlib.sha256(line).hexdigest() for line in lines}
    heads = [Revision.objects.filter(claim=c).last() for c in ("bridge-cost", "tunnel-length")]
    assert hashes == {head.sha256 for head in heads}


def test_tables_have_no_formulas_and_as_many_cells_as_columns(record):
    made = exports.write()
    for name in [file["name"] for file in made["files"] if file["name"].endswith(".csv.gz")]:
        header, *rows = table(made, name.removesuffix(".gz"))
        assert rows, name
        assert {len(row) for row in rows} == {len(header)}, name
        assert [cell for row in rows for cell in row if cell[:1] in "=+@" and cell] == [], name


def test_evidence_is_one_row_each_with_its_source(record):
    header, *rows = table(exports.write(), "evidence.csv")
    first = dict(zip(header, rows[0], strict=True))
    assert len(rows) == 4
    assert [first["claim"], first["number"], first["stance"]] == ["bridge-cost", "1", "refutes"]
    assert first["source.url"] == "https://example.org/bridge-cost-refutes"


# --- The formats of others ------------------------------------------------------------


def test_a_datafeed_tells_of_claims_in_force_and_of_those_that_are_gone(record):
    feed = json.loads(read(exports.write(), "datafeed.json"))
    items = {row["item"][0]["url"].split("/")[-2]: row for row in feed["dataFeedElement"]}
    assert [slug for slug in items if "dateDeleted" in items[slug]] == ["ferry-price", "toll-price"]
    assert [review["inLanguage"] for review in items["bridge-cost"]["item"]] == ["en", "zh-Hans"]
    assert items["ferry-price"]["item"][0].keys() == {"@type", "url"}


def test_what_goes_out_is_valid_by_our_own_rules(record):
    feed = json.loads(read(exports.write(), "datafeed.json"))
    found = [
        review | {"@context": feed["@context"]}
        for row in feed["dataFeedElement"]
        if "dateDeleted" not in row
        for review in row["item"]
    ]
    assert len(found) == 4
    for review in found:
        assert [p for p in problems(review, page_url=review["url"]) if p.stops] == []


def test_duke_has_its_57_columns(record):
    made = exports.write()
    header, *rows = table(made, "duke.csv")
    assert len(header) == 57
    assert header[:4] == ["id", "@context", "@type", "claimReviewed"]
    assert header[-2:] == ["itemReviewed.appearance.15.url", "itemReviewed.appearance.15.@type"]
    told = json.loads(read(made, "duke.json"))
    assert told["meta"]["claimReviewCount"] == len(told["claimReviews"]) == len(rows)
    assert [row[5] for row in rows] == [review["url"] for review in told["claimReviews"]]


def test_a_day_that_is_not_known_is_left_out_for_duke():
    claim = {"@type": "Claim", "datePublished": "2024-02"}
    assert "datePublished" not in duke.as_duke({"@id": "x", "itemReviewed": claim})["itemReviewed"]


@BY_RDFLIB
def test_quads_say_what_the_markup_says(record):
    """An independent reader makes the same graph of both."""
    made = exports.write()
    lines = read(made, "claimreview.nq").splitlines(keepends=True)
    assert lines == sorted(set(lines))
    quads = Dataset()
    quads.parse(data=b"".join(lines), format="nquads")
    told = reviews(made)
    assert {str(graph.identifier) for graph in quads.graphs() if len(graph)} == {
        review["url"] for review in told
    }
    for review in told:
        wanted = Dataset()
        wanted.parse(data=json.dumps(review | {"@context": CONTEXT}), format="json-ld")
        assert to_isomorphic(quads.graph(review["url"])) == to_isomorphic(wanted.default_graph)


def test_addresses_in_quads_are_addresses():
    review = {"@type": "Claim", "url": 'https://a.example/x y"<é>'}
    [line] = [line for line in nquads.quads(review) if b"schema.org/url" in line]
    assert "<https://a.example/x%20y%22%3Cé%3E>".encode() in line


def test_more_lines_than_fit_are_sorted_in_files(tmp_path):
    lines = [b"%d\n" % (number * 7919 % 1000) for number in range(2500)]
    sorter = exports.Sorter(tmp_path, run=300)
    for line in lines:
        sorter.add([line])
    assert list(sorter.lines()) == sorted(set(lines))
    sorter.close()


@BY_RDFLIB
def test_catalogues_read_the_description(record):
    made = exports.write()
    folder = exports.folder_of(made)
    graph = Dataset(default_union=True)
    graph.parse(folder / "dcat.jsonld", format="json-ld")
    asked = "SELECT ?url WHERE { ?d a dcat:Dataset ; dcat:distribution/dcat:downloadURL ?url }"
    names = {str(row.url).rpartition("/")[2] for row in graph.query(asked)}
    assert names == {file["name"] for file in made["files"]}
    told = json.loads((folder / "dataset.jsonld").read_bytes())
    assert {row["sha256"] for row in told["distribution"]} == {
        file["sha256"] for file in made["files"]
    }


# --- When, and how much ---------------------------------------------------------------


def test_nothing_new_is_written_when_nothing_changed(record, reviewer):
    first = exports.write()
    assert exports.write()["name"] == first["name"]
    desk.retract(Claim.objects.get(slug="tunnel-length"), by=reviewer)
    second = exports.write()
    assert second["record"]["seq"] == first["record"]["seq"] + 1
    assert [made["name"] for made in exports.exports()] == [second["name"], first["name"]]


def test_old_ones_go_when_there_are_more_than_are_kept(record, settings):
    settings.KEEP_EXPORTS = 2
    names = [exports.write(anew=True)["name"] for _ in range(4)]
    assert {path.name for path in settings.EXPORTS.glob("2*")} == set(names[-2:])


def test_what_was_sealed_is_in_no_file_that_may_be_had(client, record, reviewer):
    old = exports.write()
    address = f"/exports/{old['name']}/record.jsonl.gz"
    answer = client.get(address)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)
    publishing.seal("tunnel-length", rule="A court's order.", by=reviewer)
    assert client.get(address).status_code == 404
    made = exports.write()
    assert not exports.folder_of(old).exists()
    assert "tunnel-length 的说法" not in read(made, "record.jsonl").decode()
    gone = json.loads(read(made, "datafeed.json"))["dataFeedElement"]
    assert "dateDeleted" in gone[-1]


def test_one_at_a_time_and_nothing_of_one_that_was_killed(record, settings):
    (settings.EXPORTS / ".making-x").mkdir(parents=True)
    with exports._alone(), pytest.raises(CommandError, match="being written"):
        call_command("export")
    call_command("export", verbosity=0)
    assert not (settings.EXPORTS / ".making-x").exists()


def test_an_export_that_fails_leaves_nothing(record, settings, monkeypatch):
    monkeypatch.setattr(duke, "COLUMNS", [1])
    with pytest.raises(AttributeError):
        exports.write()
    assert exports.exports() == []
    assert [path.name for path in settings.EXPORTS.iterdir()] == [".lock"]


def test_more_claims_ask_no_more_of_the_database(record):
    """One pass, whatever the number of formats: what is read grows by whole chunks alone."""
    exports.write()
    before = count_queries(lambda: exports.write(anew=True))
    make_heads(1000, 1100, state="'retracted'", rating="''")
    assert count_queries(lambda: exports.write(anew=True)) == before


# --- The addresses -------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_page_leads_to_every_file(client, record, prefix):
    made = exports.write()
    html = client.get(f"{prefix}/exports/").content.decode()
    for file in made["files"]:
        assert f'href="/exports/latest/{file["name"]}"' in html
    block = html.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert json.loads(block)["@type"] == "Dataset"


def test_a_file_is_sent_once(client, record):
    made = exports.write()
    address = "/exports/latest/duke.csv.gz"
    answer = client.get(address)
    data = b"".join(answer.streaming_content)
    assert hashlib.sha256(data).hexdigest() == answer["ETag"].strip('"')
    assert answer["Content-Type"] == "application/gzip"
    assert "Content-Encoding" not in answer
    assert answer["Content-Location"] == f"/exports/{made['name']}/duke.csv.gz"
    again = client.get(address, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "address",
    [
        "latest/nothing.csv",
        "2020-01-01/claims.csv.gz",
        "latest/..",
        "latest/.lock",
    ],
)
def test_what_is_no_file_of_an_export_is_not_there(client, record, address):
    exports.write()
    assert client.get(f"/exports/{address}").status_code in {404, 301}


def test_the_chain_of_the_record_file_can_be_followed_by_anybody(record):
    """With nothing of ours but the description in docs/exports.md."""
    first, *lines = map(json.loads, read(exports.write(), "record.jsonl").splitlines())
    chain = "0" * 64
    revisions = [line for line in lines if "seq" in line]
    for line in revisions:
        header = {key: line[key] for key in ("seq", "claim", "action", "at", "sha256")}
        header["number"] = line["revision"]
        text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        chain = hashlib.sha256((chain + text).encode()).hexdigest()
        assert chain == line["chain"]
        assert hashlib.sha256(canonical(line["document"])).hexdigest() == line["sha256"]
    assert (chain, len(revisions)) == (first["head"], first["revisions"])
