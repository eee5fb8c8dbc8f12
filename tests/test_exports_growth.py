"""However many claims there are, an export holds few of them in memory. CLAIMS=100000 for more."""

import gc
import json
import os
import resource
import time
import tracemalloc
from pathlib import Path

import orjson
import pytest
from django.db import connection

from claims import exports

pytestmark = [pytest.mark.django_db, pytest.mark.long]

FEW, MANY = 60, int(os.environ.get("CLAIMS", "600"))
REAL = Path(__file__).resolve().parent.parent / "docs" / "api-examples.json"
COLUMNS = """slug, revision_id, entry, number, state, sha256, published_at, modified_at, language,
    claimant, claimed_on, rating, scale, normalized, topics, subjects, sources, publishers,
    articles, related, card"""


def make_claims(first, last):
    """Claims as large as real ones: the one that the API's description shows, under other names."""
    real = json.loads(REAL.read_text())
    parts = {
        "document": real["/api/v1/claims/{slug}/"]["answer"],
        "card": real["/api/v1/claims/"]["answer"]["results"][0],
    }
    texts = {
        name: orjson.dumps(part | {"slug": "SLUG", "url": "/claims/SLUG/"}).decode()
        for name, part in parts.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO claims_revision (seq, claim, number, action, at, document, sha256, chain)
            SELECT n, 'claim-' || n, 1, 'publish', now(), document,
                encode(sha256(document), 'hex'), repeat('0', 64)
            FROM (SELECT n, convert_to(replace(%s, 'SLUG', 'claim-' || n), 'UTF8') AS document
                FROM generate_series(%s, %s) AS n) AS made
            """,
            [texts["document"], first, last],
        )
        cursor.execute(
            f"""
            INSERT INTO claims_publishedclaim ({COLUMNS})
            SELECT 'claim-' || n, n, n, 1, 'published', repeat('0', 64), now(), now(), 'en', '',
                NULL, 'false', '2026.1', 'false', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}',
                convert_to(replace(%s, 'SLUG', 'claim-' || n), 'UTF8')
            FROM generate_series(%s, %s) AS n
            """,
            [texts["card"], first, last],
        )


def peak_of_export():
    """The most memory that was in use at once, in bytes, without garbage that waits for more."""
    often = gc.get_threshold()
    gc.set_threshold(100)  # 2,000 on newer Pythons, which only a longer export reaches
    tracemalloc.start()
    try:
        exports.write()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.set_threshold(*often)


def test_memory_does_not_grow_with_the_record(settings, tmp_path, monkeypatch):
    settings.EXPORTS = tmp_path / "exports"
    monkeypatch.setattr(exports, "CHUNK", 25)  # or the few would not fill them
    monkeypatch.setattr(exports, "RUN", 1_000)
    make_claims(1, FEW)
    few = peak_of_export()
    make_claims(FEW + 1, MANY)
    assert peak_of_export() < 1.25 * few


def test_how_long_it_takes(settings, tmp_path, capsys):
    """Only with CLAIMS: `make bench-exports`."""
    if "CLAIMS" not in os.environ:
        pytest.skip("for `make bench-exports`")
    settings.EXPORTS = tmp_path / "exports"
    make_claims(1, MANY)
    start = time.monotonic()
    made = exports.write()
    seconds = time.monotonic() - start
    size = sum(file["bytes"] for file in made["files"]) / 1e6
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    with capsys.disabled():
        print(f"\n{MANY} claims: {seconds:.0f} s, {size:.0f} MB, at most {most:.0f} MB of memory")
