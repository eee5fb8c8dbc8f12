"""Desk rows to the public document: the only renderer. Its shape: docs/claim.schema.json."""

import copy
import datetime

from django.conf import settings
from django.db.models import Prefetch

from sources import dates
from sources.choices import ArchiveState
from sources.languages import texts
from sources.models import Source

from .chain import canonical, moment, sha256
from .choices import Action, State
from .models import Appearance, Claim, ClaimRelation, Evidence, PublishedClaim, Rating, Verdict

FORMAT = 1
_NO_MOMENT = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

_SOURCES = Source.objects.select_related("publisher", "copy_of__publisher").prefetch_related(
    "translations", "archive_copies", "copy_of__translations", "copy_of__archive_copies"
)


def verdicts_to_render():
    """Verdicts with everything that their documents say, in a fixed number of queries."""
    evidence = Evidence.objects.prefetch_related(Prefetch("source", _SOURCES), "translations")
    places = Appearance.objects.prefetch_related(Prefetch("source", _SOURCES))
    merged = Claim.objects.prefetch_related(Prefetch("appearances", places))
    return Verdict.objects.select_related(
        "rating__scale", "author", "reviewer", "claim__claimant"
    ).prefetch_related(
        "translations",
        "contacts",
        "rating__translations",
        Prefetch("evidence", evidence),
        "claim__translations",
        "claim__claimant__translations",
        "claim__subjects__translations",
        "claim__topics__translations",
        "claim__topics__parent__translations",
        Prefetch("claim__appearances", places),
        Prefetch("claim__merged", merged),
        Prefetch("claim__relations", ClaimRelation.objects.select_related("other")),
        Prefetch("claim__related_from", ClaimRelation.objects.select_related("claim")),
    )


def render(verdict, *, number, action, at, previous=None, correction=None):
    """The public document of a verdict in force: everything that a page or an answer needs.

    `verdict` comes from `verdicts_to_render`; `previous` is the claim's last document, which hands
    on the moment of first publication and the corrections; `correction` is a new one's `kind` and
    `text`.
    """
    content = _content(verdict)
    corrections = _corrections(previous)
    if correction:
        said = _correction(correction, number, at, previous, content["verdict"])
        corrections = [*corrections, said]
    head = _head(verdict.claim, number, action, State.PUBLISHED, at, previous)
    return head | content | {"corrections": corrections}


def _content(verdict):
    """What the desk says, kept with the verdict for whoever asks again: gate, signature, record.

    `verdict` was fetched for one look at it: what changes on the desk meanwhile does not show.
    """
    if not hasattr(verdict, "_content"):
        verdict._content = _read(verdict)
    return verdict._content


def _read(verdict):
    claim = verdict.claim
    appearances = _appearances(claim)
    cited = [row.source for row in [*appearances, *verdict.evidence.all()]]
    return {
        "statement": texts(claim.translations.all(), "statement"),
        "claimant": {
            "subject": _subject(claim.claimant) if _is_public(claim.claimant) else None,
            "speaker": texts(claim.translations.all(), "speaker"),
        },
        "claimed_on": _date(claim.claimed_on, claim.claimed_precision),
        "about": _period(claim),
        "kind": claim.kind,
        "reason": texts(claim.translations.all(), "reason"),
        "subjects": [_subject(row) for row in _by_slug(claim.subjects.all()) if _is_public(row)],
        "topics": [_topic(row) for row in _with_ancestors(claim.topics.all())],
        "appearances": [_appearance(row, claim) for row in appearances],
        "verdict": _verdict(verdict),
        "evidence": [
            _evidence(number, row) for number, row in enumerate(verdict.evidence.all(), start=1)
        ],
        "sources": _sources(cited),
        "relations": _relations(claim),
        "absorbed": sorted(row.slug for row in claim.merged.all()),
    }


def says_the_same(one, other, *, but=()):
    """Do two documents differ only in which revision they are and why, and in the keys of `but`?"""
    aside = {"revision", "action", "modified_at", "corrections", *but}
    return {key: one[key] for key in one.keys() - aside} == {
        key: other[key] for key in other.keys() - aside
    }


def draft(verdict):
    """The document as it would go out now."""
    return render(verdict, number=1, action=Action.PUBLISH, at=_NO_MOMENT)


def fingerprint(verdict):
    """A hash of all that readers would see of this verdict: what somebody signs who has read it.

    Without what comes later by itself: who signs, and which claims are public by then. Empty for a
    verdict without a rating, which nobody can sign.
    """
    if verdict.rating is None:
        return ""
    rendered = copy.deepcopy(draft(verdict))
    for name in ("author", "reviewer"):
        rendered["verdict"].pop(name)
    for source in rendered["sources"]:
        for known_later in ("link_state", "archived"):
            source.pop(known_later)
    for evidence in rendered["evidence"]:
        if evidence["quote"]:
            evidence["quote"].pop("state")
    rendered.pop("relations")
    rendered.pop("absorbed")
    return sha256(canonical(rendered))


def render_retraction(claim, *, number, at, previous, reason):
    """What stays of a retracted claim: what was claimed, and why our verdict is gone."""
    return _head(claim, number, Action.RETRACT, State.RETRACTED, at, previous) | {
        "statement": previous["statement"],
        "retraction": {"reason": reason, "rating_before": _named(previous["verdict"]["rating"])},
        "corrections": _corrections(previous),
    }


def render_merge(claim, *, number, at, previous, into):
    return _head(claim, number, Action.MERGE, State.MERGED, at, previous) | {
        "merged_into": into.slug
    }


def render_seal(slug, *, number, at, numbers, rule):
    """Says that documents are gone and under what rule; nothing of what they said."""
    return {
        "format": FORMAT,
        "slug": slug,
        "revision": number,
        "action": Action.SEAL.value,
        "state": State.SEALED.value,
        "modified_at": moment(at),
        "sealed": sorted(numbers),
        "rule": rule,
    }


def _head(claim, number, action, state, at, previous):
    return {
        "format": FORMAT,
        "slug": claim.slug,
        "url": f"/claims/{claim.slug}/",
        "revision": number,
        "action": action.value,
        "state": state.value,
        "language": claim.original_language,
        "license": settings.CONTENT_LICENSE,
        "published_at": previous["published_at"] if previous else moment(at),
        "modified_at": moment(at),
    }


def _corrections(previous):
    return previous.get("corrections", []) if previous else []


def _correction(correction, number, at, previous, said):
    return correction | {
        "revision": number,
        "at": moment(at),
        "rating_before": _named(previous["verdict"]["rating"]),
        "rating_after": _named(said["rating"]),
    }


def _named(rating):
    """A rating as it was then, shown for good: later none may be left that says its name."""
    return {key: rating[key] for key in ("slug", "label", "color", "symbol")}


def _by_slug(rows):
    return sorted(rows, key=lambda row: row.slug)


def _is_public(subject):
    return subject is not None and subject.is_named


def _subject(subject):
    return {
        "slug": subject.slug,
        "kind": subject.kind,
        "name": texts(subject.translations.all(), "name"),
        "description": texts(subject.translations.all(), "description"),
        "wikidata": subject.wikidata or None,
    }


def _with_ancestors(topics):
    """Naming a topic names those above it too, so that a reader who looks there finds the claim."""
    found = {}
    waiting = list(topics)
    while waiting:
        topic = waiting.pop()
        if topic is not None and topic.slug not in found:
            found[topic.slug] = topic
            waiting.append(topic.parent)
    return _by_slug(found.values())


def _topic(topic):
    return {
        "slug": topic.slug,
        "name": texts(topic.translations.all(), "name"),
        "parent": topic.parent.slug if topic.parent else None,
    }


def _date(date, precision):
    return {"date": dates.to_text(date, precision), "precision": precision} if date else None


def _period(claim):
    if claim.about_from is None:
        return None
    return {
        "from": dates.to_text(claim.about_from, claim.about_precision),
        "until": dates.to_text(claim.about_until, claim.about_precision),
        "precision": claim.about_precision,
    }


def _appearances(claim):
    """Where the claim was made, and where the claims merged into it were: each place once."""
    own = list(claim.appearances.all())
    taken_over = [row for other in claim.merged.all() for row in other.appearances.all()]
    found = {}
    for row in own + sorted(taken_over, key=_place):
        found.setdefault((row.source_id, row.exact), row)
    return sorted(found.values(), key=_place)


def _place(row):
    return row.source.slug, row.order, row.exact, row.pk


def _appearance(row, claim):
    return {
        "source": row.source.original.slug,
        "section": row.section or None,
        "order": row.order,
        "quote": row.exact or None,
        "is_first": row.is_first and row.claim_id == claim.pk,
    }


def _verdict(verdict):
    rows = verdict.translations.all()
    return {
        "rating": _rating(verdict.rating) if verdict.rating else None,
        "confidence": verdict.confidence,
        "summary": texts(rows, "summary"),
        "analysis": texts(rows, "analysis"),
        "sourcing_note": texts(rows, "sourcing_note"),
        "conflict_of_interest": verdict.conflict_of_interest or None,
        "author": {"name": _byline(verdict.author)},
        "reviewer": {"name": _byline(verdict.reviewer)} if verdict.reviewer else None,
        "contacts": [
            {
                "date": row.contacted_on.isoformat(),
                "channel": row.channel,
                "whom": row.whom,
                "answer": row.answer or None,
            }
            for row in verdict.contacts.all()
        ],
    }


def _byline(user):
    """A person's name; of a sign-in name that is an address, the part before the @."""
    return user.get_full_name() or user.get_username().split("@")[0]


def _rating(rating):
    return {
        "slug": rating.slug,
        "label": texts(rating.translations.all(), "label"),
        "meaning": texts(rating.translations.all(), "meaning"),
        "value": rating.value,
        "best": Rating.BEST,
        "worst": Rating.WORST,
        "normalized": rating.normalized,
        "color": rating.color,
        "symbol": rating.symbol,
        "order": rating.order,
        "scale": rating.scale.version,
    }


def _evidence(number, row):
    quote = {"exact": row.quote, "state": row.quote_state} if row.quote else None
    return {
        "number": number,
        "stance": row.stance,
        "source": row.source.original.slug,
        "opened": row.source.retrieved,
        "locator": row.locator or None,
        "finding": texts(row.translations.all(), "finding"),
        "quote": quote,
    }


def _sources(cited):
    """Each original once, opened if any row that stands for it was."""
    by_slug = {}
    for source in cited:
        by_slug.setdefault(source.original.slug, {})[source.pk] = source
    return [_source(list(by_slug[slug].values())) for slug in sorted(by_slug)]


def _source(rows):
    source = rows[0].original
    copies = [row.url for row in rows if row.copy_of_id and row.url and not source.paywalled]
    return {
        "slug": source.slug,
        "title": source.title,
        "translated_title": texts(source.translations.all(), "title"),
        "publisher": _publisher(source.publisher),
        "authors": source.authors,
        "published_on": _date(source.published_on, source.published_precision),
        "language": source.language,
        "type": source.type,
        "proximity": source.proximity,
        "url": source.url,
        "copies": sorted(copies),
        "opened": any(row.retrieved for row in rows),
        "identifiers": {name: str(value) for name, value in source.identifiers.items()},
        "link_state": source.link_for_readers,
        "archived": archived(source),
    }


def archived(source):
    """A source's archived copies as readers see them: none that leads around a paywall."""
    return [
        {"service": row.service, "url": row.url, "archived_at": moment(row.archived_at)}
        for row in source.archive_copies.all()
        if row.state == ArchiveState.ARCHIVED and not source.paywalled
    ]


def _publisher(publisher):
    return {
        "slug": publisher.slug,
        "name": publisher.name,
        "kind": publisher.kind,
        "homepage": publisher.homepage or None,
        "country": publisher.country or None,
        "interests": publisher.interests or None,
        "memberships": sorted(publisher.memberships),
        "wikidata": publisher.wikidata or None,
    }


def _relations(claim):
    """Relations both ways, to claims that are public: the slug of a draft says too much."""
    found = {(row.other.slug, row.kind, "to") for row in claim.relations.all()}
    found |= {(row.claim.slug, row.kind, "from") for row in claim.related_from.all()}
    public = set(
        PublishedClaim.objects.listed()
        .filter(slug__in=[slug for slug, _, _ in found])
        .values_list("slug", flat=True)
    )
    return [
        {"claim": slug, "kind": kind, "direction": direction}
        for slug, kind, direction in sorted(found)
        if slug in public
    ]
