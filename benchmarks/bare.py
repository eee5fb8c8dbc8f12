"""The bare limit: what any Python behind this server could do at best, with one query."""

import os
import threading
from urllib.parse import parse_qsl

import psycopg

HEAD = "SELECT card FROM claims_publishedclaim WHERE state = 'published'"
ORDER = " ORDER BY modified_at DESC, revision_id DESC LIMIT 26"
CONDITIONS = {
    "topic": " AND topics && ARRAY[%s]::varchar[]",
    "rating": " AND rating = %s",
    "claimant": " AND claimant = %s",
}
DETAIL = """SELECT document, head.sha256 FROM claims_publishedclaim AS head
JOIN claims_revision ON revision_id = seq WHERE slug = %s"""
HASH = "SELECT sha256 FROM claims_publishedclaim WHERE slug = %s"
local = threading.local()


def rows(query, values):
    if not hasattr(local, "connection"):
        local.connection = psycopg.connect(os.environ["BENCH_DSN"], autocommit=True)
    return local.connection.execute(query, values, binary=True).fetchall()


def application(environ, start_response):
    slug = environ["PATH_INFO"].removeprefix("/api/v1/claims/").strip("/")
    known = environ.get("HTTP_IF_NONE_MATCH")
    headers = [("Content-Type", "application/json")]
    if slug and known and known == f'"{rows(HASH, [slug])[0][0]}"':
        start_response("304 Not Modified", [("ETag", known)])
        return [b""]
    if slug:
        [(body, sha256)] = rows(DETAIL, [slug])
        headers.append(("ETag", f'"{sha256}"'))
    else:
        asked = dict(parse_qsl(environ["QUERY_STRING"]))
        query = HEAD + "".join(CONDITIONS[name] for name in asked) + ORDER
        cards = [row[0] for row in rows(query, list(asked.values()))[:25]]
        body = b'{"results":[%s]}' % b",".join(cards)
    start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
    return [body]
