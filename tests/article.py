"""An article of our own, with the traps that real ones have, and the desk around it."""

import datetime
import hashlib

from claims.models import Appearance
from sources.models import Snapshot, Source

from . import desk

TEXT = """The bridge of Northgate 🌉

01The cost
The new bridge cost “90 million”, says the mayor. Everybody says so.
<script>alert("It cost 41 million")</script> was on the wall.

2.1 The length
The bridge is 300 metres long. 👩‍👩‍👧 walked over it. Everybody says so.
\u202ereversed\u202c words, and a bell: \x07.

三、中文部分
市长说，这座桥耗资九千万。
2006年8月,开工
"""
LATER = datetime.timedelta(days=1)


def make_article(**fields):
    return desk.make_source("northgate-article", title="The bridge", **fields)


def store(source, text=TEXT, at=None):
    """A snapshot, later than all before it."""
    newest = source.snapshots.order_by("-captured_at").first()
    moment = newest.captured_at + LATER if newest else datetime.datetime(
        2026, 1, 1, tzinfo=datetime.UTC
    )  # fmt: skip
    data = text.encode()
    return Snapshot.objects.create(
        source=source, sha256=hashlib.sha256(data).hexdigest(), media_type="text/plain",
        size=len(data), text=text, captured_at=at or moment, method="pasted",
    )  # fmt: skip


def quoted(source, slug, exact, *, statement=None, **fields):
    """A claim with a quote of the article that has no place yet."""
    claim = desk.make_claim(slug, statement=statement or f"Statement of {slug}.")
    return Appearance.objects.create(claim=claim, source=source, exact=exact, **fields)


def marked(source, slug, snapshot, exact, *, nth=0, **fields):
    """A claim whose quote has its place."""
    start = -1
    for _ in range(nth + 1):
        start = snapshot.text.index(exact, start + 1)
    return quoted(
        source, slug, exact, snapshot=snapshot, start=start, end=start + len(exact), **fields
    )


def make_long(source, number):
    """100 KB of text with so many marks, some of them within others; returns the snapshot."""
    line = "Sentence {} of a long text says that the bridge 🌉 cost {} million, and 桥很长. "
    lines = [line.format(n, n) + "Filler follows it. " * 3 + "\n" for n in range(max(number, 700))]
    snapshot = store(source, "".join(lines))
    assert Source.objects.filter(pk=source.pk).exists()
    at = 0
    for n in range(number):
        length = len(f"Sentence {n} of a long text says")
        quoted(
            source, f"long-{n}", snapshot.text[at : at + length], snapshot=snapshot, start=at,
            end=at + length, order=n,
        )  # fmt: skip
        at += len(lines[n])
    return snapshot
