"""A text sent in, and what is known about each of its sentences. Nothing of it is kept."""

import orjson
from django.http import HttpResponse
from rest_framework.reverse import reverse

from claims.search import match

from .base import ReadView, sent_json, too_long
from .description import TEXTS_SENT
from .elsewhere import theirs
from .matched import LABELS, MATCHED
from .problems import Problem

MOST_TEXTS = 50


class Match(ReadView):
    """Which known claims a text repeats, sentence by sentence."""

    body = TEXTS_SENT

    def shape(self):
        return MATCHED

    def post(self, request):
        answers = match.match(texts_of(request))
        said = {
            "labels": LABELS,
            "results": [
                {
                    "sentences": answer.many,
                    "read": len(answer.sentences),
                    "matches": [_sentence(request, one) for one in answer.sentences],
                }
                for answer in answers
            ],
        }
        response = HttpResponse(orjson.dumps(said), content_type="application/json")
        response["Cache-Control"] = "no-store"
        return response


def texts_of(request):
    sent = sent_json(request, match.LONGEST)
    if not isinstance(sent, dict) or len(sent) != 1 or not sent.keys() <= {"text", "texts"}:
        raise bad_text('Send {"text": "…"} or {"texts": ["…", …]}, and nothing else.')
    texts = sent["texts"] if "texts" in sent else [sent["text"]]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise bad_text("A text is a string, and texts are a list of them.")
    if not 1 <= len(texts) <= MOST_TEXTS:
        raise bad_text(f"Send from one to {MOST_TEXTS} texts.")
    if sum(len(text.encode()) for text in texts) > match.LONGEST:
        raise too_long(match.LONGEST)
    return texts


def bad_text(detail):
    return Problem(400, "bad-text", detail)


def _sentence(request, matched):
    return {
        "text": matched.sentence.text,
        "start": matched.sentence.start,
        "end": matched.sentence.end,
        "known": [_hit(request, hit) for hit in matched.hits],
    }


def _hit(request, hit):
    said = {
        "label": hit.label,
        "probability": round(hit.probability, 3),
        "reasons": [reason._asdict() for reason in hit.reasons],
    }
    if hit.review:
        return said | {"review": theirs(hit.review)}
    slug = hit.card["slug"]
    claim = {key: hit.card[key] for key in ("slug", "url", "statement", "rating")}
    url = reverse("api:claim-detail", args=[slug], request=request)
    return said | {"claim": claim | {"api_url": url}}
