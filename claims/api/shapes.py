"""The shapes of answers in formats of others, field by field, for the description of the API.

How they are made, and by whose rules, stands in claims.interchange.
"""

from claims.interchange import annotations, claimreview

URI = {"type": "string", "format": "uri"}
DAY = {"type": "string", "format": "date"}
TEXT = {"type": "string"}
MOMENT = {"$ref": "#/components/schemas/moment"}


def _object(text, /, *, always=(), **properties):
    """An object with these properties and no other; those of `always` are never left out."""
    found = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": list(always)} if always else {}) | {"description": text}


def _typed(name, text, /, **properties):
    """A node of JSON-LD, of this type or one of these; what is not known of it is left out."""
    names = [name] if isinstance(name, str) else name
    kind = {"enum": names, "description": "What it is, in schema.org's words."}
    return _object(text, always=["@type"], **{"@type": kind, **properties})


def _works(text, titled):
    kinds = ["CreativeWork", *claimreview.WORK_TYPES.values()]
    parts = {
        titled: TEXT | {"description": "Its title."},
        "url": URI | {"description": "Where it is."},
        "archivedAt": URI | {"description": "A copy that stays."},
    }
    return _typed(sorted(set(kinds)), text, **parts)


def root(names):
    """Of the way in, which leads to lists of these `names`."""
    leads = {name: URI | {"description": f"Where {name} is asked for."} for name in names}
    name = TEXT | {"description": "What the site is called."}
    licence = URI | {"description": "Under which everything here may be used."}
    properties = {"name": name, "license": licence, **leads}
    return _object("The way in.", always=properties, **properties)


_RATING = _typed(
    "Rating",
    "The verdict. One off the scale has no number.",
    alternateName=TEXT | {"description": "The rating in words."},
    ratingExplanation=TEXT | {"description": "The short answer once more."},
    ratingValue={"type": "integer", "description": "Its place on the scale."},
    worstRating={"type": "integer", "description": "The lowest of the scale."},
    bestRating={"type": "integer", "description": "The highest of the scale."},
)
_CLAIM = _typed(
    "Claim",
    "The claim: one and the same in all languages of its review.",
    **{"@id": URI | {"description": "Its name, the same in all languages."}},
    text=TEXT | {"description": "What was claimed."},
    datePublished=TEXT | {"description": "The day, or the first one of the month or year."},
    author=_typed(
        list(claimreview.AUTHOR_TYPES.values()),
        "Who claimed it, where that is known.",
        name=TEXT | {"description": "Their name."},
        sameAs=URI | {"description": "Who they are at Wikidata."},
    ),
    about={
        "type": "array",
        "items": _typed(
            list(claimreview.ABOUT_TYPES.values()),
            "A subject that has an entry at Wikidata.",
            name=TEXT | {"description": "Its name."},
            sameAs=URI | {"description": "The entry."},
        ),
        "description": "What it is about, as far as Wikidata knows it.",
    },
    firstAppearance=_works("Where it was made first.", "headline"),
    appearance={
        "type": "array",
        "items": _works("A page or a paper.", "headline"),
        "description": "Where else it was made.",
    },
)
CLAIMREVIEW = _typed(
    claimreview.TYPE,
    "The verdict in schema.org's words. What is not known is left out.",
    **{
        "@context": {"const": claimreview.CONTEXT, "description": "Whose words these are."},
        "@id": URI | {"description": "The name of this review."},
    },
    url=URI | {"description": "The claim's page in this language."},
    inLanguage=TEXT | {"description": "The language, as a BCP 47 tag."},
    datePublished=DAY | {"description": "When a verdict on it was first published."},
    dateModified=DAY | {"description": "When it changed last."},
    claimReviewed=TEXT | {"description": "What was claimed."},
    reviewBody=TEXT | {"description": "The short answer."},
    author=_typed(
        "Organization",
        "Who reviewed it.",
        name=TEXT | {"description": "What the newsroom is called."},
        url=URI | {"description": "Where it is."},
    ),
    reviewRating=_RATING,
    itemReviewed=_CLAIM,
    citation={
        "type": "array",
        "items": _works("A source.", "name"),
        "description": "The sources of the evidence, in its order.",
    },
    correction={
        "type": "array",
        "items": _typed(
            "CorrectionComment",
            "A correction.",
            datePublished=DAY | {"description": "When it was made."},
            text=TEXT | {"description": "What was wrong, and what is right."},
        ),
        "description": "What was corrected, the first one first.",
    },
    sdLicense=URI | {"description": "Under which this may be used."},
    sdDatePublished=DAY | {"description": "When this was made."},
)

_BODY = _object(
    "A text, a word, or the claim that the words make.",
    always=["type", "purpose"],
    id=URI | {"description": "The claim's page."},
    type={"enum": ["Text", "TextualBody"], "description": "What it is."},
    purpose={
        "enum": ["linking", "identifying", "tagging", "describing"],
        "description": "What it is for.",
    },
    format={"const": "text/plain", "description": "Of a text."},
    language=TEXT | {"description": "Of a text, as a BCP 47 tag."},
    value=TEXT | {"description": "The text; or the stance, or the state of the quote."},
)
_TARGET = _object(
    "The words in a source that this speaks of.",
    always=["type", "source"],
    type={"const": "SpecificResource", "description": "Part of something."},
    source=URI | {"description": "The source; its page with us where it has no address."},
    label=TEXT | {"description": "The place, in our words."},
    selector=_object(
        "The words themselves.",
        always=["type", "exact"],
        type={"const": "TextQuoteSelector", "description": "Found by what they are."},
        exact=TEXT | {"description": "As they stand there."},
    ),
    state=_object(
        "A copy that stays.",
        always=["type", "sourceDate", "cached"],
        type={"const": "TimeState", "description": "As it was at one time."},
        sourceDate=MOMENT | {"description": "When it was copied."},
        cached=URI | {"description": "Where the copy is."},
    ),
)
_ANNOTATION = _object(
    "One place where the claim was made, or one piece of evidence.",
    always=["id", "type", "motivation", "body", "target"],
    id=URI | {"description": "Its name."},
    type={"const": "Annotation", "description": "What it is."},
    motivation={
        "enum": ["identifying", "assessing"],
        "description": "A place identifies the claim; evidence assesses it.",
    },
    created=MOMENT | {"description": "When the verdict was first published."},
    modified=MOMENT | {"description": "When it changed last."},
    rights=URI | {"description": "The licence."},
    body={"type": "array", "items": _BODY, "description": "What is said of the words."},
    target=_TARGET,
)
ANNOTATIONS = _object(
    "All annotations of a claim, on one page.",
    always=["@context", "id", "type", "label", "total"],
    **{"@context": {"const": annotations.CONTEXT, "description": "Whose words these are."}},
    id=URI | {"description": "Its name."},
    type={"const": "AnnotationCollection", "description": "What it is."},
    label=TEXT | {"description": "What was claimed."},
    modified=MOMENT | {"description": "When the verdict changed last."},
    rights=URI | {"description": "The licence."},
    total={"type": "integer", "description": "How many there are."},
    first=_object(
        "The page, if there are any.",
        always=["id", "type", "items"],
        id=URI | {"description": "Its name."},
        type={"const": "AnnotationPage", "description": "What it is."},
        startIndex={"const": 0, "description": "It is the first one."},
        items={
            "type": "array",
            "items": _ANNOTATION,
            "description": "Places first, then evidence.",
        },
    ),
)
