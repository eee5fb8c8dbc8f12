"""Pages of subjects, topics, publishers and sources, and what home shows of corrections."""

import pytest

from claims.models import Claim
from claims.pages.timeline import COLUMNS, timeline

from . import desk

RATING = {"slug": "false", "color": "false", "symbol": "✕"}


def card(year, slug="a"):
    about = year and {"from": str(year), "until": None, "precision": "year"}
    return {"slug": slug, "about": about, "rating": RATING}


def test_claims_of_a_year_stand_above_one_another():
    drawn = timeline([card("2023-05", "b"), card("2022"), card("2023", "a"), card(None)])
    assert [column.label for column in drawn["columns"]] == ["2022", "2023"]
    assert [column.x for column in drawn["columns"]] == ["25.00", "75.00"]
    low, high = drawn["columns"][1].marks
    assert (low["card"]["slug"], high["card"]["slug"]) == ("a", "b")
    assert low["y"] > high["y"] > 0
    assert [row["about"]["from"] for row in drawn["rows"]] == ["2022", "2023", "2023-05"]


def test_many_years_share_the_first_column():
    drawn = timeline([card(year) for year in range(1980, 2000)])
    first, *others = drawn["columns"]
    assert len(drawn["columns"]) == COLUMNS
    assert first.label == f"–{1999 - COLUMNS + 1}"
    assert len(first.marks) + len(others) == 20


@pytest.mark.parametrize("cards", [[], [card(None)], [card(2023), card("2023-05")]])
def test_one_year_is_no_timeline(cards):
    assert timeline(cards) is None


@pytest.fixture
def jane(published):
    jane = desk.make_subject("jane-roe", name="Jane Roe")
    about = {"about_from": "2021-01-01", "about_precision": "year"}
    published(subjects=[jane], **about)
    about |= {"about_from": "2023-04-01", "about_precision": "month"}
    published("tunnel-length", claimant=jane, **about)
    return jane


def test_what_a_subject_said_stands_apart_from_what_is_said_of_it(client, jane):
    page = client.get("/subjects/jane-roe/").content.decode()
    by, about = page.index("Claims made by Jane Roe"), page.index("Claims about Jane Roe")
    assert by < page.index('<li id="tunnel-length">') < about < page.index('<li id="bridge-cost">')
    assert '<text class="year"' in page
    assert "April 2023" in page
    chinese = client.get("/zh-hans/subjects/jane-roe/").content.decode()
    assert "2023年4月" in chinese


def test_a_topic_shows_how_its_verdicts_fall(client, published):
    topic = desk.make_topic("money")
    for number, rating in enumerate(["true", "false", "false"]):
        published(f"claim-{number}", topics=[topic], rating_slug=rating)
    page = client.get("/topics/money/").content.decode()
    assert "3 verdicts" in page
    assert page.count('<svg class="bar"') == 2


def test_a_publisher_has_a_page_with_what_it_published(client, published):
    desk.make_publisher("county-records", country="GB", interests="Paid by the county.")
    other = desk.make_publisher("daily-bridge")
    desk.make_source("article", title="The bridge", publisher=other)
    published()
    page = client.get("/publishers/county-records/").content.decode()
    for words in [
        "Paid by the county.",
        "Title of bridge-cost-supports",
        "1 claim rests on what it published",
    ]:
        assert words in page
    assert "The bridge</cite>" not in page
    assert 'href="/publishers/county-records/"' in client.get("/publishers/").content.decode()
    assert 'href="/publishers/daily-bridge/"' in client.get("/articles/article/").content.decode()
    assert client.get("/publishers/nobody/").status_code == 404


def test_a_sources_page_says_whether_its_link_works(client, published):
    desk.make_source("bridge-cost-refutes", link_state="dead")
    published()
    page = client.get("/sources/bridge-cost-refutes/").content.decode()
    assert "<dd>dead</dd>" in page
    assert "none known" in page


def test_home_shows_what_was_corrected_lately(client, published, reviewer):
    published()
    for number in range(9):
        published(f"more-{number}")
    assert "Lately corrected" not in client.get("/").content.decode()
    verdict = Claim.objects.get(slug="more-0").verdicts.get()
    verdict.claim.translations.update(statement="It cost 91.")
    desk.correct(verdict, by=reviewer, text={"en": "We had misheard."})
    page = client.get("/").content.decode()
    assert page.index("Lately corrected") < page.index("We had misheard.") < page.index("Newest")
    assert page.count("It cost 91.") == 1


def test_years_that_are_left_out_break_the_axis():
    def card(year):
        return {"slug": f"in-{year}", "about": {"from": str(year), "until": None}}

    columns = timeline([card(year) for year in (2001, 2002, 2010)])["columns"]
    assert [column.gap for column in columns] == [None, None, "66.67"]
    many = timeline([card(year) for year in [1990, *range(2000, 2011)]])["columns"]
    assert [column.gap is not None for column in many] == [False] * 10
