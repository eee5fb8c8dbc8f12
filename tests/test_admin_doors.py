"""The page before a door: what it shows, what it takes, and that each row goes through whole."""

import threading

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.urls import reverse

from claims import document
from claims.models import Claim, ClaimRedirect, PublishedClaim, Revision, Verdict
from claims.review import propose_correction, submit

from . import desk
from .admin_forms import NO_KEYS, data_of, door, make_editor, make_signer, messages, page
from .helpers import document_of

VERDICTS = reverse("admin:claims_verdict_changelist")
CLAIMS = reverse("admin:claims_claim_changelist")


@pytest.fixture
def signer(client, db):
    signer = make_signer()
    client.force_login(signer)
    return signer


def chosen(name, *rows, **typed):
    return {"action": name, "_selected_action": [row.pk for row in rows]} | typed


def confirmed(name, *rows, **typed):
    return chosen(name, *rows, confirm=name, **typed)


def seen(verdict):
    """What the page before a door posts back: a hash of what somebody read there."""
    row = document.verdicts_to_render().get(pk=verdict.pk)
    return {f"seen-{verdict.pk}": document.fingerprint(row)}


def test_nobody_signs_what_they_have_not_seen(client, signer, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    submit(draft, by=author)
    shown = seen(draft)
    assert shown[f"seen-{draft.pk}"] in client.get(door(draft, "approve")).content.decode()
    draft.claim.translations.filter(language="en").update(statement="The opposite was said.")
    response = client.post(door(draft, "approve"), {"confirm": "approve"} | shown)
    assert "has changed since you opened it" in messages(response)[-1]
    draft.refresh_from_db()
    assert draft.status == "in-review"


def make_approved(slug, *, author, reviewer, one_sided=False):
    draft = desk.make_draft(desk.make_claim(slug), author=author)
    if one_sided:
        draft.evidence.filter(stance="supports").delete()
    return desk.approve(draft, by=reviewer)


def is_public(row):
    return PublishedClaim.objects.filter(slug=row.claim.slug).exists()


def test_the_whole_way_by_buttons(client, author):
    """Draft, submitted, approved, published: each button leads to a page, the page to the door."""
    draft = desk.make_draft(desk.make_claim(), author=author)
    for user, name, status in [
        (make_editor(), "submit", "in-review"),
        (make_signer(), "approve", "approved"),
        (make_signer("sue"), "publish", "published"),
    ]:
        client.force_login(user)
        form = client.get(page(Verdict, "change", draft.pk)).content.decode()
        assert door(draft, name) in form
        asked = client.get(door(draft, name)).content.decode()
        assert "Nothing stands in the way." in asked
        draft.refresh_from_db()
        assert draft.status != status
        response = client.post(door(draft, name), {"confirm": name} | seen(draft))
        assert response.url == page(Verdict, "change", draft.pk)
        draft.refresh_from_db()
        assert draft.status == status
    assert is_public(draft)
    history = LogEntry.objects.order_by("pk").values_list("change_message", flat=True)
    assert list(history) == ["submitted for review", "approved", "published"]
    assert LogEntry.objects.latest("pk").object_repr == "The bridge cost 90 million. — Mostly false"


def test_choosing_an_action_shows_a_page_and_changes_nothing(client, signer, approved):
    response = client.post(VERDICTS, chosen("publish", approved))
    assert response.status_code == 200
    assert "The bridge cost 90 million." in response.content.decode()
    assert f'name="_selected_action" value="{approved.pk}"' in response.content.decode()
    assert not is_public(approved)


def test_a_warning_needs_its_own_tick(client, signer, author, reviewer):
    ticked, unticked = (
        make_approved(slug, author=author, reviewer=reviewer, one_sided=True) for slug in "ab"
    )
    asked = client.post(VERDICTS, chosen("publish", ticked, unticked)).content.decode()
    assert asked.count("All evidence has one stance") == 2
    tick = f"read-{ticked.pk}-one-stance"
    assert tick in asked
    response = client.post(VERDICTS, confirmed("publish", ticked, unticked, **{tick: "on"}))
    assert (is_public(ticked), is_public(unticked)) == (True, False)
    assert [item.pk for item in response.context["items"]] == [unticked.pk]
    said = " ".join(messages(response))
    assert "published." in said
    assert "All evidence has one stance: refutes." in said


def test_an_error_cannot_be_ticked_away(client, signer, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    asked = client.get(door(draft, "publish")).content.decode()
    assert f"read-{draft.pk}-approved" not in asked
    assert 'value="Publish"' not in asked
    ticks = {f"read-{draft.pk}-approved": "on", f"read-{draft.pk}-reviewer": "on"}
    client.post(door(draft, "publish"), {"confirm": "publish"} | ticks)
    assert not is_public(draft)


def test_sending_it_twice_does_it_once(client, signer, approved):
    for _ in range(2):
        client.post(VERDICTS, confirmed("publish", approved))
        client.post(door(approved, "publish"), {"confirm": "publish"})
    assert Revision.objects.count() == 1
    assert LogEntry.objects.count() == 1


def test_what_was_done_already_is_told_as_that(client, signer, published):
    claim = Claim.objects.get(slug=published().claim)
    typed = {"confirm": "seal", "rule": "Court order 7/2026", "confirmation": "bridge-cost"}
    said = [messages(client.post(door(claim, "seal"), typed, follow=True))[-1] for _ in range(2)]
    assert said == [f"The bridge cost 90 million.: sealed{end}." for end in ("", " already")]
    assert [row.change_message for row in LogEntry.objects.all()] == ["sealed"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_clicks_at_once_leave_one_entry():
    """Each in a thread with a connection of its own, as browsers have it."""
    people = {"author": desk.make_author(), "reviewer": desk.make_reviewer()}
    signer, verdict = make_signer(), make_approved("a", **people)
    ready, answers = threading.Barrier(4), []

    def click():
        client = Client()
        client.force_login(signer)
        ready.wait()
        answers.append(client.post(door(verdict, "publish"), {"confirm": "publish"}).status_code)
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert answers == [302] * 4
    assert Revision.objects.count() == 1
    assert LogEntry.objects.count() == 1


def test_submitting_twice_says_so(client, signer, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    client.post(door(draft, "submit"), {"confirm": "submit"})
    response = client.post(door(draft, "submit"), {"confirm": "submit"})
    assert "This verdict is in review" in messages(response)[-1]


def test_sending_back(client, signer, approved):
    client.post(VERDICTS, confirmed("send_back", approved, reason="The ramp is missing."))
    approved.refresh_from_db()
    assert (approved.status, approved.reviewer) == ("draft", None)


def test_a_correction_says_what_readers_are_told(client, signer, published):
    revision = published()
    verdict = Verdict.objects.get()
    verdict.claim.translations.filter(language="en").update(statement="The bridge cost 95 million.")
    text = {"en": "The figure was 95.", "zh-Hans": "  "}
    propose_correction(verdict, kind="minor", text=text, by=verdict.author)
    assert client.post(door(verdict, "correct"), {"confirm": "correct"}).status_code == 302
    document = document_of(Revision.objects.get(claim=revision.claim, number=2))
    assert document["corrections"][0]["text"] == {"en": "The figure was 95."}
    assert document["statement"]["en"] == "The bridge cost 95 million."


@pytest.mark.parametrize("name", ["propose_correction", "retract"])
def test_a_public_text_is_asked_for(client, signer, published, name):
    published()
    verdict = Verdict.objects.get()
    response = client.post(door(verdict, name), {"confirm": name, "kind": "minor"})
    assert "Write the public text in at least one language." in response.content.decode()
    assert Revision.objects.count() == 1


def test_what_was_typed_stays_when_a_door_refuses(client, signer, approved):
    typed = {"kind": "minor", "text_en": "We had the wrong year."}
    address = door(approved, "propose_correction")
    response = client.post(address, {"confirm": "propose_correction"} | typed)
    assert "Nothing of this claim is public" in messages(response)[0]
    assert "We had the wrong year." in response.content.decode()


def test_the_proposer_is_offered_no_way_to_carry_it_out(client, signer, published):
    published()
    verdict = Verdict.objects.get()
    verdict.claim.translations.filter(language="en").update(statement="The bridge cost 95 million.")
    typed = {"confirm": "propose_correction", "kind": "minor", "text_en": "It was 95."}
    client.post(door(verdict, "propose_correction"), typed)
    assert (
        door(verdict, "correct")
        not in client.get(page(Verdict, "change", verdict.pk)).content.decode()
    )
    response = client.post(door(verdict, "correct"), {"confirm": "correct"})
    assert "somebody else must carry it out" in messages(response)[-1]
    assert Revision.objects.count() == 1


def test_a_successor_corrects_its_predecessor(client, signer, author, reviewer, published):
    published()
    old = Verdict.objects.get()
    new = desk.approve(desk.make_draft(old.claim, author=author, rating_slug="false"), by=reviewer)
    form = client.get(page(Verdict, "change", new.pk)).content.decode()
    assert door(new, "propose_correction") in form
    assert door(new, "publish") not in form
    propose_correction(new, kind="substantial", text={"en": "It is false."}, by=author)
    assert door(new, "correct") in client.get(page(Verdict, "change", new.pk)).content.decode()
    client.post(door(new, "correct"), {"confirm": "correct"})
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.status, new.status) == ("superseded", "published")


def test_retracting(client, signer, published):
    published()
    verdict = Verdict.objects.get()
    typed = {"text_en": "A source was forged.", "text_zh-Hans": "来源系伪造。"}
    client.post(door(verdict, "retract"), {"confirm": "retract"} | typed)
    document = document_of(Revision.objects.latest("seq"))
    assert document["retraction"]["reason"] == {
        "en": "A source was forged.", "zh-Hans": "来源系伪造。",
    }  # fmt: skip


def test_retracting_a_draft_leaves_the_published_verdict_alone(client, signer, author, published):
    published()
    in_force = Verdict.objects.get()
    draft = desk.make_draft(in_force.claim, author=author)
    client.post(VERDICTS, confirmed("retract", draft, text_en="Oops."))
    in_force.refresh_from_db()
    assert in_force.status == "published"


def test_merging(client, signer, published):
    published("twin")
    published("bridge-cost")
    twin, into = (Claim.objects.get(slug=slug) for slug in ("twin", "bridge-cost"))
    assert "admin-autocomplete" in client.post(CLAIMS, chosen("merge", twin)).content.decode()
    client.post(CLAIMS, confirmed("merge", twin, into=into.pk))
    assert ClaimRedirect.objects.get(slug="twin").to == "bridge-cost"
    form = client.get(page(Claim, "change", twin.pk)).content.decode()
    assert page(Claim, "change", into.pk) in form
    assert door(twin, "merge") not in form
    assert "Write a verdict" not in form
    assert "Write a verdict" in client.get(page(Claim, "change", into.pk)).content.decode()


def test_undoing_a_merge(client, signer, published):
    published("twin")
    published("bridge-cost")
    twin, into = (Claim.objects.get(slug=slug) for slug in ("twin", "bridge-cost"))
    client.post(CLAIMS, confirmed("merge", twin, into=into.pk))
    client.post(door(twin, "unmerge"), {"confirm": "unmerge"})
    assert not ClaimRedirect.objects.exists()
    assert PublishedClaim.objects.filter(slug="twin").exists()


def test_merging_into_itself_is_refused(client, signer, published):
    claim = Claim.objects.get(slug=published().claim)
    response = client.post(door(claim, "merge"), {"confirm": "merge", "into": claim.pk})
    assert "A claim cannot be merged into itself." in messages(response)[0]


@pytest.mark.parametrize("key", NO_KEYS)
def test_merging_into_what_is_no_claim_is_a_form_error(client, signer, published, key):
    claim = Claim.objects.get(slug=published().claim)
    response = client.post(door(claim, "merge"), {"confirm": "merge", "into": key})
    assert response.status_code == 200
    assert response.context["form"].errors["into"]


@pytest.mark.parametrize("key", NO_KEYS)
def test_choosing_what_is_no_row_says_so(client, signer, approved, key):
    for keys in ([key], [approved.pk, key]):
        typed = {"action": "publish", "confirm": "publish", "_selected_action": keys}
        response = client.post(VERDICTS, typed, follow=True)
        assert messages(response) == ["Choose rows of this list."]
    assert not is_public(approved)


@pytest.mark.parametrize(
    ("typed", "is_sealed"),
    [
        ({"rule": "Court order 7/2026", "confirmation": "bridge-cost"}, True),
        ({"rule": "Court order 7/2026", "confirmation": "bridge-cost", "numbers": "1"}, True),
        ({"rule": "Court order 7/2026", "confirmation": "yes"}, False),
        ({"rule": " ", "confirmation": "bridge-cost"}, False),
        ({"rule": "Order", "confirmation": "bridge-cost", "numbers": "one"}, False),
        ({"rule": "Order", "confirmation": "bridge-cost", "numbers": "9"}, False),
        ({"rule": "Order", "confirmation": "bridge-cost", "numbers": "9" * 5000}, False),
    ],
)
def test_sealing_needs_its_rule_and_a_typed_confirmation(
    client, signer, published, typed, is_sealed
):
    revision = published()
    claim = Claim.objects.get(slug=revision.claim)
    asked = client.get(door(claim, "seal")).content.decode()
    assert "Type the claim&#x27;s slug, bridge-cost: this cannot be undone." in asked
    client.post(door(claim, "seal"), {"confirm": "seal"} | typed)
    revision.refresh_from_db()
    assert revision.is_sealed is is_sealed
    assert client.get(page(Revision, "change", revision.pk)).status_code == 200
    assert client.get(page(Revision, "changelist")).status_code == 200


def test_the_gate_speaks_on_the_verdicts_form(client, signer, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    draft.translations.all().delete()
    form = client.get(page(Verdict, "change", draft.pk)).content.decode()
    assert "Write the summary in one of these languages: en." in form
    assert 'href="#translations-group"' in form


def test_save_and_submit_saves_first(client, signer, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    address = page(Verdict, "change", draft.pk)
    typed = data_of(client.get(address)) | {"confidence": "low", "_door_submit": "1"}
    response = client.post(address, typed)
    assert response.url == door(draft, "submit")
    draft.refresh_from_db()
    assert (draft.confidence, draft.status) == ("low", "draft")


def test_too_many_at_once_are_refused(client, signer, author, monkeypatch):
    monkeypatch.setattr("claims.admin.doors.LIMIT", 1)
    drafts = [desk.make_draft(desk.make_claim(slug), author=author) for slug in "ab"]
    response = client.post(VERDICTS, chosen("submit", *drafts), follow=True)
    assert "Choose at most 1 at a time." in messages(response)[0]


def test_an_unknown_door_or_verdict_is_not_found(client, signer, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    assert client.get(door(draft, "unpublish")).status_code == 404
    assert client.get(page(Verdict, "door", 0, "publish")).status_code == 404


def test_a_row_that_went_in_the_meantime_breaks_nothing(client, signer, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    submit(draft, by=author)
    assert client.post(VERDICTS, confirmed("approve", draft) | seen(draft)).status_code == 302
    other = desk.make_draft(desk.make_claim("other"), author=author)
    gone = chosen("submit", other)
    other.delete()
    assert client.post(VERDICTS, gone | {"confirm": "submit"}).status_code == 302
