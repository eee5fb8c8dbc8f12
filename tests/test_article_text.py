"""An article's text comes in by a door: pasted, kept as it is, and seen by the desk alone."""

import pytest
from django.core.exceptions import PermissionDenied

from claims import appearances
from sources import capture

from . import article, desk
from .admin_forms import make_editor
from .article import TEXT

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def source(db):
    return article.make_article()


def paste(client, source, text):
    address = f"/admin/sources/source/{source.pk}/door/store_text/"
    typed = {"confirm": "store_text", "action": "store_text", "text": text}
    response = client.post(address, typed | {"_selected_action": source.pk}, follow=True)
    return response.content.decode()


def test_it_is_kept_to_the_letter_but_for_the_line_ends_of_forms(client, source):
    client.force_login(make_editor())
    assert "text stored" in paste(client, source, TEXT.replace("\n", "\r\n"))
    row = source.snapshots.get()
    assert row.text == TEXT
    assert capture.content(row) == TEXT.encode()
    assert row.method == "pasted"


def test_claims_follow_where_their_quote_occurs_once(source):
    editor = make_editor()
    appearances.store_text(source, TEXT, by=editor)
    once = article.marked(source, "length", source.snapshots.get(), "300 metres long")
    twice = article.marked(source, "cost", source.snapshots.get(), "The new bridge cost")
    found = appearances.store_text(
        source, "It is 300 metres long. The new bridge cost. The new bridge cost.", by=editor
    )
    assert [row.pk for row in found.carried] == [once.pk]
    assert found.adrift == [(twice, 2)]
    once.refresh_from_db()
    assert (once.start, once.snapshot) == (6, appearances.newest_text(source))


def test_the_same_text_again_changes_nothing(client, source):
    client.force_login(make_editor())
    paste(client, source, TEXT)
    assert "text stored" in paste(client, source, TEXT)
    assert source.snapshots.count() == 1


def test_an_older_text_does_not_come_back_in_silence(client, source):
    client.force_login(make_editor())
    paste(client, source, "Old.")
    paste(client, source, "New.")
    page = paste(client, source, "Old.")
    assert "a newer one has come in since" in page
    assert "Old.</textarea>" in page
    assert appearances.newest_text(source).text == "New."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "This field is required"),
        (" \n ", "There is no text in it"),
        ("a\0b", "Null characters are not allowed"),
    ],
)
def test_what_is_no_text_is_refused(client, source, text, why):
    client.force_login(make_editor())
    assert why in paste(client, source, text)
    assert not source.snapshots.exists()


def test_contributors_store_the_texts_of_their_own_sources(source):
    contributor = desk.make_user("cleo", role="contributor")
    with pytest.raises(PermissionDenied, match="somebody else's"):
        appearances.store_text(source, TEXT, by=contributor)
    source.created_by = contributor
    source.save()
    appearances.store_text(source, TEXT, by=contributor)
    assert source.snapshots.exists()
    with pytest.raises(PermissionDenied):
        appearances.store_text(source, "x", by=desk.make_user("vic", "sources.view_source"))


def test_one_source_at_a_time(client, source):
    client.force_login(make_editor())
    other = desk.make_source("other")
    typed = {"action": "store_text", "confirm": "store_text", "text": "x"}
    page = client.post(
        "/admin/sources/source/", typed | {"_selected_action": [source.pk, other.pk]}
    )
    assert "Choose one source" in page.content.decode()
    assert not source.snapshots.exists()
