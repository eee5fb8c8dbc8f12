"""A mirror of a Factcheck site in one SQLite file: python mirror.py https://facts.example.org my.db

Run it as often as you like: it takes what is new, and stops where the chain of hashes breaks.
Table `claim` has the latest document of each claim, whose `state` says whether it is published,
retracted or merged; `revision` has all that was ever said, as far as it was not sealed.
"""

import json
import sqlite3
import sys
from hashlib import sha256
from urllib.request import urlopen


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def fetch(url):
    with urlopen(url, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def keep(db, row, chain):
    header = {name: row[name] for name in ("seq", "claim", "action", "at", "sha256")}
    header["number"], slug = row["revision"], row["claim"]
    document = None if row["is_sealed"] else canonical(row["document"])
    if sha256(chain.encode() + canonical(header)).hexdigest() != row["chain"]:
        raise ValueError(f"the chain breaks at {row['seq']}")
    if document and sha256(document).hexdigest() != row["sha256"]:
        raise ValueError(f"the document of {row['seq']} is not the one that was published")
    kept = (row["seq"], slug, row["revision"], row["chain"], document)
    db.execute("INSERT INTO revision VALUES (?, ?, ?, ?, ?)", kept)
    for gone in row.get("sealed", []):
        db.execute(
            "UPDATE revision SET document = NULL WHERE (claim, number) = (?, ?)", (slug, gone)
        )
    if row["action"] != "seal" and document:
        db.execute("REPLACE INTO claim VALUES (?, ?)", (slug, document))
    elif row["action"] != "seal" or row["gone"]:
        db.execute("DELETE FROM claim WHERE slug = ?", (slug,))


def sync(db, site, get=fetch, more=True):
    db.execute("CREATE TABLE IF NOT EXISTS claim (slug PRIMARY KEY, document)")
    db.execute(
        "CREATE TABLE IF NOT EXISTS revision (seq PRIMARY KEY, claim, number, chain, document)"
    )
    while more:
        last = db.execute("SELECT seq, chain FROM revision ORDER BY seq DESC LIMIT 1").fetchone()
        seq, chain = last or (0, "0" * 64)
        page = get(f"{site}/api/v1/changes/?documents=true&page_size=100&after={seq}")
        for row in page["results"]:
            keep(db, row, chain)
            chain = row["chain"]
        db.commit()
        more = page["more"]


if __name__ == "__main__":
    sync(sqlite3.connect(sys.argv[2]), sys.argv[1].rstrip("/"))
