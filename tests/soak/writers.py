"""Those who publish and correct: by the one door in processes of their own, or by the admin."""

import contextlib
import datetime
import random
import re
import time
import traceback

import time_machine
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import Error, InterfaceError, OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from claims import publishing, review
from claims.models import Claim, Correction, Revision
from sources.models import Source

from .. import desk
from .place import HOST, Line
from .shared import FIRST_DAY, slug_of

# What breaks below a writer, not by what they wrote: they ask again, as a person would.
BROKEN = (OperationalError, InterfaceError)


def prepare():
    """What all of them share, made before anything is broken."""
    desk.make_publisher()
    desk.make_source("article")
    for name in ("editor", "reviewer"):
        desk.known(name) or desk.make_user(name, role=name)


class Writer:
    def __init__(self, shared, name, *, is_skewed=False):
        self.shared, self.name, self.is_skewed = shared, name, is_skewed
        self.draw = random.Random(f"{shared.seed} {name}")
        self.notes = shared.note(name)
        self.author, self.reviewer = (
            get_user_model().objects.get(username=who) for who in ("editor", "reviewer")
        )
        self.mine = []

    def run(self):
        while not self.shared.stop.is_set():
            with self._clock():
                try:
                    self._step()
                except Exception:
                    # Whatever else comes out of the door is a finding.
                    self.notes.add("surprise", who=self.name, text=traceback.format_exc())
                    connection.close()
                    self.shared.stop.wait(0.5)
            self.shared.stop.wait(self.draw.random() * 0.2)

    def _clock(self):
        """Wrong in this process alone: the machine's is everybody's, and not ours to set."""
        wrong = self.shared.skew.value if self.is_skewed else 0
        return time_machine.travel(time.time() + wrong) if wrong else contextlib.nullcontext()

    def _step(self):
        if self.mine and self.draw.random() < 0.5:
            number = self.draw.choice(self.mine)
            self._done(number, self.correct(number))
        else:
            number = self.shared.next_claim()
            self._done(number, self.publish(number))
            self.mine.append(number)

    def _done(self, number, step):
        began, revision = step
        self.notes.add(
            "acknowledged", claim=number, seq=revision.seq, number=revision.number,
            chain=revision.chain, skew=self.shared.skew.value if self.is_skewed else 0,
        )  # fmt: skip
        self.shared.acknowledged(number, revision.number, began)

    def publish(self, number):
        verdict = self._insist(lambda: approved(number, self.author, self.reviewer))
        began = time.monotonic()
        return began, self._insist(lambda: publishing.publish(verdict, by=self.reviewer))

    def correct(self, number):
        text = f"Correction {self.shared.known[number]} of {slug_of(number)}."
        correction = self._insist(lambda: proposed(number, text, self.author))
        began = time.monotonic()
        return began, self._insist(lambda: publishing.correct(correction, by=self.reviewer))

    def _insist(self, step):
        while True:
            try:
                return step()
            except BROKEN as error:
                self.notes.add("again", who=self.name, why=type(error.__cause__ or error).__name__)
            with contextlib.suppress(Error):
                connection.close()
            time.sleep(0.1)


class Admin(Writer):
    """Publishes with the button of the admin, over HTTP; corrects nothing."""

    def __init__(self, *args):
        super().__init__(*args)
        client = Client()
        client.force_login(self.reviewer)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        token = "a" * 32
        cookies = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: token}
        self.headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X_CSRFToken": token, "Origin": f"https://{HOST}",
            "Content_Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        self.line = Line(self.shared.port)

    def _step(self):
        number = self.shared.next_claim()
        verdict = self._insist(lambda: approved(number, self.author, self.reviewer))
        door = reverse("admin:claims_verdict_door", args=[verdict.pk, "publish"])
        began = time.monotonic()
        while not self._press(door):
            began = time.monotonic()
            time.sleep(0.2)
        revision = self._insist(lambda: Revision.objects.get(claim=slug_of(number), number=1))
        self._done(number, (began, revision))

    def _press(self, door):
        """Was it acknowledged? A second press of the button changes nothing."""
        found = self.line.ask(door, method="POST", body="confirm=publish", **self.headers)
        if found is None:
            self.notes.add("again", who=self.name, why="no answer")
            return False
        status, headers, body = found
        if status == 302:
            return True
        if status == 503 and "Retry-After" in headers:
            self.notes.add("again", who=self.name, why="503")
            return False
        said = re.findall(r'<li class="\w+">(.*?)</li>', body.decode(errors="replace"), re.DOTALL)
        if any("cannot be stored" in reason or "went away" in reason for reason in said):
            self.notes.add("again", who=self.name, why="told so")
            return False
        text = f"{status} for {door}: {said}"
        self.notes.add("bare 5xx" if status >= 500 else "surprise", who=self.name, text=text)
        return False


@transaction.atomic
def approved(number, author, reviewer):
    """A verdict that may be published; the same one, if it was made when the answer got lost."""
    claim = Claim.objects.filter(slug=slug_of(number)).first()
    if claim is not None:
        return claim.verdicts.get()
    claim = desk.make_claim(
        slug_of(number),
        statement=f"Bridge number {number} cost 90 million.",
        claimed_on=FIRST_DAY,
        claimed_precision="day",
    )
    claim.appearances.create(
        source=Source.objects.get(slug="article"),
        section="1",
        order=number,
        exact=f"quote of {claim.slug}",
    )
    return desk.approve(desk.make_draft(claim, author=author), by=reviewer)


@transaction.atomic
def proposed(number, text, author):
    claim = Claim.objects.get(slug=slug_of(number))
    verdict = claim.verdicts.get()
    found = Correction.objects.filter(verdict=verdict, translations__text=text).first()
    if found is not None:
        return found
    Claim.objects.filter(pk=claim.pk).update(
        claimed_on=claim.claimed_on + datetime.timedelta(days=1)
    )
    return review.propose_correction(verdict, kind="update", text={"en": text}, by=author)
