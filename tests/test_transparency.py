"""Pages about the newsroom: published in versions, read from the record, reviewed in time."""

import datetime
import json

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from claims import transparency
from claims.choices import PageKind
from claims.models import Page, PublishedPage
from claims.publishing import Refused
from factcheck.management.commands.demo import PAGES

from . import desk
from .admin_forms import data_of, door, make_editor, make_signer, messages, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def method(author):
    return desk.make_page(owner=author)


def publish(row, by, **texts):
    row.translations.update(**texts)
    return transparency.publish_page(row, by=by)


def test_publishing_makes_a_version_with_hash_and_predecessor(method, reviewer):
    first = publish(method, reviewer)
    second = publish(method, reviewer, body="We read more.")
    documents = [json.loads(bytes(row.document)) for row in (first, second)]
    assert [row["version"] for row in documents] == [1, 2]
    assert [row["previous"] for row in documents] == [None, first.sha256]
    assert documents[1]["body"] == {"en": "We read more."}
    assert transparency.first_fault() is None


def test_a_version_is_later_than_the_one_before_whatever_the_clock_says(method, reviewer):
    first = publish(method, reviewer)
    with time_machine.travel(first.at - datetime.timedelta(days=3)):
        second = publish(method, reviewer, body="We read more.")
    assert second.at > first.at


def test_asked_twice_it_is_published_once(method, reviewer):
    assert publish(method, reviewer) == publish(method, reviewer)
    assert PublishedPage.objects.count() == 1


def test_who_may_not_publish_is_refused(method, author):
    with pytest.raises(PermissionDenied):
        publish(method, author)


def test_a_page_whose_review_is_due_is_not_published(method, reviewer):
    Page.objects.update(review_due_on=datetime.date.today())
    with pytest.raises(Refused, match="review is due"):
        publish(method, reviewer)


def test_a_page_that_was_public_is_never_deleted(method, reviewer):
    publish(method, reviewer)
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        method.delete()


def test_a_page_says_something(method):
    for field in ("title", "body"):
        with pytest.raises(IntegrityError, match="says_something"), transaction.atomic():
            method.translations.update(**{field: ""})


def test_a_version_that_was_exchanged_is_a_fault(method, reviewer):
    publish(method, reviewer)
    last = publish(method, reviewer, body="We read more.")
    data = bytes(last.document).replace(b"more", b"less")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE claims_publishedpage SET document = %s, sha256 = %s WHERE number = 1",
            [data, transparency.sha256(data)],
        )
        cursor.execute("SET session_replication_role = DEFAULT")
    assert "method v1 is not what was published" in transparency.first_fault()
    with pytest.raises(CommandError, match="method v1"):
        call_command("verify_record")


# --- What readers get ---


def test_readers_get_the_version_in_force_and_those_before(client, method, reviewer):
    publish(method, reviewer)
    publish(method, reviewer, body="We read more.")
    method.translations.update(body="A draft.")
    now, before = client.get("/about/method/"), client.get("/about/method/v/1/")
    assert "We read more." in now.content.decode()
    assert "A draft." not in now.content.decode()
    assert 'href="/about/method/v/1/"' in now.content.decode()
    assert "<h2>First</h2>" in before.content.decode()
    assert "no longer in force" in before.content.decode()
    assert "How we check" in client.get("/about/").content.decode()
    assert client.get("/zh-hans/about/method/").status_code == 200


@pytest.mark.parametrize("path", ["/about/team/", "/about/nonsense/", "/about/method/v/2/"])
def test_what_is_not_published_is_not_there(client, method, reviewer, path):
    publish(method, reviewer)
    assert client.get(path).status_code == 404


def test_an_unchanged_page_is_not_sent_again(client, method, reviewer):
    publish(method, reviewer)
    etag = client.get("/about/method/")["ETag"]
    assert client.get("/about/method/", headers={"If-None-Match": etag}).status_code == 304
    publish(method, reviewer, body="We read more.")
    assert client.get("/about/method/", headers={"If-None-Match": etag}).status_code == 200


def test_every_page_leads_to_what_is_published_and_to_nothing_else(client, author, reviewer):
    assert "/about/" not in client.get("/").content.decode()
    for slug in ("team", "method"):
        publish(desk.make_page(slug, owner=author), reviewer)
    desk.make_page("funding", owner=author)
    cache.clear()  # the footer remembers for a minute
    footer = client.get("/zh-hans/claims/").content.decode()
    assert footer.index("/zh-hans/about/method/") < footer.index("/zh-hans/about/team/")
    assert "/about/funding/" not in footer


# --- The desk ---


def test_an_overdue_page_is_announced_on_every_page_of_the_desk(client, method):
    client.force_login(make_editor())
    Page.objects.update(review_due_on="2026-02-03")
    for address in (page(Page, "changelist"), "/admin/"):
        text = client.get(address).content.decode()
        assert "review was due on 2026-02-03" in text
    assert [row.slug for row in transparency.overdue_pages()] == ["method"]
    assert not transparency.overdue_pages(on=datetime.date(2026, 2, 2)).exists()
    Page.objects.update(review_due_on="2100-01-01")
    assert "review was due" not in client.get("/admin/").content.decode()


def test_who_may_not_see_the_pages_is_not_reminded(client, method):
    Page.objects.update(review_due_on="2026-02-03")
    client.force_login(desk.make_user("vic", "claims.view_verdict"))
    assert "review was due" not in client.get("/admin/").content.decode()


def test_a_page_is_written_saved_and_published_in_the_admin(client):
    client.force_login(make_signer())
    typed = data_of(client.get(page(Page, "add"))) | {
        "slug": "team",
        "review_due_on": "2100-01-01",
        "translations-0-title": "Who we are",
        "translations-0-body": "Two people.",
        "translations-1-DELETE": "on",
    }
    assert client.post(page(Page, "add"), typed).status_code == 302
    row = Page.objects.get()
    assert row.owner.username == "sam"
    assert "not public" in client.get(page(Page, "changelist")).content.decode()
    client.post(door(row, "publish_page"), {"confirm": "publish_page"})
    assert PublishedPage.objects.get().slug == "team"
    row.translations.update(body="Three people.")
    assert "changed since" in client.get(page(Page, "changelist")).content.decode()


def test_an_editor_writes_and_does_not_publish(client, method):
    client.force_login(make_editor())
    assert client.get(page(Page, "change", method.pk)).status_code == 200
    assert client.get(door(method, "publish_page")).status_code == 403


def test_the_door_says_why_it_stays_shut(client, method):
    client.force_login(make_signer())
    Page.objects.update(review_due_on="2026-02-03")
    response = client.post(door(method, "publish_page"), {"confirm": "publish_page"})
    assert "read it again" in messages(response)[0]


# --- The examples of the demonstration ---


def load(path=PAGES):
    call_command("load_pages", str(path), owner="ann", by="ben")


def test_the_examples_say_that_they_are_examples(client, author, reviewer):
    load()
    assert {row.slug for row in PublishedPage.objects.all()} == set(PageKind.values)
    for kind in PageKind:
        english = client.get(f"/about/{kind}/").content.decode()
        chinese = client.get(f"/zh-hans/about/{kind}/").content.decode()
        assert "This site is a demonstration" in english
        assert "本站是 Factcheck 的演示" in chinese


def test_the_examples_replace_nothing(author, reviewer):
    load()
    Page.objects.get(slug="team").translations.update(body="Our own.")
    load()
    assert PublishedPage.objects.count() == len(PageKind)
    assert Page.objects.get(slug="team").translations.first().body == "Our own."


@pytest.mark.parametrize(
    "text",
    ["[]", "a: [", "nonsense: {en: {title: A, body: B}}", "team: {en: {title: A}}", "team: {}"],
)
def test_a_file_with_a_mistake_loads_nothing(tmp_path, author, reviewer, text):
    (tmp_path / "pages.yaml").write_text(text)
    with pytest.raises(CommandError):
        load(tmp_path / "pages.yaml")
    assert not Page.objects.exists()


def test_owner_and_publisher_must_be_known(author):
    with pytest.raises(CommandError, match="no such user: ben"):
        load()
    assert get_user_model().objects.count() == 1


def test_who_may_not_publish_loads_nothing(author, reviewer):
    with pytest.raises(CommandError, match="publish_page"):
        call_command("load_pages", str(PAGES), owner="ben", by="ann")
    assert not Page.objects.exists()
