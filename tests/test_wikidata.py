"""What a verdict gives Wikidata: that our page describes somebody, with its sources; no more."""

import json

import pytest

from claims.interchange import claimreview, wikidata
from claims.models import Claim

from . import desk
from .helpers import count_queries

pytestmark = pytest.mark.django_db

SITE = claimreview.Site("Example Facts", "https://facts.example.org", "en")


def test_it_says_that_our_page_describes_the_subject_and_nothing_else(document):
    told = wikidata.statements(document, site=SITE)
    [row] = told["statements"]
    statement = row["statement"]
    assert (row["item"], statement["property"]["id"]) == ("Q4115189", "P973")
    assert statement["value"]["content"] == "https://facts.example.org/claims/bridge-cost/"
    assert {part["property"]["id"] for part in statement["qualifiers"]} == {"P577", "P407"}
    urls = [part["value"]["content"] for one in statement["references"] for part in one["parts"]]
    assert urls[0] == "https://facts.example.org/claims/bridge-cost/v/2/"
    assert urls[1:] == [
        "https://example.org/bridge-cost-refutes",
        "https://example.org/bridge-cost-supports",
    ]


def test_quickstatements_say_the_same_in_one_line(document):
    told = wikidata.statements(document, site=SITE)
    day = document["modified_at"][:10]
    assert told["quickstatements"].split("\t") == [
        *["Q4115189", "P973", '"https://facts.example.org/claims/bridge-cost/"'],
        *["P577", f"+{day}T00:00:00Z/11", "P407", "Q1860"],
        *["S854", '"https://facts.example.org/claims/bridge-cost/v/2/"'],
        *["!S854", '"https://example.org/bridge-cost-refutes"'],
        *["!S854", '"https://example.org/bridge-cost-supports"\n'],
    ]


def test_an_address_cannot_be_another_command(document):
    document["sources"][1]["url"] = 'https://x.example/"\tP31\t"Q5\nQ1'
    lines = wikidata.statements(document, site=SITE)["quickstatements"].splitlines()
    assert len(lines) == 1
    assert lines[0].count("\t") == 12


def test_who_has_no_wikidata_id_is_not_named(client, published):
    published(claimant=desk.make_subject("roe", name="Jo Roe"))
    told = client.get("/api/v1/claims/bridge-cost/wikidata/").json()
    assert (told["statements"], told["quickstatements"]) == ([], "")


def test_the_api_gives_it_and_says_when_it_is_gone(client, document, reviewer):
    address = "/api/v1/claims/bridge-cost/wikidata/"
    answer = client.get(f"{address}?language=zh-Hans")
    value = answer.json()["statements"][0]["statement"]["value"]["content"]
    assert value.endswith("/zh-hans/claims/bridge-cost/")
    assert client.get(address, headers={"if-none-match": answer["ETag"]}).status_code == 200
    assert count_queries(lambda: client.get(address)) == 1
    desk.retract(Claim.objects.get(), by=reviewer)
    assert client.get(address).status_code == 410


def test_subjects_with_an_id_are_told_apart_in_the_markup(client, published):
    subjects = [
        desk.make_subject("roe", name="Jo Roe", wikidata="Q4115189"),
        desk.make_subject("northgate", name="Northgate", kind="place", wikidata="Q100"),
        desk.make_subject("nobody", name="No Body"),
    ]
    published(subjects=subjects)
    html = client.get("/claims/bridge-cost/").content.decode()
    block = html.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    about = json.loads(block)["itemReviewed"]["about"]
    assert [(row["@type"], row["sameAs"]) for row in about] == [
        ("Place", "https://www.wikidata.org/wiki/Q100"),
        ("Person", "https://www.wikidata.org/wiki/Q4115189"),
    ]
