"""Every address there is, asked once: what its answer lets a browser do, and what stands in it."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from factcheck.answers import PERMISSIONS

from .admin_rows import Rows
from .servers import environment, manage, url_of_database

pytestmark = pytest.mark.django_db

# Whose policy is another one, and why; docs/security.md lists them.
EXCEPTIONS = {
    "api/v1/docs/": "the viewer of the API's description styles itself",
    "embed/<slug:slug>/": "other sites may frame it, which is its purpose",
}
REFERRER = {"strict-origin-when-cross-origin", "no-referrer"}  # of pages whose link is a secret
DATA = {"application/ld+json", "application/json"}  # no browser runs them


def patterns(resolver=None, prefix=""):
    """The routes of all there are, the admin's included."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern).lstrip("^").rstrip("$").replace("\\Z", "")
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


ROUTES = sorted(set(patterns()))
GAPS = re.compile(r"<(?:[\w-]+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


def address(route):
    """The route with something that there is in each gap, as far as we know it."""
    values = {"slug": "claim-0", "number": 1, "form": "atom", "name": "publish", "kind": "claim"}
    parts = route.split("/")
    if parts[0] == "admin" and len(parts) > 2:
        try:
            row = apps.get_model(parts[1], parts[2])._default_manager.first()
        except LookupError:
            row = None
        values["object_id"] = values["pk"] = row.pk if row else 1
    return "/" + GAPS.sub(lambda gap: str(values.get(gap[1] or gap[2], 1)), route)


class Page(HTMLParser):
    """What of a page a strict policy would stop."""

    def __init__(self, html):
        super().__init__()
        self.found = Counter()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "script" and "src" not in attributes and attributes.get("type") not in DATA:
            self.found["inline script"] += 1
        if tag == "style" or "style" in attributes:
            self.found["inline style"] += 1
        for name, value in attributes.items():
            if name.startswith("on"):
                self.found[name] += 1
            if (value or "").strip().lower().startswith("javascript:"):
                self.found["javascript:"] += 1


@pytest.fixture(scope="module")
def walked(kept):
    """`(route, response)` of each, as a superuser gets it."""
    Rows().add(0)
    root = get_user_model().objects.create_superuser("root")
    client = Client(raise_request_exception=False)
    client.force_login(root)
    return [(route, client.get(address(route))) for route in ROUTES]


def is_page(response):
    return response.get("Content-Type", "").startswith("text/html") and not response.streaming


def test_all_addresses_were_asked(walked):
    statuses = Counter(response.status_code for _, response in walked)
    assert statuses[500] == 0
    assert len(walked) > 340
    assert statuses[200] > 200


def test_no_policy_lets_anything_inline_run(walked):
    wrong = {}
    for route, response in walked:
        policy = response.get("Content-Security-Policy", "none")
        if route not in EXCEPTIONS and (
            "unsafe" in policy
            or "frame-ancestors 'none'" not in policy
            or "default-src" not in policy
        ):
            wrong[route] = policy
        assert "unsafe-eval" not in policy
        script = re.search("script-src[^;]*", policy)
        assert not script or "unsafe" not in script[0]
    assert wrong == {}


def test_no_page_needs_what_the_policy_stops(walked):
    wrong = {
        route: found
        for route, response in walked
        if route != "api/v1/docs/"
        and is_page(response)
        and (found := Page(response.content.decode()).found)
    }
    assert wrong == {}


def test_every_answer_says_what_a_browser_may_not(walked):
    for route, response in walked:
        assert response["X-Content-Type-Options"] == "nosniff", route
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", route
        assert response["Referrer-Policy"] in REFERRER, route
        if is_page(response):
            assert response["Permissions-Policy"] == PERMISSIONS, route
        if route.startswith(("admin/", "api/v1/desk/")):
            assert response["Cross-Origin-Resource-Policy"] == "same-origin", route


# --- Under the settings of production ------------------------------------------------------

SIGN_IN = """
from django.core.management import call_command
from django.test import Client
call_command("check", deploy=True, fail_level="WARNING", databases=["default"])
page = Client().get("/admin/account/sign-in/", secure=True, headers={"host": "facts.example.org"})
print(page["Strict-Transport-Security"])
print(page.cookies.output())
plain = Client().get("/", headers={"host": "facts.example.org"})
print(plain.status_code, plain["Location"])
"""
PRODUCTION = {
    "DEBUG": "false",
    "HTTPS": "true",
    "SECRET_KEY": "0123456789" * 6,
    "SITE_URL": "https://facts.example.org",
    "ALLOWED_HOSTS": "facts.example.org",
}


def test_djangos_check_of_deployments_has_nothing_to_say(tmp_path, collected_static):
    (tmp_path / "static").symlink_to(settings.STATIC_ROOT)
    env = environment(**PRODUCTION, VAR=str(tmp_path), DATABASE_URL=url_of_database())
    done = manage("shell", "--no-imports", "-c", SIGN_IN, env=env)
    assert done.stderr == ""
    checked, hsts, cookie, redirect = done.stdout.splitlines()
    assert checked == "System check identified no issues (0 silenced)."
    assert hsts == "max-age=31536000; includeSubDomains; preload"
    assert cookie.startswith("Set-Cookie: __Host-csrftoken=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=Strict"} < set(cookie.split("; "))
    assert redirect == "301 https://facts.example.org/"
