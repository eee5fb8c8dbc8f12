"""Telling other programs what the record says, in the form of Standard Webhooks 1.0.

What is to be told stands in the record, and how far each webhook has been told in its own row: so
nothing is lost with a job, and publishing does nothing for it. Each revision becomes a delivery,
which is tried again until it is taken; its id stays the same, so that whoever gets it twice knows.
"""

import secrets
from datetime import timedelta

import orjson
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from standardwebhooks import Webhook as Signer

from sources import fetching
from sources.history import signed

from .chain import moment
from .choices import Action, DeliveryState
from .models.hooks import Delivery, Webhook, new_secret
from .models.record import Revision

PING = "ping"
DONE = {
    Action.PUBLISH: "published",
    Action.CORRECT: "corrected",
    Action.RETRACT: "retracted",
    Action.MERGE: "merged",
    Action.ABSORB: "absorbed",
    Action.RESTORE: "restored",
    Action.SEAL: "sealed",
}
# How long to wait after each attempt that failed; after the last one, it is given up.
WAITS = [
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
]
PATIENCE = timedelta(days=5)  # a webhook that takes nothing for so long is turned off
LEASE = timedelta(minutes=2)  # a worker that dies meanwhile leaves it to the next after that
OVERLAP = timedelta(days=1)  # an old secret signs too, until the receiver knows the new one
KEPT = timedelta(days=30)
AT_ONCE = 500
GONE = 410


# --- What people do (all raise ValidationError where a step makes no sense) -----------


@signed
@transaction.atomic
def keep(webhook, *, by):
    """Save what an administrator wrote. A new one is told from the record's next revision on.

    One that is turned on again goes on where it stopped, and is given its patience anew.
    """
    if webhook.pk is None:
        webhook.told = _last()
        webhook.save()
        return webhook
    written = ["name", "url", "kinds", "is_on"]
    if webhook.is_on:
        webhook.off_because, webhook.failing_since = "", None
        written += ["off_because", "failing_since"]
    webhook.save(update_fields=written)  # the worker writes the others meanwhile
    return webhook


@signed
@transaction.atomic
def ping(webhook, *, by):
    """Put a message without meaning in line, to see whether it arrives."""
    if not webhook.is_on:
        raise ValidationError(_("It is turned off: turn it on first."))
    now = timezone.now()
    return Delivery.objects.create(
        webhook=webhook,
        event=f"evt_ping_{secrets.token_hex(8)}",
        kind=PING,
        body=_body(PING, moment(now), {"webhook": webhook.name}),
        made_at=now,
        due_at=now,
    )


@signed
@transaction.atomic
def change_secret(webhook, *, by):
    """From now on a new secret signs; for a day, the old one beside it."""
    row = Webhook.objects.select_for_update().get(pk=webhook.pk)
    row.old_secret, row.old_secret_until = row.secret, timezone.now() + OVERLAP
    row.secret = new_secret()
    row.save(update_fields=["secret", "old_secret", "old_secret_until"])
    return row


@signed
@transaction.atomic
def send_again(delivery, *, by):
    """Try once more what was given up, or was taken and lost."""
    row = Delivery.objects.select_for_update(of=["self"]).get(pk=delivery.pk)
    if row.state == DeliveryState.WAITING:
        raise ValidationError(_("It waits for its next attempt already."))
    row.state, row.attempts, row.due_at = DeliveryState.WAITING, 0, timezone.now()
    row.save()
    return row


# --- What the worker does -------------------------------------------------------


def tell():
    """Send what is due; returns how many deliveries were taken.

    A webhook that fails waits for the next turn with all the rest, so that no slow one keeps the
    others waiting, and each gets things in order as far as it takes them.
    """
    for webhook in Webhook.objects.filter(is_on=True):
        _prepare(webhook.pk)
    taken = 0
    for pk in Webhook.objects.filter(is_on=True).values_list("pk", flat=True):
        while (delivery := _take(pk)) and _send(delivery):
            taken += 1
    return taken


def forget():
    """Delete what was told a month ago."""
    old = Delivery.objects.filter(made_at__lt=timezone.now() - KEPT)
    return old.exclude(state=DeliveryState.WAITING).delete()[0]


@transaction.atomic
def _prepare(pk):
    """Make deliveries of the revisions that this webhook has not been told of."""
    webhook = Webhook.objects.select_for_update().get(pk=pk)
    revisions = Revision.objects.filter(seq__gt=webhook.told).order_by("seq")
    rows = list(revisions.only("seq", "claim", "number", "action", "at", "sha256")[:AT_ONCE])
    if not rows:
        return
    now = timezone.now()
    Delivery.objects.bulk_create(
        Delivery(
            webhook=webhook,
            event=f"evt_{row.seq}",
            kind=f"claim.{DONE[row.action]}",
            body=_body(f"claim.{DONE[row.action]}", moment(row.at), _data(row)),
            made_at=now,
            due_at=now,
        )
        for row in rows
        if not webhook.kinds or row.action in webhook.kinds
    )
    webhook.told = rows[-1].seq
    webhook.save(update_fields=["told"])


def _data(row):
    return {
        "id": row.claim,
        "revision": row.number,
        "seq": row.seq,
        "sha256": row.sha256,
        "url": f"{settings.SITE_URL}/api/v1/claims/{row.claim}/",
    }


def _body(kind, at, data):
    return orjson.dumps({"type": kind, "timestamp": at, "data": data}).decode()


@transaction.atomic
def _take(webhook):
    """The next delivery that is due, ours for a while."""
    now = timezone.now()
    due = Delivery.objects.filter(webhook=webhook, webhook__is_on=True, due_at__lte=now)
    row = (
        due.filter(state=DeliveryState.WAITING)
        .select_for_update(of=["self"], skip_locked=True)
        .order_by("due_at", "pk")
        .first()
    )
    if row:
        row.attempts, row.last_at, row.due_at = F("attempts") + 1, now, now + LEASE
        row.save(update_fields=["attempts", "last_at", "due_at"])
        row.refresh_from_db()
    return row


def _send(delivery):
    """One attempt; True if it was taken. The connection to the database is not held meanwhile."""
    webhook, at = delivery.webhook, timezone.now()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Factcheck (+{settings.SITE_URL})",
        "webhook-id": delivery.event,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(webhook, delivery.event, at, delivery.body),
    }
    try:
        answer = fetching.post(webhook.url, delivery.body.encode(), headers)
    except fetching.Unfetched as error:
        return _note(delivery, None, str(error))
    if 200 <= answer.status < 300:
        return _note(delivery, answer.status, "")
    text = " ".join(answer.body.decode(errors="replace").split())
    return _note(delivery, answer.status, text.replace("\0", "")[:300] or _("no words"))


def signature(webhook, event, at, body):
    """`v1,…` of the secret, and of the old one as long as it holds, with a space between."""
    held = [webhook.secret]
    if webhook.old_secret and at < webhook.old_secret_until:
        held.append(webhook.old_secret)
    return " ".join(Signer(secret).sign(event, at, body) for secret in held)


@transaction.atomic
def _note(delivery, status, problem):
    """Write down what came of an attempt, of the delivery and of the webhook."""
    row = Delivery.objects.select_for_update(of=["self"]).get(pk=delivery.pk)
    now, taken = timezone.now(), status is not None and not problem
    row.status, row.problem = status, problem[:300]
    if taken:
        row.state = DeliveryState.TAKEN
    elif row.attempts > len(WAITS):
        row.state = DeliveryState.GIVEN_UP
    else:
        row.due_at = now + WAITS[row.attempts - 1]
    row.save()
    hook = Webhook.objects.filter(pk=row.webhook_id)
    if taken:
        hook.exclude(failing_since=None).update(failing_since=None)
        return True
    hook.filter(failing_since=None).update(failing_since=now)
    if status == GONE:
        _turn_off(hook, _("It answered 410 Gone: nobody listens there any more."))
    else:
        failing = hook.filter(failing_since__lt=now - PATIENCE)
        _turn_off(failing, _("It took nothing for %(n)d days.") % {"n": PATIENCE.days})
    return False


def _turn_off(hooks, why):
    hooks.filter(is_on=True).update(is_on=False, off_because=why)


def _last():
    return Revision.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
