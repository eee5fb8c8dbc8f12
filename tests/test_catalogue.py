"""The interface speaks Chinese: every string is in the catalogue, and the catalogue is compiled."""

import re

import polib
import pytest

from . import catalogue

PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\}")


@pytest.fixture(scope="module")
def entries():
    po = polib.pofile(str(catalogue.PO))
    return {(entry.msgctxt, entry.msgid): entry for entry in po}


def test_every_string_is_translated(entries):
    missing = [
        f"{files[0]}: {one!r}"
        for (context, one, _), files in catalogue.strings().items()
        if (context, one) not in entries or not entries[context, one].translated()
    ]
    assert not missing, "add to locale/zh_Hans/LC_MESSAGES/django.po:\n" + "\n".join(missing)


def test_no_string_in_the_catalogue_is_left_over(entries):
    used = {(context, one) for context, one, _ in catalogue.strings()}
    assert not entries.keys() - used


def test_plurals_and_placeholders_are_those_of_the_english(entries):
    for context, one, many in catalogue.strings():
        entry = entries[context, one]
        assert (entry.msgid_plural or None) == many
        translations = entry.msgstr_plural.values() if many else [entry.msgstr]
        for translation in translations:
            wanted = set(PLACEHOLDER.findall(many or one))
            assert set(PLACEHOLDER.findall(translation)) == wanted, one


def test_the_compiled_catalogue_is_up_to_date():
    """`python manage.py compile_catalogues` makes it so."""
    po, mo = polib.pofile(str(catalogue.PO)), catalogue.PO.with_suffix(".mo")
    assert mo.read_bytes() == po.to_binary()
