"""What the clients, the fault maker and the judge know of each other."""

import datetime
import json
import multiprocessing
import time

fork = multiprocessing.get_context("fork")
MOST = 20_000  # claims
FIRST_DAY = datetime.date(2000, 1, 1)  # that a claim was made on; each correction makes it later


class Shared:
    """In memory that the clients share, so that nothing of it waits for what is broken."""

    def __init__(self, notes, port, seed):
        self.notes, self.port, self.seed = notes, port, seed
        self.stop = fork.Event()
        # The last acknowledged revision of each claim, by the claim's number; 0 of none.
        self.known = fork.Array("i", MOST, lock=False)
        self.claims = fork.Value("i", 0)  # numbers given out
        self.began = fork.Value("d", 0)  # when the last acknowledged step was begun, by this clock:
        self.skew = fork.Value("d", 0)  # seconds that the clock of one writer is wrong

    def next_claim(self):
        with self.claims.get_lock():
            self.claims.value += 1
            return self.claims.value

    def acknowledged(self, number, revision, began):
        """Readers hold the site to it from here on."""
        self.known[number] = revision
        self.began.value = max(self.began.value, began)

    def note(self, who):
        return Notes(self.notes / f"{who}.jsonl")

    def notes_of(self, what):
        """Everything of a kind that anybody wrote down."""
        for file in sorted(self.notes.glob("*.jsonl")):
            for line in file.read_text().splitlines():
                found = json.loads(line)
                if found["what"] == what:
                    yield found


class Notes:
    """Written at once, line by line, on a disk that nobody fills."""

    def __init__(self, path):
        self.file = open(path, "a", buffering=1)  # noqa: SIM115 (as long as the process)

    def add(self, what, **facts):
        self.file.write(json.dumps({"what": what, "at": time.time()} | facts) + "\n")


def slug_of(number):
    return f"claim-{number}"
