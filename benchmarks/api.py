"""How near lists and details come to the bare limit: `python benchmarks/api.py 100000`.

On an empty database, which is good for nothing else afterwards. The bare limit is `bare` below: a
WSGI function with one query by psycopg, on the same server with the same settings, and on the same
rows. Beside it stand the API as it is, and the API that keeps no answers (`KEPT_MEGABYTES=0`): what
a question costs that comes first after a publication. They take turns, so that what else the
machine does falls on all. Who asks are a few processes, each with one connection that is kept.

Claims are drawn evenly: few were asked for before, and none is more likely than another. "As read"
they are drawn as readers ask, the n-th most wanted claim 1/n as often as the first.
"""

import contextlib
import json
import multiprocessing
import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import parse_qsl

import orjson
import psutil
import psycopg

BASE = Path(__file__).resolve().parent.parent
SECONDS, ROUNDS, ASKING = 3, 5, 4
PORTS = {"bare": 8971, "API": 8972, "unkept": 8973}
FILTER = "topic=topic-7&rating=true"
PATHS = {
    "list": "/api/v1/claims/",
    "filtered list": f"/api/v1/claims/?{FILTER}",
    "detail": "/api/v1/claims/claim-%d/",
    "detail, as read": "/api/v1/claims/claim-%d/",
}
DRAWS = {
    "detail": lambda draw, many: draw.randint(1, many),
    "detail, as read": lambda draw, many: int(many ** draw.random()),
}

# --- The bare limit: what any Python behind this server could do at best ---------

HEAD = "SELECT card FROM claims_publishedclaim WHERE state = 'published'"
ORDER = " ORDER BY modified_at DESC, revision_id DESC LIMIT 26"
LIST = HEAD + ORDER
FILTERED = HEAD + " AND topics && %s::varchar[] AND rating = %s" + ORDER
DETAIL = """SELECT document FROM claims_publishedclaim AS head
JOIN claims_revision ON revision_id = seq WHERE slug = %s"""
local = threading.local()


def bare(environ, start_response):
    if not hasattr(local, "connection"):
        local.connection = psycopg.connect(os.environ["BENCH_DSN"], autocommit=True)
    asked = dict(parse_qsl(environ["QUERY_STRING"]))
    slug = environ["PATH_INFO"].removeprefix("/api/v1/claims/").strip("/")
    if slug:
        query, values = DETAIL, [slug]
    elif asked:
        query, values = FILTERED, [[asked["topic"]], asked["rating"]]
    else:
        query, values = LIST, []
    rows = local.connection.execute(query, values, binary=True).fetchall()
    body = rows[0][0] if slug else b'{"results":[%s]}' % b",".join(row[0] for row in rows[:25])
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


# --- Rows --------------------------------------------------------------------

CLAIM = "'claim-' || n"
COLUMNS = {
    "slug": CLAIM,
    "revision_id": "n",
    "entry": "n",
    "number": "1",
    "state": "'published'",
    "sha256": "encode(sha256(document), 'hex')",
    "published_at": "timestamptz '2020-01-01' + (n * 7919 % 100003) * interval '1 minute'",
    "modified_at": "timestamptz '2020-01-01' + n * interval '1 minute'",
    "language": "'en'",
    "claimant": "'subject-' || n % 500",
    "claimed_on": "date '2000-01-01' + (n % 9000)::int",
    "rating": "(array['true', 'false', 'mixture', 'unproven'])[1 + n / 50 % 4]",
    "scale": "'2026.1'",
    "normalized": "'other'",
    "topics": "array['topic-' || n % 50]",
    "subjects": "array['subject-' || n % 2000]",
    "sources": "array['source-' || n % 5000]",
    "publishers": "array['publisher-' || n % 300]",
    "articles": "array['article-' || n % 400]",
    "related": "'{}'::text[]",
    "card": f"convert_to(replace(%(card)s, 'oxford-ma-automatic', {CLAIM}), 'UTF8')",
}


def fill(connection, many):
    """Rows of the size of real ones: of the answers that the description shows."""
    real = json.loads((BASE / "docs" / "api-examples.json").read_text())
    document = real["/api/v1/claims/{slug}/"]["answer"]
    card = real["/api/v1/claims/"]["answer"]["results"][0]
    texts = {
        name: orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
        for name, value in (("document", document), ("card", card))
    }
    made = f"""WITH made AS MATERIALIZED (
        SELECT n, convert_to(replace(%(document)s, 'oxford-ma-automatic', {CLAIM}), 'UTF8')
        AS document FROM generate_series(1, %(many)s) AS n
    )"""  # noqa: S608
    values = texts | {"many": many}
    connection.execute(
        f"""{made}, revisions AS (
        INSERT INTO claims_revision (seq, claim, number, action, at, document, sha256, chain)
        SELECT n, {CLAIM}, 1, 'publish', now(), document, encode(sha256(document), 'hex'),
            repeat('0', 64) FROM made)
        INSERT INTO claims_publishedclaim ({", ".join(COLUMNS)})
        SELECT {", ".join(COLUMNS.values()).replace("% ", "%% ")} FROM made""",  # noqa: S608
        values,
    )
    connection.execute(
        """INSERT INTO claims_publishedterm (key, kind, slug, document, claims, addresses)
        SELECT kind || ':' || slug, kind, slug, '{}', 1, '{}' FROM (
            SELECT 'topic', 'topic-' || n FROM generate_series(0, 49) AS n
            UNION SELECT 'rating', unnest(array['true', 'false', 'mixture', 'unproven'])
        ) AS term (kind, slug)"""
    )
    connection.execute(
        "VACUUM ANALYZE claims_publishedclaim, claims_revision, claims_publishedterm"
    )


# --- Asking ------------------------------------------------------------------


def ask(port, what, many, seed, until, answered):
    """Ask until a moment; one connection. What comes back is only counted."""
    draw, count, path = random.Random(seed), 0, PATHS[what]  # noqa: S311 (claims, not keys)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.monotonic() < until:
            where = path % DRAWS[what](draw, many) if "%" in path else path
            connection.sendall(f"GET {where} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            head, _, body = receive(connection, b"").partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(head.decode())
            while len(body) < length:
                body = receive(connection, body)
            count += 1
    answered.put(count)


def receive(connection, so_far):
    while b"\r\n\r\n" not in (so_far := so_far + connection.recv(1 << 18)):
        if so_far and not so_far.startswith(b"HTTP/"):
            break  # a body goes on
    return so_far


def measure(port, what, many, seed, processes):
    """`(requests a second, CPU milliseconds a request)` of the server and its database."""
    before = cpu(processes)
    start = time.monotonic()
    answered = multiprocessing.Queue()
    asking = [
        multiprocessing.Process(
            target=ask, args=(port, what, many, seed * 100 + n, start + SECONDS, answered)
        )
        for n in range(ASKING)
    ]
    for process in asking:
        process.start()
    count = sum(answered.get(timeout=60) for _ in asking)
    for process in asking:
        process.join()
    spent = sum(cpu(processes, before).values()) - sum(before.values())
    return count / (time.monotonic() - start), 1000 * spent / count


def cpu(processes, before=None):
    """Seconds of each; of one that has ended since, those from before."""
    found = dict(before or {})
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            found[process] = sum(process.cpu_times()[:2])
    return found


# --- Both --------------------------------------------------------------------


def serve(name, target, dsn):
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2"]
    command += ["--blocking-threads", "4", "--port", str(PORTS[name]), "--log-level", "warning"]
    environment = os.environ | {
        **({"KEPT_MEGABYTES": "0"} if name == "unkept" else {}),
        "BENCH_DSN": f"{dsn} application_name={name}",
        "PGAPPNAME": name,
        "API_REQUESTS_PER_MINUTE": "0",  # they all come from one address
    }
    return subprocess.Popen([*command, target], cwd=BASE, env=environment)


def processes_of(name, server, connection):
    """The server with its workers, and what works for it in the database."""
    found = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    rows = connection.execute(
        "SELECT pid FROM pg_stat_activity WHERE application_name = %s"
        " AND backend_type = 'client backend'",
        [name],
    )
    return found + [psutil.Process(pid) for (pid,) in rows]


def compare(connection, many, servers):
    names = [f"{name:>8}" for name in servers]
    kinds = "".join(f"   {' '.join(names)}  ratio  ratio" for _ in range(2))
    print(f"{'':16}{'requests a second':>46}{'CPU ms a request':>44}")
    print(f"{'':16}{kinds}")
    for what in PATHS:
        seen = {name: [] for name in servers}
        for turn in range(-1, ROUNDS):  # the first warms up, and makes the connections
            for name, server in servers.items():
                processes = processes_of(name, server, connection)
                found = measure(PORTS[name], what, many, turn + 1, processes)
                seen[name] += [found] if turn >= 0 else []
        rates, costs = (
            {name: statistics.median(row[at] for row in rows) for name, rows in seen.items()}
            for at in (0, 1)
        )
        line = f"{what:16}" + "".join(f" {rates[name]:8.0f}" for name in servers)
        line += "".join(f" {rates[name] / rates['bare']:6.2f}" for name in ("API", "unkept"))
        line += "   " + "".join(f" {costs[name]:8.2f}" for name in servers)
        line += "".join(f" {costs['bare'] / costs[name]:6.2f}" for name in ("API", "unkept"))
        print(line, flush=True)


def main(many):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
    sys.path.insert(0, str(BASE))
    import django  # the bare limit is without it

    django.setup()
    from django.db import connection as known

    parts = known.get_connection_params()
    parts = {
        name: parts[name]
        for name in ("dbname", "user", "password", "host", "port")
        if name in parts
    }
    dsn = psycopg.conninfo.make_conninfo(**parts)
    with psycopg.connect(dsn, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM claims_publishedclaim LIMIT 1").fetchone():
            fill(connection, many)
        site = "factcheck.wsgi:application"
        targets = {"bare": "benchmarks.api:bare", "API": site, "unkept": site}
        servers = {name: serve(name, target, dsn) for name, target in targets.items()}
        try:
            time.sleep(10)
            compare(connection, many, servers)
        finally:
            for server in servers.values():
                server.terminate()
            for server in servers.values():
                server.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]))
