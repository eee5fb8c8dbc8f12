"""The history of a claim, what each version changed, and how a version is cited."""

import json

import pytest
from django.utils.translation import override

from claims import publishing
from claims.models import Claim, Revision
from claims.pages.changes import Run, _runs, changes

from . import desk
from .helpers import document_of


@pytest.fixture
def english():
    with override("en"):
        yield


@pytest.fixture
def claim(published):
    published()
    return Claim.objects.get()


def correct(claim, author, reviewer, rating_slug="false", summary="It cost 40 million."):
    draft = desk.make_draft(claim, author=author, rating_slug=rating_slug, summary=summary)
    draft.translations.update(analysis="The *accounts* say so, all of them.")
    approved = desk.approve(draft, by=reviewer)
    return desk.correct(approved, kind="substantial", text={"en": "No ramp."}, by=reviewer)


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        ("", "new", [("new", "new")]),
        ("It cost 41.", "It cost 40.", [("same", "It cost "), ("gone", "41"), ("new", "40")]),
        ("one two then", "1 2 then", [("gone", "one two"), ("new", "1 2"), ("same", " then")]),
        ("桥耗资九千万", "桥耗资四千万", [("same", "桥耗资"), ("gone", "九"), ("new", "四")]),
        ("left", "something else", [("gone", "left"), ("new", "something else")]),
    ],
)
def test_words_stand_beside_the_words_that_they_replace(before, after, runs):
    found = _runs(before, after)
    assert found[: len(runs)] == [Run(*run) for run in runs]
    for kept, text in [({"same", "gone"}, before), ({"same", "new"}, after)]:
        assert "".join(run.words for run in found if run.kind in kept) == text


def test_two_long_texts_are_not_compared_word_by_word():
    assert [run.kind for run in _runs("a b " * 2000, "a c " * 2000)] == ["gone", "new"]


def test_a_correction_shows_what_it_changed(english, claim, author, reviewer):
    correct(claim, author, reviewer)
    before, after = map(document_of, Revision.objects.order_by("seq"))
    found = {change.label: change for change in changes(before, after)}
    assert list(found) == ["Verdict", "Short answer", "What we found"]
    assert [run.words for run in found["Verdict"].runs] == ["Mostly false", "False"]
    assert Run("gone", "41") in found["Short answer"].runs


def test_nothing_that_changed_is_passed_over(english, document):
    """Whatever differs in a document, its history says so, if only in general."""
    assert changes(document, document) == []
    for key, value in [("kind", "arithmetic"), ("language", "fr"), ("published_at", "2000")]:
        assert changes(document, document | {key: value}), key
    quiet = json.loads(json.dumps(document))
    quiet["sources"][0]["publisher"]["country"] = "ZZ"
    assert [change.label for change in changes(document, quiet)] == ["Details that no page shows"]
    loud = json.loads(json.dumps(document))
    loud["evidence"][0]["locator"] = "page 3"
    loud["claimed_on"] = None
    assert [change.label for change in changes(document, loud)] == ["Evidence", "Said on"]


def test_the_history_tells_every_version(client, claim, author, reviewer):
    correct(claim, author, reviewer)
    desk.retract(claim, by=reviewer)
    page = client.get("/claims/bridge-cost/history/").content.decode()
    places = [page.index(f'id="v{number}"') for number in (3, 2, 1)]
    assert places == sorted(places)
    assert "<del>Mostly false</del><ins>False</ins>" in page
    assert "No ramp." in page
    assert "<ins>We erred.</ins>" in page
    assert 'href="/claims/bridge-cost/v/2/"' in page
    assert "历史" in client.get("/zh-hans/claims/bridge-cost/history/").content.decode()


def test_the_history_outlives_the_claim(client, published, claim, reviewer):
    published("tunnel-length")
    publishing.merge(claim, into=Claim.objects.get(slug="tunnel-length"), by=reviewer)
    page = client.get("/claims/bridge-cost/history/").content.decode()
    assert 'href="/claims/tunnel-length/"' in page
    publishing.seal("bridge-cost", numbers=[1], rule="Order 7 of the court", by=reviewer)
    page = client.get("/claims/bridge-cost/history/").content.decode()
    assert "have been sealed" in page
    assert "Order 7 of the court" in page
    assert "90 million" not in page


def test_a_long_history_has_pages(client, claim, author, reviewer, monkeypatch):
    monkeypatch.setattr("claims.pages.history.PAGE", 1)
    correct(claim, author, reviewer)
    first = client.get("/claims/bridge-cost/history/").content.decode()
    assert 'id="v1"' not in first
    assert "<del>" in first
    assert 'href="?after=2"' in first
    assert 'id="v1"' in client.get("/claims/bridge-cost/history/?after=2").content.decode()


@pytest.mark.parametrize(
    ("path", "status"), [("?after=x", 400), ("?aftr=1", 400), ("?after=0", 400), ("?after=1", 404)]
)
def test_a_history_address_that_makes_no_sense_is_refused(client, claim, path, status):
    assert client.get(f"/claims/bridge-cost/history/{path}").status_code == status
    assert client.get("/claims/nothing/history/").status_code == 404


# --- Citing --------------------------------------------------------------------


def test_a_version_is_cited_by_its_permanent_address(client, published):
    published(statement="Taxes {rose} 5% & fell_\nback.")
    answer = client.get("/claims/bridge-cost/v/1/cite.bib")
    assert answer["Content-Type"].startswith("application/x-bibtex")
    assert 'filename="bridge-cost-v1.bib"' in answer["Content-Disposition"]
    bibtex = answer.content.decode()
    assert "@misc{bridge-cost-v1," in bibtex
    assert r"title = {{Taxes \{rose\} 5\% \& fell\_ back.}}" in bibtex
    assert "/claims/bridge-cost/v/1/}" in bibtex
    ris = client.get("/claims/bridge-cost/v/1/cite.ris").content.decode()
    assert ris.startswith("TY  - ELEC\r\n")
    assert ris.endswith("ER  - \r\n")
    assert "TI  - Taxes {rose} 5% & fell_ back.\r\n" in ris
    (csl,) = client.get("/zh-hans/claims/bridge-cost/v/1/cite.json").json()
    assert csl["URL"].endswith("/zh-hans/claims/bridge-cost/v/1/")
    assert csl["title"] == "bridge-cost 的说法。"
    assert csl["author"] == [{"literal": "Ann"}]
    assert len(csl["issued"]["date-parts"][0]) == 3


def test_the_page_leads_to_its_citations_and_they_are_conditional(client, claim):
    page = client.get("/claims/bridge-cost/").content.decode()
    for form in ("bib", "ris", "json"):
        path = f"/claims/bridge-cost/v/1/cite.{form}"
        assert f'href="{path}"' in page
        etag = client.get(path)["ETag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304


def test_what_cannot_be_cited_is_not(client, claim, reviewer):
    assert client.get("/claims/bridge-cost/v/1/cite.doc").status_code == 404
    assert client.get("/claims/bridge-cost/v/9/cite.bib").status_code == 404
    desk.retract(claim, by=reviewer)
    assert "verdict: Retracted" in client.get("/claims/bridge-cost/v/2/cite.bib").content.decode()
    publishing.seal("bridge-cost", numbers=[1, 2], rule="Order 7", by=reviewer)
    for number in (1, 2, 3):
        assert client.get(f"/claims/bridge-cost/v/{number}/cite.bib").status_code == 404
