"""Those who read: each answer must be whole, and know what was acknowledged before it was asked."""

import datetime
import hashlib
import json
import random
import time
from collections import Counter

from .place import Line
from .shared import FIRST_DAY, slug_of

PARTS = {"action", "appearances", "claimed_on", "evidence", "modified_at", "published_at"}
PARTS |= {"revision", "slug", "state", "statement", "verdict"}


class Reader:
    def __init__(self, shared, name):
        self.shared, self.name = shared, name
        self.draw = random.Random(f"{shared.seed} {name}")
        self.notes = shared.note(name)
        self.line = Line(shared.port)
        self.counts = Counter()
        self.etags = {}
        self.times = []

    def run(self):
        asks = [self.detail, self.detail, self.again, self.page, self.list, self.changes]
        asks += [self.search]
        while not self.shared.stop.is_set():
            if number := self._some_claim():
                self.draw.choice(asks)(number)
            self.shared.stop.wait(self.draw.random() * 0.3)
        self.notes.add("counts", counts=self.counts, times=self.times)

    def _some_claim(self):
        number = self.draw.randint(1, max(1, self.shared.claims.value))
        return number if self.shared.known[number] else None

    # --- What is asked ---------------------------------------------------------

    def detail(self, number):
        known = self.shared.known[number]
        path = f"/api/v1/claims/{slug_of(number)}/"
        if (found := self._ask(path)) is None:
            return
        headers, body = found
        self._whole(path, headers, body, known)
        self.etags[number] = headers["ETag"]

    def again(self, number):
        """With what was read before: a 304 must be true."""
        if not self.etags:
            return
        number = self.draw.choice(list(self.etags))
        known = self.shared.known[number]
        path = f"/api/v1/claims/{slug_of(number)}/"
        found = self._ask(path, known=(200, 304), If_None_Match=self.etags[number])
        if found and found[1]:
            self._whole(path, *found, known)
            self.etags[number] = found[0]["ETag"]

    def page(self, number):
        path = f"/claims/{slug_of(number)}/"
        if found := self._ask(path):
            text = found[1].decode()
            wanted = [f"Bridge number {number} cost 90 million.", "It cost 41 million.", "</html>"]
            self._hold(path, all(part in text for part in wanted), "the page is not whole")

    def list(self, _number):
        path = "/api/v1/claims/"
        if (found := self._ask(path)) and (cards := json.loads(found[1])["results"]):
            slug = self.draw.choice(cards)["slug"]
            other = f"{path}{slug}/"
            if answer := self._ask(other):
                self._whole(other, *answer, 1)

    def changes(self, _number):
        after = self.draw.randint(0, self.shared.claims.value)
        path = f"/api/v1/changes/?after={after}"
        if found := self._ask(path):
            seqs = [change["seq"] for change in json.loads(found[1])["results"]]
            wanted = list(range(after + 1, after + 1 + len(seqs)))
            self._hold(path, seqs == wanted, f"changes {seqs[:3]}… have a gap")

    def search(self, number):
        path = f"/api/v1/claims/?q=bridge+{number}&page_size=5"
        if found := self._ask(path):
            self._hold(path, json.loads(found[1])["results"], "an acknowledged claim is not found")

    # --- What is held ----------------------------------------------------------

    def _ask(self, path, known=(200,), **headers):
        # From an address of its own each time: each has a counter of its own on the disk.
        address = f"10.{self.draw.randrange(256)}.{self.draw.randrange(256)}.1"
        began = time.monotonic()
        found = self.line.ask(path, address=address, **headers)
        self.times.append(round(time.monotonic() - began, 3))
        if found is None:
            self.counts["no answer"] += 1
            return None
        status, headers, body = found
        self.counts[str(status)] += 1
        if status in known:
            return headers, body
        if status < 500:
            self.notes.add("not whole", path=path, text=f"{status}: {body[:300]!r}")
        elif "Retry-After" not in headers:
            self.notes.add("bare 5xx", path=path, text=f"{status}: {body[:300]!r}")
        return None

    def _hold(self, path, is_true, text):
        if not is_true:
            self.notes.add("not whole", path=path, text=text)

    def _whole(self, path, headers, body, known):
        digest = f'"{hashlib.sha256(body).hexdigest()}"'
        self._hold(path, headers["ETag"] == digest, f"the ETag is not the hash {digest}")
        said = json.loads(body)
        if missing := PARTS - set(said):
            self._hold(path, False, f"{missing} are missing")
            return
        number = said["revision"]
        self._hold(path, number >= known, f"revision {number} after {known} was acknowledged")
        day = str(FIRST_DAY + datetime.timedelta(days=number - 1))
        self._hold(path, said["claimed_on"]["date"] == day, f"revision {number} is not of {day}")
        self._hold(path, len(said["evidence"]) == 2, "half of its evidence is missing")
        said_so = [one["text"]["en"] for one in said["corrections"]]
        self._hold(path, len(set(said_so)) == number - 1, f"its corrections are {said_so}")
