"""Too much, and what cannot be seen: refused in words, and nothing that was typed is lost."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from claims.models import Claim, Subject

from . import desk
from .admin_forms import data_of

OVERRIDE = "Jane\u202eeoR"
VISIBLE = ["<script>alert(1)</script>", "x < y & z", "\u200f\u05e2\u05d1", "👩‍👩‍👧 says"]


def test_the_desk_warns_before_the_server_refuses():
    script = (Path(settings.BASE_DIR) / "static/admin-desk/lengths.js").read_text()
    largest = int(re.search(r"LARGEST = ([\d_]+)", script)[1].replace("_", ""))
    assert largest < settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_a_form_of_ten_megabytes_is_refused_with_the_way_back(admin_client):
    address = "/admin/claims/subject/add/"
    typed = data_of(admin_client.get(address)) | {"slug": "x", "wikidata": "x" * 10_000_000}
    response = admin_client.post(address, typed)
    assert response.status_code == 413
    assert "your browser has kept what you typed" in response.content.decode()
    assert not Subject.objects.exists()


def test_a_form_of_too_many_fields_is_refused_the_same_way(admin_client):
    typed = {f"field-{number}": "x" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    assert admin_client.post("/admin/claims/subject/add/", typed).status_code == 413


@pytest.mark.parametrize("field", ["translations-0-statement", "translations-0-speaker", "slug"])
@pytest.mark.parametrize(
    ("text", "name"), [(OVERRIDE, "U+202E RIGHT-TO-LEFT OVERRIDE"), ("a\x07b", "U+0007")]
)
def test_what_nobody_can_see_is_named_and_the_rest_stays(admin_client, field, text, name):
    desk.make_claim()
    address = f"/admin/claims/claim/{Claim.objects.get().pk}/change/"
    if field == "slug":
        address = "/admin/claims/claim/add/"
    typed = data_of(admin_client.get(address)) | {field: text, "note": "typed"}
    response = admin_client.post(address, typed)
    assert response.status_code == 200
    page = response.content.decode()
    assert f"nobody can see, behind “{text.split(chr(0x202E))[0].split(chr(7))[0]}”: {name}" in page
    assert text in page


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "x < y & z", "\u200f\u05e2\u05d1", "👩‍👩‍👧 says"]
)
def test_what_can_be_seen_is_text_and_nothing_else(admin_client, text):
    desk.make_claim()
    address = f"/admin/claims/claim/{Claim.objects.get().pk}/change/"
    typed = data_of(admin_client.get(address)) | {"translations-0-statement": text}
    assert admin_client.post(address, typed).status_code == 302
    assert Claim.objects.get().translations.get(language="en").statement == text
    assert "<script>alert" not in admin_client.get(address).content.decode()


@pytest.mark.parametrize(
    ("address", "length"),
    [("/check/", 3_000_001), ("/api/v1/match/", 3_000_001), ("/v1alpha1/claims:search", 10**20),
     ("/submit/", 10**9), ("/admin/account/sign-in/", 52_000_001), ("/api/v1/desk/claims/", 10**9)],
)  # fmt: skip
def test_what_is_told_to_be_too_large_is_not_read(client, address, length):
    """Else a file that a stranger sends would fill the disk while it is read."""

    class Unread:
        def read(self, *args):
            raise AssertionError("it was read")

        readline = read

    answer = client.generic(
        "POST", address, CONTENT_TYPE="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(length), "wsgi.input": Unread()},
    )  # fmt: skip
    assert answer.status_code == (400 if address.startswith("/v1alpha1/") else 413)
    is_page = not address.startswith(("/api/", "/v1alpha1/"))
    assert answer["Content-Type"].startswith("text/html") is is_page
