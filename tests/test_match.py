"""Match: a text is cut into sentences, and each is told which known claims it repeats, and why."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.management.commands import train_match
from claims.search import features, match
from claims.search.sentences import LONGEST, sentences

from . import desk
from .helpers import count_queries

pytestmark = pytest.mark.django_db
BAD = {
    "nothing": "",
    "emoji": "👍" * 5000,
    "invisible": "\u200b\u200d\u2060\0" * 5000,
    "one word": "x" * 10_000,
    "one sentence": "bridge cost " * 900,
    "Chinese without a stop": "大桥耗资九千万" * 1500,
    "SQL": "'; DROP TABLE claims_claim; -- \" OR 1=1 /* $$ %s %(x)s {0}",
    "tsquery": "a & b | !c <-> (d:* & 'e')",
    "all stops": "。.!?！？…;" * 5000,
    "numbers": "1,2,3.4.5% 九千万亿 " * 2000,
    "many sentences": "The bridge cost 90 million. " * 3500,
}


@pytest.fixture(scope="module")
def three(published_once):
    jane = desk.make_subject("jane-roe", name="Jane Roe")
    publish = published_once
    publish("bridge", statement="Jane Roe said that the Northgate bridge cost 90 million euros.")
    publish("tunnel", statement="The tunnel under the river leaks, engineers found.")
    publish("ferry", statement="The ferry sank in August 2022.", claimant=jane)


# --- Sentences -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Mr. Smith met Dr. Wu. They spoke.", ["Mr. Smith met Dr. Wu.", "They spoke."]),
        ("It cost 4.4 million in the U.S. in 2020.", ["It cost 4.4 million in the U.S. in 2020."]),
        ("He said “no.” She left.", ["He said “no.”", "She left."]),
        ("桥塌了。有人受伤！“真的？”他问。", ["桥塌了。", "有人受伤！", "“真的？”", "他问。"]),
        ("A title\n\nA line", ["A title", "A line"]),
        ("👍 . !", []),
        (
            "A post. Two things — Ann (@ann) May 3, 2020",
            ["A post. Two things — Ann (@ann) May 3, 2020"],
        ),
    ],
)
def test_a_text_is_cut_where_sentences_end(text, cut):
    assert [sentence.text for sentence in sentences(text)] == cut


@given(st.text(alphabet=st.sampled_from("ab 1.。!？\n“”;\u200b桥Mr"), max_size=60))
@settings(max_examples=200)
def test_every_sentence_is_what_stands_at_its_place(text):
    last = 0
    for sentence in sentences(text):
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip()
        assert last <= sentence.start < sentence.end <= len(text)
        assert len(sentence.text) <= LONGEST
        last = sentence.end


# --- What is known ---------------------------------------------------------------


def known(text):
    [answer] = match.match([text])
    return [[(hit.card["slug"], hit.label) for hit in one.hits] for one in answer.sentences]


def test_each_sentence_gets_what_is_known_about_it(three):
    text = (
        "According to Jane Roe the bridge of Northgate cost 90 million euros. "
        "Bananas are yellow. The ferry sank in August of 2022."
    )
    first, second, third = known(text)
    assert (first[0], second, third[0]) == (("bridge", "repeats"), [], ("ferry", "repeats"))


def test_it_is_said_why(three):
    [answer] = match.match(["Jane Roe told us that the Northgate bridge cost 90 million euros."])
    kinds = {reason.kind: reason.text for reason in answer.sentences[0].hits[0].reasons}
    assert kinds["same_numbers"] == "same numbers: 90,000,000"
    assert {"same_names", "words_in_a_row", "rare_words"} <= kinds.keys()
    [answer] = match.match(["Jane Roe told us that the Northgate bridge cost 70 million euros."])
    assert "other_numbers" in {reason.kind for reason in answer.sentences[0].hits[0].reasons}


def test_one_name_in_common_relates_nothing(three):
    assert known("Northgate has lovely gardens.") == [[]]


def test_what_is_taken_back_is_known_no_more(three, reviewer):
    from claims.models import Claim

    desk.retract(Claim.objects.get(slug="ferry"), by=reviewer)
    assert known("The ferry sank in August 2022.") == [[]]


def test_many_sentences_cost_as_many_queries_as_one(three):
    one = count_queries(lambda: match.match(["The ferry sank in August 2022."]))
    many = count_queries(
        lambda: match.match(["The ferry sank in 2022. The bridge cost. " * 20] * 2)
    )
    assert one == many == 4  # three for what we published, one for what nobody else did


def test_more_sentences_than_are_read_are_counted(three):
    answers = match.match(["The ferry sank in 2022. " * 100] * 2)
    assert [answer.many for answer in answers] == [100, 100]
    assert sum(len(answer.sentences) for answer in answers) == match.MOST_SENTENCES


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_whatever_is_sent_is_answered_soon(three, text):
    started = time.thread_time()
    match.match([text])
    assert time.thread_time() - started < 1


# --- The weights -----------------------------------------------------------------


def test_the_weights_are_those_of_the_features_there_are():
    read = features.read("The bridge cost 90 million.")
    made = [features.Candidate(features.known(("The bridge cost 90 million.",)), 300.0, None)]
    [row] = features.of_all(read, None, made, features.Scale(10, {}))
    assert row.keys() == match.weights()["weights"].keys()
    assert 0 < match.weights()["related"] < match.weights()["repeats"] < 1


def test_the_day_of_a_post_is_read():
    assert str(features.posted_on("So it is — Ann (@ann) May 3, 2020")) == "2020-05-03"
    for text in ["May 3, 2020", "(@ann) Smarch 3, 2020", "(@ann) May 33, 2020"]:
        assert features.posted_on(text) is None


def test_a_regression_finds_what_decides():
    columns = [[0.0, 1.0, 0.0, 1.0] * 50, [0.0, 0.0, 1.0, 1.0] * 50]
    constant, (first, second) = train_match.fit(columns, [False, True, False, True] * 50)
    assert first > 3 > abs(second)
    assert constant < 0
    assert train_match.solve([[2.0, 1.0], [1.0, 3.0]], [3.0, 5.0]) == pytest.approx([0.8, 1.4])


@pytest.fixture
def data(tmp_path):
    """A small set: each question says a claim in other words."""
    folder = tmp_path / "small"
    folder.mkdir()
    things = ["bridge", "tunnel", "ferry", "harbour", "airport", "station", "stadium", "museum"]
    claims = [
        {"id": str(n), "title": f"Did the {one} cost {n}0 million?", "text": f"The {one} in Rome."}
        for n, one in enumerate(things)
    ]
    asked = [
        {"id": f"q{n}", "text": f"Our new {one} in Rome cost us {n}0 million!"}
        for n, one in enumerate(things)
    ]
    for name, rows in {"claims": claims, "queries.train": asked, "queries.dev": asked}.items():
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for split in ("train", "dev"):
        rows = [f"q{n} 0 {n} 1" for n in range(len(things))]
        (folder / f"qrels.{split}.tsv").write_text("\n".join(rows))
    return tmp_path


def test_the_same_data_make_the_same_weights(data, three, capsys):
    from django.core.management import call_command

    files = [data / "one.json", data / "two.json"]
    for file in files:
        call_command("train_match", data=data, output=file)
    assert files[0].read_bytes() == files[1].read_bytes()
    used = match.model_weights() if match.model() else match.weights()
    assert json.loads(files[0].read_text())["weights"].keys() == used["weights"].keys()
    capsys.readouterr()
    call_command("evaluate_match", data=data)
    said = capsys.readouterr().out
    assert "small dev, 8 questions, match: MAP@1 1.000" in said
    assert "precision" in said
    assert known("The ferry sank in August 2022.")[0]  # the site's own index is as it was
