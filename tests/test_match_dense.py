"""Match with a model of meanings: `make test-match` makes one, and runs these."""

import json
import time

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from claims.search import match

from . import desk
from .test_match import BAD

if not settings.MATCH_MODEL:
    pytest.skip("MATCH_MODEL is not set: run make test-match", allow_module_level=True)

from claims.search import dense

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def two(published_once):
    jane = desk.make_subject("jane-roe", name="Jane Roe")
    published_once("bridge", statement="The Northgate bridge cost the city 90 million euros.")
    published_once("ferry", statement="渡轮在2022年8月沉没。", claimant=jane)


def hits(text):
    [answer] = match.match([text])
    return [[(hit.card["slug"], hit) for hit in one.hits] for one in answer.sentences]


OTHER_WORDS = "Building the Northgate bridge took ninety million euros out of municipal funds."


def test_it_is_said_that_the_meaning_is_the_same(two, monkeypatch):
    [[(slug, hit)]] = hits(OTHER_WORDS)
    assert (slug, hit.label, hit.reasons[0].kind) == ("bridge", "repeats", "same_meaning")
    monkeypatch.setattr(match, "model", lambda: None)
    [[(_slug, by_words)]] = hits(OTHER_WORDS)
    assert by_words.probability != hit.probability
    assert "same_meaning" not in {reason.kind for reason in by_words.reasons}


def test_a_script_that_the_model_does_not_read_is_judged_by_words(two, monkeypatch):
    asked = "有人说渡轮在2022年8月沉没了。"
    with_model = [[(slug, hit.probability) for slug, hit in one] for one in hits(asked)]
    monkeypatch.setattr(match, "model", lambda: None)
    assert with_model == [[(slug, hit.probability) for slug, hit in one] for one in hits(asked)]
    assert with_model[0][0][0] == "ferry"


def test_there_is_an_end_to_what_is_read(two, monkeypatch):
    model = dense.Model(settings.MATCH_MODEL)
    texts = [f"{n} " + "The bridge cost ninety million euros. " * 50 for n in range(100)]
    started = time.thread_time()
    found = model.vectors(texts)
    assert time.thread_time() - started < 3
    assert 0 < len(found) <= dense.MOST_NEW_TOKENS // dense.MOST_TOKENS
    assert list(model.vectors(texts)) != list(found)  # the next time, those after them
    monkeypatch.setattr(dense, "MOST_NEW_TOKENS", 0)
    monkeypatch.setattr(match, "model", lambda: dense.Model(settings.MATCH_MODEL))
    [[(_slug, hit)]] = hits(OTHER_WORDS)  # by words
    assert "same_meaning" not in {reason.kind for reason in hit.reasons}


def test_a_vector_is_the_same_whatever_is_read_beside_it(monkeypatch):
    model = dense.Model(settings.MATCH_MODEL)
    texts = [*dense.PROBES, "A longer text stands beside it, " * 5]
    together = model.vectors(texts)
    monkeypatch.setattr(dense, "KEPT", 2)
    other = dense.Model(settings.MATCH_MODEL)
    for text in texts:
        assert float(other.vectors([text])[text] @ together[text]) > 0.9999
    assert len(other.kept) == 2
    near, far, other_far = model.fingerprint()
    assert near > 0.5 > far
    again = dense.Model(settings.MATCH_MODEL).fingerprint()
    assert again == pytest.approx([near, far, other_far], abs=0.01)


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_whatever_is_sent_is_answered_with_a_model_too(two, text):
    started = time.thread_time()
    match.match([text])
    assert time.thread_time() - started < 2


def test_weights_of_another_model_are_refused(tmp_path, monkeypatch):
    others = json.loads(match.MODEL_WEIGHTS.read_bytes()) | {"model": [0.9, 0.8, 0.9]}
    (tmp_path / "weights.json").write_text(json.dumps(others))
    model = dense.Model(settings.MATCH_MODEL)
    monkeypatch.setattr(match, "model", lambda: model)
    monkeypatch.setattr(settings, "MATCH_MODEL", tmp_path)
    with pytest.raises(ImproperlyConfigured, match="is another model than that"):
        match.model_weights.__wrapped__()


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_broken_model_stops_the_start(tmp_path, name):
    for file in ("onnx/model.onnx", "tokenizer.json"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).symlink_to(settings.MATCH_MODEL / file)
    broken = next(tmp_path.rglob(name))
    broken.unlink()
    broken.write_text("no model")
    with pytest.raises(ImproperlyConfigured, match="is no model") as caught:
        dense.Model(tmp_path)
    assert "\n" not in str(caught.value)
