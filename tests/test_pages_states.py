"""What readers get after a change: corrected, retracted, merged, sealed, or never there."""

import pytest

from claims import publishing
from claims.models import Claim
from sources.models import SourceTranslation

from . import desk
from .test_feeds import read


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def claim(published):
    published()
    return Claim.objects.get()


def correct(claim, author, reviewer, rating_slug="false"):
    draft = desk.make_draft(claim, author=author, rating_slug=rating_slug, summary="It cost 40.")
    return desk.correct(
        desk.approve(draft, by=reviewer),
        kind="substantial",
        text={"en": "We had left out the ramp."},
        by=reviewer,
    )


def test_a_correction_stands_at_the_top_with_both_verdicts(client, claim, author, reviewer):
    correct(claim, author, reviewer)
    page = text(client.get("/claims/bridge-cost/"))
    assert page.index("We had left out the ramp.") < page.index("<h1>")
    assert "Corrected: the verdict changed" in page
    assert "substantial" in page
    assert "实质更正" in text(client.get("/zh-hans/claims/bridge-cost/"))


def test_an_old_version_says_that_it_is_old(client, claim, author, reviewer):
    correct(claim, author, reviewer)
    old = text(client.get("/claims/bridge-cost/v/1/"))
    assert "This is version 1, which is no longer in force." in old
    assert "It cost 41 million." in old
    new = text(client.get("/claims/bridge-cost/v/2/"))
    assert "no longer in force" not in new
    assert "It cost 40." in new


def test_a_retracted_claim_keeps_its_page_and_says_why(client, claim, reviewer):
    desk.retract(claim, reason={"en": "Our source was forged."}, by=reviewer)
    response = client.get("/claims/bridge-cost/")
    assert response.status_code == 200
    page = text(response)
    assert "Retracted." in page
    assert "Our source was forged." in page
    assert "It cost 41 million." not in page
    assert "bridge-cost" not in text(client.get("/claims/"))
    assert "See what became" not in page
    assert "no longer in force" in text(client.get("/claims/bridge-cost/v/1/"))


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_merged_claim_leads_to_the_one_that_took_it_over(
    client, claim, published, reviewer, prefix
):
    published("survivor")
    publishing.merge(claim, into=Claim.objects.get(slug="survivor"), by=reviewer)
    response = client.get(f"{prefix}/claims/bridge-cost/")
    assert response.status_code == 301
    assert response["Location"] == f"{prefix}/claims/survivor/"
    assert client.get(f"{prefix}/claims/bridge-cost/v/1/").status_code == 200
    assert f"{prefix}/claims/survivor/" in text(client.get(f"{prefix}/claims/bridge-cost/v/2/"))


def test_a_sealed_claim_is_gone_and_its_page_names_the_rule(client, claim, reviewer):
    publishing.seal("bridge-cost", rule="Court order 12/26", by=reviewer)
    for path in ["/claims/bridge-cost/", "/claims/bridge-cost/v/1/", "/claims/bridge-cost/v/2/"]:
        response = client.get(path)
        assert response.status_code == 410
        assert "Court order 12/26" in text(response)
        assert "<time datetime=" in text(response)
        assert "The bridge cost" not in text(response)


def test_sealing_an_old_version_leaves_the_page_in_force(client, claim, author, reviewer):
    correct(claim, author, reviewer)
    publishing.seal("bridge-cost", rule="Court order 12/26", by=reviewer, numbers=[1])
    assert client.get("/claims/bridge-cost/").status_code == 200
    assert client.get("/claims/bridge-cost/v/1/").status_code == 410
    assert "no longer in force" not in text(client.get("/claims/bridge-cost/v/2/"))


def test_a_link_that_was_cut_off_is_helped(client, claim):
    response = client.get("/claims/bridge-c/")
    assert response.status_code == 404
    assert 'href="/claims/bridge-cost/"' in text(response)


@pytest.mark.parametrize(
    "path",
    ["/claims/none/", "/claims/bridge-cost/v/9/", "/topics/none/", "/subjects/none/", "/nowhere/"],
)
@pytest.mark.parametrize(("prefix", "words"), [("", "nothing at this"), ("/zh-hans", "没有内容")])
def test_what_was_never_there_is_404_in_the_readers_language(client, claim, path, prefix, words):
    response = client.get(prefix + path)
    assert response.status_code == 404
    assert words in text(response)


@pytest.mark.parametrize("code", [400, 413, 500])
def test_the_pages_of_last_resort_need_nothing(code, settings):
    """No tag at all: whatever is broken, these can still be shown."""
    page = (settings.BASE_DIR / "templates" / f"{code}.html").read_text()
    assert "{%" not in page
    assert "{{" not in page
    assert 'lang="zh-Hans"' in page


def test_the_empty_site_says_so(client, db):
    for path in ["/", "/claims/", "/ratings/"]:
        response = client.get(path)
        assert response.status_code == 200
        assert "Nothing has been published yet" in response.content.decode()


def test_an_empty_feed_stays_the_same(client, db):
    for form in ("atom", "rss", "json"):
        assert read(client, "/claims/", form)[1] == []
    assert "1970-01-01" in client.get("/claims/feed.atom").content.decode()


def test_a_source_is_headed_in_the_readers_language(client, published):
    article = desk.make_source("article", title="大桥", language="zh-Hans")
    SourceTranslation.objects.create(of=article, language="en", title="The bridge")
    published()
    page = client.get("/sources/").content.decode()
    assert page.index("<cite>The bridge</cite></a>") < page.index('lang="zh-Hans" dir="auto">大桥<')
