"""The desk's rows around one article, as the file that would make them again."""

from sources.models import Source

from . import desk, plain_yaml, shape

HEADER = (
    "# yaml-language-server: $schema=schema.json\n"
    "# An article and its claims, in the format of docs/dossier.md. A dump keeps no comments.\n"
)


class NothingToDump(Exception):
    """There is no such source, or nothing was claimed in it."""


def text(slug):
    """The dossier of the article. Raises NothingToDump."""
    return render(collect(slug))


def render(data):
    """The data as the text of a file: the same data, the same bytes."""
    body = plain_yaml.write(shape.dossier(data))
    return HEADER + "\n".join(_with_air(line) for line in body.split("\n"))


def _with_air(line):
    """An empty line before each entry and each section, so that the eye finds them."""
    is_entry = line.startswith("- ")
    is_section = bool(line) and line[0].isalpha() and line.endswith(":")
    return f"\n{line}" if is_entry or is_section else line


def collect(slug):
    """Everything that belongs to the article: its claims, and what they name."""
    article = Source.objects.filter(slug=slug).first()
    if article is None:
        raise NothingToDump(f"There is no source {slug!r}.")
    claims = list(desk.claims().filter(appearances__source=article).distinct())
    if not claims:
        raise NothingToDump(f"No claim appears in the source {slug!r}.")
    claims.sort(key=lambda claim: desk.place(claim, article))
    entries = [desk.claim_entry(claim, article) for claim in claims]
    sources = _sources(slug, entries)
    return {
        "article": slug,
        "publishers": _rows(
            desk.publishers(), desk.publisher_entry, {row["publisher"] for row in sources}
        ),
        "subjects": _rows(desk.subjects(), desk.subject_entry, _subjects(entries)),
        "topics": _topics(entries),
        "sources": sources,
        "claims": entries,
    }


def _rows(queryset, entry, slugs):
    return [entry(row) for row in queryset.filter(slug__in=slugs)]


def _sources(article, claims):
    cited = {row["source"] for claim in claims for row in claim.get("evidence", [])}
    sources = _rows(desk.sources(), desk.source_entry, {article, *cited})
    missing = {row["copy_of"] for row in sources if "copy_of" in row} - {
        row["slug"] for row in sources
    }
    return sources + _rows(desk.sources(), desk.source_entry, missing)


def _subjects(claims):
    named = {slug for claim in claims for slug in claim.get("subjects", [])}
    return named | {claim["claimant"] for claim in claims if "claimant" in claim}


def _topics(claims):
    """The topics named and those above them. There are few topics: all are read."""
    known = {row.slug: desk.topic_entry(row) for row in desk.topics()}
    found = {}
    for slug in {slug for claim in claims for slug in claim.get("topics", [])}:
        above = slug
        while above is not None and above not in found:
            found[above] = known[above]
            above = known[above].get("parent")
    return list(found.values())
