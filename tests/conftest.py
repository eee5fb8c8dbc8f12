import datetime
import functools
import tempfile
from pathlib import Path

import pgtrigger
import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings
from django.utils import translation
from hypothesis import settings

from claims.models import Claim
from sources.history import Event

from . import desk
from .helpers import document_of

# A busy machine is no bug: nothing here is held by the clock.
settings.register_profile("factcheck", deadline=None)
settings.load_profile("factcheck")


def pytest_collection_modifyitems(items):
    """What takes longest begins first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests with threads commit for real, and are cleaned up by TRUNCATE: let that pass.

    After it the rows of the migrations come back with their events, each with an UPDATE: let that
    pass too. Only in the test database, and only these triggers; test_record_rules.py and
    test_history.py switch them on again and try them.
    """
    ids = []
    for model, trigger in pgtrigger.registered():
        if trigger.name == "no_truncate" or issubclass(model, Event):
            pgid = trigger.get_pgid(model)
            ids += [pgid, f"{model._meta.db_table}:{pgid}"]
    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"""ALTER DATABASE "{name}" SET pgtrigger.ignore = '{{{",".join(ids)}}}'""")
        # Its data need not outlive a power cut.
        cursor.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        connection.close()


@pytest.fixture(scope="session", autouse=True)
def collected_static(tmp_path_factory):
    """Pages name their files by hash, as in production: collect them once for the session.

    Nobody here asks for them compressed, which takes seconds; and WhiteNoise looks for a file when
    it is asked for, or each test's client would look through all of them first.
    """
    hashed = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    with override_settings(
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        STORAGES=django_settings.STORAGES | {"staticfiles": hashed},
        WHITENOISE_AUTOREFRESH=True,
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield


@pytest.fixture(autouse=True, scope="session")
def memory_cache():
    """Attempts to sign in and requests are counted in files, which would outlive the tests."""
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    caches_of_test = {"default": memory, "cards": memory | {"LOCATION": "cards"}}
    unlimited = {"API_REQUESTS_PER_MINUTE": 0, "DESK_REQUESTS_PER_MINUTE": 0}
    with override_settings(CACHES=caches_of_test, CHANGES_STREAM=0, CAPTURE=False, **unlimited):
        yield


@pytest.fixture(autouse=True, scope="session")
def exports_apart(tmp_path_factory):
    with override_settings(EXPORTS=tmp_path_factory.mktemp("exports")):
        yield


@pytest.fixture(autouse=True, scope="session")
def quick_passwords():
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def nothing_remembered():
    """What a process keeps for a minute is no business of the next test; nor is its language."""
    for kept in caches.all():
        kept.clear()
    translation.deactivate()


@pytest.fixture
def tmp_path():
    """A folder outside pytest's own tree, which is closed again whenever another run starts:

    a database server that runs under another account would lose its way to its files.
    """
    with tempfile.TemporaryDirectory(prefix="factcheck-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def store(settings, tmp_path):
    """Where the bytes of snapshots go."""
    settings.STORAGES = settings.STORAGES | {
        "snapshots": settings.STORAGES["snapshots"] | {"OPTIONS": {"location": tmp_path / "store"}}
    }
    return tmp_path / "store"


@pytest.fixture(scope="module")
def kept(django_db_setup, django_db_blocker):
    """What a module's fixtures write stays for all its tests, of which each is undone.

    Such a module is marked `django_db`, or its tests would share what they write. A test that
    wants an empty desk stands in another one.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def author(db):
    return desk.known("ann") or desk.make_author()


@pytest.fixture
def reviewer(db):
    return desk.known("ben") or desk.make_reviewer()


@pytest.fixture
def published(author, reviewer):
    """Make published claims: `published("bridge-cost")` returns the revision."""
    return functools.partial(desk.make_published, author=author, reviewer=reviewer)


@pytest.fixture(scope="module")
def published_once(kept):
    """The same for a fixture that makes them once for its module."""
    author, reviewer = desk.make_author(), desk.make_reviewer()
    return functools.partial(desk.make_published, author=author, reviewer=reviewer)


@pytest.fixture
def approved(author, reviewer):
    """A verdict that the door would let through as it stands."""
    draft = desk.make_draft(desk.make_claim(), author=author)
    return desk.approve(draft, by=reviewer)


@pytest.fixture
def document(published, reviewer):
    """The document of a claim of which everything is known, corrected once."""
    refutes = desk.make_source("bridge-cost-refutes")
    for day in ("2026-01-01T00:00Z", "2026-02-01T00:00Z"):
        url = f"https://archive.example/{day[:10]}"
        moments = {"requested_at": day, "archived_at": day}
        refutes.archive_copies.create(service="example", url=url, state="archived", **moments)
    desk.make_source("article", title="The bridge", type="blog")
    published(claimant=desk.make_subject("roe", name="Jo Roe", wikidata="Q4115189"))
    claim = Claim.objects.get()
    claim.appearances.update(is_first=True)
    claim.claimed_on, claim.claimed_precision = datetime.date(2024, 2, 1), "month"
    claim.save()
    text = {"en": "The month was wrong."}
    return document_of(desk.correct(claim.verdicts.get(), text=text, by=reviewer))
