"""CSV exports of Meedan Check become drafts: all rows or none, and tried before."""

import csv
import io

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command

from claims.interchange.meedan import FACT_CHECKS, ITEMS, SHARED
from claims.models import Claim, PublishedClaim, Verdict

from . import desk

pytestmark = pytest.mark.django_db

ITEM = [
    *["The bridge cost 90 million.", "https://checkmedia.org/us/project/1/media/4711", "False"],
    *["Ann", "2026-03-02 09:30:00", "", "2026-03-09 16:05:00", "3", "bridge, money"],
]
FACT_CHECK = [
    *["12", "桥花了四千一百万", "不是九千万。", "https://facts.example/12", "zh-Hans"],
    *["published", "false"],
]
SHARING = [
    *["It cost 41 million", "The accounts say so.", "https://facts.example/9", "", "Us"],
    *["2026-03-09", "False"],
]


@pytest.fixture
def run(tmp_path, author, capsys):
    def run(*rows, keep=True, **options):
        file = io.StringIO()
        csv.writer(file).writerows(rows)
        path = tmp_path / "check.csv"
        path.write_text(options.pop("text", file.getvalue()), encoding="utf-8-sig")
        options = {"author": author.username, "language": "en"} | options
        call_command("import_check", str(path), keep=keep, **options)
        return capsys.readouterr().out

    return run


def refused(run, *rows, **options):
    with pytest.raises(CommandError) as caught:
        run(*rows, **options)
    assert not Claim.objects.exists()
    return str(caught.value)


def test_an_item_becomes_a_claim_with_its_origin_in_the_log(run, author):
    out = run([*ITEMS, "Who said it?"], [*ITEM, "The mayor"])
    claim = Claim.objects.get()
    assert (claim.slug, claim.created_by) == ("the-bridge-cost-90-million", author)
    assert claim.translations.get().statement == "The bridge cost 90 million."
    assert "1 new claims" in out
    entry = LogEntry.objects.get()
    assert "status: False; tags: bridge, money" in entry.change_message
    assert "media/4711" in entry.change_message
    assert not Verdict.objects.exists()
    assert not PublishedClaim.objects.exists()


@pytest.mark.parametrize(
    ("header", "row", "slug", "language"),
    [
        (FACT_CHECKS, FACT_CHECK, "check-12", "zh-Hans"),
        (SHARED, SHARING, "it-cost-41-million", "en"),
    ],
)
def test_a_fact_check_becomes_a_claim_with_a_draft_without_rating(run, header, row, slug, language):
    out = run(header, row)
    verdict = Verdict.objects.get()
    assert (verdict.claim.slug, verdict.rating, verdict.status) == (slug, None, "draft")
    assert verdict.translations.get().language == language
    assert "reword it" in out


def test_tried_first_nothing_is_kept(run):
    out = run(ITEMS, ITEM, keep=False)
    assert "row 2: new, the-bridge-cost-90-million" in out
    assert "nothing was kept" in out
    assert not Claim.objects.exists()


def test_the_same_file_again_changes_nothing(run):
    run(ITEMS, ITEM)
    again = ["The BRIDGE cost 90 million!", "https://checkmedia.org/media/5", *ITEM[2:]]
    assert "unchanged" in run(ITEMS, ITEM, again)
    slugs = set(Claim.objects.values_list("slug", flat=True))
    assert slugs == {"the-bridge-cost-90-million", "the-bridge-cost-90-million-check-5"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "row 1: these are not the columns of an export of Check: Claim, Item page URL"),
        ([["a", "b"]], "row 1: these are not the columns"),
        ([ITEMS, ITEM, ["", *ITEM[1:]]], "row 3: there are no words of a claim"),
        ([ITEMS, ITEM, ITEM[:-1]], "row 3: it has 8 cells, not 9"),
        ([ITEMS, ITEM, ["x" * 1001, *ITEM[1:]]], "row 3: its claim has 1001 characters"),
        (
            [ITEMS, ITEM, ["It\u202e is", *ITEM[1:]]],
            "row 3: There is a character in it that nobody",
        ),
        ([FACT_CHECKS, FACT_CHECK, ["13", "x", "y", "z", "not a tag", "", ""]], "row 3: "),
    ],
)
def test_with_one_row_wrong_none_goes_in_and_each_is_told(run, rows, said):
    assert said in refused(run, *rows)


def test_what_is_no_table_is_refused(run):
    assert "no CSV" in refused(run, text='"a')
    assert "no active user" in refused(run, ITEMS, ITEM, author="nobody")
    assert "is no tag" in refused(run, ITEMS, ITEM, language="english language")


def test_who_may_not_write_claims_is_refused(run):
    desk.make_user("eve")
    assert refused(run, ITEMS, ITEM, author="eve")
