"""The API described (OpenAPI 3.1): every address, parameter and field, from what the code knows."""

import functools
import json

from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from claims.choices import Action, Normalized, State
from claims.filters import LONGEST_QUESTION, ClaimFilter, Edge, ValuesFilter
from claims.interchange import table
from claims.languages import tag_of

PAGE_SIZE = 25
MAX_PAGE_SIZE = 100

DOCUMENT = settings.BASE_DIR / "docs" / "claim.schema.json"
EXAMPLES = settings.BASE_DIR / "docs" / "api-examples.json"  # written by a test of ours
PROBLEMS = {
    400: "A parameter is unknown, or its value has no meaning here; says what was meant.",
    404: "Nothing is published under this address.",
    406: "The answer is not to be had in the form that `Accept` names.",
    410: "It was public and is not any more: retracted or sealed; says why.",
    429: "Too many requests from this address; `Retry-After` says when the next one will do.",
}
OF_BODIES = {
    413: "More was sent than is read at once.",
    415: "It was sent in a form that is not read here.",
}


def _one(name, text, type_=OpenApiTypes.STR, **kwargs):
    return OpenApiParameter(name, type_, description=text, **kwargs)


# A parameter with nothing but space in it is refused, and so is a null character.
SAID = {"type": "string", "pattern": r"^[^\x00]*[^\s\x00-\x20\x85\xa0][^\x00]*$"}
PARAMETERS = {
    parameter.name: parameter
    for parameter in [
        _one("cursor", "From `next` or `previous`, as it stands.", SAID),
        _one(
            "page_size",
            "How many rows a page has.",
            {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE},
        ),
        _one("count", "Also say how many rows there are.", {"type": "boolean", "default": False}),
        _one(
            "url",
            "The address of a page, in any spelling.",
            {"type": "string", "pattern": r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,4})?(/[!-~]*)?$"},
            required=True,
        ),
        _one(
            "after",
            "The last `seq` that you have.",
            {"type": "integer", "minimum": 0, "maximum": 10**18 - 1, "default": 0},
        ),
        _one(
            "wait",
            "Answer as soon as there is something new, at the latest after so many seconds. Where "
            "too many wait already, the answer comes at once, with `Retry-After`.",
            {"type": "integer", "minimum": 0, "maximum": 30, "default": 0},
        ),
        _one("documents", "With the documents.", {"type": "boolean", "default": False}),
        _one(
            "language",
            "One of the languages of the site.",
            {"type": "string", "enum": [tag_of(code) for code, _ in settings.LANGUAGES]},
        ),
    ]
}


def _filter(name):
    found = ClaimFilter.base_filters[name]
    text = f"{str(found.label).capitalize()}."
    if isinstance(found, Edge):
        day, moment = ({"type": "string", "format": form} for form in ("date", "date-time"))
        if found.extra["days_only"]:
            return _one(name, f"{text} A day, which belongs to the span.", day)
        either = {"anyOf": [day, moment]}
        return _one(name, f"{text} A day, or a moment, which belongs to the span.", either)
    if not isinstance(found, ValuesFilter):
        return _one(name, text, SAID | {"maxLength": LONGEST_QUESTION})
    pattern = found.pattern.replace(r"\A", "^").replace(r"\Z", "$")
    one = {"type": "string", "pattern": pattern, "maxLength": 80}
    if name == "normalized":
        one = {"type": "string", "enum": Normalized.values}
    any_of = {"type": "array", "items": one, "minItems": 1}
    return _one(name, f"{text} Repeat it to mean any of several.", any_of, explode=True)


class Description(AutoSchema):
    """One operation, from the view's own lists of parameters and columns."""

    def get_override_parameters(self):
        return [self._parameter(name) for name in self.view.parameters] + self._form()

    def _parameter(self, name):
        if name == "ordering":
            names = [sign + order for order in self.view.orders for sign in ("", "-")]
            text = "What the list is sorted by; with a minus sign, the greatest first."
            return _one(
                name, text, {"type": "string", "enum": names, "default": self.view.default_order}
            )
        if name == "fields":
            some = {"type": "array", "items": {"enum": self.view.fields()}, "minItems": 1}
            return _one(name, "These fields of each row only.", some, explode=False)
        if hasattr(self.view, "columns") and name in ClaimFilter.base_filters:
            return _filter(name)
        return PARAMETERS[name]

    def _form(self):
        forms = [renderer.format for renderer in self.view.renderer_classes]
        text = "The form of the answer; `Accept` does as well."
        return [_one("format", text, {"type": "string", "enum": forms})] if len(forms) > 1 else []

    def get_operation_id(self):
        parts = self.path.removeprefix("/api/v1/").split("/")
        return "_".join(part.strip("{}") for part in parts if part) or "root"

    def get_tags(self):
        return [self.path.removeprefix("/api/v1/").split("/")[0] or "root"]

    def get_summary(self):
        return (self.view.__doc__ or "").strip().split("\n")[0]

    def get_filter_backends(self):
        return []

    def get_request_serializer(self):
        body = getattr(self.view, "body", None)
        return {"application/json": body} if body else None

    def _get_request_body(self, direction="request"):
        found = super()._get_request_body(direction)
        return found and found | {"required": True}

    def get_response_serializers(self):
        answer = self.view.shape()
        is_sent = self.method == "POST"
        problems = {
            (status, "application/problem+json"): OpenApiResponse(PROBLEM, text)
            for status, text in (PROBLEMS | OF_BODIES if is_sent else PROBLEMS).items()
        }
        types = self.view.media_types or [form.media_type for form in self.view.renderer_classes]
        good = {
            (200, media_type): OpenApiResponse(answer, "As asked.", examples=_examples(self.path))
            if "json" in media_type
            else OpenApiResponse(OTHER_FORMS[media_type], "As asked.")
            for media_type in types
        }
        other = {} if is_sent else {304: OpenApiResponse(description="You have it already.")}
        if self.path.startswith("/api/v1/claims/{slug}/"):
            other[301] = OpenApiResponse(description="The claim was merged: this is where to go.")
        return good | other | problems


# What is not JSON.
OTHER_FORMS = {
    table.MEDIA_TYPE: {"type": "string", "description": "A table whose first row names columns."},
    "text/event-stream": {
        "type": "object",
        "description": "One event; the stream has one for each revision.",
        "properties": {
            "id": {"type": "string", "description": "The revision's `seq`, for `Last-Event-ID`."},
            "event": {"enum": Action.values, "description": "What was done."},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "description": "The revision, as a row of `changes/` has it.",
            },
            "retry": {
                "type": "integer",
                "description": "Milliseconds after which a client comes back.",
            },
        },
    },
}


def _examples(path):
    real = json.loads(EXAMPLES.read_text()).get(path)
    return [OpenApiExample("Real", real["answer"], summary=real["asked"])] if real else []


PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "description": "What kind of problem it is, for programs."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was wrong, for people."},
        "instance": {"type": "string", "description": "The address that was asked for."},
        "parameter": {"type": "string", "description": "The parameter that was wrong."},
        "unknown": {"type": "array", "items": {"type": "string"}},
        "did_you_mean": {"type": "object", "additionalProperties": {"type": "string"}},
        "claim": {"type": "string", "description": "The claim that the answer was to be about."},
    },
    "required": ["type", "title", "status", "detail", "instance"],
}
ADDRESS = {"type": ["string", "null"], "format": "uri"}
STRINGS = {"type": "array", "items": {"type": "string"}}
LIST = {
    "next": ADDRESS,
    "previous": ADDRESS,
    "license": {"type": "string", "format": "uri"},
    "count": {"type": "integer", "description": "How many rows there are; with `count=true`."},
    "unknown": {
        "type": "object",
        "additionalProperties": STRINGS,
        "description": "Values of filters that no published claim has, if there are any.",
    },
    "sources": STRINGS | {"description": "Of a look-up: the sources at this address."},
    "more": {"type": "boolean", "description": "Of changes: whether there are more already."},
}
HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
NULL = {"type": "null"}
TEXTS = {"$ref": "#/components/schemas/texts"}
NAMED = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"slug": {"$ref": "#/components/schemas/slug"}, "name": TEXTS},
        "required": ["name", "slug"],
    },
}
# What rows of lists have besides what documents have.
FIELDS = {
    "rating": {"type": "object", "description": "The rating, without its meaning."},
    "subjects": NAMED | {"description": "Who and what it is about."},
    "topics": NAMED | {"description": "With those above them."},
    "confidence": {"type": "string", "description": "How sure we are of the verdict."},
    "summary": TEXTS,
    "corrected": {"type": ["object", "null"], "description": "The last correction."},
    "claims": {"type": "integer", "description": "How many published claims name it."},
    "seq": {"type": "integer", "description": "Place in the record, from 1, without gaps."},
    "claim": {"$ref": "#/components/schemas/slug"},
    "revision": {"type": "integer", "description": "Number of the claim's revision, from 1."},
    "action": {"enum": Action.values, "description": "What was done."},
    "at": {"$ref": "#/components/schemas/moment"},
    "sha256": HASH | {"description": "Of the document's canonical bytes."},
    "chain": HASH | {"description": "Of this header over its predecessor's chain."},
    "sealed": {"description": "Whether its words are sealed; of a sealing: the revisions sealed."},
    "is_sealed": {"type": "boolean", "description": "Whether the words of this one are sealed."},
    "gone": {"type": "boolean", "description": "A tombstone: the claim has no verdict any more."},
    "verdict": {
        "type": "object",
        "properties": {name: {"type": ["string", "null"]} for name in ("before", "after")},
        "description": "Slugs of the ratings in force before and after.",
    },
    "correction": {"type": ["object", "null"], "description": "Its kind, and its text."},
    # Where a row has no such field and it is asked for by name, it is null.
    "reason": {"anyOf": [TEXTS, NULL], "description": "Why the verdict was taken back."},
    "merged_into": {
        "anyOf": [{"$ref": "#/components/schemas/slug"}, NULL],
        "description": "The claim that it is part of now.",
    },
    "rule": {"type": ["string", "null"], "description": "Under which the words were sealed."},
    "document": {"anyOf": [{"$ref": "#/components/schemas/document"}, NULL]},
    "url": {"type": ["string", "null"], "description": "Where it is."},
    "state": {"type": ["string", "null"], "enum": [*State.values, None]},
}

# A text sent in, and what is known about it: claims/api/match.py.
TEXTS_SENT = {
    "oneOf": [
        {
            "type": "object",
            "properties": {"text": {"type": "string"}},
            "required": ["text"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {
                "texts": {
                    "type": "array",
                    "items": {"type": "string"},
                    "minItems": 1,
                    "maxItems": 50,
                }
            },
            "required": ["texts"],
            "additionalProperties": False,
        },
    ],
    "description": "One text, or several: at most 100,000 bytes of UTF-8. Nothing of it is kept.",
    "example": {"text": "Oxford turns a BA into an MA without an examination."},
}


def shape_of_list(columns, *, like=None):
    """A page whose rows have the fields of these columns; `like` names what they are rows of."""
    document = _document()
    known = document["oneOf"][0]["properties"]
    if like:
        known = document["$defs"][like]["properties"]
    fields = table.fields(columns)
    row = {
        name: known[name] if like and name in known else FIELDS.get(name) or known[name]
        for name in fields
    }
    rows = {"type": "array", "items": {"type": "object", "properties": row}}
    return {"type": "object", "properties": LIST | {"results": rows}, "required": ["results"]}


@functools.cache
def _document():
    """The shape of documents, its parts where a description of OpenAPI has them."""
    return json.loads(DOCUMENT.read_text().replace("#/$defs/", "#/components/schemas/"))


def with_documents(result, generator, request, public):
    """The shape of documents, written once in docs/claim.schema.json, beside the rest."""
    document = dict(_document())
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= document.pop("$defs")
    schemas["document"] = {key: value for key, value in document.items() if key != "$schema"}
    return result
