"""What the desk refuses programs, and that it does so as problems, with nothing half done."""

import json
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from claims import keys, publishing, review
from claims.models import (
    Appearance,
    Claim,
)

from . import desk
from .admin_forms import data_of, page
from .programs import (
    CLAIM,
    DESK,
    EVIDENCE,
    SOURCE,
    Program,
    contributor,
    kind,
    with_a_draft,
    written,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return contributor()


# --- Keys ----------------------------------------------------------------------------


def test_each_bad_key_is_told_from_the_others(program, client):
    def asked(authorization):
        headers = {"Authorization": authorization} if authorization else {}
        response = client.get(f"{DESK}claims/", headers=headers)
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == 'Bearer realm="desk"'
        assert response["Content-Type"] == "application/problem+json"
        return kind(json.loads(response.content))

    assert asked(None) == asked("Basic YTpi") == asked(program.key) == "key-missing"
    for key in ("", "fck_", program.key[:-1], program.key.upper(), f"{program.key}x", "\xff"):
        assert asked(f"Bearer {key}") == "key-unknown"
    program.user.is_active = False
    program.user.save()
    assert asked(f"Bearer {program.key}") == "key-without-owner"
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1)):
        assert asked(f"Bearer {program.key}") == "key-expired"
    keys.revoke(program.row, by=program.user)
    assert asked(f"Bearer {program.key}") == "key-revoked"


@pytest.mark.parametrize(
    ("scopes", "refused"),
    [
        ([], {"sources", "claims", "verdicts", "evidence", "submit"}),
        (["sources:write"], {"claims", "verdicts", "evidence", "submit"}),
        (["claims:write"], {"sources", "verdicts", "evidence", "submit"}),
        (["verdicts:write"], {"sources", "claims", "submit"}),
        (["verdicts:submit"], {"sources", "claims", "verdicts", "evidence"}),
    ],
)
def test_a_key_writes_what_its_scopes_say_and_reads_the_rest(program, scopes, refused):
    verdict = with_a_draft(program)
    piece = program.post(f"{verdict}evidence/", EVIDENCE)["id"]
    written = {
        "sources": ("sources/tower-plan/", {"note": "x"}),
        "claims": ("claims/tower-height/", {"kind": "arithmetic"}),
        "verdicts": (verdict, {"confidence": "low"}),
        "evidence": (f"{verdict}evidence/{piece}/", {"locator": "1"}),
    }
    keys.revoke(program.row, by=program.user)
    narrow = Program(program.user, scopes)
    for name, (address, change) in written.items():
        narrow.get(address)
        said = narrow.patch(address, change, 403 if name in refused else 200)
        assert name not in refused or kind(said) == "scope-missing"
    narrow.get(verdict)
    narrow.submit(verdict, 403 if "submit" in refused else 200)


def test_a_key_can_no_more_than_its_owner(db):
    makes_keys = "claims.add_accesskey"
    program = Program(desk.make_user("nobody", makes_keys))
    assert kind(program.get("claims/", 403)) == "permission-missing"
    program = Program(desk.make_user("reader", makes_keys, "claims.view_claim"))
    program.get("claims/")
    assert kind(program.post("claims/", CLAIM, 403)) == "permission-missing"
    assert not Claim.objects.exists()


# --- Whose it is, and how far it has come --------------------------------------------


def everything_of(author):
    """A draft of somebody with all its parts, each with a change that would be fine."""
    source = desk.make_source("theirs", created_by=author)
    claim = desk.make_claim("their-claim", created_by=author)
    Appearance.objects.create(claim=claim, source=source, exact="x")
    verdict = desk.make_draft(claim, author=author)
    piece = verdict.evidence.first()
    return verdict, {
        "sources/theirs/": {"title": "Mine"},
        "claims/their-claim/": {"statement": {"en": "Mine."}},
        f"verdicts/{verdict.pk}/": {"summary": {"en": "Mine."}},
        f"verdicts/{verdict.pk}/evidence/{piece.pk}/": {"stance": "context"},
    }


def test_nobody_writes_in_the_drafts_of_others(program, author):
    verdict, changes = everything_of(author)
    before = written()
    for address, change in changes.items():
        program.get(address)
        assert kind(program.patch(address, change, 403)) == "permission-missing"
    program.get(f"verdicts/{verdict.pk}/")
    program.submit(f"verdicts/{verdict.pk}/", 403)
    program.post(f"verdicts/{verdict.pk}/evidence/", EVIDENCE | {"source": "theirs"}, 403)
    address = list(changes)[-1]
    program.get(address)
    program.delete(address, 403)
    assert written() == before


@pytest.mark.parametrize("status", ["in-review", "approved", "published"])
def test_what_a_reviewer_or_readers_have_is_fixed_for_everybody(author, reviewer, status):
    program = Program(author)
    verdict, changes = everything_of(author)
    review.submit(verdict, by=author)
    if status != "in-review":
        review.approve(verdict, by=reviewer)
    if status == "published":
        publishing.publish(verdict, by=reviewer)
    address = f"verdicts/{verdict.pk}/"
    before = written()
    for part in list(changes)[2:]:
        program.get(part)
        assert kind(program.patch(part, changes[part], 409)) == "not-a-draft"
    program.delete(list(changes)[-1], 409)
    program.post(f"{address}evidence/", EVIDENCE | {"source": "theirs"}, 409)
    program.get(address)
    program.submit(address, 409)
    assert written() == before


def test_a_contributors_claim_is_theirs_until_a_reviewer_has_it(program):
    verdict = with_a_draft(program)
    program.post(f"{verdict}evidence/", EVIDENCE)
    program.get(verdict)
    program.submit(verdict)
    for address, change in (
        ("claims/tower-height/", {"kind": "arithmetic"}),
        ("sources/tower-plan/", {"note": "x"}),
    ):
        program.get(address)
        program.patch(address, change, 403)


TAKEN = {
    "claims/": [
        *("id", "pk", "created_by", "created_by_id", "created_at", "merged_into", "verdicts"),
        *("status", "publish", "published_at", "translations", "modified_at"),
    ],
    "sources/": ["created_by", "link_state", "link_ok_at", "snapshots", "archive_copies", "text"],
    "verdicts/": [
        *("status", "author", "author_id", "reviewer", "submitted_by", "published_at"),
        *("publish_at", "scheduled_by", "approved_sha256", "submitted_sha256", "evidence"),
        *("accepted_warnings", "assignee", "recheck_on", "due_on", "id", "corrections"),
    ],
    "evidence/": ["quote_state", "verdict", "verdict_id", "id"],
}


@pytest.mark.parametrize("kind_of", TAKEN)
def test_nothing_is_assigned_that_is_not_offered(program, kind_of):
    verdict = with_a_draft(program)
    piece = program.post(f"{verdict}evidence/", EVIDENCE)["id"]
    new, made = {
        "claims/": (("claims/", CLAIM | {"slug": "new"}), "claims/tower-height/"),
        "sources/": (("sources/", SOURCE | {"slug": "new", "url": None}), "sources/tower-plan/"),
        "verdicts/": (("verdicts/", {"claim": "tower-height"}), verdict),
        "evidence/": ((f"{verdict}evidence/", EVIDENCE), f"{verdict}evidence/{piece}/"),
    }[kind_of]
    before = written()
    program.get(made)
    for name in TAKEN[kind_of]:
        for value in ("published", 1, None, [], {}):
            problem = program.post(new[0], new[1] | {name: value}, 400)
            assert (kind(problem), problem["unknown"]) == ("unknown-field", [name])
            problem = program.patch(made, {name: value}, 400)
            assert (kind(problem), problem["unknown"]) == ("unknown-field", [name])
    assert written() == before


def test_what_never_changes_is_told_once(program):
    verdict = with_a_draft(program)
    for address, change in (
        ("claims/tower-height/", {"slug": "other"}),
        ("sources/tower-plan/", {"slug": "other"}),
        (verdict, {"claim": "tower-height"}),
    ):
        program.get(address)
        assert kind(program.patch(address, change, 400)) == "unknown-field"


def test_a_misspelt_field_is_told_with_the_right_one(program):
    problem = program.post("claims/", CLAIM | {"statment": {}}, 400)
    assert problem["did_you_mean"] == {"statment": "statement"}


# --- Versions ------------------------------------------------------------------------


def test_who_writes_says_what_they_have_read(program):
    program.post("claims/", CLAIM)
    first = program.etag
    change = {"kind": "arithmetic"}
    for etag in ("", " ", "*"):
        problem = program.patch("claims/tower-height/", change, 428, etag=etag)
        assert kind(problem) == "version-missing"
    for etag in (f"W/{first}", '"stale"', first.strip('"'), "\xff", '"a", "b"'):
        problem = program.patch("claims/tower-height/", change, 412, etag=etag)
        assert kind(problem) == "changed-meanwhile"
    program.patch("claims/tower-height/", change, etag=f'"other", {first}')
    program.patch("claims/tower-height/", change, 412, etag=first)
    assert Claim.objects.get().kind == "arithmetic"


def test_a_change_in_the_admin_is_a_change(program, client):
    program.post("claims/", CLAIM)
    client.force_login(program.user)
    address = page(Claim, "change", Claim.objects.get().pk)
    typed = data_of(client.get(address)) | {"translations-0-statement": "It is 91 metres high."}
    assert client.post(address, typed).status_code == 302
    program.patch("claims/tower-height/", {"kind": "arithmetic"}, 412)


def test_who_submits_has_read_the_evidence(program):
    verdict = with_a_draft(program)
    program.get(verdict)
    read = program.etag
    program.post(f"{verdict}evidence/", EVIDENCE)
    program.submit(verdict, 412, etag=read)
    assert kind(program.post(f"{verdict}submit/", status=428)) == "version-missing"
    program.get(verdict)
    assert kind(program.post(f"{verdict}submit/", {"publish": True}, 400, **{
        "If-Match": program.etag
    })) == "unknown-field"  # fmt: skip
    program.submit(verdict)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_who_change_the_same_at_once_one_is_told(author):
    desk.make_claim("race", created_by=author)
    program = Program(author)
    program.get("claims/race/")
    barrier, statuses = threading.Barrier(2), []

    def change(number):
        barrier.wait()
        response = Client().patch(
            f"{DESK}claims/race/",
            json.dumps({"statement": {"en": f"It is {number}."}}),
            content_type="application/json",
            headers={"If-Match": program.etag, "Authorization": f"Bearer {program.key}"},
        )
        statuses.append(response.status_code)
        connection.close()

    threads = [threading.Thread(target=change, args=[number]) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 412]


# --- HTTP ----------------------------------------------------------------------------


def test_what_is_no_json_is_a_problem(program):
    for body in (b"{", b"", b"[]", b'"x"', b"\xff", b'{"slug": NaN}', b'{"a": "\\ud800"}'):
        problem = program.post("claims/", body or b" ", 400)
        assert kind(problem) == "malformed-json"
    problem = program.post("claims/", b"[" * 200_000, 400)
    assert kind(problem) == "malformed-json"
    assert kind(program.post("claims/", b'{"slug": "' + b"x" * 2**20 + b'"}', 413)) == "too-large"


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"],
)
def test_other_media_types_are_refused(program, media_type):
    response = program.client.post(f"{DESK}claims/", b"slug=x", content_type=media_type)
    assert response.status_code == 415
    assert response["Content-Type"] == "application/problem+json"


def test_what_is_not_there_is_not_found(program):
    for address in ("claims/none/", "sources/none/", "verdicts/9/", "verdicts/9/evidence/"):
        program.get(address, 404)
    program.patch("claims/none/", {}, 404)
    program.post("verdicts/9/evidence/", EVIDENCE, 404)
    program.client.get(f"{DESK}nothing/").json()
    without_slash = program.client.post(f"{DESK}claims", b"{}", content_type="application/json")
    assert (without_slash.status_code, without_slash["Location"]) == (308, f"{DESK}claims/")
    for method in ("put", "delete"):
        assert getattr(program.client, method)(f"{DESK}claims/").status_code == 405
