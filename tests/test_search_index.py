"""The index holds what the record says: whatever happens to claims, it is as if made anew."""

import random
from importlib import import_module

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from claims import ledger, publishing
from claims.models import (
    Claim,
    ClaimTranslation,
    PublishedClaim,
    Revision,
    SearchClaim,
    SearchPosting,
    SearchTerm,
    VerdictTranslation,
)
from claims.search import index, ranking

from . import desk
from .helpers import count_queries

WORDS = ["bridge", "tunnel", "ferry", "École", "costs", "million", "大桥", "耗资", "2022年8月"]


def rows():
    return [list(model.objects.order_by("pk").values_list()) for model in index.MODELS]


def found(question):
    by_entry = dict(PublishedClaim.objects.values_list("entry", "slug"))
    return [by_entry[entry] for entry in ranking.entries(question)]


class Newsroom:
    """Does one thing after another to claims, drawn by lot."""

    def __init__(self, seed, published, by):
        self.random, self.published, self.by = random.Random(seed), published, by
        self.many = 0
        self.topic, self.subject = desk.make_topic("money"), desk.make_subject("jane-roe")

    def text(self):
        return " ".join(self.random.choices(WORDS, k=self.random.randint(3, 9)))

    def in_force(self):
        slugs = list(PublishedClaim.objects.listed().values_list("slug", flat=True))
        return Claim.objects.get(slug=self.random.choice(slugs)) if slugs else None

    def publish(self, claim):
        self.many += 1
        terms = {"topics": [self.topic], "subjects": [self.subject]} if self.many % 2 else {}
        self.published(f"claim-{self.many}", statement=self.text(), summary=self.text(), **terms)

    def correct(self, claim):
        verdict = claim.verdicts.get(status="published")
        ClaimTranslation.objects.filter(of=claim, language="en").update(statement=self.text())
        draft = desk.make_draft(claim, author=verdict.author, summary=self.text())
        VerdictTranslation.objects.filter(of=draft).update(analysis=str(self.random.random()))
        desk.correct(desk.approve(draft, by=self.by), kind="substantial", by=self.by)

    def retract(self, claim):
        desk.retract(claim, by=self.by)

    def merge(self, claim):
        other = self.in_force()
        if other != claim:
            publishing.merge(claim, into=other, by=self.by)

    def seal(self, claim):
        publishing.seal(claim.slug, rule="Court order 12/26", by=self.by)

    def rebuild(self, claim):
        assert ledger.rebuild() == 0

    def act(self):
        claim = self.in_force()
        deeds = [self.publish] * 3
        if claim is not None:
            deeds += [self.correct, self.correct, self.retract, self.merge, self.seal, self.rebuild]
        self.random.choice(deeds)(claim)


@pytest.mark.parametrize("seed", range(4))
def test_the_index_is_as_if_made_anew_after_anything(published, reviewer, monkeypatch, seed):
    monkeypatch.setattr(index, "BLOCK_BITS", 3)  # so that claims fall into several blocks
    newsroom = Newsroom(seed, published, reviewer)
    for _ in range(14):
        newsroom.act()
        kept = rows()
        assert ledger.rebuild(dry_run=True) == 0
    for model in index.MODELS:
        model.objects.all().delete()
    assert ledger.rebuild() > 0
    assert rows() == kept
    everywhere = SearchTerm.objects.filter(term=index.EVERYWHERE)
    count = PublishedClaim.objects.listed().count()
    assert [row.claims for row in everywhere] == ([count] if count else [])


def test_what_is_published_is_found_at_once_and_what_is_taken_back_no_more(published, reviewer):
    published("bridge-cost", statement="The aqueduct cost 90 million.")
    assert found("aqueduct") == ["bridge-cost"]
    claim = Claim.objects.get()
    ClaimTranslation.objects.filter(of=claim, language="en").update(statement="The viaduct cost.")
    desk.correct(claim.verdicts.get(), by=reviewer)
    assert (found("aqueduct"), found("viaducts")) == ([], ["bridge-cost"])
    desk.retract(claim, by=reviewer)
    assert found("viaduct") == []
    assert all(table == [] for table in rows())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE claims_searchposting SET entries = '{257}' WHERE term = 'bridg'",
        "UPDATE claims_searchterm SET claims = 7 WHERE term = ''",
        "DELETE FROM claims_searchword WHERE word = 'bridge'",
        "UPDATE claims_searchclaim SET facts = replace(facts, 'bridge', 'tunnel')",
    ],
)
def test_an_index_that_was_tampered_with_is_found_and_made_again(published, sql):
    published()
    kept = rows()
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount == 1
    with pytest.raises(CommandError):
        call_command("rebuild_record", check=True)
    call_command("rebuild_record", verbosity=0)
    assert rows() == kept


def test_an_upgrade_makes_the_facts_that_publication_makes(published):
    jo = desk.make_subject("jo", name='Jo "Zoë" 李')
    published("one", topics=[desk.make_topic("money")], subjects=[jo], claimant=jo)
    published("two")
    kept = rows()
    SearchClaim.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("claims.migrations.0031_facts_of_claims").FILL)
    assert rows() == kept


def test_an_entry_is_the_first_revision_for_ever(published, reviewer):
    published("first")
    published("second")
    first = PublishedClaim.objects.get(slug="first").entry
    claim = Claim.objects.get(slug="first")
    ClaimTranslation.objects.filter(of=claim, language="en").update(statement="Otherwise.")
    desk.correct(claim.verdicts.get(), by=reviewer)
    head = PublishedClaim.objects.get(slug="first")
    assert head.entry == first == Revision.objects.get(claim="first", number=1).seq
    assert head.revision_id > first


def test_a_claim_is_indexed_in_a_fixed_number_of_queries(published):
    published("short")
    head = PublishedClaim.objects.get()
    published("long", statement=" ".join(f"word{number}" for number in range(90)))
    other = PublishedClaim.objects.get(slug="long")
    other.entry = head.entry
    assert count_queries(lambda: index.replace(head, other)) <= 10


def test_entries_stand_in_order_in_their_block():
    assert index.split(5) == (0, 5)
    assert index.split(2**14) == (1, 0)
    assert index.packed(*reversed([255, 2**14 - 1])) < 2**31
    assert index.packed(3, 1) > index.packed(2, 255)


@pytest.mark.parametrize("word", ["aquaduct", "aqueducct", "aqeuduct", "romanaqueduct"])
def test_a_slip_is_mended_and_so_are_words_run_together(published, word):
    published("bridge-cost", statement="The aqueduct cost 90 million.")
    assert found(word) == ["bridge-cost"]


@pytest.mark.django_db
def test_of_a_term_in_too_many_claims_the_newest_are_read(monkeypatch):
    SearchTerm.objects.create(term=index.EVERYWHERE, claims=10)
    SearchTerm.objects.create(term="bridg", claims=10)
    for block in range(10):
        SearchPosting.objects.create(term="bridg", block=block, entries=[index.packed(1, 9)])
    first = index.packed(1, 9) >> index.WEIGHT_BITS
    newest = [(block << index.BLOCK_BITS) + first for block in range(9, -1, -1)]
    assert ranking.entries("bridge") == newest
    monkeypatch.setattr(ranking, "MOST_POSTINGS", 5)
    assert ranking.entries("bridge") == newest[:1]
