"""A claim's page through time, as RFC 7089 has it, and links to sources that outlive the source."""

import datetime
import re
from html import unescape

import pytest
import time_machine

from claims import publishing
from claims.interchange import memento
from claims.models import Claim

from . import desk
from .helpers import count_queries

DAYS = [datetime.datetime(2026, 3, day, 12, tzinfo=datetime.UTC) for day in (1, 10, 20)]
LINK = re.compile(r'<([^>]+)>((?:; \w+="[^"]*")*)')
PAGE = "/claims/bridge-cost/"


@pytest.fixture
def versions(published, reviewer):
    """Published on 1 March, corrected on 10 March and once more on 20 March."""
    for number, day in enumerate(DAYS):
        with time_machine.travel(day, tick=False):
            if number == 0:
                published()
                continue
            claim = Claim.objects.get()
            claim.translations.filter(language="en").update(statement=f"Version {number + 1}.")
            desk.correct(claim.verdicts.get(), by=reviewer)


def links(text):
    """`{relation: (path, attributes)}` of a Link header or a document of links."""
    found = {}
    for url, rest in LINK.findall(text):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        found[attributes.pop("rel")] = (url.partition("8000")[2], attributes)
    return found


def at(client, text, path=PAGE):
    return client.get(path, headers={"Accept-Datetime": text})


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_page_leads_to_its_versions(client, versions, prefix):
    response = client.get(prefix + PAGE)
    assert response.status_code == 200
    assert "Memento-Datetime" not in response
    assert "Accept-Datetime" in response["Vary"]
    found = links(response["Link"])
    assert found["original timegate"] == (prefix + PAGE, {})
    path, attributes = found["timemap"]
    assert attributes == {"type": "application/link-format"}
    assert found["last memento"][0] == f"{prefix}{PAGE}v/3/"
    timemap = client.get(path)
    assert timemap["Content-Type"] == "application/link-format"
    listed = links(timemap.content.decode())
    assert listed["first memento"] == (
        f"{prefix}{PAGE}v/1/",
        {"datetime": "Sun, 01 Mar 2026 12:00:00 GMT"},
    )
    assert listed["memento"][0] == f"{prefix}{PAGE}v/2/"
    assert listed["last memento"] == found["last memento"]
    span = {"from": "Sun, 01 Mar 2026 12:00:00 GMT", "until": "Fri, 20 Mar 2026 12:00:00 GMT"}
    assert listed["self"] == (path, {"type": "application/link-format"} | span)


def test_a_version_says_when_it_came_into_force(client, versions):
    response = client.get(f"{PAGE}v/2/")
    assert response["Memento-Datetime"] == "Tue, 10 Mar 2026 12:00:00 GMT"
    assert "Accept-Datetime" not in response.get("Vary", "")
    found = links(response["Link"])
    assert found["original timegate"][0] == PAGE
    assert {name: path for name, (path, _more) in found.items() if "memento" in name} == {
        "memento": f"{PAGE}v/2/",
        "prev memento": f"{PAGE}v/1/",
        "next memento": f"{PAGE}v/3/",
    }
    for path, attributes in (found[name] for name in found if "memento" in name):
        assert client.get(path)["Memento-Datetime"] == attributes["datetime"]
    again = client.get(f"{PAGE}v/2/", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    assert again["Memento-Datetime"] == response["Memento-Datetime"]


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("Wed, 01 Jan 2020 00:00:00 GMT", 1),  # before there was any: the first
        ("Sun, 01 Mar 2026 12:00:00 GMT", 1),
        ("Tue, 10 Mar 2026 11:59:59 GMT", 1),
        ("Tue, 10 Mar 2026 12:00:00 GMT", 2),
        ("Thu, 19 Mar 2026 00:00:00 GMT", 2),
        ("Sat, 01 Jan 2050 00:00:00 GMT", 3),
    ],
)
def test_asked_for_a_moment_the_page_leads_to_what_was_in_force(client, versions, asked, number):
    for prefix in ("", "/zh-hans"):
        response = at(client, asked, prefix + PAGE)
        assert response.status_code == 302
        assert response["Location"].endswith(f"{prefix}{PAGE}v/{number}/")
        assert response["Location"].startswith("http")
        assert "Accept-Datetime" in response["Vary"]
        assert "Memento-Datetime" not in response
        version = client.get(response["Location"].partition("8000")[2])
        assert links(response["Link"])["memento"][1]["datetime"] == version["Memento-Datetime"]


@pytest.mark.parametrize("asked", ["yesterday", "2026-03-10", "", "Tue, 99 Mar 2026 12:00:00 GMT"])
def test_what_is_no_moment_is_refused(client, versions, asked):
    response = at(client, asked)
    assert response.status_code == 400
    assert "Accept-Datetime" in response["Vary"]


def test_a_copy_for_one_is_not_given_to_another(client, versions):
    """Whoever has the page of today and asks for another day is not told that nothing changed."""
    headers = {"If-None-Match": client.get(PAGE)["ETag"]}
    assert client.get(PAGE, headers=headers).status_code == 304
    headers["Accept-Datetime"] = "Tue, 10 Mar 2026 12:00:00 GMT"
    assert client.get(PAGE, headers=headers).status_code == 302


def test_a_retraction_is_a_version_too(client, versions, reviewer):
    desk.retract(Claim.objects.get(), by=reviewer)
    assert links(client.get(PAGE)["Link"])["last memento"][0] == f"{PAGE}v/4/"
    assert at(client, "Thu, 19 Mar 2026 00:00:00 GMT")["Location"].endswith("/v/2/")


def test_of_a_sealed_version_only_its_neighbours_are_left(client, versions, reviewer):
    publishing.seal("bridge-cost", rule="Court order 12/26", numbers=[2], by=reviewer)
    gone = client.get(f"{PAGE}v/2/")
    assert gone.status_code == 410
    assert "Memento-Datetime" not in gone
    listed = links(client.get(f"{PAGE}timemap/").content.decode())
    paths = [path for relation, (path, _) in listed.items() if "memento" in relation]
    assert f"{PAGE}v/2/" not in paths
    found = links(client.get(f"{PAGE}v/1/")["Link"])
    assert found["next memento"][0] in paths
    assert at(client, "Thu, 19 Mar 2026 00:00:00 GMT")["Location"].endswith("/v/1/")


def test_of_a_sealed_claim_nothing_is_left(client, versions, reviewer):
    publishing.seal("bridge-cost", rule="Court order 12/26", by=reviewer)
    assert client.get(f"{PAGE}timemap/").status_code == 404
    assert at(client, "Thu, 19 Mar 2026 00:00:00 GMT").status_code == 410


def test_a_merged_claim_can_be_seen_as_it_was(client, versions, published, reviewer):
    published("survivor")
    survivor = Claim.objects.get(slug="survivor")
    publishing.merge(Claim.objects.get(slug="bridge-cost"), into=survivor, by=reviewer)
    moved = client.get(PAGE)
    assert moved.status_code == 301
    assert "Accept-Datetime" in moved["Vary"]
    assert at(client, "Thu, 19 Mar 2026 00:00:00 GMT")["Location"].endswith(f"{PAGE}v/2/")


def test_what_never_was_has_no_versions(client, approved):
    assert client.get(f"{PAGE}timemap/").status_code == 404
    assert at(client, "Thu, 19 Mar 2026 00:00:00 GMT").status_code == 404


def test_it_costs_no_query_more(client, versions):
    moment = {"Accept-Datetime": "Thu, 19 Mar 2026 00:00:00 GMT"}
    client.get(PAGE)  # what every page leads to is remembered for a minute
    assert count_queries(lambda: client.get(PAGE)) == 3
    assert count_queries(lambda: client.get(f"{PAGE}v/2/")) == 2
    assert count_queries(lambda: client.get(PAGE, headers=moment)) == 1
    assert count_queries(lambda: client.get(f"{PAGE}timemap/")) == 1
    assert client.get(f"{PAGE}timemap/?page=2").status_code == 400


# --- Robust Links ----------------------------------------------------------------


def robust(html):
    """Attributes of the links to sources, by their address."""
    found = {}
    for tag in re.findall(r"<a [^>]*data-originalurl[^>]*>", html):
        attributes = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="(.*?)"', tag)}
        found[attributes["href"]] = attributes
    return found


def test_a_link_to_a_source_names_its_newest_copy(client, document):
    html = client.get(PAGE).content.decode()
    found = robust(html)["https://example.org/bridge-cost-refutes"]
    assert found["data-originalurl"] == found["href"]
    assert found["data-versionurl"] == "https://archive.example/2026-02-01"
    assert found["data-versiondate"] == "2026-02-01"
    page = client.get("/sources/bridge-cost-refutes/").content.decode()
    assert robust(page)[found["href"]]["data-versionurl"] == found["data-versionurl"]


def test_without_a_copy_it_says_when_we_linked_there(client, document):
    found = robust(client.get(PAGE).content.decode())["https://example.org/bridge-cost-supports"]
    assert found["data-versiondate"] == document["modified_at"][:10]
    assert "data-versionurl" not in found
    assert robust(client.get("/sources/bridge-cost-supports/").content.decode()) == {}


def test_only_what_a_browser_may_follow_is_named():
    copy = {"url": "javascript:alert(1)", "archived_at": "2026-02-01T00:00:00Z"}
    assert memento.robust({"url": "javascript:alert(1)", "archived": [copy]}, "2026-01-01") == ""
    source = {"url": 'https://x.org/?a="><b', "archived": []}
    assert "<b" not in memento.robust(source, "2026-01-01")
