"""A hundred rows at once: through the same doors, with a report that can be read."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims import publishing
from claims.models import Claim, ClaimTranslation, PublishedClaim, Verdict

from . import desk
from .admin_forms import make_editor, make_signer, messages
from .helpers import count_queries

VERDICTS = reverse("admin:claims_verdict_changelist")
CLAIMS = reverse("admin:claims_claim_changelist")
MANY = 101


def sent(client, address, name, rows, **typed):
    """Choose the rows, read the page in between, and press its button."""
    chosen = {"action": name, "_selected_action": [row.pk for row in rows]}
    items = client.post(address, chosen).context["items"]
    seen = {f"seen-{item.pk}": item.seen for item in items}
    return client.post(address, chosen | seen | typed | {"confirm": name})


def make_drafts(author, number):
    return [desk.make_draft(desk.make_claim(f"claim-{n}"), author=author) for n in range(number)]


def test_a_hundred_and_one_are_submitted_approved_and_published(client, author):
    drafts = make_drafts(author, MANY)
    drafts[7].translations.all().delete()  # no summary: the gate stops it
    client.force_login(make_editor())
    assert sent(client, VERDICTS, "submit", drafts).status_code == 302
    client.force_login(make_signer())
    assert sent(client, VERDICTS, "approve", drafts).status_code == 302
    client.get(VERDICTS)  # shows what was said so far
    response = sent(client, VERDICTS, "publish", drafts)
    assert PublishedClaim.objects.count() == MANY - 1
    *refused, done = messages(response)
    assert len(refused) == 1
    assert "Write the summary in one of these languages: en." in refused[0]
    assert done.startswith(f"<p>{MANY - 1}: published</p><ol><li>")
    assert done.count("<li>") == MANY - 1
    assert [item.pk for item in response.context["items"]] == [drafts[7].pk]


def test_the_page_before_a_door_asks_no_more_for_twelve_than_for_two(client, author):
    drafts = make_drafts(author, 12)
    client.force_login(make_signer())

    def ask(rows):
        chosen = {"action": "publish", "_selected_action": [row.pk for row in rows]}
        return client.post(VERDICTS, chosen)

    ask(drafts[:2])
    few = count_queries(lambda: ask(drafts[:2]))
    assert count_queries(lambda: ask(drafts)) == few


def test_names_that_stay_private_are_asked_for_once(client, author):
    desk.make_subject("roe", name="Jane Roe", is_private=True)
    drafts = make_drafts(author, 3)
    drafts[1].translations.update(summary="Jane Roe paid for it.")
    client.force_login(make_signer())
    chosen = {"action": "publish", "_selected_action": [row.pk for row in drafts]}
    with CaptureQueriesContext(connection) as asked:
        response = client.post(VERDICTS, chosen)
    assert sum('WHERE "claims_subject"."is_private"' in query["sql"] for query in asked) == 1
    named = ["private-person" in {note.rule for note in item.notes}
             for item in response.context["items"]]  # fmt: skip
    assert named == [False, True, False]


def test_what_changed_since_it_was_signed_stays_behind(client, author):
    drafts = make_drafts(author, 3)
    signer = make_signer()
    for draft in drafts:
        desk.approve(draft, by=signer)
    drafts[1].claim.topics.add(desk.make_topic("new"))
    client.force_login(signer)
    response = sent(client, VERDICTS, "publish", drafts)
    refused, done = messages(response)
    assert "has changed since it was approved. Send it back." in refused
    assert done.startswith("<p>2: published</p>")
    assert set(PublishedClaim.objects.values_list("slug", flat=True)) == {"claim-0", "claim-2"}


def test_what_was_published_meanwhile_is_told_apart(client, author):
    drafts = make_drafts(author, 3)
    signer = make_signer()
    for draft in drafts:
        desk.approve(draft, by=signer)
    publishing.publish(drafts[0], by=signer)
    publishing.publish(drafts[1], by=signer)
    client.force_login(signer)
    sent(client, VERDICTS, "publish", drafts)
    done, before = messages(client.get(VERDICTS))
    assert done.endswith(": published.")
    assert before.startswith("<p>2: published already</p>")
    assert LogEntry.objects.count() == 1


def test_names_in_a_report_are_text(client, author):
    client.force_login(make_editor())
    drafts = make_drafts(author, 2)
    ClaimTranslation.objects.update(statement="<b>Bold</b> & brash.")
    sent(client, VERDICTS, "submit", drafts)
    page = client.get(VERDICTS).content.decode()
    assert "<p>2: submitted for review</p>" in page
    assert "<b>Bold" not in page


def test_topics_are_added_and_taken_away(client, db):
    client.force_login(make_editor())
    old, new, kept = (desk.make_topic(slug) for slug in ("old", "new", "kept"))
    claims = [desk.make_claim(f"claim-{n}") for n in range(3)]
    for claim in claims:
        claim.topics.set([old, kept])
    other = desk.make_claim("other")
    sent(client, CLAIMS, "topics", claims, add=[new.pk], remove=[old.pk])
    for claim in claims:
        assert set(claim.topics.all()) == {new, kept}
    assert not other.topics.exists()


def test_a_contributor_sets_topics_of_their_own_claims(client, db):
    contributor, topic = desk.make_user("con", role="contributor"), desk.make_topic("new")
    client.force_login(contributor)
    claims = [desk.make_claim("theirs"), desk.make_claim("own", created_by=contributor)]
    response = sent(client, CLAIMS, "topics", claims, add=[topic.pk])
    assert "This claim is somebody else's: an editor can do this." in messages(response)[0]
    assert [claim.topics.count() for claim in claims] == [0, 1]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Choose a topic to add or to take away."),
        ({"add": ["T"], "remove": ["T"]}, "A topic is either added or taken away."),
        ({"add": ["0"]}, "Select a valid choice."),
    ],
)
def test_topics_that_make_no_sense_are_refused(client, db, typed, sentence):
    client.force_login(make_editor())
    topic, claim = desk.make_topic("old"), desk.make_claim()
    typed = {name: [topic.pk if pk == "T" else pk for pk in pks] for name, pks in typed.items()}
    response = sent(client, CLAIMS, "topics", [claim], **typed)
    assert sentence in response.content.decode()
    assert not Claim.objects.get().topics.exists()
    assert not Verdict.objects.exists()
