"""Search for readers: whatever they type gets an answer, and filters carry everywhere."""

import csv
import io
import re
import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.pages import search
from sources.models import Source

from . import desk
from .test_pages_lists import slugs

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def four(published_once):
    publish = published_once
    money, water = desk.make_topic("money"), desk.make_topic("water")
    jane = desk.make_subject("jane-roe", name="Jane Roe")
    publish("bridge", statement="The École bridge cost 4.4 million.", topics=[money])
    publish("tunnel", statement="The tunnel cost nothing.", topics=[water], rating_slug="true")
    publish("ferry", statement="The ferry sank in August 2022.", claimant=jane)
    publish("dam", statement="=The dam cost money.", topics=[money, water], subjects=[jane])


def text(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ecole", ["bridge"]),
        ("q=bridges", ["bridge"]),
        ("q=440万", ["bridge"]),
        ("q=2022年8月", ["ferry"]),
        ("q=jane+ROE", ["ferry", "dam"]),
        ("q=cost&rating=true", ["tunnel"]),
        ("q=cost&topic=water&topic=money", {"bridge", "tunnel", "dam"}),
        ("q=cost&topic=water&rating=mostly-false", ["dam"]),
        ("q=jane&claimant=jane-roe", ["ferry"]),
        ("q=cost&publisher=county-records&language=en&normalized=true", ["tunnel"]),
        ("q=cost&publisher=nobody", []),
        ("q=zanzibar", []),
        ("q=+", ["dam", "ferry", "tunnel", "bridge"]),
    ],
)
def test_a_question_finds_claims(client, four, prefix, query, found):
    shown = slugs(client.get(f"{prefix}/claims/?{query}"))
    assert (shown if isinstance(found, list) else set(shown)) == found
    assert len(shown) == len(found)


@pytest.mark.parametrize(
    "query", ["q=cost", "q=cost&topic=water", "q=jane&rating=true", "year=2024"]
)
def test_feeds_csv_and_api_find_the_same(client, four, query):
    shown = set(slugs(client.get(f"/claims/?{query}")))
    feed = client.get(f"/claims/feed.json?{query}").json()
    assert {item["url"].split("/")[-2] for item in feed["items"]} == shown
    file = b"".join(client.get(f"/claims/claims.csv?{query}").streaming_content).decode("utf-8-sig")
    assert {row["slug"] for row in csv.DictReader(io.StringIO(file))} == shown
    answer = client.get(f"/api/v1/claims/?{query}").json()
    assert {row["slug"] for row in answer["results"]} == shown


def test_the_api_answers_the_likeliest_first_page_by_page(client, four):
    whole = [row["slug"] for row in client.get("/api/v1/claims/?q=cost+dam").json()["results"]]
    assert whole == slugs(client.get("/claims/?q=cost+dam"))
    assert whole[0] == "dam"
    seen, address = [], "/api/v1/claims/?q=cost+dam&page_size=1"
    while address:
        answer = client.get(address).json()
        seen += [row["slug"] for row in answer["results"]]
        address = answer["next"]
    assert seen == whole


def test_pages_of_a_question_go_back_and_belong_to_it(client, four):
    address = "/api/v1/claims/?q=cost"
    first = client.get(f"{address}&page_size=1").json()
    second = client.get(first["next"]).json()
    assert client.get(second["previous"]).json()["results"] == first["results"]
    newest = client.get(f"{address}&ordering=-modified").json()["results"]
    assert [row["slug"] for row in newest] == ["dam", "ferry", "tunnel", "bridge"]
    cursor = first["next"].partition("cursor=")[2].partition("&")[0]
    for query in ("", "?q=dam", "?q=cost&ordering=-modified"):
        sign = "&" if query else "?"
        assert client.get(f"/api/v1/claims/{query}{sign}cursor={cursor}").status_code == 400


def counts(page, name):
    part = re.search(rf"<summary>{name}</summary>(.*?)</details>", page, re.DOTALL)
    if part is None:
        return {}
    rows = re.findall(r'href="([^"]+)".*?class="count">(\d+)', part[1], re.DOTALL)
    return {address.replace("&amp;", "&"): int(count) for address, count in rows}


def test_a_facet_counts_what_its_value_would_leave(client, four):
    page = text(client.get("/claims/?q=cost&rating=mostly-false"))
    for name in ["Rating", "Topic"]:
        found = counts(page, name)
        assert found
        for address, count in found.items():
            if "rating=" in address and address.count("rating=") < 2:
                assert len(slugs(client.get(f"/claims/{address}"))) == count
    assert sorted(counts(page, "Rating").values()) == [1, 3]
    assert counts(page, "Language") == {}  # one value for all is no choice


def test_filters_stay_with_the_next_question(client, four):
    page = text(client.get("/claims/?q=cost&rating=true&topic=water"))
    assert '<input type="hidden" name="rating" value="true">' in page
    assert '<input type="hidden" name="topic" value="water">' in page
    assert 'value="cost"' in page


def test_what_was_asked_for_is_marked(client, four):
    assert "The <mark>École</mark> bridge" in text(client.get("/claims/?q=ecole"))
    chinese = text(client.get("/zh-hans/claims/?q=École"))
    assert 'class="elsewhere" lang="en" dir="auto">The <mark>École</mark>' in chinese


def test_a_misspelt_word_is_mended_and_said(client, four):
    page = text(client.get("/claims/?q=tunel"))
    assert slugs(client.get("/claims/?q=tunel")) == ["tunnel"]
    assert "No published claim has the word “tunel”. We looked for “tunnel”." in page
    assert slugs(client.get("/claims/?q=tunn")) == ["tunnel"]
    assert "In no published claim: zanzibar" in text(client.get("/claims/?q=zanzibar+tunnel"))


@pytest.mark.parametrize("slip", ["tunenl", "utnnel", "tnunel"])
def test_two_letters_swapped_are_mended(client, four, slip):
    assert slugs(client.get("/claims/", {"q": slip})) == ["tunnel"]


@pytest.mark.parametrize("question", ["trillion", "trillions", "percent", "万"])
def test_a_unit_alone_finds_the_numbers_that_have_it(client, published, question):
    published("cost", statement="It cost 4.4 trillion (440万), 91 per cent of all.")
    published("other", statement="It cost 90 and 3 billion.")
    assert slugs(client.get("/claims/", {"q": question})) == ["cost"]
    assert slugs(client.get("/claims/", {"q": "billions"})) == ["other"]


def test_nothing_found_says_what_to_do(client, four):
    assert "Write fewer words" in text(client.get("/claims/?q=zanzibar"))
    page = text(client.get("/claims/?q=bridge&rating=true"))
    assert "Without the filters there is 1 claim." in page
    assert 'href="?q=bridge"' in page


NONSENSE = [
    "👍👍",
    "\u200b\u200d",
    "'; DROP TABLE claims_claim; --",
    "a & b | !c <-> d:*",
    "%' OR 1=1",
    "\\",
    "(((",
    "the of and",
    "<script>alert(1)</script>",
    b"\xed\xa0\xbd\xff",
]
LISTS = ["/claims/", "/claims/feed.atom", "/claims/claims.csv", "/api/v1/claims/"]


@pytest.mark.parametrize("question", NONSENSE)
def test_whatever_is_typed_is_answered(client, four, question):
    for path in ["/claims/", "/zh-hans/claims/", "/claims/feed.atom", "/api/v1/claims/"]:
        response = client.get(path, {"q": question})
        assert response.status_code == 200
        assert b"<script>alert" not in response.content


@pytest.mark.parametrize("path", LISTS)
def test_what_is_too_long_is_cut_aloud_or_refused(client, four, path):
    assert client.get(path, {"q": "bridge " * 1400}).status_code == 200
    for question in ["bridge" * 200_000, "bridge\0"]:
        assert client.get(path, {"q": question}).status_code == 400
    page = text(client.get("/claims/", {"q": "bridge " * 1400}))
    assert "only its first 1000 characters were looked for" in page


@pytest.mark.parametrize("after", ["x", "-1", "99", "1e3", ""])
def test_a_place_beyond_the_end_is_refused(client, four, after):
    assert client.get("/claims/", {"q": "bridge", "after": after}).status_code == 400


def test_pages_follow_one_another(client, four, monkeypatch):
    whole = slugs(client.get("/claims/?q=cost"))
    monkeypatch.setattr(search, "PAGE", 1)
    seen, address = [], "?q=cost"
    while address:
        response = client.get(f"/claims/{address}")
        seen += slugs(response)
        following = re.search(r'href="([^"]+)" rel="next"', response.content.decode())
        address = following and following[1].replace("&amp;", "&")
    assert seen == whole
    assert len(whole) == 4


def test_a_search_that_would_find_the_same_is_not_sent_again(client, four, published):
    first = client.get("/claims/?q=cost")
    etag = {"If-None-Match": first["ETag"]}
    assert client.get("/claims/?q=cost", headers=etag).status_code == 304
    published("canal", statement="The canal cost more.")
    assert client.get("/claims/?q=cost", headers=etag).status_code == 200


def test_search_counts_and_skips_nothing_in_the_database(client, four):
    client.get("/about/")  # what the footer leads to is remembered
    with CaptureQueriesContext(connection) as queries:
        client.get("/claims/?q=cost&rating=mostly-false&after=1")
    assert len(queries) == 3
    assert not [q for q in queries if "COUNT(" in q["sql"].upper() or "OFFSET" in q["sql"].upper()]


def test_a_formula_is_none_in_the_file(client, four):
    response = client.get("/claims/claims.csv?q=dam")
    assert response["Content-Disposition"] == 'attachment; filename="claims.csv"'
    file = b"".join(response.streaming_content).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(file))
    assert row["statement"] == "'=The dam cost money."
    etag = {"If-None-Match": response["ETag"]}
    assert client.get("/claims/claims.csv?q=dam", headers=etag).status_code == 304


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_browser_can_be_told_of_the_search(client, four, settings, prefix):
    link = re.search(
        r'<link rel="search" type="([^"]+)"[^>]*href="([^"]+)"', text(client.get(f"{prefix}/"))
    )
    response = client.get(link[2])
    assert response["Content-Type"] == link[1]
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    root = ET.fromstring(response.content)
    assert 0 < len(root.find(f"{space}ShortName").text) <= 16
    for url in root.iter(f"{space}Url"):
        address = url.get("template").removeprefix(settings.SITE_URL)
        assert client.get(address.replace("{searchTerms}", "bridge")).status_code == 200


def test_the_address_of_a_page_leads_to_what_is_known_of_it(client, published):
    published()
    source = Source.objects.get(slug="article")
    Source.objects.filter(pk=source.pk).update(url="https://news.example/bridge?id=1")
    published("other")
    for spelling in ("https://news.example/bridge?id=1", " HTTP://www.news.example/bridge?id=1#x "):
        response = client.get("/claims/", {"q": spelling})
        assert (response.status_code, response["Location"]) == (302, "/articles/article/")
    evidence = Source.objects.get(slug="other-refutes").url
    assert client.get("/claims/", {"q": evidence})["Location"] == "/sources/other-refutes/"


@pytest.mark.parametrize(
    "url", ["https://nowhere.example/", "https://[::1", "http://a:b@c.example/"]
)
def test_an_address_of_which_nothing_is_known_is_said_to_be_so(client, published, url):
    published()
    response = client.get("/claims/", {"q": url})
    assert response.status_code == 200
    assert "No published claim was made at this address" in response.content.decode()
