"""Nothing public shows a draft: tried on every public route there is."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from claims import transparency
from claims.models import (
    ClaimTranslation,
    Evidence,
    PageTranslation,
    SubjectTranslation,
    Submission,
    TopicTranslation,
)
from sources.models import Publisher, Source

from . import desk

pytestmark = pytest.mark.django_db

SECRET = "Zanzibar"  # stands in every text of the draft
SLUGS = ["hidden-claim", "hidden-subject", "hidden-topic", "hidden-source", "hidden-publisher"]
SLUGS += ["method", "team"]  # pages about us: one never published, one changed since it was
PRIVATE = ("admin/",)


def routes(resolver=None, prefix=""):
    """Every public route, as a template such as claims/<slug:slug>/."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern).lstrip("^").rstrip("$").replace("\\Z", "")
        if route.startswith(PRIVATE):
            continue
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


ROUTES = sorted(set(routes()))


def addresses(route):
    """The route with the draft's own names in its gaps."""
    gaps = re.compile(r"<[^>]+>|\(\?P<[^>]+>[^)]*\)")
    if not gaps.search(route):
        return [f"/{route}"]
    numbers = re.compile(r"<int:[^>]+>")
    return [f"/{gaps.sub(slug, numbers.sub('1', route))}" for slug in SLUGS]


@pytest.fixture(scope="module")
def draft(published_once):
    """A public claim, and beside it an approved verdict whose every text says the secret word."""
    published_once("open-claim")
    author, reviewer = desk.known("ann"), desk.known("ben")
    publisher = desk.make_publisher("hidden-publisher", name=f"{SECRET} Times")
    source = desk.make_source("hidden-source", title=f"{SECRET} papers", publisher=publisher)
    claim = desk.make_claim("hidden-claim", statement=f"{SECRET} is near.")
    claim.subjects.add(desk.make_subject("hidden-subject", name=f"{SECRET} Roe"))
    claim.topics.add(desk.make_topic("hidden-topic"))
    verdict = desk.make_draft(claim, author=author, summary=f"{SECRET} is far.")
    Evidence.objects.filter(verdict=verdict).update(source=source, quote=f"{SECRET}!")
    for model, field in [(ClaimTranslation, "statement"), (TopicTranslation, "name")]:
        model.objects.filter(of__slug__startswith="hidden").update(**{field: f"{SECRET} text"})
    SubjectTranslation.objects.update(description=f"{SECRET} person")
    desk.approve(verdict, by=reviewer)
    transparency.publish_page(desk.make_page("team", owner=author), by=reviewer)
    desk.make_page("method", owner=author)
    PageTranslation.objects.update(title=f"{SECRET} title", body=f"{SECRET} body")
    about = {"kind": "error", "claim": "open-claim", "state": "accepted"}
    Submission.objects.create(text=f"{SECRET} tip", email=f"{SECRET}@example.org", **about)
    assert Source.objects.filter(title__contains=SECRET).exists()
    assert Publisher.objects.filter(name__contains=SECRET).exists()


def test_there_are_routes_to_try():
    assert len(ROUTES) > 15
    assert any("api/v1/claims/" in route for route in ROUTES)
    assert any(route.startswith("claims/") for route in ROUTES)


@pytest.mark.parametrize("language", ["", "zh-hans/"])
@pytest.mark.parametrize("route", ROUTES)
def test_no_public_route_shows_a_draft(client, draft, route, language):
    for address in addresses(language + route):
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        assert SECRET.encode() not in body, address
        assert response.status_code < 500 or response.status_code == 501, address
        if "hidden-" in address or "about/method" in address:
            closed = {401} if address.startswith("/api/v1/desk/") else set()
            assert response.status_code in {404, 301} | closed, address


@pytest.mark.parametrize("name", ["rating", "topic", "subject"])
@pytest.mark.parametrize("path", ["/claims/", "/api/v1/claims/"])
def test_no_filter_finds_a_draft(client, draft, path, name):
    for slug in [*SLUGS, "mostly-false"]:
        response = client.get(path, {name: slug})
        assert SECRET.encode() not in response.content
        assert b"claims/hidden-claim/" not in response.content
