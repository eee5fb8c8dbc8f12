"""Chromium against a server in this process, which sees what the test has not committed."""

import os
import shutil
import subprocess
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from socketserver import ThreadingMixIn
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections

from tests import desk
from tests.servers import until

from . import pages

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser"])), None)
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-extensions"),
    *("--password-store=basic", "--use-mock-keychain", "--remote-debugging-port=0"),
]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


def over(shared):
    """The site as a WSGI application on one database connection, one request at a time."""
    site, lock = get_wsgi_application(), threading.Lock()

    def answer(environ, start_response):
        with lock:
            connections["default"] = shared
            with closing(site(environ, start_response)) as response:
                return [b"".join(response)]

    return answer


@pytest.fixture
def served(db):
    connection = connections["default"]
    connection.inc_thread_sharing()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # it would end the test's own transaction
    server = make_server("127.0.0.1", 0, over(connection), Server, Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    connection.dec_thread_sharing()


class Reader:
    """A tab of one width and colour scheme, which writes down all that goes wrong in it."""

    def __init__(self, browser, address, **options):
        self.address = address
        self.context = browser.new_context(base_url=address, **options)
        self.page = self.context.new_page()
        self.strangers, self.complaints = [], []
        self.page.on("request", self._note_strangers)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path):
        return self.page.goto(path)

    def sign_in(self, client):
        """Go on as whom this client signed in before the first tab was opened."""
        session = client.cookies["sessionid"].value
        cookie = {"name": "sessionid", "value": session, "url": self.address}
        self.context.add_cookies([cookie])

    def _note_strangers(self, request):
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" != self.address:
            self.strangers.append(request.url)


@pytest.fixture(scope="session")
def chromium():
    """The address of a Chromium for all tests: to start one takes longer than most of them."""
    if CHROMIUM is None and os.environ.get("CI") == "true":
        pytest.fail("Chromium is missing: apt install chromium")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt install chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = Path(profile) / "DevToolsActivePort"
        until(lambda: port.exists() and port.read_text().strip(), "Chromium listens")
        yield f"http://127.0.0.1:{port.read_text().split()[0]}"
        process.terminate()
        process.wait()


@pytest.fixture
def reader(served, chromium):
    """Open tabs: `reader(360)`. What the pages show must be published before the first one.

    Playwright keeps an event loop in this thread, under which Django would open a second
    connection; so it starts with the first tab, and is gone before the test is undone.
    """
    playwright = pytest.importorskip("playwright.sync_api")
    running, browsers = playwright.sync_playwright(), []

    def read(width=1280, **options):
        if not browsers:
            browsers.append(running.start().chromium.connect_over_cdp(chromium))
        return Reader(browsers[0], served, viewport={"width": width, "height": 800}, **options)

    yield read
    for browser in browsers:
        browser.close()
        running.__exit__()


@pytest.fixture(scope="module")
def site(published_once):
    """Something of everything that readers can meet."""
    pages.publish(published_once, desk.known("ann"), desk.known("ben"))
