"""Where people are signed in: seen and ended by themselves, and ended by an administrator."""

import datetime

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factcheck import sessions

from . import desk
from .admin_forms import messages, page

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 Firefox/151.0 <script>alert(1)</script>"


@pytest.fixture
def editor():
    return with_password(desk.make_user("eve", role="editor"))


@pytest.fixture
def administrator():
    return with_password(desk.make_user("ada", role="administrator"))


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    return user


def signed_in(name="eve", **headers):
    client = Client(headers=headers)
    client.post(reverse("account_login"), {"login": name, "password": PASSWORD})
    assert is_in(client)
    return client


def is_in(client):
    return client.get(reverse("admin:index")).status_code == 200


def end_door(person):
    return page(type(person), "door", person.pk, "end_sessions")


def test_everybody_sees_where_they_are_signed_in_and_nobody_elses(editor, administrator):
    signed_in("ada", user_agent="Another browser")
    signed_in(user_agent=FIREFOX)
    here = signed_in(user_agent="Chromium")
    shown = here.get(reverse("usersessions_list")).content.decode()
    assert "Firefox/151.0 &lt;script&gt;" in shown
    assert "<script>alert" not in shown
    assert "Chromium" in shown
    assert "Another browser" not in shown
    assert f'href="{reverse("usersessions_list")}"' in here.get("/admin/").content.decode()
    assert Client().get(reverse("usersessions_list")).status_code == 302


def test_everybody_signs_out_elsewhere(editor, administrator):
    other, elsewhere, here = signed_in("ada"), signed_in(), signed_in()
    here.post(reverse("usersessions_list"))
    assert [is_in(client) for client in (other, elsewhere, here)] == [True, False, True]


def test_everybody_ends_one_of_their_sessions_and_nobody_elses(editor, administrator):
    other, lost, kept, here = signed_in("ada"), signed_in(), signed_in(), signed_in()

    def end(client):
        number = UserSession.objects.get(session_key=client.session.session_key).pk
        return end_numbered(number)

    def end_numbered(number):
        data = {"session": number}
        return messages(here.post(reverse("usersessions_list"), data, follow=True))

    assert end(lost) == ["Signed out there."]
    gone = ["There is no such session: it may be over already."]
    assert [end(other), end(here), *map(end_numbered, ["", "x", "9" * 99])] == [gone] * 5
    assert [is_in(client) for client in (other, lost, kept, here)] == [True, False, True, True]
    shown = here.get(reverse("usersessions_list")).content.decode()
    assert shown.count('name="session"') == 1


def test_an_administrator_signs_somebody_out_everywhere(editor, administrator):
    before_they_were_listed = signed_in()
    UserSession.objects.all().delete()
    elsewhere, own = signed_in(), signed_in("ada")
    shown = own.get(page(type(editor), "change", editor.pk)).content.decode()
    assert end_door(editor) in shown
    response = own.post(end_door(editor), {"confirm": "end_sessions"}, follow=True)
    assert messages(response) == ["eve: is signed out everywhere."]
    assert [is_in(client) for client in (before_they_were_listed, elsewhere, own)] == [
        False,
        False,
        True,
    ]
    assert not UserSession.objects.filter(user=editor).exists()
    # Nothing is left to be done.
    shown = own.get(page(type(editor), "change", editor.pk)).content.decode()
    assert end_door(editor) not in shown


def test_nobody_ends_a_superusers_sessions_or_those_of_a_colleague(
    editor, administrator, django_user_model
):
    root = with_password(django_user_model.objects.create_superuser("root"))
    theirs = [signed_in("root"), signed_in("ada")]
    for who, whose in (("ada", root), ("ada", administrator), ("eve", administrator)):
        signed_in(who).post(end_door(whose), {"confirm": "end_sessions"})
    assert all(map(is_in, theirs))


def test_nobody_reads_where_others_are_signed_in(admin_client, editor):
    signed_in()
    assert admin_client.get("/admin/usersessions/usersession/").status_code == 404


@pytest.mark.parametrize("change", ["password", "is_active"])
def test_who_has_another_password_or_is_shut_out_is_signed_out(editor, change):
    client = signed_in()
    if change == "password":
        editor.set_password("another one entirely")
    else:
        editor.is_active = False
    editor.save()
    assert not is_in(client)


def test_what_is_over_is_forgotten(editor):
    signed_in()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=13)):
        here = signed_in()
        UserSession.objects.update(user=editor)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=15)):
        sessions.forget()
        assert Session.objects.count() == UserSession.objects.count() == 1
        assert is_in(here)
