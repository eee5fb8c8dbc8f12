"""`manage.py demo`: from an empty directory to a site that answers, with the dossier in it."""

import errno
import http.client
import io
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections
from django.http.request import validate_host

from factcheck import embedded
from sources.models import Source

DOSSIER = settings.BASE_DIR / "claims" / "dossier" / "emad-mostaque.yaml"
PAGES = settings.BASE_DIR / "claims" / "example-pages.yaml"
ARTICLE = "emad-mostaque-profile"
ACCOUNTS = ["editor", "reviewer"]  # each in the group of the same name
ADDRESS = "127.0.0.1"
HANGUP = getattr(signal, "SIGHUP", signal.SIGTERM)  # Windows has none


class Command(BaseCommand):
    help = "Prepare the database, load the first dossier, serve the site and work, until Ctrl-C."
    requires_system_checks = []  # migrate checks everything, the database too

    def handle(self, *args, **options):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` starts us deaf
        if signal.getsignal(HANGUP) != signal.SIG_IGN:  # which is what nohup asks for
            signal.signal(HANGUP, signal.default_int_handler)
        try:
            refuse_taken(settings.PORT)
            accounts = self.prepare()
            self.serve(settings.PORT, accounts)
        except KeyboardInterrupt:
            self.say("Stopped.")
        finally:
            connections.close_all()
            embedded.leave(settings.VAR / "postgres")

    def say(self, text):
        self.stdout.write(text)
        self.stdout.flush()

    def prepare(self):
        self.say("Database: migrating …")
        call_command("migrate", verbosity=0, interactive=False, skip_checks=False)
        self.say("Static files: collecting …")
        call_command("collectstatic", verbosity=0, interactive=False)
        accounts = make_accounts(settings.VAR / "demo-accounts.json")
        self.load(DOSSIER.relative_to(settings.BASE_DIR))
        call_command("verify_record", stdout=self.stdout)
        return accounts

    def load(self, name):
        """Once: a second load would take back what editors have changed since."""
        if Source.objects.filter(slug=ARTICLE).exists():
            self.say(
                f"Dossier: {name} is on the desk already; "
                "manage.py load_dossier brings the file's state."
            )
            call_command("rebuild_record", stdout=io.StringIO())  # after an upgrade, the index
            return
        self.say(f"Dossier: loading {name} …")
        call_command(
            "load_dossier",
            str(DOSSIER),
            publish=True,
            author="editor",
            reviewer="reviewer",
            stdout=self.stdout,
        )
        call_command("load_pages", str(PAGES), owner="editor", by="reviewer", stdout=self.stdout)

    def serve(self, port, accounts):
        connections.close_all()
        # A process of its own: granian forks its worker, and this one has Django loaded already.
        # One worker: of two, one answers while the other still starts and is deaf to the end.
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1"]
        command += ["--blocking-threads", "8", "--workers-kill-timeout", "10"]
        command += ["--host", ADDRESS, "--port", str(port), "--log-level", "warning"]
        command += ["factcheck.wsgi:application"]
        # Not `with`: on Ctrl-C that waits for a quarter of a second, and leaves the rest running.
        # A session of its own: two signals at once, the terminal's and ours, choke its workers.
        site = subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True)
        running = [site]
        try:
            wait_until_answered(site, port)
            running.append(start_worker())
            for name, password in accounts.items():
                self.say(f"Sign in at /admin/ as {name}, password {password}")
            if not validate_host(ADDRESS, settings.ALLOWED_HOSTS):
                names = ", ".join(settings.ALLOWED_HOSTS)
                self.say(f"It answers to {names} alone (ALLOWED_HOSTS).")
            self.say(f"Ready: http://{ADDRESS}:{port}/")
            site.wait()
            raise CommandError(f"The server ended by itself (exit code {site.returncode}).")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, HANGUP):
                signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C changes nothing
            for process in running:
                process.terminate()
            for process in running:
                process.wait()


def start_worker():
    command = [sys.executable, "manage.py", "work", "--verbosity", "0"]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True)


def refuse_taken(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "used by another program" if taken else f"not free ({error.strerror})"
            way_out = f"make demo PORT={port + 1 if port < 65535 else 8000}"
            raise CommandError(
                f"Port {port} is {reason}; stop that, or take another: {way_out}"
            ) from error


def wait_until_answered(site, port):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if site.poll() is not None:
            raise CommandError(f"The server did not start (exit code {site.returncode}).")
        connection = http.client.HTTPConnection(ADDRESS, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            status = connection.getresponse().status
            if status == http.client.OK:
                return
            raise CommandError(f"The server answers /healthz with {status} instead of 200.")
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise CommandError("The server runs, but did not answer /healthz within a minute.")


def make_accounts(file):
    """What to sign in with, by name. Made once; a password that somebody changed stays changed."""
    kept = json.loads(file.read_text()) if file.exists() else {}
    shown = {}
    for name in ACCOUNTS:
        user, is_new = get_user_model().objects.get_or_create(
            username=name, defaults={"is_staff": True, "password": "!"}
        )
        if is_new:
            kept.setdefault(name, secrets.token_urlsafe(12))
            keep(file, kept)  # before the account has it: a password nobody knows opens nothing
            user.set_password(kept[name])
            user.save(update_fields=["password"])
        known = name in kept and user.check_password(kept[name])
        shown[name] = kept[name] if known else "as you changed it"
        user.groups.add(Group.objects.get(name=name))
    return shown


def keep(file, accounts):
    draft = file.with_name(f".{file.name}")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(accounts, out, indent=2)
    draft.replace(file)
