"""Claims, sources and subjects as files: out, and in again after a look at what would happen."""

import datetime
import io

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from openpyxl import load_workbook

from claims.models import Claim, PublishedClaim, Revision, Subject, SubjectTranslation, Verdict
from sources.models import Source

from . import desk
from .admin_forms import make_editor, messages, page
from .tables import (
    CSV,
    XLSX,
    bring_in,
    cells_of,
    changes,
    confirm,
    csv_file,
    look,
    rows_of,
    said,
    sent,
    xlsx_file,
)

CLAIM = ["slug", "original_language", "kind", "statement:en"]
SOURCE = ["slug", "title", "publisher", "language", "type", "proximity", "url"]


@pytest.fixture(autouse=True)
def own_folder(tmp_path):
    with override_settings(VAR=tmp_path):
        yield tmp_path


@pytest.fixture
def editor(client, db):
    editor = make_editor()
    client.force_login(editor)
    return editor


@pytest.fixture
def full_desk(published):
    """A row of each kind with a value in every column, some of them awkward."""
    jane = desk.make_subject(
        "jane-roe", name="Jane “JJ” Roe", aliases=["Roe, J.", "@jroe"], wikidata="Q42"
    )
    topics = [desk.make_topic("money"), desk.make_topic("bridges")]
    published(
        topics=topics,
        subjects=[jane],
        claimant=jane,
        claimed_on="2023-06-01",
        claimed_precision="month",
        about_from="2020-01-01",
        about_until="2022-01-01",
        about_precision="year",
        statement="=HYPERLINK(“x”): so they said",
    )
    claim = Claim.objects.get()
    claim.translations.filter(language="en").update(reason="One line,\r\nand another.\r\n")
    desk.make_source(
        "report",
        authors=["Roe, Jane", "Li Lei"],
        published_on="2023-01-01",
        published_precision="year",
        identifiers={"doi": "10.1/x", "case": "[2025] EWHC 1"},
        note="-- ask again",
        paywalled=True,
    )
    desk.make_source("mirror", copy_of=Source.objects.get(slug="report"))
    desk.make_source("letter", url=None, no_url_reason="By post.", retrieved=False)
    return claim


def dumped():
    """Every row of the desk and the record, as the database has them."""
    with connection.cursor() as cursor:
        found = {}
        for model in [*apps.get_app_config("claims").get_models(include_auto_created=True),
                      *apps.get_app_config("sources").get_models()]:  # fmt: skip
            cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t")
            found[model] = sorted(cursor.fetchall())
    return found


# --- Out and in again -----------------------------------------------------------


@pytest.mark.parametrize("model", [Claim, Subject, Source])
@pytest.mark.parametrize("kind", [CSV, XLSX], ids=["csv", "xlsx"])
def test_what_goes_out_comes_back_unchanged(client, editor, full_desk, model, kind):
    before = dumped()
    data = sent(client, model, kind)
    response = look(client, model, SimpleUploadedFile(f"x.{['csv', 'xlsx'][int(kind)]}", data))
    assert said(response) == ""
    assert response.context["result"].totals["skip"] == model.objects.count()
    assert changes(response) == {}
    response = confirm(client, model, response)
    assert "as they were" in messages(response)[0]
    assert dumped() == before
    assert not LogEntry.objects.exists()


def test_an_empty_desk_takes_what_another_gave(client, editor, full_desk):
    """What the files do not carry, the subject's topics say, is there already."""
    files = {model: sent(client, model) for model in (Subject, Source, Claim)}
    for slug in ("mirror", "report", "letter"):
        Source.objects.filter(slug=slug).delete()
    data = rows_of(files[Source])
    order = [data[0], *sorted(data[1:], key=lambda row: row[data[0].index("copy_of")])]
    bring_in(client, Source, csv_file(order))
    assert sent(client, Source) == files[Source]


def test_formulas_go_out_as_text_and_come_back_whole(client, editor, full_desk):
    full_desk.translations.filter(language="en").update(speaker="'=1+1")
    header, row = rows_of(sent(client, Claim))
    said_so = dict(zip(header, row, strict=True))
    assert said_so["statement:en"].startswith("'=HYPERLINK")
    assert said_so["speaker:en"] == "''=1+1"
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    [_header, row] = cells_of(sent(client, Claim, XLSX))
    assert not any(str(cell).startswith("=") for cell in row)


def test_an_export_has_the_rows_of_the_filtered_list(client, editor, db):
    for kind in ("person", "place"):
        desk.make_subject(f"a-{kind}", kind=kind)
    rows = rows_of(sent(client, Subject, query="?kind=place"))
    assert [row[0] for row in rows] == ["slug", "a-place"]
    assert len(rows_of(sent(client, Subject, query="?nothing__of=this"))) == 1


def test_an_export_costs_the_same_for_more_rows(client, editor, django_assert_max_num_queries):
    for n in range(12):
        desk.make_claim(f"claim-{n}").topics.add(desk.make_topic(f"topic-{n}"))
    with django_assert_max_num_queries(20):
        sent(client, Claim)


# --- In -------------------------------------------------------------------------


def test_new_rows_and_changed_ones(client, editor):
    desk.make_claim("old", statement="It cost 9.")
    desk.make_topic("money")
    rows = [
        [*CLAIM, "claimed_on", "topics", "statement:fr", "speaker:en"],
        ["old", "en", "documentary", "It cost 10.", "2023-06", "money", "", ""],
        ["new", "fr", "attribution", "", "2023", "", "Il a coûté 9.", ""],
    ]
    response = look(client, Claim, csv_file(rows))
    assert said(response) == ""
    assert changes(response)["old"] == [
        ("claimed_on", "", "2023-06"),
        ("topics", "", "money"),
        ("statement:en", "It cost 9.", "It cost 10."),
        ("speaker:en", "the article", ""),
    ]
    shown = response.content.decode()
    assert "<del>It cost 9.</del> <ins>It cost 10.</ins>" in shown
    assert "1 new, 1 changed, 0 as they are" in shown
    assert Claim.objects.count() == 1  # nothing has been written yet
    confirm(client, Claim, response)
    old, new = Claim.objects.order_by("pk")
    assert (str(old.claimed_on), old.claimed_precision) == ("2023-06-01", "month")
    english = old.translations.get(language="en")
    assert (english.statement, english.speaker) == ("It cost 10.", "")
    assert [row.language for row in new.translations.all()] == ["fr"]
    logged = LogEntry.objects.values_list("object_repr", "change_message", "user__username")
    assert sorted(logged) == [(slug, "Imported from a file.", "eve") for slug in ("new", "old")]


def test_an_emptied_language_goes_and_the_last_one_stays(client, editor):
    desk.make_claim()
    rows = [["slug", "statement:zh-Hans", "speaker:zh-Hans"], ["bridge-cost", "", ""]]
    bring_in(client, Claim, csv_file(rows))
    assert [row.language for row in Claim.objects.get().translations.all()] == ["en"]
    emptied = [["slug", *(f"{name}:en" for name in ("statement", "speaker", "reason"))]]
    rows = [*emptied, ["bridge-cost", "", "", ""]]
    response = look(client, Claim, csv_file(rows))
    assert said(response) == "row 2: A text is needed in at least one language."


def test_addresses_are_normalised_and_none_is_taken_twice(client, editor):
    desk.make_publisher("times", kind="news")
    row = ["a", "A", "times", "en", "news", "primary"]
    bring_in(client, Source, csv_file([SOURCE, [*row, "HTTPS://Example.org:443/x#top"]]))
    assert Source.objects.get().url == "https://example.org/x"
    response = look(client, Source, csv_file([SOURCE, [*row, "https://EXAMPLE.org/x"]]))
    assert changes(response) == {}
    response = look(client, Source, csv_file([SOURCE, ["b", *row[1:], "http://example.org:80"]]))
    assert said(response) == ""
    response = look(client, Source, csv_file([SOURCE, ["b", *row[1:], "https://example.org/x"]]))
    assert said(response) == "row 2: Source with this Address already exists."


def test_nothing_public_and_no_verdict_is_touched(client, editor, full_desk):
    before = list(Revision.objects.values()), list(PublishedClaim.objects.values())
    verdicts = list(Verdict.objects.values())
    rows = [["slug", "statement:en"], ["bridge-cost", "It cost nothing at all."]]
    bring_in(client, Claim, csv_file(rows))
    assert Claim.objects.get().translations.get(language="en").statement.startswith("It cost noth")
    assert (list(Revision.objects.values()), list(PublishedClaim.objects.values())) == before
    assert list(Verdict.objects.values()) == verdicts
    response = look(client, Claim, csv_file([["slug", "verdicts"], ["bridge-cost", "1"]]))
    assert "There is no column “verdicts”." in said(response)


def test_a_year_and_a_month_of_excel_are_what_it_shows(client, editor):
    for slug in ("one", "two", "three"):
        desk.make_claim(slug)
    moment, out = datetime.datetime(2023, 6, 1), io.BytesIO()
    rows = [["slug", "claimed_on"], ["one", moment], ["two", moment], ["three", 2023]]
    book = load_workbook(xlsx_file(rows))
    book.active["B3"].number_format = "mmm-yy"
    book.save(out)
    bring_in(client, Claim, SimpleUploadedFile("x.xlsx", out.getvalue()))
    dates = Claim.objects.order_by("pk").values_list("claimed_on", "claimed_precision")
    assert [(str(on), precision) for on, precision in dates] == [
        ("2023-06-01", "day"), ("2023-06-01", "month"), ("2023-01-01", "year"),
    ]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_what_spreadsheets_call_csv(client, editor, delimiter, encoding):
    rows = [
        ["slug", "kind", "name:en", "name:zh-Hans", ""],
        [],
        ["roe", "person", "Roe, J", "罗", ""],
    ]
    bring_in(client, Subject, csv_file(rows, delimiter=delimiter, encoding=encoding))
    assert Subject.objects.get().translations.count() == 2


def test_the_last_word_is_the_confirmation(client, editor):
    """Somebody took the address after the look at it."""
    desk.make_publisher("times", kind="news")
    row = ["a", "A", "times", "en", "news", "primary", "https://example.org/x"]
    response = look(client, Source, csv_file([SOURCE, row, ["b", *row[1:6], "https://b.org"]]))
    desk.make_source("quicker", url="https://example.org/x")
    response = confirm(client, Source, response)
    assert said(response) == "row 2: Source with this Address already exists."
    assert list(Source.objects.values_list("slug", flat=True)) == ["quicker"]


def test_nothing_is_done_that_was_not_looked_at(client, editor):
    """Somebody saved the same cell after the look: theirs is not overwritten unseen."""
    desk.make_subject("roe", name="Roe")
    response = look(client, Subject, csv_file([["slug", "name:en"], ["roe", "Jane Roe"]]))
    SubjectTranslation.objects.update(name="J. Roe")
    response = confirm(client, Subject, response)
    assert said(response) == "The desk has changed since you looked: look at the file again."
    assert SubjectTranslation.objects.get().name == "J. Roe"


def test_a_confirmation_that_comes_twice_or_from_nowhere_is_told_so(client, editor, own_folder):
    (own_folder / "secret-key").write_text("slug\n")
    response = look(client, Subject, csv_file([["slug", "kind", "name:en"], ["a", "place", "A"]]))
    forms = [response.context["confirm_form"].initial, {"import_file_name": "../secret-key",
             "original_file_name": "x", "format": "0", "seen": "x"}, {"format": "9"},
             {"import_file_name": "x" * 300, "format": "0", "seen": "x"}]  # fmt: skip
    confirm(client, Subject, response)
    for form in forms:
        response = client.post(page(Subject, "process_import"), form, follow=True)
        assert "That file is not here any more." in messages(response)[0]
    assert Subject.objects.count() == 1
    assert (own_folder / "secret-key").exists()
    assert list((own_folder / "imports").iterdir()) == []


# --- Who ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("permissions", "may"),
    [
        (["view_claim"], False),
        (["view_claim", "change_claim"], False),
        (["add_claim"], False),
        (["view_claim", "add_claim"], True),
        (["view_claim", "add_claim", "change_claim"], True),
    ],
)
def test_only_who_may_write_may_import_and_export(client, db, permissions, may):
    client.force_login(desk.make_user("kim", *(f"claims.{name}" for name in permissions)))
    offered = client.get(page(Claim, "changelist")).content.decode()
    for view in ("import", "export"):
        assert client.get(page(Claim, view)).status_code == (200 if may else 403)
        assert client.post(page(Claim, view), {}).status_code == (200 if may else 403)
        assert (page(Claim, view) in offered) is may
    assert client.post(page(Claim, "process_import"), {}).status_code == (302 if may else 403)


@pytest.fixture
def contributor(client, db):
    contributor = desk.make_user("con", role="contributor")
    client.force_login(contributor)
    return contributor


def test_what_a_contributor_imports_is_theirs(client, contributor):
    desk.make_publisher("times", kind="news")
    bring_in(client, Claim, csv_file([CLAIM, ["new", "en", "documentary", "It is so."]]))
    bring_in(
        client,
        Source,
        csv_file([SOURCE, ["a", "A", "times", "en", "news", "primary", "https://b.org"]]),
    )
    assert Claim.objects.get().created_by == Source.objects.get().created_by == contributor
    bring_in(client, Claim, csv_file([["slug", "statement:en"], ["new", "It was so."]]))
    assert Claim.objects.get().translations.get().statement == "It was so."


@pytest.mark.parametrize("model", [Claim, Subject, Source])
def test_a_contributor_changes_no_row_of_somebody_else(client, contributor, full_desk, model):
    data = sent(client, model)
    assert said(look(client, model, SimpleUploadedFile("x.csv", data))) == ""  # as they are
    rows = rows_of(data)
    changed = rows[0].index("title" if model is Source else "kind")
    rows[1][changed] = "arithmetic" if model is Claim else "event"
    response = look(client, model, csv_file(rows))
    assert said(response) == "row 2: You may not change this row: an editor can."


def test_words_in_review_are_no_longer_changed_by_their_writer(client, contributor):
    claim = desk.make_claim("mine", created_by=contributor)
    desk.review.submit(desk.make_draft(claim, author=contributor), by=contributor)
    response = look(client, Claim, csv_file([["slug", "statement:en"], ["mine", "Other."]]))
    assert said(response) == "row 2: You may not change this row: an editor can."


def test_no_page_of_it_needs_a_hole_in_the_policy(client, editor, full_desk):
    rows = [["slug", "statement:en"], ["bridge-cost", "Other."], ["bridge-cost", ""]]
    pages = [client.get(page(Claim, "import")), client.get(page(Claim, "export"))]
    pages += [look(client, Claim, csv_file(rows)), look(client, Claim, csv_file(rows[:2]))]
    for response in pages:
        text = response.content.decode()
        assert "style=" not in text
        assert "<script>" not in text
        assert " onc" not in text
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["default-src"] == ["'self'"]
