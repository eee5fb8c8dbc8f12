"""A made-up record of any size, the same every time: documents and what is projected from them.

The documents have the shape of the one that docs/api-examples.json shows, with evidence, sources
and two languages, and the size that those of the first article have. Each is chained as the door
would; heads and terms come from claims.projection. The same claims stand in tables of a stock
Django site (benchmarks/stock), and in SQLite as Datasette reads them best.
"""

import datetime
import itertools
import json
import sqlite3
from collections import Counter
from pathlib import Path

from django.db import connection, transaction

from benchmarks.search import Texts, copy_in, index_all
from benchmarks.stock import models as stock
from claims import projection
from claims.chain import GENESIS, canonical, link, moment, sha256
from claims.models import PublishedClaim, PublishedTerm, Rating, Revision

SEED = 20261123
BEGAN = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "api-examples.json"
TOPICS, CLAIMANTS, SUBJECTS, SOURCES, PUBLISHERS = 50, 500, 2000, 5000, 300
BATCH = 5000
RATED = ["slug", "value", "normalized", "color", "symbol", "order"]

LITE = """
CREATE TABLE claims (
    slug TEXT PRIMARY KEY, rating TEXT, topic TEXT, claimant TEXT, language TEXT, year INTEGER,
    claimed_on TEXT, modified_at TEXT, statement_en TEXT, statement_zh TEXT, summary_en TEXT,
    summary_zh TEXT, card TEXT
);
CREATE TABLE documents (slug TEXT PRIMARY KEY, document TEXT);
"""
LITE_INDEXES = """
CREATE INDEX by_moment ON claims (modified_at);
CREATE INDEX by_topic ON claims (topic, rating, modified_at);
CREATE INDEX by_rating ON claims (rating, modified_at);
CREATE INDEX by_claimant ON claims (claimant, rating, modified_at);
CREATE VIRTUAL TABLE claims_fts USING fts5 (
    statement_en, statement_zh, summary_en, summary_zh, content='claims'
);
INSERT INTO claims_fts (claims_fts) VALUES ('rebuild');
INSERT INTO claims_fts (claims_fts) VALUES ('optimize');
ANALYZE;
VACUUM;
"""


class Claims:
    """Documents by number, from 1; to be made in their order."""

    def __init__(self):
        self.texts = texts = Texts(SEED)
        answers = json.loads(EXAMPLES.read_text())
        self.example = answers["/api/v1/claims/{slug}/"]["answer"]
        shape = self.example["verdict"]["rating"]
        self.ratings = [
            shape
            | {key: getattr(row, key) for key in RATED}
            | {"label": {one.language: one.label for one in row.translations.all()}}
            for row in Rating.objects.prefetch_related("translations").order_by("order")
        ]
        # What is written once and named by many. A paragraph may stand in several claims.
        self.topics = [
            {"name": self.both(1, 3), "parent": None, "slug": f"topic-{n}"} for n in range(TOPICS)
        ]
        self.subjects = [
            {
                "description": self.both(6, 12),
                "kind": "person" if n < CLAIMANTS else "organization",
                "name": self.both(2, 4),
                "slug": f"subject-{n}",
                "wikidata": f"Q{1000 + n}",
            }
            for n in range(SUBJECTS)
        ]
        self.sources = [self.source(n) for n in range(SOURCES)]
        self.paragraphs = [self.both(70, 110) for _ in range(2000)]
        self.findings = [self.both(14, 24) for _ in range(4000)]
        self.quotes = [texts.characters(14) for _ in range(4000)]

    def words(self, length):
        return " ".join(self.texts.word() for _ in range(length))

    def both(self, words, characters):
        return {"en": self.words(words), "zh-Hans": self.texts.characters(characters)}

    def source(self, n):
        like = self.example["sources"][1]
        publisher = like["publisher"] | {
            "name": self.words(2),
            "slug": f"publisher-{n % PUBLISHERS}",
            "interests": None,
        }
        return like | {
            "slug": f"source-{n}",
            "title": self.words(7),
            "url": f"https://publisher-{n % PUBLISHERS}.example/{n}",
            "publisher": publisher,
            "published_on": {"date": f"20{10 + n % 15}-03-{1 + n % 28:02}", "precision": "day"},
            "type": "news",
        }

    def document(self, n):
        draw, like = self.texts.random, self.example
        article, *rest = draw.sample(self.sources, 4)
        stances = [draw.choice(["supports", "refutes", "context"]) for _ in rest]
        evidence = [
            like["evidence"][0]
            | {"finding": draw.choice(self.findings), "number": number, "stance": stance}
            | {"quote": {"exact": self.words(12), "state": "verified"}, "source": source["slug"]}
            for number, (stance, source) in enumerate(zip(stances, rest, strict=True), start=1)
        ]
        said = {"quote": draw.choice(self.quotes), "source": article["slug"]}
        day = datetime.date(2005, 1, 1) + datetime.timedelta(days=draw.randrange(7300))
        at = moment(BEGAN + datetime.timedelta(minutes=n))
        verdict = like["verdict"] | {
            "analysis": draw.choice(self.paragraphs),
            "rating": draw.choice(self.ratings),
            "summary": self.both(25, 35),
        }
        return like | {
            "appearances": [like["appearances"][0] | said],
            "claimant": {"speaker": {}, "subject": self.subjects[draw.randrange(CLAIMANTS)]},
            "claimed_on": {"date": day.isoformat(), "precision": "day"},
            "evidence": evidence,
            "language": draw.choice(["en", "zh-Hans"]),
            "modified_at": at,
            "published_at": at,
            "slug": f"claim-{n}",
            "sources": sorted([article, *rest], key=lambda source: source["slug"]),
            "statement": self.both(12, 18),
            "subjects": [draw.choice(self.subjects)],
            "topics": [draw.choice(self.topics)],
            "url": f"/claims/claim-{n}/",
            "verdict": verdict,
        }


def fill(many, lite):
    """The record with `many` claims, in an empty database; for Datasette in the file `lite`."""
    claims = Claims()
    numbers = iter(range(1, many + 1))
    newest, counts, chain = {}, Counter(), GENESIS
    Path(lite).unlink(missing_ok=True)
    with sqlite3.connect(lite) as other, connection.cursor() as cursor:
        other.executescript(LITE)
        with connection.schema_editor() as editor:
            for model in stock.MODELS:
                editor.create_model(model)
        with transaction.atomic():
            cursor.execute("SET LOCAL session_replication_role = replica")
            copy_in(cursor, stock.Rating, map(_rating, claims.ratings))
            copy_in(cursor, stock.Topic, map(_named(stock.Topic), claims.topics))
            copy_in(cursor, stock.Subject, map(_subject, claims.subjects))
            publishers = {row["publisher"]["slug"]: row["publisher"] for row in claims.sources}
            copy_in(cursor, stock.Publisher, map(_publisher, publishers.values()))
            copy_in(cursor, stock.Source, map(_source, claims.sources))
            while batch := list(itertools.islice(numbers, BATCH)):
                documents = [claims.document(n) for n in batch]
                revisions, chain = _revisions(documents, batch, chain)
                heads = [
                    projection.head_row(document, revision, revision.seq)
                    for document, revision in zip(documents, revisions, strict=True)
                ]
                for document in documents:
                    for kind, term in projection.terms(document):
                        newest[kind, term["slug"]] = term
                        counts[kind, term["slug"]] += 1
                copy_in(cursor, Revision, revisions)
                copy_in(cursor, PublishedClaim, heads)
                _copy_stock(cursor, documents, batch)
                _copy_lite(other, documents, heads, revisions)
        with transaction.atomic():
            index_all(cursor)
            rows = [
                projection.term_row(kind, newest[kind, slug], count)
                for (kind, slug), count in counts.items()
            ]
            copy_in(cursor, PublishedTerm, rows)
        cursor.execute("VACUUM ANALYZE")
        other.commit()
        other.executescript(LITE_INDEXES)


def _revisions(documents, numbers, chain):
    rows = []
    for n, document in zip(numbers, documents, strict=True):
        data = canonical(document)
        facts = {
            "seq": n,
            "claim": document["slug"],
            "number": 1,
            "action": "publish",
            "at": BEGAN + datetime.timedelta(minutes=n),
            "sha256": sha256(data),
        }
        chain = link(chain, **facts)
        rows.append(Revision(document=data, chain=chain, **facts))
    return rows, chain


# --- The same as a stock site has it ------------------------------------------


def _json(value):
    return json.dumps(value, ensure_ascii=False)


def _named(model, **more):
    return lambda term: model(slug=term["slug"], name=_json(term["name"]), **more)


def _rating(term):
    more = {key: term[key] for key in ("symbol", "value", "normalized")}
    return stock.Rating(slug=term["slug"], name=_json(term["label"]), **more)


def _subject(term):
    more = {"kind": term["kind"], "description": _json(term["description"])}
    return _named(stock.Subject, **more)(term)


def _publisher(term):
    return _named(stock.Publisher, country="", interests="")(term)


def _source(row):
    return stock.Source(
        slug=row["slug"],
        name=_json(row["title"]),
        publisher_id=row["publisher"]["slug"],
        url=row["url"],
        language=row["language"],
        type=row["type"],
        published_on=row["published_on"]["date"],
    )


def _copy_stock(cursor, documents, numbers):
    pairs = list(zip(numbers, documents, strict=True))
    copy_in(cursor, stock.Claim, [_claim(document) for document in documents])
    copy_in(
        cursor,
        stock.Appearance,
        [
            stock.Appearance(
                id=n,
                claim_id=document["slug"],
                source_id=place["source"],
                quote=place["quote"],
                section=place["section"],
            )
            for n, document in pairs
            for place in document["appearances"]
        ],
    )
    copy_in(
        cursor,
        stock.Evidence,
        [
            stock.Evidence(
                id=10 * n + row["number"],
                claim_id=document["slug"],
                source_id=row["source"],
                number=row["number"],
                stance=row["stance"],
                finding=_json(row["finding"]),
                quote=row["quote"]["exact"],
                locator=row["locator"],
            )
            for n, document in pairs
            for row in document["evidence"]
        ],
    )
    for name in ("topic", "subject"):
        through = getattr(stock.Claim, f"{name}s").through
        copy_in(
            cursor,
            through,
            [
                through(id=n, claim_id=document["slug"], **{f"{name}_id": term["slug"]})
                for n, document in pairs
                for term in document[f"{name}s"]
            ],
        )


def _claim(document):
    verdict = document["verdict"]
    return stock.Claim(
        slug=document["slug"],
        statement=_json(document["statement"]),
        summary=_json(verdict["summary"]),
        analysis=_json(verdict["analysis"]),
        language=document["language"],
        confidence=verdict["confidence"],
        claimed_on=document["claimed_on"]["date"],
        published_at=document["published_at"],
        modified_at=document["modified_at"],
        author=verdict["author"]["name"],
        reviewer=verdict["reviewer"]["name"],
        claimant_id=document["claimant"]["subject"]["slug"],
        rating_id=verdict["rating"]["slug"],
    )


# --- And as Datasette -----------------------------------------------------------


def _copy_lite(other, documents, heads, revisions):
    other.executemany(
        f"INSERT INTO claims VALUES ({', '.join('?' * 13)})",  # noqa: S608
        [
            (
                head.slug,
                head.rating,
                head.topics[0],
                head.claimant,
                head.language,
                head.claimed_on.year,
                head.claimed_on.isoformat(),
                document["modified_at"],
                *(document["statement"][tag] for tag in ("en", "zh-Hans")),
                *(document["verdict"]["summary"][tag] for tag in ("en", "zh-Hans")),
                head.card.decode(),
            )
            for head, document in zip(heads, documents, strict=True)
        ],
    )
    other.executemany(
        "INSERT INTO documents VALUES (?, ?)",
        [(row.claim, row.document.decode()) for row in revisions],
    )
