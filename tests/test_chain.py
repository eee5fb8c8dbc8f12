"""Any change of any byte of the record shows, and what is projected from it is made again."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from claims import publishing
from claims.chain import GENESIS, Verifier, canonical, link, sha256
from claims.models import Claim, ClaimRedirect, PublishedClaim, PublishedTerm, Revision
from sources.models import Source

from . import desk

TEXT = {"en": "Why."}
AT = datetime.datetime(2026, 11, 22, 13, 0, tzinfo=datetime.UTC)
COLUMNS = ["seq", "claim", "number", "action", "at", "document", "sha256", "chain"]


def make_record(length):
    """Revisions in memory, as publishing would append them."""
    revisions, chain = [], GENESIS
    for seq in range(1, length + 1):
        slug, number = f"claim-{seq % 3}", (seq - 1) // 3 + 1
        at = AT + datetime.timedelta(seconds=seq)
        data = canonical(
            {
                "slug": slug,
                "revision": number,
                "action": "publish",
                "modified_at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "statement": {"zh-Hans": "桥", "en": "The bridge."},
            }
        )
        facts = {"seq": seq, "claim": slug, "number": number, "action": "publish", "at": at}
        facts["sha256"] = sha256(data)
        chain = link(chain, **facts)
        revisions.append(Revision(document=data, chain=chain, **facts))
    return revisions


def first_fault(revisions):
    verifier = Verifier()
    for revision in revisions:
        if fault := verifier.check(revision):
            return fault
    return verifier.finish()


def test_an_untouched_record_is_whole():
    assert first_fault(make_record(9)) is None


@given(data=st.data())
@settings(max_examples=300)
def test_any_byte_of_any_revision_that_changes_breaks_the_record(data):
    revisions = make_record(6)
    victim = data.draw(st.sampled_from(revisions))
    column = data.draw(st.sampled_from(COLUMNS))
    value = getattr(victim, column)
    if column == "document":
        place = data.draw(st.integers(0, len(value) - 1))
        byte = data.draw(st.integers(0, 255).filter(lambda new: new != value[place]))
        changed = value[:place] + bytes([byte]) + value[place + 1 :]
    elif column == "at":
        changed = value + datetime.timedelta(microseconds=data.draw(st.integers(1, 10**9)))
    elif isinstance(value, int):
        changed = value + data.draw(st.integers(1, 10**6))
    else:
        place = data.draw(st.integers(0, len(value) - 1))
        letter = data.draw(st.sampled_from("0123456789abcdef-").filter(lambda n: n != value[place]))
        changed = value[:place] + letter + value[place + 1 :]
    setattr(victim, column, changed)
    fault = first_fault(revisions)
    assert fault is not None
    # A row that claims another place is found where it is missing or where it turns up.
    assert fault.seq in {victim.seq, revisions.index(victim) + 1}


@given(st.integers(0, 5), st.integers(0, 5))
def test_rows_left_out_or_swapped_break_the_record(one, other):
    revisions = make_record(6)
    shorter = revisions[:one] + revisions[one + 1 :]
    assert one == 5 or first_fault(shorter) is not None
    revisions[one], revisions[other] = revisions[other], revisions[one]
    assert (first_fault(revisions) is None) == (one == other)


def test_a_document_that_is_gone_without_a_reason_is_a_fault():
    revisions = make_record(3)
    revisions[1].document = b""
    fault = first_fault(revisions)
    assert (fault.seq, "no sealing revision" in fault.what) == (2, True)


@pytest.fixture
def lively(published, author, reviewer):
    """A record in which everything has happened once."""
    money = desk.make_topic("money")
    for slug in ["one", "two", "three", "four", "five"]:
        published(slug, topics=[money], subjects=[desk.make_subject(f"subject-{slug}")])
    claims = {claim.slug: claim for claim in Claim.objects.all()}
    # The newest document that names the article changes what the terms say of it.
    Source.objects.filter(slug="article").update(title="The article, renamed")
    verdict = desk.approve(
        desk.make_draft(claims["one"], author=author, rating_slug="false"), by=reviewer
    )
    desk.correct(verdict, kind="update", text=TEXT, by=reviewer)
    publishing.merge(claims["two"], into=claims["three"], by=reviewer)
    publishing.merge(claims["three"], into=claims["four"], by=reviewer)
    desk.retract(claims["one"], reason=TEXT, by=reviewer)
    publishing.seal("four", rule="Order 12", by=reviewer, numbers=[1])
    publishing.seal("three", rule="Order 13", by=reviewer)


def rows():
    found = {}
    for model in (PublishedClaim, PublishedTerm, ClaimRedirect):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t ORDER BY 1")
            found[model.__name__] = cursor.fetchall()
    return found


def test_the_projection_is_made_again_byte_for_byte(lively, capsys):
    before = rows()
    assert before["PublishedClaim"]
    assert before["ClaimRedirect"]
    call_command("rebuild_record", check=True)
    PublishedClaim.objects.all().delete()
    PublishedTerm.objects.update(claims=99)
    ClaimRedirect.objects.all().delete()
    with pytest.raises(CommandError, match="not as the revisions"):
        call_command("rebuild_record", check=True)
    call_command("rebuild_record")
    assert rows() == before


def test_verify_record_says_the_chain_is_whole(lively, capsys):
    call_command("verify_record")
    head = Revision.objects.last().chain
    assert f"The chain is whole: {Revision.objects.count()} revisions" in (
        out := capsys.readouterr().out
    )
    assert head in out


def test_verify_record_names_the_first_bad_seq(lively):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE claims_revision DISABLE TRIGGER USER")
        cursor.execute("UPDATE claims_revision SET at = at + interval '1 day' WHERE seq IN (3, 5)")
        cursor.execute("ALTER TABLE claims_revision ENABLE TRIGGER USER")
    with pytest.raises(CommandError, match="broken at seq 3"):
        call_command("verify_record")


def test_an_empty_record_is_no_fault(db, capsys):
    call_command("verify_record")
    assert "empty" in capsys.readouterr().out
