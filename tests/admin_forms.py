"""The admin as an editor has it: users with their roles, and forms sent as shown."""

import datetime

from django.test import Client
from django.urls import reverse

from . import desk

NO_KEYS = ["abc", "\0", "9" * 5000]  # what no row can have as its key


def make_editor(name="eve"):
    return desk.make_user(name, role="editor")


def make_signer(name="sam"):
    """Whoever approves and publishes."""
    return desk.make_reviewer(name)


def page(model, view, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def door(row, name):
    return page(type(row), "door", row.pk, name)


def data_of(response):
    """What the browser would send if somebody pressed Save on this page."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    found = {}
    for form in forms:
        for field in form:
            value = field.value()
            if isinstance(value, datetime.date):
                value = value.isoformat()
            if value is not None and value is not False:
                found[field.html_name] = value
    return found


def messages(response):
    return [str(message) for message in response.context["messages"]]


def errors(response):
    """Every error that the form shows, as one text."""
    return " ".join(str(error) for error in response.context["errors"])


REFUSED = "It was saved meanwhile"


class Editor:
    """A browser of its own: opens a form, types into it, sends it."""

    def __init__(self, name):
        self.client = Client()
        self.client.force_login(make_editor(name))

    def opens(self, row):
        self.address = page(type(row), "change", row.pk)
        self.typed = data_of(self.client.get(self.address))
        return self

    def types(self, **fields):
        self.typed |= {name.replace("__", "-"): value for name, value in fields.items()}
        return self

    def saves(self, **buttons):
        self.response = self.client.post(self.address, self.typed | buttons)
        self.text = self.response.content.decode()
        if self.response.status_code == 200:
            self.typed = data_of(self.response)
        return self.response

    def is_refused(self):
        assert self.response.status_code == 200
        return REFUSED in errors(self.response)

    def differences(self):
        return {
            f"{difference.title} | {cell.label}": (cell.theirs, cell.yours)
            for difference in self.response.context["meanwhile"].differences
            for cell in difference.cells
        }

    def notes(self):
        report = self.response.context["meanwhile"]
        return [f"{row.title}: {row.note}" for row in report.differences if row.note]

    @property
    def over(self):
        return {"save_mine_over": self.response.context["meanwhile"].over}
