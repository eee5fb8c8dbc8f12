"""Lists of claims for readers: filters, pages, and addresses that make no sense."""

import re

import pytest

from claims.pages import reading

from . import desk

pytestmark = pytest.mark.django_db


def slugs(response):
    return re.findall(r'<h3><a href="(?:/zh-hans)?/claims/([^/"]+)/">', response.content.decode())


@pytest.fixture(scope="module")
def five(published_once):
    money, water = desk.make_topic("money"), desk.make_topic("water")
    for number, (topic, rating) in enumerate(
        [(money, "false"), (water, "false"), (money, "true"), (water, "true"), (money, "unproven")]
    ):
        published_once(f"claim-{number}", topics=[topic], rating_slug=rating)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["claim-4", "claim-3", "claim-2", "claim-1", "claim-0"]),
        ("?rating=&topic=", ["claim-4", "claim-3", "claim-2", "claim-1", "claim-0"]),
        ("?rating=false", ["claim-1", "claim-0"]),
        ("?rating=false&rating=true", ["claim-3", "claim-2", "claim-1", "claim-0"]),
        ("?rating=false&topic=money", ["claim-0"]),
        ("?topic=money", ["claim-4", "claim-2", "claim-0"]),
        ("?topic=money&utm_source=mail&fbclid=x", ["claim-4", "claim-2", "claim-0"]),
    ],
)
def test_filters_find_claims(client, five, query, found):
    assert slugs(client.get(f"/claims/{query}")) == found


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
@pytest.mark.parametrize("query", ["", "?topic=money", "?rating=false&rating=true"])
def test_pages_follow_one_another_and_keep_the_filters(client, five, monkeypatch, query, prefix):
    whole = slugs(client.get(f"{prefix}/claims/{query}"))
    monkeypatch.setattr(reading, "PAGE", 1)
    seen, address = [], f"{prefix}/claims/{query}"
    while address:
        response = client.get(address)
        seen += slugs(response)
        following = re.search(r'href="([^"]+)" rel="next"', response.content.decode())
        address = following and f"{prefix}/claims/" + following[1].replace("&amp;", "&")
    assert seen == whole


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?ratng=false", "“ratng” is not a parameter of this page. Did you mean “rating”?"),
        ("?zzz=1", "“zzz” is not a parameter of this page."),
        ("?rating=Not%20a%20slug", "“Not a slug” is not a slug"),
        ("?after=x", "“x” is not a place in this list"),
        ("?after=-1", "“-1” is not a place in this list"),
        ("?after=99999999999999999999", "is not a place in this list"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_with_the_reason(client, five, query, words):
    response = client.get(f"/claims/{query}")
    assert response.status_code == 400
    assert words in response.content.decode()
    assert slugs(response) == []


@pytest.mark.parametrize("path", ["/topics/money/", "/sources/article/", "/sources/", "/subjects/"])
def test_other_lists_refuse_bad_cursors_too(client, five, path):
    assert client.get(path).status_code == 200
    assert client.get(path, {"after": "x"}).status_code == 400
    assert client.get(path, {"rating": "false"}).status_code == 400


def test_a_well_formed_value_that_nothing_has_is_named(client, five):
    response = client.get("/claims/?rating=flase")
    assert response.status_code == 200
    assert "No published claim has the rating “flase”." in response.content.decode()
    assert slugs(response) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?rating=false", "2 claims"),
        ("?rating=false&topic=money", "1 claim"),
        ("?rating=unproven&topic=water", "0 claims"),
        ("?topic=money&topic=water", "5 claims"),
    ],
)
def test_a_filtered_list_says_how_many_it_found(client, five, query, said):
    page = client.get(f"/claims/{query}").content.decode()
    assert f"<strong>{said}</strong>" in page
    assert "<details>" in page  # closed: on a phone the topics fill a screen
    assert 'class="pager"' not in page


def test_without_a_count_at_hand_it_says_what_it_is_filtered_by(client, five, monkeypatch):
    monkeypatch.setattr(reading, "PAGE", 1)
    assert "<strong>3 claims</strong>" in client.get("/claims/?topic=money").content.decode()
    several = client.get("/claims/?topic=money&topic=water").content.decode()
    assert "<span>Filtered by</span>" in several
    assert "<span>Money</span>" in several
    assert "<strong>" not in several
    assert 'class="filtered' not in client.get("/claims/").content.decode()


def test_terms_follow_one_another_too(client, five, monkeypatch):
    monkeypatch.setattr(reading, "TERMS_PAGE", 3)
    seen, address = [], "/sources/"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r'href="/sources/([^/"]+)/"', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following and f"/sources/{following[1]}"
    assert len(seen) == len(set(seen)) == 11  # the article, and two pieces of evidence a claim
    assert seen[0] == "article"  # five claims name it


def test_part_of_a_list_is_not_for_search_engines(client, five):
    assert '<meta name="robots" content="noindex, follow">' not in (
        client.get("/claims/").content.decode()
    )
    for query in ["?rating=false", "?after=3"]:
        page = client.get(f"/claims/{query}").content.decode()
        assert '<meta name="robots" content="noindex, follow">' in page
