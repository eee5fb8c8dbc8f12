"""Files that are not what somebody meant: each gets its sentence, and imports nothing."""

import datetime
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from openpyxl import Workbook

from claims.models import Claim
from sources.admin import spreadsheets
from sources.models import Source

from . import desk
from .admin_forms import make_editor
from .tables import csv_file, look, said, xlsx_file

CLAIM = ["slug", "original_language", "kind", "statement:en"]
GOOD = ["new", "en", "documentary", "It is so."]


@pytest.fixture(autouse=True)
def own_folder(tmp_path, client, db):
    client.force_login(make_editor())
    desk.make_claim()
    with override_settings(VAR=tmp_path):
        yield


def refused(client, file, model=Claim):
    response = look(client, model, file)
    assert "confirm_form" not in response.context
    assert Claim.objects.count() == 1
    assert "Traceback" not in response.content.decode()
    return said(response)


def named(name, data):
    return SimpleUploadedFile(name, data)


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/sharedStrings.xml", b"\0" * (spreadsheets.UNPACKED + 1))
    return out.getvalue()


def broken_xml():
    out = io.BytesIO()
    book = xlsx_file([CLAIM, GOOD])
    with zipfile.ZipFile(book) as parts, zipfile.ZipFile(out, "w") as spoilt:
        for name in parts.namelist():
            data = parts.read(name)
            spoilt.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    return out.getvalue()


def zip_of_something():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("hello.txt", "hello")
    return out.getvalue()


def with_error():
    out, book = io.BytesIO(), Workbook()
    book.active.append(["slug", "kind"])
    book.active.append(["bridge-cost", "#N/A"])
    book.save(out)
    return named("x.xlsx", out.getvalue())


FILES = {
    "another encoding": (
        lambda: csv_file([CLAIM, ["new", "de", "documentary", "Größe"]], encoding="latin-1"),
        "The file is not UTF-8.",
    ),
    "two bytes a letter": (lambda: csv_file([CLAIM, GOOD], encoding="utf-16"), "not UTF-8"),
    "NUL": (lambda: named("x.csv", b"slug\nnew\0\n"), "NUL characters"),
    "unclosed quote": (lambda: named("x.csv", b'slug,kind\n"new'), "The file is no CSV: "),
    "another ending": (lambda: named("x.ods", b"x"), "ends in .csv or .xlsx"),
    "no ending": (lambda: named("claims", b"x"), "ends in .csv or .xlsx"),
    "CSV called XLSX": (lambda: named("x.xlsx", b"slug\nnew\n"), "The file is no XLSX."),
    "XLSX called CSV": (lambda: xlsx_file([CLAIM, GOOD], name="x.csv"), "not UTF-8"),
    "zip that is no book": (lambda: named("x.xlsx", zip_of_something()), "The file is no XLSX."),
    "zip bomb": (lambda: named("x.xlsx", bomb()), "too large once it is unpacked"),
    "broken sheet": (lambda: named("x.xlsx", broken_xml()), "The XLSX is broken: "),
    "too large": (lambda: named("x.csv", b"x" * 50_000_000), "has 50 MB; at most 10 MB"),
    "empty": (lambda: named("x.csv", b"\n\n"), "The file is empty"),
    "headings only": (lambda: csv_file([CLAIM]), "No valid data to import."),
    "too many rows": (
        lambda: csv_file([["slug"], *([f"s{n}"] for n in range(2001))]), "more than 2000 rows",
    ),
    "too many cells": (lambda: csv_file([["slug"], ["a", "b"]]), "Row 2 has more cells"),
    "unknown column": (
        lambda: csv_file([["slug", "statment:en"], ["bridge-cost", "x"]]),
        "There is no column “statment:en”. Did you mean “statement:en”?",
    ),
    "language that is none": (
        lambda: csv_file([["slug", "statement:english!"], ["bridge-cost", "x"]]), "no column",
    ),
    "status": (lambda: csv_file([["slug", "merged_into"], ["bridge-cost", "x"]]), "no column"),
    "column without a name": (
        lambda: csv_file([["slug", "", "kind"], ["bridge-cost", "x", "documentary"]]),
        "A column has cells and no name",
    ),
    "column twice": (
        lambda: csv_file([["slug", "kind", "kind"], ["bridge-cost", "x", "y"]]),
        "“kind” is there twice",
    ),
    "no slug column": (lambda: csv_file([["kind"], ["documentary"]]), "“slug” is missing"),
    "missing columns": (
        lambda: csv_file([["slug", "statement:en"], ["new", "It is so."]]),
        "New rows need the columns that are missing: original_language, kind.",
    ),
    "no slug": (lambda: csv_file([CLAIM, ["", *GOOD[1:]]]), "row 2: Every row needs its slug."),
    "slug twice": (
        lambda: csv_file([CLAIM, GOOD, [], GOOD]), "row 4: Row 2 has this slug already.",
    ),
    "formula": (
        lambda: xlsx_file([CLAIM, [*GOOD[:3], "=1+1"]]), "Cell D2 has a formula in it",
    ),
    "error of Excel": (with_error, "Cell B2 has an error in it: #N/A."),
    "slug's form": (
        lambda: csv_file([CLAIM, ["New_One", *GOOD[1:]]]),
        "row 2: A slug has lower-case letters, digits and single hyphens only.",
    ),
    "no such kind": (
        lambda: csv_file([CLAIM, ["new", "en", "rumour", "x"]]),
        "row 2: Value 'rumour' is not a valid choice.",
    ),
    "language's form by the database": (
        lambda: csv_file([CLAIM, ["new", "English", "documentary", "x"]]),
        "row 2: Write the language as a BCP 47 tag",
    ),
    "no text": (
        lambda: csv_file([CLAIM, [*GOOD[:3], ""]]),
        "row 2: A text is needed in at least one language.",
    ),
    "control character": (
        lambda: csv_file([CLAIM, [*GOOD[:3], "It is\x01 so."]]),
        "in it that nobody can see, behind “It is”: U+0001. Take it out.",
    ),
    "turned around": (
        lambda: xlsx_file([CLAIM, GOOD, ["other", *GOOD[1:3], "It is \u202eos."]]),
        "row 3: There is a character in it that nobody can see, behind “It is”: U+202E",
    ),
    "too long": (lambda: csv_file([CLAIM, [*GOOD[:3], "x" * 1001]]), "at most 1000 characters"),
    "speaker without statement": (
        lambda: csv_file([[*CLAIM, "speaker:fr"], [*GOOD, "Le Monde"]]),
        "row 2: This field cannot be blank.",
    ),
    "date": (
        lambda: csv_file([["slug", "claimed_on"], ["bridge-cost", "June 2023"]]),
        "row 2: 'June 2023' is not a date; write 2023, 2023-06 or 2023-06-04",
    ),
    "no day": (
        lambda: csv_file([["slug", "claimed_on"], ["bridge-cost", "2023-02-30"]]),
        "not a day of the calendar",
    ),
    "date with an hour": (
        lambda: xlsx_file(
            [["slug", "claimed_on"], ["bridge-cost", datetime.datetime(2023, 6, 1, 12)]]
        ),
        "'2023-06-01 12:00:00' is not a date",
    ),
    "time backwards": (
        lambda: csv_file([["slug", "about_from", "about_until"], ["bridge-cost", "2023", "2022"]]),
        "row 2: The time it is about ends after it begins.",
    ),
    "time of two precisions": (
        lambda: csv_file(
            [["slug", "about_from", "about_until"], ["bridge-cost", "2023", "2024-05"]]
        ),
        "row 2: Write it as exactly as about_from",
    ),
    "no such subject": (
        lambda: csv_file([["slug", "claimant"], ["bridge-cost", "nobody"]]),
        "row 2: There is no subject “nobody”.",
    ),
    "no such topic": (
        lambda: csv_file([["slug", "topics"], ["bridge-cost", "money, sex"]]),
        "row 2: There is no topic “money”.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused_with_a_sentence(client, name):
    make, sentence = FILES[name]
    assert sentence in refused(client, make())


def test_one_bad_row_keeps_the_good_ones_out(client):
    rows = [CLAIM, GOOD, ["other", "en", "rumour", "x"], ["third", "xx-x", "documentary", "x"]]
    assert refused(client, csv_file(rows)).splitlines() == [
        "row 3: Value 'rumour' is not a valid choice.",
        "row 4: Write the language as a BCP 47 tag, such as en or zh-Hans.",
    ]


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("url", "ftp://example.org/x", "is not a web address"),
        ("url", "https://me:secret@example.org/", "carries a password"),
        ("url", "", "Give the address, or say why there is none."),
        ("retrieved", "maybe", "Write yes or no."),
        ("identifiers", "doi 10", "Write JSON"),
        ("identifiers", "[1]", "Write JSON"),
        ("identifiers", '{"doi": 10}', "Write JSON"),
        ("publisher", "", "This field cannot be null."),
        ("copy_of", "article", "A source cannot be a copy of itself."),
        ("text_sha256", "abc", "Write 64 hexadecimal digits."),
    ],
)
def test_a_cell_of_a_source_that_is_refused(client, column, cell, sentence):
    desk.make_source("article")
    file = csv_file([["slug", column], ["article", cell]])
    assert sentence in refused(client, file, Source)
