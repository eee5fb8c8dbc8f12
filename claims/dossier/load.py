"""A dossier to the desk: create what is missing, change what differs, leave alone what is equal.

The file and the desk are brought to one shape and compared, so a second load writes nothing.
Everything happens in one transaction; with mistakes, nothing happens.
"""

from django.db import connection, transaction

from claims import publishing
from claims.models import Subject, SubjectTranslation, Topic, TopicTranslation
from sources.history import attributed
from sources.models import Publisher, Source, SourceTranslation

from . import desk, precheck, reading, shape
from .load_claims import ClaimLoader
from .load_verdicts import VerdictLoader
from .mistakes import Mistakes
from .writing import CREATED, UNCHANGED, UPDATED, Report, parsed_date, write_texts


class _DryRun(Exception):
    pass


def load(dossier, *, author=None, reviewer=None, publish=False, dry_run=False, progress=None):
    """Bring the desk to what the dossier says and return a Report. Raises Mistakes.

    `author` writes verdicts that are new, `reviewer` signs and publishes them if `publish` is set.
    With `dry_run`, everything is tried and undone. `progress` is called with a line of text.
    """
    loader = _Loader(dossier, author, reviewer, publish, progress or (lambda line: None))
    try:
        with attributed(**_writer(author)), transaction.atomic():
            if publish:
                publishing.hold_record()
            loader.run()
            if dry_run:
                _check_deferred_rules()
                raise _DryRun
    except _DryRun:
        pass
    return loader.report


def read(path):
    """The dossier in the file, if neither it nor the desk has anything against it.

    Raises Mistakes, with those of both.
    """
    try:
        dossier = reading.read(path)
    except Mistakes as error:
        if not isinstance(error.data, dict):
            raise
        more = precheck.violations(error.data, precheck.ratings())
        raise Mistakes(error.name, error.mistakes + more) from None
    dossier.refuse(precheck.violations(dossier.data, precheck.ratings()))
    return dossier


def _writer(author):
    """In the history, the author wrote what no reviewer signed."""
    return {"user": author.pk} if author else {}


def _check_deferred_rules():
    """What the database would check at commit, it checks now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class _Loader:
    def __init__(self, dossier, author, reviewer, publish, progress):
        self.dossier = dossier
        self.author = author
        self.reviewer = reviewer
        self.publish = publish
        self.progress = progress
        self.report = Report()
        self.rows = {}

    def run(self):
        ratings = precheck.ratings()
        self.dossier.refuse(precheck.violations(self.dossier.data, ratings))
        self._publishers()
        self._subjects()
        self._topics()
        self._sources()
        article = self.rows["sources"][self.dossier.data["article"]]
        claims = ClaimLoader(self.dossier, article, self.rows, self.report)
        claims.run()
        self.progress(f"claims: {len(self.dossier['claims'])}")
        verdicts = VerdictLoader(
            self.dossier, article, self.rows, ratings, self.report, self.progress
        )
        verdicts.run(author=self.author, reviewer=self.reviewer)
        if self.publish:
            verdicts.publish(author=self.author, reviewer=self.reviewer)
        verdicts.note_what_waits()

    # --- Vocabulary ----------------------------------------------------------

    def _section(self, section, queryset, entry, *, write):
        """Compare each entry with its row; `write(row or None, entry)` makes it equal."""
        kind = section.removesuffix("s")
        entries = [shape.entry(kind, data) for data in self.dossier[section]]
        known = {
            row.slug: row for row in queryset.filter(slug__in=[data["slug"] for data in entries])
        }
        for data in entries:
            row = known.get(data["slug"])
            if row is not None and entry(row) == data:
                self.report.count(section, UNCHANGED)
                continue
            known[data["slug"]] = write(row, data)
            self.report.count(section, UPDATED if row else CREATED)
        self.rows[section] = known
        self.progress(f"{section}: {len(entries)}")

    def _publishers(self):
        keys = ("name", "kind", "homepage", "country", "interests", "wikidata")

        def write(row, data):
            row = row or Publisher(slug=data["slug"])
            for key in keys:
                setattr(row, key, data.get(key, ""))
            row.memberships = data.get("memberships", [])
            row.save()
            return row

        self._section("publishers", desk.publishers(), desk.publisher_entry, write=write)

    def _subjects(self):
        def write(row, data):
            row = row or Subject(slug=data["slug"])
            row.kind = data["kind"]
            row.wikidata = data.get("wikidata", "")
            row.aliases = data.get("aliases", [])
            row.is_minor = data.get("minor", False)
            row.is_private = data.get("private", False)
            row.save()
            write_texts(
                SubjectTranslation,
                row,
                {"name": data["name"], "description": data.get("description", {})},
            )
            return row

        self._section("subjects", desk.subjects(), desk.subject_entry, write=write)

    def _topics(self):
        def write(row, data):
            row = row or Topic(slug=data["slug"])
            row.save()
            write_texts(TopicTranslation, row, {"name": data["name"]})
            return row

        self._section("topics", desk.topics(), desk.topic_entry, write=write)
        self._second_pass("topics", "parent")

    def _sources(self):
        publishers = self.rows["publishers"]

        def write(row, data):
            row = row or Source(slug=data["slug"])
            for key in ("title", "language", "type", "proximity"):
                setattr(row, key, data[key])
            row.publisher = publishers[data["publisher"]]
            row.authors = data.get("authors", [])
            row.published_on, row.published_precision = parsed_date(data.get("published"))
            row.url = data.get("url")
            row.no_url_reason = data.get("no_url", "")
            row.retrieved = data.get("retrieved", True)
            row.paywalled = data.get("paywalled", False)
            row.identifiers = data.get("identifiers", {})
            row.text_sha256 = data.get("text_sha256", "")
            row.note = data.get("note", "")
            row.save()
            write_texts(SourceTranslation, row, {"title": data.get("translated_title", {})})
            return row

        self._section("sources", desk.sources(), desk.source_entry, write=write)
        self._second_pass("sources", "copy_of")

    def _second_pass(self, section, key):
        """Rows that name other rows of their own section name them when all are there."""
        rows, changed = self.rows[section], []
        for data in self.dossier[section]:
            row, target = rows[data["slug"]], rows.get(data.get(key))
            if getattr(row, f"{key}_id") != (target.pk if target else None):
                setattr(row, key, target)
                changed.append(row)
        if changed:
            type(changed[0]).objects.bulk_update(changed, [key])
