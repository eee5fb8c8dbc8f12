"""What readers sent in, on the desk: who sees it, what is answered, and when addresses go."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from claims import tips
from claims.admin.start import worklists
from claims.models import Claim, Submission

from . import desk
from .admin_forms import data_of, page

pytestmark = pytest.mark.django_db
TIP = tips.Tip(kind="claim", text="Zanzibar is near.", email="jo@example.org")
ERROR = tips.Tip(kind="error", text="The year is wrong.", claim="bridge-cost")


def receive(tip=TIP, language="en"):
    return tips.receive(tip, sender="192.0.2.1", language=language)


def answer(by, **said):
    tips.answer(Submission.objects.get(), by=by, **said)


def shown(client, token, prefix=""):
    return client.get(f"{prefix}/submit/{token}/").content.decode()


def test_both_kinds_wait_on_the_start_page_until_they_are_answered(author):
    receive(ERROR)
    receive(TIP)
    tips.answer(Submission.objects.get(kind="error"), state="accepted", by=author)
    (found,) = [rows for rows in worklists(author) if rows.title == "Tips from readers"]
    assert [row.words for row in found.rows] == ["Zanzibar is near.", "The year is wrong."]
    assert found.rows[1].remark == "error to report, being looked at"
    tips.answer(Submission.objects.first(), state="declined", reason="opinion", by=author)
    (found,) = [rows for rows in worklists(author) if rows.title == "Tips from readers"]
    assert len(found.rows) == 1


def test_the_sender_reads_each_state_in_the_language_of_the_page(client, author, published):
    published()
    token = receive(ERROR, language="zh-Hans")
    assert "We have received it" in shown(client, token)
    answer(author, state="accepted")
    assert "We are looking into it" in shown(client, token)
    answer(author, state="declined", reason="stands", answer="我们核对了年份。")
    html = shown(client, token)
    assert "what we published stands" in html
    assert '<div class="tip-answer" lang="zh-Hans" dir="auto"><p>我们核对了年份。</p>' in html
    assert "已发布的内容无误" in shown(client, token, "/zh-hans")
    answer(author, state="done", result=Claim.objects.get())
    html = shown(client, token)
    assert "It is done" in html
    assert html.count('href="/claims/bridge-cost/"') == 2
    assert "what we published stands" not in html


def test_an_answer_is_text_too(client, author):
    token = receive()
    answer(author, state="accepted", answer="<script>alert(1)</script>")
    assert "<script>" not in shown(client, token)


def test_a_reader_is_sent_to_no_draft(client, author):
    token = receive()
    draft = desk.make_claim("draft")
    with pytest.raises(tips.NotAnswered, match="publish it first"):
        answer(author, state="done", result=draft)
    answer(author, state="accepted", result=draft)  # where the editor works on it
    assert "draft" not in shown(client, token)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"state": "declined"}, "Say why it is declined"),
        ({"state": "declined", "reason": "other"}, "Give the reason in the answer"),
        ({"state": "done"}, "Say which claim answers it"),
    ],
)
def test_no_answer_without_what_its_sender_needs(author, said, message):
    receive()
    with pytest.raises(ValidationError, match=message):
        answer(author, **said)
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.update(**said)


def test_the_desk_answers_by_the_form(client, author, published):
    published()
    receive()
    client.force_login(author)
    address = page(Submission, "change", Submission.objects.get().pk)
    html = client.get(address)
    assert "jo@example.org" in html.content.decode()
    said = {"state": "declined", "reason": "", "text": "Forged."}
    response = client.post(address, data_of(html) | said)
    assert "Say why it is declined" in response.content.decode()
    said = {"state": "done", "reason": "opinion", "result": Claim.objects.get().pk}
    assert client.post(address, data_of(html) | said).status_code == 302
    row = Submission.objects.get()
    assert (row.state, row.reason, row.result.slug, row.text) == (
        *("done", "", "bridge-cost"),
        TIP.text,
    )
    assert row.answered_at is not None


def test_the_log_of_the_desk_keeps_no_word_of_the_readers(client, author):
    receive()
    client.force_login(author)
    address = page(Submission, "change", Submission.objects.get().pk)
    client.post(address, data_of(client.get(address)) | {"state": "accepted"})
    entry = LogEntry.objects.get()
    assert entry.object_repr == f"claim to check #{Submission.objects.get().pk}"
    assert "Zanzibar" not in str(entry.__dict__)


def test_a_contributor_answers_nothing():
    receive()
    with pytest.raises(PermissionDenied):
        answer(desk.make_user("con", role="contributor"), state="accepted")


# --- Forgetting -----------------------------------------------------------------------


def keep(days):
    Submission.objects.update(received_at=timezone.now() - timedelta(days=days))


def test_the_worker_erases_addresses_when_their_time_is_over(client, settings):
    token = receive()
    erase = app.tasks["claims.jobs.erase_addresses"]
    keep(settings.KEEP_ADDRESSES_DAYS - 1)
    erase(timestamp=0)
    assert Submission.objects.get().email == "jo@example.org"
    keep(settings.KEEP_ADDRESSES_DAYS)
    erase(timestamp=0)
    row = Submission.objects.get()
    assert (row.email, row.text) == ("", TIP.text)
    assert row.erased_at is not None
    assert "erased on" in shown(client, token)


def test_a_command_erases_them_too(capsys):
    receive()
    keep(3)
    call_command("erase_addresses")
    call_command("erase_addresses", days=3)
    assert capsys.readouterr().out.split("\n")[:2] == [
        "Addresses erased: 0.",
        "Addresses erased: 1.",
    ]
    with pytest.raises(CommandError, match="0 or more"):
        call_command("erase_addresses", days=-1)


def test_how_long_addresses_are_kept_is_a_setting(client, settings):
    settings.KEEP_ADDRESSES_DAYS = 7
    assert "erased after 7 days" in client.get("/submit/").content.decode()
    receive()
    keep(7)
    assert tips.erase_addresses() == 1
