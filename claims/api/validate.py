"""A ClaimReview sent in, judged by the rules that ours must keep. Nothing of it is kept."""

import re

import orjson
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from claims.interchange.claimreview_check import LONGEST, Unreadable, check, number_of
from claims.interchange.claimreview_reasons import REASONS

from .base import ReadView, sent_json, too_long
from .problems import Problem

# As a browser copies it: letters of other scripts are encoded.
ADDRESS = r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?$"
SENT = {
    "type": "object",
    "properties": {
        "text": {
            "type": "string",
            "description": f"JSON-LD, or the HTML of a page: at most {LONGEST:,} bytes of UTF-8.",
        },
        "url": {
            "type": "string",
            "pattern": ADDRESS,
            "maxLength": 2000,
            "description": "Where the page is; without it, what the review says of itself.",
        },
    },
    "required": ["text"],
    "additionalProperties": False,
    "example": {
        "text": '{"@context": "https://schema.org", "@type": "ClaimReview", "claimReviewed": "The '
        'new bridge cost the city 90 million euros."}',
        "url": "https://facts.example.org/claims/412/",
    },
}
PROBLEM = {
    "type": "object",
    "properties": {
        "rule": {"type": "string", "description": "The check, for programs."},
        "severity": {"enum": ["error", "warning"]},
        "message": {"type": "string"},
        "number": {"type": "integer", "description": "Of the rule, by which `rules` explains it."},
        "reason": {"type": "string", "format": "uri", "description": "Where the rule stands."},
    },
    "required": ["rule", "severity", "message", "number", "reason"],
}
ANSWER = {
    "type": "object",
    "properties": {
        "reviews": {
            "type": "array",
            "description": "Each ClaimReview that was found, in its order.",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "description": "Its claim, or else its address."},
                    "url": {"type": "string"},
                    "valid": {"type": "boolean", "description": "There is no error in it."},
                    "problems": {"type": "array", "items": PROBLEM},
                },
                "required": ["name", "url", "valid", "problems"],
            },
        },
        "unreadable": {
            "type": ["string", "null"],
            "description": "Why there is nothing to judge, where there is not.",
        },
        "rules": {
            "type": "object",
            "description": "What the rules ask and why, by number.",
            "additionalProperties": {
                "type": "object",
                "properties": {"title": {"type": "string"}, "why": {"type": "string"}},
            },
        },
    },
    "required": ["reviews", "unreadable", "rules"],
}


class Validate(ReadView):
    """What is wrong with a ClaimReview: the rules, each with its reason."""

    body = SENT

    def shape(self):
        return ANSWER

    def post(self, request):
        text, url = _sent(request)
        try:
            reviews, unreadable = check(text, url=url), None
        except Unreadable as error:  # the text is at fault, and not the request
            reviews, unreadable = [], str(error)
        said = {
            "reviews": [_said(review) for review in reviews],
            "unreadable": unreadable,
            "rules": {
                str(number): {"title": str(reason.title), "why": str(reason.why)}
                for number, reason in REASONS.items()
            },
        }
        response = HttpResponse(orjson.dumps(said), content_type="application/json")
        response["Cache-Control"] = "no-store"
        return response


def _sent(request):
    sent = sent_json(request, LONGEST)
    is_known = isinstance(sent, dict) and "text" in sent and sent.keys() <= {"text", "url"}
    if not is_known or not all(isinstance(value, str) for value in sent.values()):
        raise Problem(400, "bad-text", 'Send {"text": "…"}, and "url" if you like: two strings.')
    text, url = sent["text"], sent.get("url")
    if len(text.encode()) > LONGEST:
        raise too_long(LONGEST)
    if url is not None and (len(url) > 2000 or not re.fullmatch(ADDRESS, url)):
        raise Problem(400, "bad-text", "url: write a whole web address, as a browser copies it.")
    return text, url or ""


def _said(review):
    page = settings.SITE_URL + reverse("pages:validate")
    return {
        "name": review.name,
        "url": review.url,
        "valid": review.is_valid,
        "problems": [
            {
                "rule": problem.rule,
                "severity": "error" if problem.stops else "warning",
                "message": problem.message,
                "number": number_of(problem),
                "reason": f"{page}#rule-{number_of(problem)}",
            }
            for problem in review.problems
        ],
    }
