"""Signing in with a second factor in a real browser, under the strict policy of the site."""

import time

import pytest
from allauth.mfa.totp.internal import auth as totp

from tests import desk

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def tab(reader):
    editor = desk.make_user("eve", role="editor")
    editor.set_password(PASSWORD)
    editor.save()
    tab = reader()
    # A passkey belongs to a name; 127.0.0.1 is none.
    tab.address = tab.address.replace("127.0.0.1", "localhost")
    return tab


def log_in(tab):
    tab.open(f"{tab.address}/admin/")
    tab.page.get_by_label("Username").fill("eve")
    tab.page.get_by_label("Password").fill(PASSWORD)
    tab.page.get_by_role("button", name="Log in", exact=True).click()


def log_out(tab):
    tab.page.get_by_role("button", name="Log out").click()


def confirm_password(tab):
    tab.page.get_by_label("Password").fill(PASSWORD)
    tab.page.get_by_role("button", name="Confirm").click()


def complaints(tab):
    """All but Chromium's wish for the name beside the password that is asked for again."""
    return [line for line in tab.complaints if not line.startswith("[DOM] Password forms")]


def is_in(tab):
    return tab.page.get_by_role("heading", name="Editors' desk").is_visible()


def test_an_authenticator_app(tab):
    log_in(tab)
    tab.page.get_by_role("link", name="Two-factor authentication").click()
    tab.page.get_by_role("link", name="Activate").click()
    confirm_password(tab)
    assert tab.page.locator("#content img").evaluate("img => img.naturalWidth") > 0
    secret = tab.page.locator("#authenticator_secret").input_value()
    counter = int(time.time()) // totp.app_settings.TOTP_PERIOD
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))
    tab.page.get_by_label("Authenticator code").fill(code)
    tab.page.get_by_role("button", name="Activate").click()
    codes = tab.page.locator("#recovery_codes").input_value().split()
    assert len(codes) == 10
    log_out(tab)
    log_in(tab)
    assert not is_in(tab)
    tab.page.get_by_label("Code").fill(codes[0])
    tab.page.get_by_role("button", name="Sign In").click()
    assert is_in(tab)
    assert complaints(tab) == []
    assert tab.strangers == []


def test_a_passkey(tab):
    browser = tab.context.new_cdp_session(tab.page)
    browser.send("WebAuthn.enable")
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    log_in(tab)
    tab.open(f"{tab.address}/admin/account/two-factor/webauthn/add/")
    confirm_password(tab)
    tab.page.get_by_label("Passwordless").check()
    tab.page.get_by_role("button", name="Add").click()
    tab.page.get_by_role("heading", name="Recovery Codes").wait_for()
    log_out(tab)
    tab.open(f"{tab.address}/admin/")
    tab.page.get_by_role("button", name="Log in with a passkey").click()
    tab.page.get_by_role("heading", name="Editors' desk").wait_for()
    log_out(tab)
    log_in(tab)  # and as a second factor after the password
    assert not is_in(tab)
    tab.page.get_by_role("button", name="Use a security key").click()
    tab.page.get_by_role("heading", name="Editors' desk").wait_for()
    assert complaints(tab) == []
    assert tab.strangers == []
