"""What programs elsewhere are told of the record: all of it, signed, and nothing else."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from claims import webhooks
from claims.choices import DeliveryState
from claims.models import Claim, Delivery, Webhook

from . import desk
from .admin_forms import data_of, door, errors, page
from .receivers import listening

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings):
    with listening() as server:
        settings.FETCH_ALLOWED = [server.host]
        yield server


@pytest.fixture
def hook(receiver, reviewer):
    return make_hook(receiver, by=reviewer)


def make_hook(receiver, *, by, **fields):
    url = f"http://{receiver.host}/hook"
    return webhooks.keep(Webhook(name="Them", url=url, **fields), by=by)


def later(**wait):
    """As if so much time had passed since the last attempts."""
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now())
    if wait:
        Webhook.objects.update(failing_since=timezone.now() - timedelta(**wait))


def types(receiver):
    return [json.loads(body)["type"] for _headers, body in receiver.got]


def test_each_revision_is_told_in_order(receiver, hook, published, reviewer, author):
    published()
    claim = Claim.objects.get()
    draft = desk.make_draft(claim, author=author, rating_slug="false")
    desk.correct(desk.approve(draft, by=reviewer), by=reviewer)
    desk.retract(claim, by=reviewer)
    assert webhooks.tell() == 3
    assert types(receiver) == ["claim.published", "claim.corrected", "claim.retracted"]
    assert webhooks.tell() == 0


def test_a_message_says_which_revision_and_where_to_read_it(receiver, hook, published, settings):
    settings.SITE_URL = "https://facts.example"
    revision = published()
    webhooks.tell()
    headers, body = receiver.got[0]
    assert headers["webhook-id"] == f"evt_{revision.seq}"
    assert headers["Content-Type"] == "application/json"
    message = json.loads(body)
    assert message.keys() == {"type", "timestamp", "data"}
    assert message["data"] == {
        "id": "bridge-cost",
        "revision": 1,
        "seq": revision.seq,
        "sha256": revision.sha256,
        "url": "https://facts.example/api/v1/claims/bridge-cost/",
    }


def test_the_signature_is_what_the_standard_says(receiver, hook, published):
    published()
    webhooks.tell()
    headers, body = receiver.got[0]
    Verifier(hook.secret).verify(body.decode(), headers)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(hook.secret.removeprefix("whsec_"))
    by_hand = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{by_hand}"


def test_nothing_of_the_desk_is_told(receiver, hook, author, approved):
    desk.make_draft(desk.make_claim("other"), author=author)
    assert webhooks.tell() == 0
    assert receiver.got == []


def test_what_was_public_before_is_not_told(receiver, published, reviewer):
    published()
    make_hook(receiver, by=reviewer)
    assert webhooks.tell() == 0


def test_a_kind_that_nothing_ever_is_cannot_be_asked_for(hook):
    with pytest.raises(IntegrityError, match="kinds_known"), transaction.atomic():
        Webhook.objects.update(kinds=["publish", "rumour"])
    hook.kinds = ["rumour"]
    with pytest.raises(ValidationError, match="Choose among"):
        hook.validate_constraints()


def test_a_hook_can_ask_for_some_kinds_only(receiver, published, reviewer):
    make_hook(receiver, by=reviewer, kinds=["retract"])
    published()
    desk.retract(Claim.objects.get(), by=reviewer)
    webhooks.tell()
    assert types(receiver) == ["claim.retracted"]


def test_what_failed_is_tried_again_with_the_same_id_and_a_longer_wait(receiver, hook, published):
    published()
    receiver.answers = [500, 503]
    waits = []
    for _ in range(2):
        webhooks.tell()
        delivery = Delivery.objects.get()
        waits.append(delivery.due_at - delivery.last_at)
        assert webhooks.tell() == 0  # not before its time
        later()
    assert webhooks.tell() == 1
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len(receiver.got) == 3
    assert waits[0] < waits[1]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.status) == ("taken", 3, 204)


def test_a_hook_that_fails_gets_the_rest_in_order_later(receiver, hook, published):
    sent = [f"evt_{published(slug).seq}" for slug in ("one", "two", "three")]
    receiver.answers = [204, 500]
    assert webhooks.tell() == 1
    assert len(receiver.got) == 2  # the third one waits for the next turn
    later()
    assert webhooks.tell() == 2
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert ids == [sent[0], sent[1], sent[1], sent[2]]


def test_a_hook_that_fails_does_not_hold_up_another(receiver, hook, published, reviewer):
    make_hook(receiver, by=reviewer)
    published()
    receiver.answers = [500]
    assert webhooks.tell() == 1
    assert len(receiver.got) == 2


def test_what_nobody_takes_is_given_up_at_last(receiver, hook, published):
    published()
    receiver.answers = [400] * 20
    for _ in range(20):
        webhooks.tell()
        later()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("given up", 10)
    assert len(receiver.got) == 10


def test_a_hook_that_takes_nothing_for_days_is_turned_off(receiver, hook, published):
    published()
    receiver.answers = [500, 500, 500]
    webhooks.tell()
    later(days=4)
    webhooks.tell()
    hook.refresh_from_db()
    assert hook.is_on
    later(days=6)
    webhooks.tell()
    hook.refresh_from_db()
    assert (hook.is_on, hook.off_because) == (False, "It took nothing for 5 days.")
    later()
    webhooks.tell()
    assert len(receiver.got) == 3


def test_gone_turns_it_off_at_once_and_on_again_it_goes_on_where_it_stopped(
    receiver, hook, published, reviewer
):
    published("one")
    receiver.answers = [410]
    webhooks.tell()
    hook.refresh_from_db()
    assert not hook.is_on
    published("two")
    assert webhooks.tell() == 0
    hook.is_on = True
    webhooks.keep(hook, by=reviewer)
    later()
    assert webhooks.tell() == 2
    hook.refresh_from_db()
    assert (hook.off_because, hook.failing_since) == ("", None)


def test_one_success_ends_the_count_of_days(receiver, hook, published):
    published("one")
    receiver.answers = [500, 204]
    webhooks.tell()
    later(days=4)
    webhooks.tell()
    hook.refresh_from_db()
    assert hook.failing_since is None


def test_what_the_other_side_said_stands_in_the_log(receiver, hook, published):
    def refuse(request):
        said = "Wrong\0 token, 你好".encode()
        request.send_response(401)
        request.send_header("Content-Length", str(len(said)))
        request.end_headers()
        request.wfile.write(said)

    published()
    receiver.answers = [refuse]
    webhooks.tell()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.problem) == (401, "Wrong token, 你好")


def test_a_redirect_is_not_taken(receiver, hook, published):
    published()
    receiver.answers = [302]
    assert webhooks.tell() == 0
    assert Delivery.objects.get().status == 302


def test_a_host_that_is_not_public_gets_nothing(receiver, hook, published, settings):
    settings.FETCH_ALLOWED = []
    published()
    assert webhooks.tell() == 0
    assert receiver.got == []
    assert "https://" in Delivery.objects.get().problem


def test_a_worker_that_died_leaves_its_message_to_the_next(receiver, hook, published):
    published()
    webhooks._prepare(hook.pk)
    assert webhooks._take(hook.pk)  # and dies
    assert webhooks.tell() == 0
    assert Delivery.objects.get().due_at <= timezone.now() + webhooks.LEASE
    later()
    assert webhooks.tell() == 1


def test_a_ping_arrives_and_says_nothing(receiver, hook, reviewer):
    webhooks.ping(hook, by=reviewer)
    assert webhooks.tell() == 1
    headers, body = receiver.got[0]
    assert json.loads(body)["type"] == "ping"
    Verifier(hook.secret).verify(body.decode(), headers)


def test_no_ping_to_a_hook_that_is_off(hook, reviewer):
    hook.is_on = False
    webhooks.keep(hook, by=reviewer)
    with pytest.raises(ValidationError, match="turned off"):
        webhooks.ping(hook, by=reviewer)


def test_for_a_day_both_secrets_sign(receiver, hook, reviewer):
    old = hook.secret
    new = webhooks.change_secret(hook, by=reviewer).secret
    assert old != new
    webhooks.ping(hook, by=reviewer)
    webhooks.tell()
    headers, body = receiver.got[0]
    for secret in (old, new):
        Verifier(secret).verify(body.decode(), headers)
    Webhook.objects.update(old_secret_until=timezone.now())
    webhooks.ping(hook, by=reviewer)
    webhooks.tell()
    headers, body = receiver.got[1]
    assert " " not in headers["webhook-signature"]


def test_a_delivery_can_be_sent_again(receiver, hook, published, reviewer):
    published()
    webhooks.tell()
    delivery = Delivery.objects.get()
    webhooks.send_again(delivery, by=reviewer)
    with pytest.raises(ValidationError, match="waits"):
        webhooks.send_again(delivery, by=reviewer)
    webhooks.tell()
    first, second = (headers["webhook-id"] for headers, _ in receiver.got)
    assert first == second


def test_old_deliveries_are_forgotten_and_waiting_ones_kept(receiver, hook, published):
    published("one"), published("two")
    receiver.answers = [204, 500]
    webhooks.tell()
    Delivery.objects.update(made_at=timezone.now() - timedelta(days=31))
    assert webhooks.forget() == 1
    assert Delivery.objects.get().state == DeliveryState.WAITING


def test_no_secret_stands_in_the_history(hook, reviewer):
    webhooks.change_secret(hook, by=reviewer)
    columns = {field.name for field in Webhook.pgh_event_model._meta.get_fields()}
    assert {"name", "url", "kinds", "is_on"} <= columns
    assert not {"secret", "old_secret"} & columns


def test_many_revisions_cost_no_more_queries_each(receiver, hook, published):
    published("one")
    with CaptureQueriesContext(connection) as one:
        webhooks.tell()
    for number in range(4):
        published(f"more-{number}")
    with CaptureQueriesContext(connection) as four:
        webhooks.tell()
    assert len(four) <= 4 * len(one)


# --- In the admin ---------------------------------------------------------------


@pytest.fixture
def administrator():
    return desk.make_user("root", role="administrator")


ADD = "/admin/claims/webhook/add/"


def test_an_administrator_adds_one_and_reads_its_secret_there(client, administrator, published):
    published()
    client.force_login(administrator)
    typed = {"name": "Mirror", "url": "https://hooks.example/a?b=c", "kinds": ["publish", "seal"]}
    assert client.post(ADD, typed | {"is_on": "on"}).status_code == 302
    hook = Webhook.objects.get()
    assert (hook.kinds, hook.told) == (["publish", "seal"], 1)
    assert hook.secret in client.get(page(Webhook, "change", hook.pk)).content.decode()
    assert hook.secret not in client.get(page(Webhook, "changelist")).content.decode()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hooks.example/", "Only addresses with https://"),
        ("https://hooks.example:8080/", "no port of their own"),
        ("https://10.0.0.1/", "not on the public network"),
        ("https://user:pw@hooks.example/", "name or password"),
        ("hooks.example", "Only addresses with https://"),
        ("https://bücher.example/", "no web address"),
    ],
)
def test_an_address_that_cannot_work_is_refused_at_the_form(client, administrator, url, why):
    client.force_login(administrator)
    response = client.post(ADD, {"name": "Mirror", "url": url, "is_on": "on"})
    assert response.status_code == 200
    assert why in errors(response)
    assert not Webhook.objects.exists()


def test_its_doors_lead_to_the_worker(client, administrator, receiver, hook):
    client.force_login(administrator)
    assert door(hook, "ping") in client.get(page(Webhook, "change", hook.pk)).content.decode()
    assert client.post(door(hook, "ping"), {"confirm": "ping"}).status_code == 302
    assert webhooks.tell() == 1
    delivery = Delivery.objects.get()
    again = {"confirm": "send_again"}
    shown = client.get(page(Delivery, "change", delivery.pk)).content.decode()
    assert door(delivery, "send_again") in shown
    assert client.post(door(delivery, "send_again"), again).status_code == 302
    assert webhooks.tell() == 1
    assert client.post(door(hook, "new_secret"), {"confirm": "new_secret"}).status_code == 302
    assert Webhook.objects.get().old_secret == hook.secret


def test_saving_the_form_leaves_what_the_worker_wrote_meanwhile(
    client, administrator, receiver, hook, published
):
    client.force_login(administrator)
    typed = data_of(client.get(page(Webhook, "change", hook.pk)))
    published()
    webhooks.tell()
    assert client.post(page(Webhook, "change", hook.pk), typed).status_code == 302
    assert Webhook.objects.get().told == 1
    assert webhooks.tell() == 0


def test_a_reviewer_sees_no_webhook(client, reviewer, hook):
    client.force_login(reviewer)
    for model in (Webhook, Delivery):
        assert client.get(page(model, "changelist")).status_code == 403
