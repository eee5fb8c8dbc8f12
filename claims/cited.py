"""What a claim rests on, as its document says it: sources, what we hold of them, places in that."""

from django.db.models import Prefetch

from sources import dates
from sources.choices import ArchiveState
from sources.languages import texts
from sources.models import Snapshot, Source

from .chain import moment

_HELD = Snapshot.objects.defer("text", "http")
STANDS_IN = Prefetch("snapshot", _HELD)
SOURCES = Source.objects.select_related("publisher", "copy_of__publisher").prefetch_related(
    "translations",
    "archive_copies",
    "copy_of__translations",
    "copy_of__archive_copies",
    Prefetch("snapshots", _HELD),
)


def date(day, precision):
    return {"date": dates.to_text(day, precision), "precision": precision} if day else None


def place(row):
    """Where a quote stands, as `{"place": …}`: the bytes by their hash, code points of their text.

    Nothing where that is not known, so that a document from before this key existed says the same.
    """
    if row.snapshot is None:
        return {}
    return {"place": {"sha256": row.snapshot.sha256, "start": row.start, "end": row.end}}


def sources(rests_on):
    """Each original once, opened if any row that stands for it was."""
    by_slug, stood_in = {}, {row.snapshot_id for row in rests_on}
    for source in (row.source for row in rests_on):
        by_slug.setdefault(source.original.slug, {})[source.pk] = source
    return [_source(list(by_slug[slug].values()), stood_in) for slug in sorted(by_slug)]


def _source(rows, stood_in):
    source = rows[0].original
    copies = [row.url for row in rows if row.copy_of_id and row.url and not source.paywalled]
    return {
        "slug": source.slug,
        "title": source.title,
        "translated_title": texts(source.translations.all(), "title"),
        "publisher": _publisher(source.publisher),
        "authors": source.authors,
        "published_on": date(source.published_on, source.published_precision),
        "language": source.language,
        "type": source.type,
        "proximity": source.proximity,
        "url": source.url,
        "copies": sorted(copies),
        "opened": any(row.retrieved for row in rows),
        "identifiers": {name: str(value) for name, value in source.identifiers.items()},
        # Only where it is so: a document from before this key existed says the same as one now.
        **({"withdrawn_on": gone.isoformat()} if (gone := _withdrawn_on(rows)) else {}),
        "link_state": source.link_for_readers,
        "archived": archived(source),
        **({"snapshots": found} if (found := _snapshots(rows, stood_in)) else {}),
    }


def archived(source):
    """A source's archived copies as readers see them: none that leads around a paywall."""
    return [
        {"service": row.service, "url": row.url, "archived_at": moment(row.archived_at)}
        for row in source.archive_copies.all()
        if row.state == ArchiveState.ARCHIVED and not source.paywalled
    ]


def _snapshots(rows, stood_in):
    """What we hold of it, by hash: the newest of each row, and those in which a quote stands."""
    found = {}
    for row in rows:
        held = list(row.snapshots.all())  # the newest first
        found |= {one.sha256: one for one in held[:1]}
        found |= {one.sha256: one for one in held if one.pk in stood_in}
    return [
        {
            "sha256": one.sha256,
            "captured_at": moment(one.captured_at),
            "media_type": one.media_type,
            "size": one.size,
        }
        for one in sorted(found.values(), key=lambda one: (one.captured_at, one.sha256))
    ]


def _withdrawn_on(rows):
    return min(filter(None, [row.withdrawn_on for row in (*rows, rows[0].original)]), default=None)


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
