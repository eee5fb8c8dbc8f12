"""What answers cost, beside what others would cost: `python benchmarks/compare.py 100000 VENV`.

On an empty database and a server of its own: it is good for nothing else afterwards. The same
claims are read from the site; from the site without kept answers (`KEPT_MEGABYTES=0`), which is
what a question costs that comes first after a publication; from a bare function with one query
(bare.py); from a stock site with Django REST framework (stock/); all of these on granian with the
same settings; and from Datasette, in the virtual environment VENV, on the same claims in SQLite.
They take turns, each first in some of them, so that what else the machine does falls on all, and
what the database's caches do not hold yet. What is asked is drawn with a fixed seed, anew in each
turn and alike for all.

SECONDS and ROUNDS say how long a turn is and how many count; ONLY is how the rows begin that are
measured.
"""

import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote_plus

import django
import psutil
import psycopg

BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks import record  # noqa: E402
from claims.models import PublishedClaim  # noqa: E402

SECONDS = int(os.environ.get("SECONDS", "3"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
ONLY = os.environ.get("ONLY", "")
CONNECTIONS, ASKED = 8, 20_000
TABLES = [
    (1, "CPU ms a request", "%.2f"),
    (0, "requests a second", "%.0f"),
    (2, "bytes an answer", "%.0f"),
]
SITE, UNKEPT, BARE, STOCK, DATASETTE = "site", "unkept", "bare", "stock", "Datasette"
API, LITE = "/api/v1/claims/", "/bench/claims"
OF_LIST = "_size=25&_nocount=1&_col=card&_sort_desc=modified_at"
PAGE = "_size=25&_sort_desc=modified_at&_nocol=card"
FACETED = f"{LITE}?_size=25&_nocol=card&_search=%s&"
FACETED += "&".join(
    f"_facet={name}" for name in ("rating", "topic", "claimant", "language", "year")
)


class Row(NamedTuple):
    """What is asked of whom: addresses with places for what is drawn, if anything is."""

    name: str
    paths: dict
    draw: object = lambda random, many: ()
    known: bool = False  # an answer that the asker has already
    body: object = None


def evenly(draw, many):
    return draw.randint(1, many)


def as_read(draw, many):
    """The n-th most wanted claim 1/n as often as the first."""
    return int(many ** draw.random())


def narrowed(draw, many):
    ratings = ["true", "mostly-true", "mixture", "false", "misleading", "unproven"]
    return f"subject-{draw.randrange(record.CLAIMANTS)}", draw.choice(ratings)


def question(draw, many):
    """Two or three words that stand together in some claim's summary."""
    words = draw.choice(summaries).split()
    first, length = draw.randrange(len(words) - 3), draw.randrange(2, 4)
    return quote_plus(" ".join(words[first : first + length]))


def wanted(draw, many):
    """One of a thousand questions, the n-th most wanted 1/n as often as the first."""
    return question(random.Random(int(1000 ** draw.random())), many)  # noqa: S311


def text(draw, many):
    """Ten sentences: five are claims, five are about nothing."""
    known = [" ".join(draw.choice(summaries).split()[:14]) for _ in range(5)]
    mixed = draw.choice(summaries).split() + draw.choice(summaries).split()
    unknown = [" ".join(draw.sample(mixed, 14)) for _ in range(5)]
    return json.dumps({"text": "\n".join(f"{one}." for one in known + unknown)})


def ours(path, **others):
    return {SITE: path, UNKEPT: path} | others


def all_of(path, **others):
    stock = path.removeprefix("/api/v1")
    return ours(path, **{BARE: path, STOCK: others.pop("stock", stock)}, **others)


ROWS = [
    Row("list of 25", all_of(API, Datasette=f"{LITE}.json?{OF_LIST}")),
    Row(
        "list by topic and rating",
        all_of(
            f"{API}?topic=topic-7&rating=true",
            stock="/claims/?topics=topic-7&rating=true",
            Datasette=f"{LITE}.json?topic=topic-7&rating=true&{OF_LIST}",
        ),
    ),
    Row(
        "lists, each another",
        all_of(
            API + "?claimant=%s&rating=%s",
            Datasette=LITE + ".json?claimant=%s&rating=%s&" + OF_LIST,
        ),
        narrowed,
    ),
    Row("detail", all_of(API + "claim-%d/", Datasette="/bench/documents/claim-%d.json"), evenly),
    Row(
        "detail, as read",
        all_of(API + "claim-%d/", Datasette="/bench/documents/claim-%d.json"),
        as_read,
    ),
    Row("detail, 304", all_of(API + "claim-%d/"), as_read, known=True),
    Row(
        "search",
        ours(
            API + "?q=%s",
            stock="/claims/?search=%s",
            Datasette=LITE + ".json?_size=25&_nocount=1&_col=card&_search=%s",
        ),
        question,
    ),
    Row(
        "search, as asked",
        ours(API + "?q=%s", Datasette=LITE + ".json?_size=25&_nocount=1&_col=card&_search=%s"),
        wanted,
    ),
    Row("match of ten sentences", ours("/api/v1/match/"), body=text),
    Row("page: home", ours("/", Datasette="/")),
    Row("page: list", ours("/claims/", Datasette=f"{LITE}?{PAGE}")),
    Row("page: claim", ours("/claims/claim-%d/", Datasette="/bench/documents/claim-%d"), evenly),
    Row(
        "page: claim, as read",
        ours("/claims/claim-%d/", Datasette="/bench/documents/claim-%d"),
        as_read,
    ),
    Row("page: claim, 304", ours("/claims/claim-%d/"), as_read, known=True),
    Row("page: search with facets", ours("/claims/?q=%s", Datasette=FACETED), question),
    Row("the same, as asked", ours("/claims/?q=%s", Datasette=FACETED), wanted),
]
summaries = []

# --- Servers ------------------------------------------------------------------


def serve(name, port, folder, dsn, venv):
    environment = os.environ | {
        **({"KEPT_MEGABYTES": "0"} if name == UNKEPT else {}),
        "BENCH_DSN": dsn,
        "API_REQUESTS_PER_MINUTE": "0",  # they all come from one address
        **({"DJANGO_SETTINGS_MODULE": "benchmarks.stock.settings"} if name == STOCK else {}),
    }
    if name == DATASETTE:
        command = [str(Path(venv) / "bin" / "datasette"), "serve", "-i", folder / "bench.db"]
        command += ["--inspect-file", folder / "bench.json", "--port", str(port)]
        command += ["--setting", "suggest_facets", "off", "--setting", "sql_time_limit_ms", "9000"]
        command += ["--setting", "facet_time_limit_ms", "9000"]
    else:
        application = {
            BARE: ["benchmarks.bare:application"],
            STOCK: ["django.core.wsgi:get_wsgi_application", "--factory"],
        }
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2"]
        command += ["--blocking-threads", "4", "--port", str(port), "--log-level", "warning"]
        command += application.get(name, ["factcheck.wsgi:application"])
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, cwd=BASE, env=environment, stdout=log, stderr=log)


def stop(server):
    """Granian that is told so while it still starts does not stop by itself."""
    family = [server, *server.children(recursive=True)]
    server.terminate()
    for process in psutil.wait_procs(family, timeout=20)[1]:
        process.kill()


def wait_for(ports):
    for name, port in ports.items():
        path = next(row.paths[name] for row in ROWS if name in row.paths)
        for _ in range(600):
            try:
                ask(port, path).close()
                break
            except OSError:
                time.sleep(0.3)
        else:
            raise SystemExit(f"{name} does not answer at {path}; see its log beside the database.")


def ask(port, path, data=None):
    headers = {"Content-Type": "application/json"} if data else {}
    address = f"http://127.0.0.1:{port}{path}"
    request = urllib.request.Request(address, data and data.encode(), headers)
    return urllib.request.urlopen(request, timeout=60)  # noqa: S310


# --- Measuring -------------------------------------------------------------------


def requests_of(row, name, many, turn):
    """Lines for ask.lua, the same for whoever is asked in this turn."""
    draw, path = random.Random(f"{row.name} {turn}"), row.paths[name]  # noqa: S311
    if row.body:
        return [f"POST\t{path}\t\t{row.body(draw, many)}" for _ in range(2000)]
    if "%" not in path:
        return [f"GET\t{path}\t%s\t"]
    lines = [f"GET\t{path % row.draw(draw, many)}\t%s\t" for _ in range(ASKED)]
    return lines[:500] if row.known else lines


def measure(row, name, port, many, turn, processes, folder):
    """`(requests a second, CPU milliseconds a request, bytes an answer)`; of errors, the end."""
    lines = requests_of(row, name, many, turn)
    etags = {}
    for line in lines if row.known else ():
        path = line.split("\t")[1]
        etags[path] = etags.get(path) or ask(port, path).headers["ETag"]
    if not row.body:
        lines = [line % etags.get(line.split("\t")[1], "") for line in lines]
    file = folder / "requests.txt"
    file.write_text("\n".join(lines) + "\n")
    for seconds in (SECONDS, 5 * SECONDS, 25 * SECONDS):  # until there are answers
        before = worked(processes)
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "90s"]
        command += ["-s", "benchmarks/ask.lua", f"http://127.0.0.1:{port}", "--", str(file)]
        said = subprocess.run(command, cwd=BASE, capture_output=True, text=True, check=True).stdout
        spent = settled(processes) - before
        told = next(line for line in said.splitlines() if line.startswith("told"))
        count, microseconds, failed, size = map(int, told.split()[1:])
        if count or failed:
            break
    if failed or not count:
        raise SystemExit(f"{row.name}, {name}: {failed} of {count} requests failed.\n{said}")
    worked_off = count + CONNECTIONS  # each connection had asked once more when time was up
    return 1e6 * count / microseconds, 1000 * spent / worked_off, size / count


def settled(processes):
    """CPU seconds once nobody works any more: what is slow would be put down to whoever is next."""
    now = worked(processes)
    for _ in range(600):
        time.sleep(0.2)
        before, now = now, worked(processes)
        if now - before < 0.02:
            return now
    raise SystemExit("There is work still two minutes after nobody asks any more.")


def worked(processes):
    """CPU seconds of these processes and all that they have started, what has ended included."""
    total = 0
    for root in processes:
        for process in [root, *root.children(recursive=True)]:
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
            total += times.children_user + times.children_system
    return total


def compare(many, servers, postmaster, folder):
    names, found = list(servers), {}
    for row in ROWS:
        if not row.name.startswith(ONLY):
            continue
        seen = {name: [] for name in names if name in row.paths}
        for turn in range(-1, ROUNDS):  # the first warms up, and makes the connections
            first = turn % len(seen)  # who asks first finds less in the caches of the database
            for name in [*seen][first:] + [*seen][:first]:
                server, port = servers[name]
                processes = [psutil.Process(server.pid)]
                processes += [postmaster] if name != DATASETTE else []
                told = measure(row, name, port, many, turn, processes, folder)
                seen[name] += [told] if turn >= 0 else []
        found[row.name] = {
            name: [statistics.median(column) for column in zip(*rows, strict=True)]
            for name, rows in seen.items()
        }
        print(row.name, {name: f"{told[1]:.2f} ms" for name, told in found[row.name].items()})
    for at, what, form in TABLES:
        print(f"\n| {what} | {' | '.join(names)} |\n| --- |{' --- |' * len(names)}")
        for name, told in found.items():
            cells = [form % told[one][at] if one in told else "" for one in names]
            print(f"| {name} | {' | '.join(cells)} |")


def main(many, venv):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # no server is left behind
    folder = Path(settings.VAR).resolve()
    if not PublishedClaim.objects.exists():
        start = time.monotonic()
        record.fill(many, folder / "bench.db")
        print(f"{many} claims made in {time.monotonic() - start:.0f} s")
    program = Path(venv) / "bin" / "datasette"
    with (folder / "bench.json").open("wb") as file:
        subprocess.run([program, "inspect", folder / "bench.db"], stdout=file, check=True)
    sample = PublishedClaim.objects.filter(entry__in=range(1, many, max(1, many // 2000)))
    cards = [json.loads(bytes(card)) for card in sample.values_list("card", flat=True)]
    summaries[:] = [card["summary"]["en"] for card in cards]
    parts = connection.get_connection_params()
    known = ("dbname", "user", "password", "host", "port")
    dsn = psycopg.conninfo.make_conninfo(**{key: parts[key] for key in known if key in parts})
    postmaster = psutil.Process(connection.connection.info.backend_pid).parent()
    servers = {}
    try:
        for name in (SITE, UNKEPT, BARE, STOCK, DATASETTE):
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            servers[name] = serve(name, port, folder, dsn, venv), port
        wait_for({name: port for name, (_, port) in servers.items()})
        compare(many, servers, postmaster, folder)
    finally:
        for server, _ in servers.values():
            stop(psutil.Process(server.pid))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
