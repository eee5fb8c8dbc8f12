"""Sources, claims, verdicts and evidence as programs see them: named as in published documents."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from claims import choices, drafts
from claims.models import Claim, Evidence, Subject, Topic, Verdict
from sources.choices import Proximity, SourceType
from sources.constraints import SHA256, SLUG, SLUG_MESSAGE
from sources.models import Publisher, Source

from .fields import (
    Address,
    Choice,
    Day,
    Excerpt,
    Facts,
    Flag,
    Language,
    Number,
    Parts,
    Related,
    RoughDate,
    Slugs,
    Strings,
    Text,
    Texts,
)

WRITTEN_BY = "Who wrote it, by their user name; nobody, if it came with a dossier."


@dataclass(frozen=True)
class Fact:
    """What is shown and never written."""

    name: str
    description: str
    show: Callable
    type: dict

    def shape(self):
        return self.type | {"description": self.description}


@dataclass(frozen=True)
class Resource:
    noun: str
    one: str
    model: type
    fields: list
    facts: list
    write: Callable  # the service, of (row, said, by)
    writer: str  # the column that says who wrote it
    seen_by: str  # the permission to see it, as in the admin
    related: tuple = ()

    def rows(self) -> QuerySet:
        """With all that is shown, whatever their number."""
        needed = dict.fromkeys([*self.related, *(p for f in self.fields for p in f.related)])
        return self.model.objects.prefetch_related(*needed)

    def show(self, row):
        return {field.name: field.show(row) for field in (*self.facts, *self.fields)}

    def shape(self):
        shown = [*self.facts, *self.fields]
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                field.name: field.nullable() if hasattr(field, "nullable") else field.shape()
                for field in shown
            },
            "required": [field.name for field in shown],
        }

    def shape_of_new(self):
        return self._shape(
            {
                field.name: field.shape() if field.required else field.nullable()
                for field in self.fields
            },
            required=[field.name for field in self.fields if field.required],
        )

    def shape_of_changes(self):
        return self._shape({f.name: f.nullable() for f in self.fields if not f.once})

    @staticmethod
    def _shape(properties, required=()):
        shape = {"type": "object", "additionalProperties": False, "properties": properties}
        return shape | ({"required": list(required)} if required else {})


def _slug(of):
    return Text(
        "slug",
        f"The {of}'s public address: lower-case letters, digits and single hyphens.",
        pattern=SLUG,
        says=SLUG_MESSAGE,
        required=True,
        once=True,
    )


def _user(column):
    return lambda row: (user := getattr(row, column)) and user.get_username()


STRING = {"type": "string"}
WHO = {"type": ["string", "null"]}
ID = Fact("id", "Its number on the desk.", lambda row: row.pk, {"type": "integer"})

SOURCE = Resource(
    noun="source",
    one="a source",
    model=Source,
    write=drafts.write_source,
    writer="created_by",
    seen_by="sources.view_source",
    related=("created_by",),
    facts=[Fact("created_by", WRITTEN_BY, _user("created_by"), WHO)],
    fields=[
        _slug("source"),
        Text("title", "In its own language.", required=True),
        Texts("translated_title", "The title in other languages, in our words.", column="title"),
        Related("publisher", "Slug of the publisher.", Publisher.objects.all, required=True),
        Strings("authors", "Their names, in order."),
        RoughDate("published_on", "2023, 2023-06 or 2023-06-04.", precision="published_precision"),
        Language("language", "BCP 47 tag of the source's language.", required=True),
        Choice("type", "What it is.", SourceType, required=True),
        Choice("proximity", "How near it stands to what it reports.", Proximity, required=True),
        Address("url", "Its web address, in one spelling: no two sources have the same."),
        Text("no_url_reason", "Why it has no address. For editors only."),
        Flag("opened", "Somebody here has read it.", column="retrieved"),
        Flag("paywalled", "Copies of it are never linked in public."),
        Related("copy_of", "Slug of the source that it is a copy of.", Source.objects.all),
        Facts("identifiers", "Such as a DOI or a case number, by name."),
        Text(
            "text_sha256",
            "Of the exact text whose claims were checked.",
            pattern=f"^$|{SHA256}",
            says="Write 64 hexadecimal digits.",
        ),
        Text("note", "For editors only."),
    ],
)

CLAIM = Resource(
    noun="claim",
    one="a claim",
    model=Claim,
    write=drafts.write_claim,
    writer="created_by",
    seen_by="claims.view_claim",
    related=("created_by", "merged_into"),
    facts=[
        Fact("created_by", WRITTEN_BY, _user("created_by"), WHO),
        Fact(
            "merged_into",
            "Slug of the claim that it is part of now.",
            lambda row: row.merged_into and row.merged_into.slug,
            WHO,
        ),
    ],
    fields=[
        _slug("claim"),
        Texts("statement", "One sentence, without the verdict.", required=True),
        Texts("speaker", "Who is said to make it, where no subject fits."),
        Texts("reason", "Why we checked it."),
        Language("language", "BCP 47 tag of the claim's own language.", column="original_language",
             required=True),
        Choice("kind", "How it can be checked.", choices.ClaimKind, required=True),
        Related("claimant", "Slug of the subject who made it.", Subject.objects.all),
        RoughDate("claimed_on", "2023, 2023-06 or 2023-06-04.", precision="claimed_precision"),
        RoughDate(
            "about_from", "The time that it is about begins.", precision="about_precision"
        ),
        Day("about_until", "The time that it is about ends: after it begins."),
        Slugs("subjects", "Slugs of whom and what it is about.", Subject.objects.all),
        Slugs("topics", "Slugs of its topics.", Topic.objects.all),
        Parts(
            "appearances",
            "Where it was made. Where the source's text is stored, a quote has its place in it.",
            [
                Related(
                    "source", "Slug of the source.", Source.objects.all, required=True
                ),
                Excerpt("quote", "Its words there, to the letter.", column="exact", required=True),
                Excerpt("prefix", "The words before the quote."),
                Excerpt("suffix", "The words after it."),
                Text("section", "Such as 2.1."),
                Number("order", "Place in the source, in reading order."),
                Flag("is_first", "It was made here first."),
            ],
            related=("source",),
        ),
        Parts(
            "relations",
            "What it is to other claims.",
            [
                Choice("kind", "What it is to the other.", choices.RelationKind, required=True),
                Related("other", "Slug of the other.", Claim.objects.all, required=True),
            ],
            related=("other",),
        ),
    ],
)  # fmt: skip

EVIDENCE = Resource(
    noun="evidence",
    one="a piece of evidence",
    model=Evidence,
    write=drafts.write_evidence,
    writer="verdict__author",
    seen_by="claims.view_verdict",
    facts=[
        ID,
        Fact(
            "quote_state",
            "Whether the quote was found in the archived text.",
            lambda row: row.quote_state,
            {"type": "string", "enum": choices.QuoteState.values},
        ),
    ],
    fields=[
        Related("source", "Slug of the source.", Source.objects.all, required=True),
        Choice("stance", "Whether it speaks for or against the claim.", choices.Stance,
               required=True),
        Texts("finding", "What we found in the source."),
        Text("locator", "Page, paragraph, minute."),
        Text("quote", "Its words, to the letter: 50 at most."),
        Text("prefix", "The words before the quote."),
        Text("suffix", "The words after it."),
        Number("order", "Place among the evidence; left out, it comes last."),
    ],
)  # fmt: skip

VERDICT = Resource(
    noun="verdict",
    one="a verdict",
    model=Verdict,
    write=drafts.write_verdict,
    writer="author",
    seen_by="claims.view_verdict",
    related=("author", "evidence__source", "evidence__translations"),
    facts=[
        ID,
        Fact("status", "Only a draft can be changed.", lambda row: row.status,
             {"type": "string", "enum": choices.VerdictStatus.values}),
        Fact("author", "Who wrote it, by their user name.", _user("author"), STRING),
        Fact(
            "evidence",
            "What it rests on. Each piece has an address of its own, where it is changed.",
            lambda row: [EVIDENCE.show(piece) for piece in row.evidence.all()],
            {"type": "array", "items": EVIDENCE.shape()},
        ),
    ],
    fields=[
        Related("claim", "Slug of the claim that it answers.", Claim.objects.all,
                required=True, once=True),
        Related("rating", "Slug of a rating of the scale in force.", drafts.ratings),
        Choice("confidence", "How sure we are of it.", choices.Confidence),
        Text("conflict_of_interest", "Of those who sign. Public."),
        Texts("summary", "The short answer, in a sentence."),
        Texts("analysis", "The reasons, in Markdown."),
        Texts("sourcing_note", "Why no primary source could be had, where none is cited. Public."),
        Parts(
            "contacts",
            "When the claimant was asked, and what they answered.",
            [
                Day("contacted_on", "When.", required=True),
                Choice("channel", "By what way.", choices.ContactChannel, required=True),
                Text("whom", "Office or role. Public.", required=True),
                Text("answer", "Empty: none came. Public."),
            ],
        ),
    ],
)  # fmt: skip
