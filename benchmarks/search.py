"""How long search takes on many claims: `python benchmarks/search.py 100000` on an empty database.

The claims are made of words as common as words are (Zipf), English and Chinese, two texts each; the
record behind them is a row of empty documents, so this database is good for nothing else.

Where the server runs on this machine, what it works is told beside what passes: on a machine that
others use, only that is the same twice.
"""

import itertools
import os
import random
import statistics
import sys
import time
from pathlib import Path

import django
import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from claims.models import PublishedClaim  # noqa: E402
from claims.search import features, index, match, ranking  # noqa: E402

SYLLABLES = ["ba", "ter", "mon", "li", "cor", "den", "shu", "vak", "o", "ri", "ple", "gu", "stan"]
WORDS = 400_000
TABLES = ["claims_searchposting", "claims_searchterm", "claims_searchword", "claims_searchclaim"]


class Texts:
    """English and Chinese of made-up words, drawn by how common they are."""

    def __init__(self, seed):
        self.random = random.Random(seed)  # noqa: S311 (claims, not keys)

    def word(self):
        rank = int(WORDS ** self.random.random())  # Zipf: each order of magnitude as often
        word = ""
        while rank:
            rank, place = divmod(rank, len(SYLLABLES))
            word += SYLLABLES[place]
        return word

    def characters(self, length):
        return "".join(chr(0x4E00 + int(3500 ** self.random.random()) * 5) for _ in range(length))

    def card(self):
        english = [" ".join(self.word() for _ in range(length)) for length in (12, 25)]
        chinese = [self.characters(length) for length in (18, 35)]
        named = [{"name": {"en": f"{self.word()} {self.word()}"}} for _ in range(2)]
        return {
            "statement": {"en": english[0], "zh-Hans": chinese[0]},
            "summary": {"en": english[1], "zh-Hans": chinese[1]},
            "claimed_on": None,
            "subjects": named,
            "topics": [],
            "claimant": {"subject": None, "speaker": {}},
            "appearances": [{"quote": self.characters(15)}],
        }


def fill(cursor, texts, many):
    cursor.execute("SET session_replication_role = replica")
    cursor.execute(
        """INSERT INTO claims_revision (seq, claim, number, action, at, document, sha256, chain)
        SELECT n, 'claim-' || n, 1, 'publish', now(), '', repeat('0', 64), repeat('0', 64)
        FROM generate_series(1, %s) AS n""",
        [many],
    )
    copy_in(cursor, PublishedClaim, heads(texts, many))
    cursor.execute("SET session_replication_role = DEFAULT")


def heads(texts, many):
    for n in range(1, many + 1):
        yield PublishedClaim(
            slug=f"claim-{n}",
            revision_id=n,
            entry=n,
            number=1,
            state="published",
            sha256="0" * 64,
            published_at="2026-01-01T00:00Z",
            modified_at="2026-01-01T00:00Z",
            language=texts.random.choice(["en", "zh-Hans"]),
            claimed_on=f"20{texts.random.randrange(10, 27)}-01-01",
            rating=texts.random.choice(["true", "false", "unproven"]),
            normalized="other",
            claimant=f"subject-{texts.random.randrange(500)}",
            topics=[f"topic-{texts.random.randrange(50)}"],
            subjects=[f"subject-{texts.random.randrange(500)}" for _ in range(2)],
            publishers=[f"publisher-{texts.random.randrange(200)}" for _ in range(4)],
            card=orjson.dumps(texts.card()),
        )


def index_all(cursor):
    rows = index.rows(PublishedClaim.objects.all())
    # Read before it is written: a connection that copies can do nothing else meanwhile.
    while batch := list(itertools.islice(rows, 20_000)):
        for model in index.MODELS:
            copy_in(cursor, model, [row for row in batch if type(row) is model])


def copy_in(cursor, model, rows):
    fields = model._meta.concrete_fields
    columns = ", ".join(field.column for field in fields)
    with cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([getattr(row, field.attname) for field in fields])


def worked():
    """The milliseconds that the server has worked for this connection; None if not known."""
    file = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(file.read_text().split()[0]) / 1e6 if file.exists() else None


def measure(name, calls):
    times, server = [], []
    for call in calls:
        before, start = worked(), time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
        server.append(0 if before is None else worked() - before)
    shown = []
    for what, spent in [("passed", times), ("worked in the database", server)]:
        cuts = statistics.quantiles(spent, n=100)
        shown.append(
            f"{what} p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, max {max(spent):.1f} ms"
        )
    print(f"{name}: {'; '.join(shown)}")


def questions(texts, cards):
    """Two to six words that stand together in some claim, one in ten of them misspelt."""
    for _ in range(400):
        words = texts.random.choice(cards)["summary"]["en"].split()
        first, length = texts.random.randrange(20), texts.random.randrange(2, 7)
        words = words[first : first + length]
        if texts.random.random() < 0.1:
            words[0] = words[0][:2] + words[0][3:] + "x"
        yield " ".join(words)


def measure_match(texts, cards):
    """Articles of forty sentences, half of them claims, half about nothing; none seen before."""

    def article():
        about = [card["statement"]["en"] for card in texts.random.sample(cards, 20)]
        return "\n".join(f"{one}\n{' '.join(texts.word() for _ in range(18))}" for one in about)

    articles = [article() for _ in range(30)]
    match.match(articles[:1])

    def cold(text):
        features.known.cache_clear()
        match.match([text])

    measure("match of 40 sentences", [lambda text=text: cold(text) for text in articles])
    long = "\n".join(articles)
    measure("match of as much as is read", [lambda: match.match([long])] * 3)


def main(many):
    texts = Texts(1)
    with connection.cursor() as cursor:
        if not PublishedClaim.objects.exists():
            with transaction.atomic():
                fill(cursor, texts, many)
                start = time.perf_counter()
                index_all(cursor)
                print(f"index made in {time.perf_counter() - start:.0f} s")
            cursor.execute("ANALYZE")
        for table in TABLES:
            cursor.execute("SELECT pg_total_relation_size(%s)", [table])
            print(f"{table}: {cursor.fetchone()[0] / 1e6:.0f} MB")
    sample = PublishedClaim.objects.filter(entry__in=range(1, many, max(1, many // 300)))
    cards = [orjson.loads(bytes(head.card)) for head in sample]
    asked = list(questions(texts, cards))
    for text in asked[:50]:
        ranking.search(text)
    measure("search with facets", [lambda text=text: ranking.search(text) for text in asked])
    measure("ranking alone", [lambda text=text: ranking.entries(text) for text in asked])
    chinese = [card["statement"]["zh-Hans"][:8] for card in cards]
    measure("Chinese", [lambda text=text: ranking.search(text) for text in chinese])
    whole = [card["summary"]["en"] for card in cards]
    measure("whole summaries", [lambda text=text: ranking.search(text) for text in whole])
    measure_match(texts, cards)
    old = list(sample[:100])
    new = list(PublishedClaim.objects.filter(entry__in=[head.entry + 1 for head in old]))
    for head, other in zip(old, new, strict=True):
        other.entry = head.entry

    def change(one, other):
        with transaction.atomic():
            index.replace(one, other)
            transaction.set_rollback(True)

    pairs = list(zip(old, new, strict=True))
    measure("a claim published", [lambda new=new: change(None, new) for _old, new in pairs])
    measure("a claim replaced by another", [lambda pair=pair: change(*pair) for pair in pairs])


if __name__ == "__main__":
    main(int(sys.argv[1]))
