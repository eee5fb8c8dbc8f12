"""The history page of the desk: who changed what, any moment, and the way back to it."""

import html
import re

import pytest
from django.db import transaction
from django.urls import reverse

from claims import review
from claims.models import (
    Appearance,
    Claim,
    ClaimTranslation,
    Evidence,
    EvidenceTranslation,
    Verdict,
    VerdictTranslation,
)
from sources import timeline
from sources.history import attributed
from sources.models import Source

from . import desk
from .admin_forms import data_of, make_editor, page
from .helpers import assert_queries_do_not_grow

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    editor = make_editor()
    client.force_login(editor)
    return editor


def save(**facts):
    """One save: a transaction in a context of its own."""
    return attributed(**facts)


def now(model, pk):
    """The moment of the newest save of an object."""
    found, _more = timeline.entries(model, pk, limit=1)
    return found[0].moment


def merge(claim):
    Claim.objects.filter(pk=claim.pk).update(merged_into=desk.make_claim("other"))


def moment_page(row, moment):
    return page(type(row), "moment", row.pk, moment)


def read(response):
    """The text of a page, with what went in [-…-] and what came in [+…+]."""
    text = response.content.decode().split('id="content-main"')[1]
    text = re.sub(r"<del>(.*?)</del>", r"[-\1-]", text, flags=re.DOTALL)
    text = re.sub(r"<ins>(.*?)</ins>", r"[+\1+]", text, flags=re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


# --- The time line -------------------------------------------------------------


def test_one_save_of_the_form_is_one_entry_with_all_its_parts(client, editor):
    claim = desk.make_claim()
    address = page(Claim, "change", claim.pk)
    typed = data_of(client.get(address)) | {
        "kind": "arithmetic",
        "topics": [desk.make_topic("bridges").pk],
        "translations-0-statement": "The bridge cost 80 million.",
        "translations-1-statement": "bridge-cost 的新说法。",
    }
    assert client.post(address, typed).status_code == 302
    entry = timeline.entries(Claim, claim.pk)[0][0]
    assert len(entry.changes) == 4
    text = read(client.get(page(Claim, "history", claim.pk)))
    assert "Eve admin" in text
    assert "Kind [-documentary-] → [+arithmetic+]" in text
    assert "Topic of a claim: Bridges added" in text
    assert "Statement in one language: en changed" in text
    assert "The bridge cost [-90 -][+80 +]million." in text
    assert "的[+新+]说法。" in text


def test_the_newest_save_stands_first_with_who_and_by_what_way(client, editor):
    source = desk.make_source("paper")
    for facts, note in [
        ({"command": "tidy", "account": "cron"}, "b"),
        ({"user": editor.pk, "url": "/api/v1/desk/"}, "c"),
        ({"user": 10**6, "url": reverse("admin:index")}, "d"),
    ]:
        with save(**facts):
            Source.objects.filter(pk=source.pk).update(note=note)
    Source.objects.filter(pk=source.pk).update(note="e")
    text = read(client.get(page(Source, "history", source.pk)))
    ways = [
        "of the database SQL",
        "no. 1000000 (deleted) admin",
        "Eve API",
        "account cron of the machine command tidy",
    ]
    places = [text.index(way) for way in ways]
    assert places == sorted(places)


def test_a_verdict_shows_its_texts_evidence_and_findings(client, editor, author):
    draft = desk.make_draft(desk.make_claim(), author=author)
    with save(user=author.pk), transaction.atomic():
        VerdictTranslation.objects.filter(of=draft).update(summary="It cost 42 million.")
        piece = draft.evidence.first()
        EvidenceTranslation.objects.filter(of=piece).update(finding="It really refutes.")
        draft.evidence.last().delete()
    text = read(client.get(page(Verdict, "history", draft.pk)))
    assert "It cost [-41 -][+42 +]million." in text
    piece = "Piece of evidence: Title of bridge-cost-%s (County Records)"
    assert f"Finding in one language: en · {piece % 'refutes'} changed" in text
    assert "It [+really +]refutes." in text
    assert f"{piece % 'supports'} removed" in text


def test_what_somebody_wrote_is_shown_as_text(client, editor):
    claim = desk.make_claim(statement="<script>alert(1)</script> old")
    ClaimTranslation.objects.filter(of=claim, language="en").update(
        statement="<script>alert(1)</script> new"
    )
    content = client.get(page(Claim, "history", claim.pk)).content.decode()
    assert "<script>alert" not in content
    assert "&lt;script&gt;" in content


def test_the_history_of_what_was_deleted_can_still_be_read(client, editor):
    claim = desk.make_claim()
    pk = claim.pk
    with save(user=editor.pk):
        claim.delete()
    text = read(client.get(page(Claim, "history", pk)))
    assert "[-The bridge cost 90 million.-]" in text
    assert client.get(page(Claim, "history", pk + 1)).status_code == 404


def test_what_moves_to_another_claim_is_in_both_histories():
    first, second = desk.make_claim("first"), desk.make_claim("second")
    place = Appearance.objects.create(claim=first, source=desk.make_source("a"), exact="words")
    with save(user=1):
        Appearance.objects.filter(pk=place.pk).update(claim=second)
    with save(user=1):
        Appearance.objects.filter(pk=place.pk).update(exact="other words")
    assert [entry.contexts for entry in timeline.entries(Claim, first.pk)[0]] == [
        [{"user": 1}],
        [None],
    ]
    assert len(timeline.entries(Claim, second.pk)[0]) == 3
    assert timeline.state(Claim, first.pk, timeline.LATEST).of(Appearance) == []
    assert (
        timeline.state(Claim, second.pk, timeline.LATEST).of(Appearance)[0].exact == "other words"
    )


def test_the_public_record_stands_beside_it(client, editor, published):
    published()
    response = client.get(page(Claim, "history", Claim.objects.get().pk))
    assert 'href="/claims/bridge-cost/v/1/"' in response.content.decode()
    assert "What the public saw v1 published" in read(response)


def test_who_may_not_see_a_claim_may_not_see_its_history(client):
    claim = desk.make_claim()
    client.force_login(desk.make_user("vic", "claims.view_verdict"))
    for address in (page(Claim, "history", claim.pk), moment_page(claim, 1)):
        assert client.get(address).status_code == 403


def test_parts_that_somebody_may_not_see_are_not_in_the_history_either(client, author, reviewer):
    draft = desk.make_draft(desk.make_claim(), author=author)
    review.submit(draft, by=author)
    review.send_back(draft, by=reviewer, reason="Mend it.")
    everything = [f"claims.view_{part}" for part in ("evidence", "evidencetranslation", "comment")]
    for rights, sees in ((everything, True), (everything[1:2], False)):
        client.force_login(desk.make_user(f"vic{sees}", "claims.view_verdict", *rights))
        for address in (page(Verdict, "history", draft.pk), moment_page(draft, timeline.LATEST)):
            text = read(client.get(address))
            assert [words in text for words in ("Mend it.", "It refutes.")] == [sees, sees]
            assert "Mostly false" in text


# --- Growth --------------------------------------------------------------------


def test_pages_of_fifty_neither_repeat_nor_lose_a_save_and_cost_the_same(client, editor):
    source = desk.make_source("paper")
    address = page(Source, "history", source.pk)

    def change(numbers):
        for number in numbers:
            with save(user=editor.pk):
                Source.objects.filter(pk=source.pk).update(note=f"note {number:03}.")

    change(range(10))
    assert_queries_do_not_grow(lambda: client.get(address), lambda: change(range(10, 1000)))
    seen, moments = [], []
    while address:
        response = client.get(address)
        moments += [saved.entry.moment for saved in response.context["saved"]]
        seen.append(len(response.context["saved"]))
        older = response.context["older"]
        address = older and f"{page(Source, 'history', source.pk)}?before={older}"
    assert seen == [50] * 20 + [1]
    assert moments == sorted(set(moments), reverse=True)


def test_a_moment_costs_the_same_whatever_there_is(client, editor, author):
    draft = desk.make_draft(desk.make_claim(), author=author)

    def more():
        for number in range(20):
            row = Evidence.objects.create(
                verdict=draft, source=desk.make_source(f"s-{number}"), stance="context"
            )
            EvidenceTranslation.objects.create(of=row, language="en", finding="It is.")

    address = moment_page(draft, timeline.LATEST)
    assert_queries_do_not_grow(lambda: client.get(address), more)
