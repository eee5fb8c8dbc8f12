"""The verdicts of a dossier: working ones follow the file, public ones are never touched."""

from collections import Counter

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch

from claims import document, gate, publishing, quotes, review
from claims.choices import FROZEN, VerdictStatus
from claims.models import Claim, Evidence, EvidenceTranslation, Verdict, VerdictTranslation

from . import desk, shape
from .mistakes import Mistake
from .writing import CREATED, UNCHANGED, UPDATED, is_public, write_texts

STEP = 25  # a line of progress for so many


class VerdictLoader:
    def __init__(self, dossier, article, rows, ratings, report, progress):
        self.dossier = dossier
        self.rows = rows
        self.ratings = ratings
        self.report = report
        self.progress = progress
        self.entries = [
            shape.verdict(shape.entry("claim", data, language=article.language))
            for data in dossier["claims"]
        ]
        self.published = 0
        self.claims = [rows["claims"][data["slug"]] for data in dossier["claims"]]

    def run(self, *, author, reviewer):
        """Make the working verdicts say what the file does.

        A verdict that needs a new row needs an author; one that was handed in goes back first.
        """
        changes = []
        for claim, wanted in zip(self._with_verdicts(), self.entries, strict=True):
            row = desk.current_verdict(claim)
            found = shape.verdict(shape.entry("claim", desk.verdict_facts(row))) if row else {}
            if found == wanted or claim.merged_into_id:
                self.report.count("verdicts", UNCHANGED, bool(wanted))
            else:
                changes.append((claim, row if row and row.status not in FROZEN else None, wanted))
        self.dossier.refuse(_who_is_missing(changes, author, reviewer))
        for claim, row, wanted in changes:
            self._write(claim, row, wanted, author, reviewer)
        self.progress(f"verdicts: {len(self.claims)}")

    def _with_verdicts(self):
        """The claims in reading order, read afresh with all their verdicts."""
        found = desk.claims().in_bulk([claim.pk for claim in self.claims])
        return [found[claim.pk] for claim in self.claims]

    def _write(self, claim, row, data, author, reviewer):
        outcome = UPDATED if row else CREATED
        if row is None:
            row = Verdict(claim=claim, author=author)
        elif row.status != VerdictStatus.DRAFT:
            row = review.send_back(row, by=reviewer, reason="The dossier has changed.")
        row.rating = self.ratings.get(data.get("rating"))
        row.confidence = data.get("confidence", "")
        row.conflict_of_interest = data.get("conflict_of_interest", "")
        row.save()
        texts = {key: data.get(key, {}) for key in ("summary", "analysis", "sourcing_note")}
        write_texts(VerdictTranslation, row, texts)
        self._write_evidence(row, data.get("evidence", []))
        self.report.count("verdicts", outcome)

    def _write_evidence(self, verdict, wanted):
        """Pieces that say the same keep their rows, and with them what is known of their quotes."""
        kept = [
            (desk.evidence_entry(row), row)
            for row in verdict.evidence.select_related("source").prefetch_related("translations")
        ]
        new = []
        for order, data in enumerate(wanted, start=1):
            match = next((pair for pair in kept if pair[0] == data), None)
            if match is None:
                new.append((order, data))
                continue
            kept.remove(match)
            if match[1].order != order:
                match[1].order = order
                match[1].save(update_fields=["order"])
        verdict.evidence.filter(pk__in=[row.pk for _, row in kept]).delete()
        rows = Evidence.objects.bulk_create(
            Evidence(
                verdict=verdict,
                order=order,
                source=self.rows["sources"][data["source"]],
                stance=data["stance"],
                locator=data.get("locator", ""),
                quote=data.get("quote", ""),
            )
            for order, data in new
        )
        EvidenceTranslation.objects.bulk_create(
            EvidenceTranslation(of=row, language=tag, finding=text)
            for row, (_, data) in zip(rows, new, strict=True)
            for tag, text in data["finding"].items()
        )
        quotes.check(verdict.evidence.all())

    # --- To the record ---------------------------------------------------------

    def publish(self, *, author, reviewer):
        """Hand in, approve and publish what is not public yet, in reading order.

        Warnings are accepted in the reviewer's name and counted; errors stop everything.
        """
        waiting = [
            (index, claim, verdict)
            for index, claim in enumerate(self._with_verdicts())
            if (verdict := _first_to_publish(claim)) is not None
        ]
        approved = self._each(waiting, lambda row: _approved(row, author, reviewer))
        found = _findings([verdict for _, _, verdict in approved])
        accepted, mistakes = {}, []
        for index, claim, verdict in approved:
            mistakes += [_refusal(index, claim, item) for item in found[verdict.pk] if item.stops]
            accepted[verdict.pk] = {item.rule for item in found[verdict.pk]}
        self.dossier.refuse(mistakes)
        self._each(approved, lambda row: self._publish_one(row, reviewer, accepted[row.pk]))
        warnings = Counter(rule for rules in accepted.values() for rule in rules)
        self.report.count("verdicts", "published", len(approved))
        if warnings:
            said = ", ".join(f"{rule} {number}" for rule, number in sorted(warnings.items()))
            self.report.notes.append(f"Warnings accepted in {reviewer}'s name: {said}.")

    def _publish_one(self, verdict, reviewer, accepted):
        publishing.publish(verdict, by=reviewer, accepted=accepted)
        self.published += 1
        if self.published % STEP == 0:
            self.progress(f"published: {self.published}")

    def _each(self, waiting, step):
        """Take a step with each verdict; those who refuse it are told all at once."""
        done, mistakes = [], []
        for index, claim, verdict in waiting:
            try:
                done.append((index, claim, step(verdict)))
            except publishing.Refused as error:
                mistakes += [_refusal(index, claim, item) for item in error.findings] or [
                    _needs(index, claim, str(error))
                ]
            except (review.ReviewError, PermissionDenied) as error:
                mistakes.append(_needs(index, claim, str(error)))
        self.dossier.refuse(mistakes)
        return done

    def note_what_waits(self):
        """Say what the public does not see yet."""
        status = Prefetch("verdicts", Verdict.objects.only("status", "claim"))
        claims = Claim.objects.filter(pk__in=[claim.pk for claim in self.claims])
        changed = sum(
            is_public(claim) and desk.current_verdict(claim).status not in FROZEN
            for claim in claims.prefetch_related(status)
        )
        if changed:
            self.report.notes.append(
                f"Verdicts that differ from what is public: {changed}. Their drafts stand ready: "
                "correct them."
            )


def _who_is_missing(changes, author, reviewer):
    new = [claim.slug for claim, row, _ in changes if row is None]
    if new and author is None:
        yield Mistake("", f"new verdicts ({_some(new)}) need an author: name the --author")
    handed_in = [
        claim.slug for claim, row, _ in changes if row and row.status != VerdictStatus.DRAFT
    ]
    if handed_in and reviewer is None:
        yield Mistake(
            "",
            f"verdicts that were handed in have changed ({_some(handed_in)}): "
            "name the --reviewer who sends them back",
        )


def _some(slugs):
    more = f" and {len(slugs) - 3} more" if slugs[3:] else ""
    return ", ".join(slugs[:3]) + more


def _first_to_publish(claim):
    """The working verdict of a claim that has none in force."""
    if claim.merged_into_id or is_public(claim):
        return None
    verdict = desk.current_verdict(claim)
    return None if verdict is None or verdict.status in FROZEN else verdict


def _findings(verdicts):
    rows = document.verdicts_to_render().filter(pk__in=[verdict.pk for verdict in verdicts])
    return {row.pk: gate.findings(row) for row in rows}


def _approved(verdict, author, reviewer):
    if verdict.status == VerdictStatus.DRAFT:
        verdict = review.submit(verdict, by=author)
    if verdict.status == VerdictStatus.IN_REVIEW:
        verdict = review.approve(verdict, by=reviewer)
    return verdict


def _needs(index, claim, reason):
    return Mistake(f"claims[{index}] ({claim.slug})", reason)


def _refusal(index, claim, finding):
    return _needs(index, claim, f"{finding.rule}: {finding.message}")
