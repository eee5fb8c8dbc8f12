"""Each claim of the first article is found first: in other words, and in the other language."""

from pathlib import Path

import pytest
import yaml

from claims.dossier import load, reading
from claims.search import match, ranking
from tests import desk

from .test_emad_mostaque import FILE

QUESTIONS = Path(__file__).with_name("questions.yaml")


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def asked(kept):
    """`{language: {slug: question}}`, the article being published."""
    whole = reading.read(FILE)
    people = {"author": desk.make_author(), "reviewer": desk.make_reviewer()}
    load.load(whole, **people, publish=True)
    other = {claim["slug"]: claim["statement"]["zh-Hans"] for claim in whole["claims"]}
    return {"en": yaml.safe_load(QUESTIONS.read_text()), "zh-Hans": other}


def test_there_is_a_question_about_each_claim(asked):
    assert asked["en"].keys() == asked["zh-Hans"].keys()


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_nine_of_ten_are_found_first(asked, language):
    questions = asked[language]
    found = {slug: ranking.search(text).hits[:1] for slug, text in questions.items()}
    wrong = [slug for slug, hits in found.items() if not hits or hits[0].slug != slug]
    assert len(wrong) <= len(questions) / 10, wrong


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_match_says_so_and_rarely_names_another(asked, language):
    texts = [text.replace("\n", " ") for text in asked[language].values()]
    answers = [match.match([text])[0] for text in texts]
    hits = [[hit for one in answer.sentences for hit in one.hits] for answer in answers]
    firsts = [max(several, key=_probability, default=None) for several in hits]
    pairs = list(zip(asked[language], firsts, strict=True))
    said = [(slug, hit) for slug, hit in pairs if hit and hit.label == match.REPEATS]
    wrong = [slug for slug, hit in said if hit.card["slug"] != slug]
    assert len(said) >= 0.8 * len(texts)
    assert len(wrong) <= 0.05 * len(said), wrong


def _probability(hit):
    return hit.probability
