"""A web server that lies, drips, loops and explodes: what `fetching.get` must come through."""

import contextlib
import gzip
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli

BOMB = b"\0" * 30_000_000


class Site(BaseHTTPRequestHandler):
    """Answers each path with the bytes, or the function of itself, that stand for it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.got.append((self.path, dict(self.headers.items())))
        answer = self.server.pages.get(self.path, self.server.otherwise)
        with contextlib.suppress(OSError):
            if callable(answer):
                answer(self)
            else:
                self.wfile.write(answer)
        self.close_connection = True

    do_POST = do_GET

    def log_message(self, *args):
        pass


class Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass


@contextlib.contextmanager
def site(pages=None, otherwise=None):
    """The server: its `pages` by path, what it `got`, its `host`; `over` is set when it ends."""
    server = Quiet(("127.0.0.1", 0), Site)
    server.pages, server.got, server.over = dict(pages or {}), [], threading.Event()
    server.otherwise = otherwise or answer(b"Not found.", status=404)
    server.host = f"127.0.0.1:{server.server_port}"
    server.url = f"http://{server.host}"
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def answer(body=b"", *, status=200, type="text/html; charset=utf-8", length=None, **headers):
    """One answer as bytes. `length` is what it says of itself, if not the truth."""
    lines = [
        f"HTTP/1.1 {status} Said",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    if type:
        lines.append(f"Content-Type: {type}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def redirect(to, status=302):
    return answer(b"", status=status, Location=to)


def packed(body, coding):
    def raw_deflate(data):
        machine = zlib.compressobj(wbits=-15)
        return machine.compress(data) + machine.flush()

    pack = {
        "gzip": gzip.compress,
        "x-gzip": gzip.compress,
        "deflate": zlib.compress,
        "raw": raw_deflate,
        "br": lambda data: brotli.compress(data, quality=1),
    }[coding]
    return answer(pack(body), Content_Encoding="deflate" if coding == "raw" else coding)


def endless(start=b"", drop=b"x" * 65536, wait=0.0):
    """Without an end, until nobody listens; with `wait` seconds between the drops."""

    def drip(request):
        request.wfile.write(start)
        while not request.server.over.wait(wait):
            request.wfile.write(drop)

    return drip


def deeper(request):
    """Each page leads on to another one."""
    number = int(request.path.rpartition("/")[2] or 0)
    request.wfile.write(redirect(f"/deeper/{number + 1}"))
