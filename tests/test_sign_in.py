"""Signing in: password, second factor, recovery codes, and what happens after too many tries."""

import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from factcheck import settings as source_of_settings

from . import desk
from .admin_forms import messages, page
from .helpers import count_queries

pytestmark = pytest.mark.django_db
SIGN_IN = "/admin/account/sign-in/"
TWO_FACTOR = "/admin/account/two-factor/"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def no_attempts_yet():
    cache.clear()


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


def give_password(client, password=PASSWORD, **more):
    return client.post(SIGN_IN, {"login": "eve", "password": password} | more)


def give_code(client, code):
    return client.post(f"{TWO_FACTOR}authenticate/", {"code": code})


def code_of(secret, ahead=0):
    counter = int(time.time()) // 30 + ahead
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def is_in(client):
    return client.get(reverse("admin:index")).status_code == 200


@pytest.fixture
def clock():
    """It stands still, five seconds into a half minute for which a code is valid."""
    with time_machine.travel(int(time.time()) // 30 * 30 + 5, tick=False) as traveller:
        yield traveller


def set_up_totp(client):
    """What somebody does on the page: the password again, then scan, then type the first code."""
    page = client.get(f"{TWO_FACTOR}totp/activate/", follow=True)
    if page.resolver_match.url_name == "account_reauthenticate":
        address, query = page.redirect_chain[-1][0].split("?")
        page = client.post(f"{address}?{query}", {"password": PASSWORD}, follow=True)
    secret = page.context["form"].secret
    done = client.post(f"{TWO_FACTOR}totp/activate/", {"code": code_of(secret)}, follow=True)
    assert done.status_code == 200
    return secret


@pytest.fixture
def with_totp(client, editor, clock):
    """The secret of an editor who has an authenticator app, and is signed out again."""
    give_password(client)
    secret = set_up_totp(client)
    client.logout()
    clock.shift(60)  # a code opens once, and the first one is used up
    return secret


# --- The password ----------------------------------------------------------------------


def test_the_password_leads_back_to_the_page_that_was_asked_for(client, editor):
    wanted = reverse("admin:claims_verdict_changelist")
    response = client.get(wanted, follow=True)
    assert response.resolver_match.url_name == "account_login"
    assert response.context["redirect_field_value"] == wanted
    assert give_password(client, next=wanted).url == wanted
    assert is_in(client)


def test_a_wrong_password_does_not_say_what_was_wrong(client, editor):
    response = give_password(client, "wrong")
    unknown = client.post(SIGN_IN, {"login": "nobody", "password": "wrong"})
    errors = [r.context["form"].non_field_errors() for r in (response, unknown)]
    assert errors[0] == errors[1]
    assert errors[0]
    assert not is_in(client)


def test_after_five_wrong_passwords_the_right_one_waits_too(client, editor):
    for _ in range(5):
        give_password(client, "wrong")
    response = give_password(client)
    assert "Too many failed login attempts" in response.content.decode()
    assert not is_in(client)


def test_after_ten_wrong_passwords_from_one_address_others_wait_there_too(client, editor):
    """However many names are tried: each account for itself is far from its own limit."""
    for number in range(10):
        client.post(SIGN_IN, {"login": f"nobody-{number}", "password": "wrong"})
    assert "Too many failed login attempts" in give_password(client).content.decode()
    assert not is_in(client)
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    give_password(elsewhere)
    assert is_in(elsewhere)


def test_behind_a_proxy_a_visitor_is_counted_by_what_the_proxy_says(client, editor, settings):
    """What the visitor writes there comes before it, and changes nothing."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(10):
        said = f"198.51.100.{number}, 192.0.2.7"
        headers = {"X-Forwarded-For": said}
        client.post(SIGN_IN, {"login": f"nobody-{number}", "password": "wrong"}, headers=headers)
    login = {"login": "eve", "password": PASSWORD}
    client.post(SIGN_IN, login, headers={"X-Forwarded-For": "198.51.100.77, 192.0.2.7"})
    assert not is_in(client)
    client.post(SIGN_IN, login, headers={"X-Forwarded-For": "192.0.2.8"})
    assert is_in(client)


def test_djangos_own_form_is_no_way_around(client, editor):
    address = reverse("admin:login")
    response = client.post(address, {"username": "eve", "password": PASSWORD})
    assert response.url.startswith(SIGN_IN)
    assert not is_in(client)


def test_nor_is_it_for_somebody_who_is_signed_in_as_another(client, editor, with_totp):
    """The password of a colleague is not enough: their second factor is asked for, too."""
    client.force_login(desk.make_user("con", role="contributor"))
    address = reverse("admin:login")
    assert client.get(address).url == reverse("admin:index")
    response = client.post(address, {"username": "eve", "password": PASSWORD})
    assert response.status_code == 405
    assert client.get(reverse("admin:index")).context["user"].username == "con"


def test_nobody_leads_a_visitor_to_another_site(client, editor):
    assert give_password(client, next="https://evil.example/").url == reverse("admin:index")


def test_nobody_signs_up(client):
    for name in ("account_signup", "account_reset_password", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert "sign up" not in client.get(SIGN_IN).content.decode().lower()


def test_who_is_not_staff_stays_outside(client, editor):
    editor.is_staff = False
    editor.save()
    assert give_password(client, follow=True)
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


# --- The second factor -----------------------------------------------------------------


def test_the_admin_leads_to_the_second_factor(client, editor):
    client.force_login(editor)
    assert f'href="{TWO_FACTOR}"' in client.get(reverse("admin:index")).content.decode()


def test_setting_one_up_asks_for_the_password_again_and_shows_recovery_codes(client, editor):
    client.force_login(editor)  # a session that somebody found open
    response = client.get(f"{TWO_FACTOR}totp/activate/")
    assert response.url.startswith(reverse("account_reauthenticate"))
    set_up_totp(client)
    kinds = Authenticator.objects.filter(user=editor).values_list("type", flat=True)
    assert sorted(kinds) == ["recovery_codes", "totp"]


def test_the_password_alone_opens_no_longer(client, with_totp):
    assert give_password(client).url == reverse("mfa_authenticate")
    assert not is_in(client)
    assert give_code(client, code_of(with_totp)).url == reverse("admin:index")
    assert is_in(client)


def test_a_code_opens_once(client, with_totp):
    for opens in (True, False):
        client.logout()
        give_password(client)
        give_code(client, code_of(with_totp))
        assert is_in(client) is opens


def test_a_code_of_another_time_does_not_open(client, with_totp, clock):
    give_password(client)
    old = code_of(with_totp)
    clock.shift(90)
    assert "Incorrect code" in give_code(client, old).content.decode()
    assert not is_in(client)


def test_after_five_wrong_codes_the_right_one_waits_too(client, with_totp):
    give_password(client)
    for number in range(5):
        give_code(client, f"00000{number}")
    response = give_code(client, code_of(with_totp))
    assert "Too many failed login attempts" in response.content.decode()
    other = Client()  # from another browser too
    give_password(other)
    give_code(other, code_of(with_totp))
    assert not is_in(client)
    assert not is_in(other)


def test_a_recovery_code_opens_once(client, editor, with_totp):
    codes = Authenticator.objects.get(user=editor, type="recovery_codes").wrap()
    assert len(codes.get_unused_codes()) == 10
    code = codes.get_unused_codes()[0]
    for opens in (True, False):
        client.logout()
        give_password(client)
        give_code(client, code)
        assert is_in(client) is opens


def test_every_page_of_the_second_factor_opens(client, with_totp):
    give_password(client)
    assert client.get(f"{TWO_FACTOR}authenticate/").status_code == 200
    give_code(client, code_of(with_totp))
    reauthenticate = f"{TWO_FACTOR}reauthenticate/?next={TWO_FACTOR}"
    assert client.get(reauthenticate).status_code == 200
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for path in ["", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/",
                 "recovery-codes/download/", "webauthn/", "webauthn/add/"]:  # fmt: skip
        assert client.get(f"{TWO_FACTOR}{path}").status_code == 200, path
    assert client.get(reverse("account_logout")).status_code == 200


def test_a_passkey_needs_what_the_browser_is_told(client, editor):
    client.force_login(editor)
    client.get(f"{TWO_FACTOR}webauthn/add/", follow=True)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    told = client.get(f"{TWO_FACTOR}webauthn/add/").context["js_data"]["creation_options"]
    assert told["publicKey"]["rp"]["id"] == "testserver"
    assert told["publicKey"]["user"]["name"] == "eve"
    response = client.post(f"{TWO_FACTOR}webauthn/add/", {"name": "Key", "credential": "{}"})
    assert response.status_code == 200  # refused, with the page again
    assert not Authenticator.objects.exists()


# --- Where it is required ---------------------------------------------------------------


@pytest.fixture
def required(settings):
    settings.REQUIRE_SECOND_FACTOR = ["editor", "administrator"]


def test_who_must_have_one_sets_it_up_before_anything_opens(client, editor, required, clock):
    give_password(client)
    for name in (
        "index",
        "claims_claim_changelist",
        "claims_claim_import",
        "sources_source_export",
        "claims_job_changelist",
        "password_change",
        "jsi18n",
    ):
        assert client.get(reverse(f"admin:{name}")).url == TWO_FACTOR
    response = client.get(reverse("admin:index"), follow=True)
    assert "Your role needs a second factor: set one up to go on." in messages(response)
    set_up_totp(client)
    assert is_in(client)


def test_recovery_codes_alone_are_no_second_factor(client, editor, required):
    Authenticator.objects.create(user=editor, type="recovery_codes", data={})
    client.force_login(editor)
    assert not is_in(client)


def test_other_roles_are_let_in(client, required):
    client.force_login(desk.make_user("con", role="contributor"))
    assert is_in(client)


def test_a_superuser_counts_as_an_administrator(client, required, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("root"))
    assert not is_in(client)


def test_whoever_must_set_one_up_can_sign_out(client, editor, required):
    client.force_login(editor)
    client.post(reverse("admin:logout"))
    assert "_auth_user_id" not in client.session


def test_a_role_that_does_not_exist_stops_the_start(monkeypatch):
    monkeypatch.setenv("REQUIRE_SECOND_FACTOR", "reviewer, administrators")
    with pytest.raises(ImproperlyConfigured, match="has administrators; the roles are"):
        source_of_settings.env_roles("REQUIRE_SECOND_FACTOR")


def test_readers_and_programs_notice_nothing(client, published, required):
    published()
    for address in ("/claims/bridge-cost/", "/api/v1/claims/bridge-cost/", "/nowhere/"):
        response = client.get(address)
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        settings.REQUIRE_SECOND_FACTOR, kept = [], settings.REQUIRE_SECOND_FACTOR
        without = count_queries(lambda address=address: client.get(address))
        settings.REQUIRE_SECOND_FACTOR = kept
        assert count_queries(lambda address=address: client.get(address)) == without


# --- A lost device -----------------------------------------------------------------------


def test_the_operator_removes_a_lost_factor(client, with_totp, capsys):
    call_command("forget_second_factor", "eve")
    assert "password alone" in capsys.readouterr().out
    give_password(client)
    assert is_in(client)
    call_command("forget_second_factor", "eve")
    assert "had no second factor" in capsys.readouterr().out
    with pytest.raises(CommandError, match="nobody with the name evil"):
        call_command("forget_second_factor", "evil")


def test_an_administrator_removes_a_lost_factor(client, editor, with_totp, administrator):
    client.force_login(administrator)
    address = page(type(editor), "door", editor.pk, "forget_second_factor")
    form = client.get(page(type(editor), "change", editor.pk)).content.decode()
    assert address in form
    response = client.post(address, {"confirm": "forget_second_factor"}, follow=True)
    assert messages(response) == ["eve: signs in with the password alone."]
    assert not Authenticator.objects.exists()


def test_nobody_removes_their_own_or_a_superusers_factor_there(
    client, administrator, django_user_model
):
    root = django_user_model.objects.create_superuser("root")
    client.force_login(administrator)
    for person in (administrator, root):
        Authenticator.objects.create(user=person, type="totp", data={})
        address = page(type(person), "door", person.pk, "forget_second_factor")
        response = client.post(address, {"confirm": "forget_second_factor"})
        assert "Only a superuser can do that, and nobody to themselves." in messages(response)[0]
    assert Authenticator.objects.count() == 2


def test_an_administrator_gets_no_further_than_their_role(client, administrator, editor):
    root = type(editor).objects.create_superuser("root", password=PASSWORD)
    client.force_login(administrator)
    shown = client.get(page(type(editor), "change", editor.pk)).content.decode()
    assert not re.search(r'<(input|select)[^>]*name="(is_superuser|user_permissions)"', shown)
    typed = {"username": "eve", "is_superuser": "on", "is_staff": "on", "is_active": "on",
             "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}  # fmt: skip
    assert client.post(page(type(editor), "change", editor.pk), typed).status_code == 302
    editor.refresh_from_db()
    assert not editor.is_superuser
    assert client.post(page(type(root), "change", root.pk), typed).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[root.pk])
    assert client.get(password).status_code == 403


def test_roles_keep_their_names(admin_client):
    group = Group.objects.get(name="reviewer")
    shown = admin_client.get(page(Group, "change", group.pk))
    assert "name" not in shown.context["adminform"].form.fields
    assert admin_client.post(page(Group, "delete", group.pk), {"post": "yes"}).status_code == 403
