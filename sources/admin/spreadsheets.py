"""Tables as files: CSV and XLSX in and out, for django-import-export.

A file that cannot be read whole and without guessing is refused with a sentence. Nothing that goes
out is a formula to the program that opens it: a text that would be one gets an apostrophe in front,
and loses it when it comes back.
"""

import csv
import datetime
import io
import zipfile

import tablib
from django.utils.translation import gettext as _
from import_export.formats import base_formats
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

LARGEST = 10_000_000  # bytes of a file, ...
UNPACKED = 20 * LARGEST  # ... and of an XLSX once it is unpacked
MOST_ROWS = 2_000


class BadFile(Exception):
    """This file is not imported; the text says why and what to do."""


class CSVFile(base_formats.CSV):
    def is_binary(self):
        return True  # decoded here, so that a wrong encoding gets its sentence

    def get_read_mode(self):
        return "rb"

    def create_dataset(self, in_stream):
        try:
            text = in_stream.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadFile(
                _("The file is not UTF-8. In Excel, save it as “CSV UTF-8”, or as XLSX.")
            ) from None
        if "\0" in text:
            raise BadFile(_("The file has NUL characters in it: it is no CSV."))
        first_line = text.partition("\n")[0]
        delimiter = max(",;\t", key=first_line.count)  # Excel writes what its country is used to
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            return _table(rows)
        except csv.Error as error:
            raise BadFile(_("The file is no CSV: %(reason)s.") % {"reason": error}) from error

    def export_data(self, dataset, **kwargs):
        # Excel takes a CSV for UTF-8 only when it begins with this mark.
        return super().export_data(dataset, **kwargs).encode("utf-8-sig")


class XLSXFile(base_formats.XLSX):
    def create_dataset(self, in_stream):
        stream = io.BytesIO(in_stream)
        try:
            with zipfile.ZipFile(stream) as parts:
                unpacked = sum(part.file_size for part in parts.infolist())
            if unpacked > UNPACKED:
                raise BadFile(_("The file is too large once it is unpacked."))
            book = load_workbook(stream, read_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # the file may claim any
            return _table([_text(cell) for cell in row] for row in sheet.rows)
        except BadFile:
            raise
        except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError) as error:
            raise BadFile(_("The file is no XLSX.")) from error
        except Exception as error:  # whatever a broken part of it does to the XML parser
            raise BadFile(_("The XLSX is broken: %(reason)s.") % {"reason": error}) from error

    def export_data(self, dataset, **kwargs):
        try:
            return super().export_data(dataset, **kwargs)
        except ValueError as error:
            raise ValueError(
                _("A text has a control character in it, which XLSX cannot hold: choose CSV.")
            ) from error


FORMATS = [CSVFile, XLSXFile]


def _table(rows):
    """The rows as a Dataset of texts; `lines` has the number that the spreadsheet shows for each.

    Empty rows and columns without a heading and without a text are left out.
    """
    rows = ((line, [cell.strip() for cell in row]) for line, row in enumerate(rows, start=1))
    filled = ((line, row) for line, row in rows if any(row))
    _first, headings = next(filled, (0, []))
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise BadFile(_("The file is empty: the first row has the names of the columns."))
    table = tablib.Dataset(headers=headings)
    table.lines = []
    for line, row in filled:
        if any(row[len(headings) :]):
            raise BadFile(_("Row %(line)d has more cells than there are columns.") % {"line": line})
        if len(table.lines) == MOST_ROWS:
            raise BadFile(
                _("The file has more than %(most)d rows: split it.") % {"most": MOST_ROWS}
            )
        table.append([*row, *[""] * (len(headings) - len(row))][: len(headings)])
        table.lines.append(line)
    return table


def _text(cell):
    """What the cell shows, as an editor would type it."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise BadFile(
            _("Cell %(cell)s has a formula in it: put its value there.") % {"cell": cell.coordinate}
        )
    if cell.data_type == "e":
        raise BadFile(
            _("Cell %(cell)s has an error in it: %(error)s.")
            % {"cell": cell.coordinate, "error": value}
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        # Excel makes a day of “2023-06” and shows the month: what it shows was typed.
        shown = (cell.number_format or "d").lower()
        return value.strftime("%Y-%m-%d" if "d" in shown else "%Y-%m" if "m" in shown else "%Y")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
