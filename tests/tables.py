"""Files for the import, as editors make them, and the way of one through the admin."""

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from .admin_forms import page

CSV, XLSX = "0", "1"


def csv_file(rows, *, encoding="utf-8", delimiter=",", name="rows.csv"):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return SimpleUploadedFile(name, out.getvalue().encode(encoding))


def xlsx_file(rows, name="rows.xlsx"):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile(name, out.getvalue())


def look(client, model, file):
    """Upload a file: the page that says what would happen."""
    return client.post(page(model, "import"), {"import_file": file, "resource": "0"})


def confirm(client, model, response):
    typed = response.context["confirm_form"].initial
    return client.post(page(model, "process_import"), typed, follow=True)


def bring_in(client, model, file):
    response = look(client, model, file)
    assert "confirm_form" in response.context, said(response)
    return confirm(client, model, response)


def said(response):
    """All that is wrong with the file, as one text."""
    found = list(response.context["form"].errors.get("import_file", []))
    if result := response.context.get("result"):
        found += [str(error.error) for error in result.base_errors]
        found += [error.error for row in result.error_rows for error in row.errors]
        for row in result.invalid_rows:
            problems = [text for texts in row.error_dict.values() for text in texts]
            found += [f"row {row.number}: {text}" for text in problems]
    return "\n".join(map(str, found))


def changes(response):
    return {row.slug: row.changes for row in response.context["result"].rows if row.changes}


def sent(client, model, kind=CSV, query=""):
    """The bytes of an export."""
    response = client.post(page(model, "export") + query, {"format": kind, "resource": "0"})
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    return response.content


def rows_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def cells_of(data):
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(data)).active.rows]
