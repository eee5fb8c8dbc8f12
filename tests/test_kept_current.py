"""No kept answer is older than the record, in whatever process it is kept."""

import psycopg
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from claims import ledger, publishing, transparency
from claims.models import Checker, Claim, Edition, PublishedLink, PublishedTerm, SameClaim

from . import desk
from .sites import ADDRESSES, CLAIM, LIST, OTHER, PAGE, Site

SOME_PAGES = [PAGE, "/", "/claims/", "/zh-hans/claims/tunnel-cost/"]
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def site(collected_static):
    return Site()


def elsewhere(sql):
    """Something that another process does, and commits."""
    parameters = connection.get_connection_params()
    known = {
        name: parameters[name]
        for name in ("dbname", "user", "password", "host", "port")
        if name in parameters
    }
    with psycopg.connect(**known, autocommit=True) as other:
        other.execute(sql)


def test_whatever_becomes_public_shows_in_the_next_answer_of_every_process(
    site, published, author, reviewer
):
    sites = [site, Site()]
    addresses = [*ADDRESSES, OTHER, f"{OTHER}revisions/2/", "/api/v1/topics/", *SOME_PAGES]

    def all_is_current(what):
        for one in sites:
            for address in addresses:
                wanted = one.ask(address, django=True)
                assert one.ask(address) == wanted, f"{address} after {what}"
                assert one.ask(address) == wanted
        assert site.is_kept(LIST)
        return what

    published()
    published("tunnel-cost", statement="The tunnel cost 80 million.")
    claim, other = Claim.objects.get(slug="bridge-cost"), Claim.objects.get(slug="tunnel-cost")
    all_is_current("publish")
    draft = desk.make_draft(claim, author=author, rating_slug="false")
    desk.correct(desk.approve(draft, by=reviewer), by=reviewer)
    all_is_current("correct")
    publishing.merge(other, into=claim, by=reviewer)
    assert sites[1].ask(OTHER)[0].startswith("301")
    all_is_current("merge")
    publishing.unmerge(other, by=reviewer)
    assert sites[1].ask(OTHER)[0].startswith("200")
    all_is_current("unmerge")
    desk.retract(other, by=reviewer)
    all_is_current("retract")
    administrator = desk.make_user("root", role="administrator")
    publishing.seal("bridge-cost", rule="A court.", by=administrator, numbers=[1])
    assert sites[1].ask(f"{CLAIM}revisions/1/")[0].startswith("410")
    all_is_current("seal")
    elsewhere("UPDATE claims_publishedterm SET claims = 77 WHERE kind = 'source'")
    assert b'"claims":77' in sites[1].ask("/api/v1/sources/")[2]
    all_is_current("a change by hand")
    ledger.rebuild()
    assert PublishedTerm.objects.filter(claims=77).count() == 0
    all_is_current("rebuild")


def test_what_stands_beside_the_record_shows_in_the_next_page(site, published, reviewer):
    sites = [site, Site()]
    published()
    review = desk.make_external_review(publisher_name="Checkers Abroad")
    checker = Checker.objects.create(site=review.publisher_site, name="Checkers Abroad")
    link = PublishedLink.objects.create(slug="bridge-cost-refutes", state="ok")

    def page(path=PAGE):
        found = []
        for one in sites:
            wanted = one.ask(path, django=True)
            assert one.ask(path) == wanted
            assert one.is_kept(path)
            found.append(wanted)
        assert found[0] == found[1]
        return found[0][2].decode()

    assert "Checkers Abroad" not in page()
    SameClaim.objects.create(review=review, claim=Claim.objects.get(slug="bridge-cost"))
    assert "Checkers Abroad" in page()
    review.publisher_name = "Checkers at Sea"
    review.save()
    assert "Checkers at Sea" in page()
    checker.standing = "hidden"
    checker.save()
    assert "Checkers at Sea" not in page()
    before = page("/sources/bridge-cost-refutes/")
    link.state = "dead"
    link.save()
    assert page("/sources/bridge-cost-refutes/") != before
    assert "/about/method/" not in page("/")
    transparency.publish_page(desk.make_page(owner=reviewer), by=reviewer)
    for one in sites:  # Django alone, asked without the keeper, may take a minute
        assert b"/about/method/" in one.ask("/")[2]


def test_what_was_unknown_is_known_once_it_is_published(site, published):
    published()
    address = f"{LIST}?source=tunnel-cost-refutes"
    assert b'"unknown"' in site.ask(address)[2]
    published("tunnel-cost", statement="The tunnel cost 80 million.")
    assert b'"unknown"' not in site.ask(address)[2]
    assert b'"tunnel-cost"' in site.ask(address)[2]


def test_reviews_that_nobody_reads_yet_renew_nothing(site, published):
    published()
    edition = Edition.objects.get().name
    desk.make_external_review()
    assert Edition.objects.get().name == edition


def test_what_is_published_while_django_answers_is_in_the_next_answer(site, published):
    published()
    before = site.ask(LIST)

    def slow(environ, start_response):
        response = WSGIHandler()(environ, start_response)
        elsewhere("UPDATE claims_publishedclaim SET card = '{\"slug\":\"new\"}', sha256 = ''")
        return response

    elsewhere("UPDATE claims_publishedclaim SET state = state")
    site.keeper.application = slow
    assert site.ask(LIST)[2] == before[2]
    site.keeper.application = site.django
    assert b'"new"' in site.ask(LIST)[2]


def test_without_the_database_nothing_kept_is_given(site, published, monkeypatch, tmp_path):
    published()
    for address in (LIST, CLAIM):
        site.ask(address)
        assert site.is_kept(address)
    pid = connection.connection.info.backend_pid
    elsewhere(f"SELECT pg_terminate_backend({pid})")
    assert site.ask(LIST)[0] == "200 OK"  # by Django, which makes a new connection
    assert site.is_kept(LIST)
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
    for address in (LIST, CLAIM, OTHER):
        status, headers, body = site.ask(address)
        assert status == "503 Service Unavailable"
        assert int(headers["retry-after"]) > 0
        assert headers["content-type"] == "application/problem+json"
        assert b"results" not in body
    status, headers, _ = site.ask("/claims/")
    assert (status, headers["content-type"]) == (
        "503 Service Unavailable",
        "text/html; charset=utf-8",
    )
    assert int(headers["retry-after"]) > 0
    monkeypatch.undo()
    assert site.ask(LIST)[0] == "200 OK"
