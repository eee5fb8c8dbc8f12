"""The shape of what match answers: see claims.api.match."""

from .description import FIELDS, TEXTS

LABELS = {
    "repeats": "The sentence says what the claim says, as far as words can tell.",
    "related": "The sentence speaks of the same thing. Read the claim before you rely on it.",
}
TEXT = {"type": "string"}
REASON = {
    "type": "object",
    "properties": {"kind": TEXT, "text": TEXT},
    "required": ["kind", "text"],
}
REVIEW = {
    "type": "object",
    "properties": {
        **dict.fromkeys(["url", "claim_reviewed", "normalized", "language"], TEXT),
        "publisher": {"type": "object", "properties": {"name": TEXT, "site": TEXT}},
        "rating_label": TEXT | {"description": "In their words."},
        "reviewed_on": {"type": ["string", "null"], "format": "date"},
    },
    "description": "Of what another fact-checker published: the verdict is theirs.",
}
KNOWN = {
    "type": "object",
    "properties": {
        "label": {"enum": list(LABELS)},
        "probability": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "That this is the claim that the sentence repeats.",
        },
        "reasons": {
            "type": "array",
            "items": REASON,
            "description": "What the two have in common, for programs and for people.",
        },
        "claim": {
            "type": "object",
            "properties": {
                "slug": {"$ref": "#/components/schemas/slug"},
                **dict.fromkeys(["url", "api_url"], TEXT),
                "statement": TEXTS,
                "rating": FIELDS["rating"],
            },
            "description": "Of a claim of ours.",
        },
        "review": REVIEW,
    },
    "required": ["label", "probability", "reasons"],
    "oneOf": [{"required": ["claim"]}, {"required": ["review"]}],
}
MATCHED = {
    "type": "object",
    "properties": {
        "labels": {"type": "object", "description": "What the labels mean."},
        "results": {
            "type": "array",
            "description": "One for each text, in their order.",
            "items": {
                "type": "object",
                "properties": {
                    "sentences": {"type": "integer", "description": "How many the text has."},
                    "read": {
                        "type": "integer",
                        "description": "How many were looked up: of all texts, the first 120.",
                    },
                    "matches": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "text": {"type": "string"},
                                "start": {"type": "integer", "description": "In characters."},
                                "end": {"type": "integer"},
                                "known": {
                                    "type": "array",
                                    "items": KNOWN,
                                    "description": "The likeliest first, at most three.",
                                },
                            },
                        },
                    },
                },
            },
        },
    },
    "required": ["labels", "results"],
}
