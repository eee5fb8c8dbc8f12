"""Visits to sources: each page ends in the right state, and what it says is kept once."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from warcio.archiveiterator import ArchiveIterator

from claims import appearances, drafts, links
from claims.models import Evidence
from sources import capture, fetching, visits
from sources.choices import CaptureMethod
from sources.models import LinkCheck, Snapshot, Source, Watch

from . import desk, evidence, hostile
from .admin_forms import data_of, page

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server():
    pages = {f"/{name}": said for name, (said, _state, _words) in evidence.PAGES.items()}
    pages |= {f"/deeper/{n}": hostile.deeper for n in range(20)} | {"/": evidence.page("Home")}
    with hostile.site(pages) as server:
        yield server


@pytest.fixture(autouse=True)
def capturing(settings, server, store, monkeypatch):
    settings.CAPTURE, settings.FETCH_ALLOWED = True, [server.host]
    monkeypatch.setattr(fetching, "PAGE_SECONDS", 1)
    monkeypatch.setattr(fetching, "LARGEST_PAGE", 2_000_000)
    kept = dict(server.pages)
    yield
    server.pages.clear()
    server.pages.update(kept)


def visited(source):
    """Visit it now, whatever was planned; returns it as it is then."""
    call_command("capture", source.slug, verbosity=0)
    return Source.objects.get(pk=source.pk)


@pytest.fixture
def source(server):
    return desk.make_source("report", url=f"{server.url}/text")


def test_every_page_ends_in_the_right_state(server):
    for name in evidence.PAGES:
        desk.make_source(name, url=f"{server.url}/{name}")
    desk.make_source("paper", url=None, no_url_reason="On paper.")
    call_command("capture", verbosity=0)
    found = {row.slug: row for row in Source.objects.prefetch_related("snapshots")}
    states = {name: found[name].link_state for name in evidence.PAGES}
    assert states == {name: state for name, (_said, state, _words) in evidence.PAGES.items()}
    for name, (_said, _state, words) in evidence.PAGES.items():
        copies = list(found[name].snapshots.all())
        assert len(copies) == (0 if words is None else 1), name
        assert words is None or words in copies[0].text, name
        assert not copies or copies[0].text or copies[0].note, name
    assert LinkCheck.objects.count() == len(evidence.PAGES) == Watch.objects.count()
    call_command("capture", verbosity=0)  # nothing is due
    assert LinkCheck.objects.count() == len(evidence.PAGES)


def test_a_page_is_kept_with_all_that_it_says_of_itself(server):
    source = visited(desk.make_source("report", url=f"{server.url}/article"))
    copy = source.snapshots.get()
    assert copy.says == {
        "title": "The bridge of Northgate",
        "authors": ["Jo Roe", "Ann Lee"],
        "published": "2024-05-06",
        "language": "en",
        "canonical": f"{server.url}/true",
        "charset": "utf-8",
    }
    assert "Menu" not in copy.text
    assert capture.content(copy) == evidence.article().encode()
    assert copy.http["hops"][0]["status"] == 200
    assert (source.title, source.authors) == ("Title of report", [])  # by itself, nothing changes


def test_the_warc_file_holds_every_answer_on_the_way(server):
    source = visited(desk.make_source("report", url=f"{server.url}/moved"))
    file = io.BytesIO(capture.stored(source.snapshots.get().warc))
    records = [
        (
            record.rec_type,
            (record.rec_headers.get_header("WARC-Target-URI") or "").removeprefix(server.url),
            record.http_headers and record.http_headers.get_statuscode(),
            record.content_stream().read(),
        )
        for record in ArchiveIterator(file, check_digests="raise")
        if record.rec_type == "response"
    ]
    assert records == [
        ("response", "/moved", "301", b""),
        ("response", "/text", "200", evidence.WORDS.encode()),
    ]


def test_the_same_words_are_one_copy(server, source):
    for _ in range(2):
        visited(source)
    server.pages["/text"] = evidence.text(evidence.WORDS + "Once more.")
    visited(source)
    assert source.snapshots.count() == 2
    assert source.link_checks.count() == 3


def test_a_page_that_changes_back_says_again_what_it_said(server, source, author):
    """Such as one that stood under repair, and said so with 200."""
    verdict = desk.make_draft(desk.make_claim(), author=author)
    verdict.evidence.update(source=source, quote="41 million")
    before, repairs = server.pages["/text"], evidence.page("Repairs", "Come again tomorrow.")
    for says, state in [(before, "verified"), (repairs, "broken"), (before, "verified")]:
        server.pages["/text"] = says
        visited(source)
        assert set(verdict.evidence.values_list("quote_state", flat=True)) == {state}
    digests = list(source.snapshots.order_by("captured_at").values_list("sha256", flat=True))
    assert digests[0] == digests[2] != digests[1]
    visited(source)
    assert source.snapshots.count() == 3


def test_what_has_not_changed_is_not_sent_again(server, source):
    def unless_known(request):
        known = request.headers["If-None-Match"] == '"one"'
        request.wfile.write(
            hostile.answer(status=304) if known else hostile.answer(b"words", ETag='"one"')
        )

    server.pages["/text"] = unless_known
    visited(source)
    source = visited(source)
    assert [check.status_code for check in source.link_checks.all()] == [304, 200]
    assert source.link_state == "ok"


def test_a_state_has_a_beginning_and_a_last_time_that_all_was_well(server, source):
    source = visited(source)
    first = source.link_state_since
    assert first == source.link_ok_at == source.link_checks.get().checked_at
    source = visited(source)
    assert (source.link_state_since, source.link_ok_at > first) == (first, True)
    ok_at = source.link_ok_at
    server.pages["/text"] = hostile.answer(status=404)
    source = visited(source)
    assert (source.link_state, source.link_ok_at) == ("dead", ok_at)
    assert source.link_state_since > ok_at


def failed_often(source, server, *, days, others_answer):
    visited(source)
    server.pages["/text"] = hostile.answer(status=500)
    began = timezone.now() - timezone.timedelta(days=days)
    Watch.objects.filter(source=source).update(failures=2, failing_since=began)
    if others_answer:
        visited(desk.make_source("other", url=f"{server.url}/pdf-called-page"))
    return visited(source).link_state


def test_one_failure_says_nothing(server, source):
    visited(source)
    server.pages["/text"] = hostile.answer(status=500)
    assert visited(source).link_state == "ok"
    assert source.link_checks.first().state == "unknown"


def test_what_fails_for_days_while_others_answer_is_dead(server, source):
    assert failed_often(source, server, days=4, others_answer=True) == "dead"


def test_a_machine_without_network_alarms_nobody(server, source):
    assert failed_often(source, server, days=4, others_answer=False) == "ok"


def test_without_network_a_run_ends_soon(server, settings):
    with hostile.site() as gone:
        pass
    settings.FETCH_ALLOWED = [gone.host]
    for number in range(visits.OFFLINE + 3):
        desk.make_source(f"s{number}", url=f"{gone.url}/{number}")
    call_command("capture", verbosity=0)
    assert LinkCheck.objects.count() == visits.OFFLINE
    assert set(Source.objects.values_list("link_state", flat=True)) == {"unknown"}


def test_one_host_is_visited_at_a_pace(server, settings, source):
    desk.make_source("other", url=f"{server.url}/pdf")
    settings.FETCH_ALLOWED = []
    assert len(list(links.visit_due(seconds=3))) == 1
    assert visits._next()[1] == pytest.approx(visits.PACE.total_seconds(), abs=2)
    Watch.objects.update(visited_at=timezone.now() - visits.PACE)
    assert len(list(links.visit_due(seconds=3))) == 1


def test_a_source_with_another_address_is_visited_anew(server, source):
    visited(source)
    Source.objects.filter(pk=source.pk).update(url=f"{server.url}/pdf")
    call_command("capture", verbosity=0)
    assert source.link_checks.count() == 2
    Source.objects.filter(pk=source.pk).update(url=None, no_url_reason="It went to the archive.")
    call_command("capture", verbosity=0)
    assert not Watch.objects.exists()


def test_an_address_that_changes_meanwhile_is_not_judged_by_the_old_one(server, source):
    visits.find_new()
    for visit in visits.due():
        Source.objects.filter(pk=source.pk).update(url=f"{server.url}/dead")
        visits.find_new()
        assert visits.record(visit) is None
        break
    assert not LinkCheck.objects.exists()


def test_a_visit_that_is_never_recorded_is_made_again(server, source):
    """As after `kill -9`: what was fetched is fetched again, and kept once."""
    for _visit in visits.due():
        break
    assert not Snapshot.objects.exists()
    assert visited(source).snapshots.count() == 1


def test_where_capture_is_off_nothing_is_asked(server, settings, source):
    settings.CAPTURE = False
    server.got.clear()
    assert list(links.visit_due()) == []
    with pytest.raises(CommandError, match="CAPTURE is false"):
        call_command("capture")
    assert server.got == []


def test_two_workers_do_not_visit_at_once(source):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [visits.LOCK])
        assert list(links.visit_due()) == []
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [visits.LOCK])
    finally:
        other.close()
    assert len(list(links.visit_due())) == 1


def test_unknown_names_are_told():
    with pytest.raises(CommandError, match="nobody"):
        call_command("capture", "nobody")


# --- What we quote ---------------------------------------------------------------


def forget_others(source):
    """Those that a draft brings along are at addresses that nobody here can reach."""
    others = Source.objects.exclude(pk=source.pk)
    others.update(url=None, no_url_reason="It is not asked for here.")


def test_a_page_without_the_words_that_we_quote_has_changed(server, source, author):
    verdict = desk.make_draft(desk.make_claim(), author=author)
    verdict.evidence.update(source=source, quote="the county auditors wrote")
    forget_others(source)
    assert visited(source).link_state == "ok"
    server.pages["/text"] = evidence.text("The bridge cost 90 million, somebody wrote.")
    source = visited(source)
    assert source.link_state == "changed"
    assert "the county auditors wrote" in source.link_checks.first().note
    assert visited(source).link_state == "changed"  # and stays so, however often it is looked at
    server.pages["/text"] = evidence.text(evidence.WORDS.replace("the county", "the  county"))
    assert visited(source).link_state == "ok"


@pytest.mark.parametrize("door", ["program", "form"])
def test_a_new_quote_has_the_source_visited_again(client, source, author, door):
    verdict = desk.make_draft(desk.make_claim(), author=author)
    verdict.evidence.update(source=source)
    visits.find_new()
    long_ago, later = (timezone.now() + timezone.timedelta(days=days) for days in (-2, 5))
    Watch.objects.filter(source=source).update(visited_at=long_ago, due_at=later)
    row = verdict.evidence.first()
    if door == "program":
        said = drafts.Said(columns={"quote": "the county auditors"})
        drafts.write_evidence(row, said, by=author)
    else:
        client.force_login(author)
        address = page(Evidence, "change", row.pk)
        typed = data_of(client.get(address)) | {"quote": "the county auditors"}
        assert client.post(address, typed).status_code == 302
    assert Watch.objects.get(source=source).due_at <= timezone.now()


def test_words_that_no_copy_ever_had_are_no_change(source, author):
    verdict = desk.make_draft(desk.make_claim(), author=author)
    verdict.evidence.update(source=source, quote="never said here")
    forget_others(source)
    assert visited(source).link_state == "ok"


def test_a_text_that_somebody_gave_is_not_displaced_by_a_fetched_one(server, source, author):
    given = capture.snapshot(
        source,
        b"By hand.",
        media_type="text/plain",
        text="By hand.",
        method=CaptureMethod.PASTED,
        at=timezone.now(),
    )
    visited(source)
    assert appearances.newest_text(source) == given
