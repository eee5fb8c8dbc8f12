"""The doors of match: the API's, and the page on which readers paste a text."""

import json
from urllib.parse import urlencode

import pytest

from claims.models import PublishedTerm
from claims.search import match

from .helpers import count_queries
from .test_match import BAD, three  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("three")]
API = "/api/v1/match/"
FORM = "application/x-www-form-urlencoded"
TEXT = "The ferry sank in August 2022. Bananas are yellow."


def send(client, body, content_type="application/json"):
    body = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(API, body, content_type=content_type)


def paste(client, text, prefix="", **headers):
    return client.post(f"{prefix}/check/", urlencode({"text": text}), FORM, **headers)


# --- The API -------------------------------------------------------------------


def test_a_text_is_answered_sentence_by_sentence(client):
    answer = send(client, {"text": TEXT})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    [result] = answer.json()["results"]
    first, second = result["matches"]
    assert (result["sentences"], result["read"], second["known"]) == (2, 2, [])
    assert TEXT[first["start"] : first["end"]] == first["text"] == "The ferry sank in August 2022."
    known = first["known"][0]
    assert (known["label"], known["claim"]["slug"]) == ("repeats", "ferry")
    assert known["claim"]["rating"]["slug"]
    assert 0.5 <= known["probability"] <= 1
    assert client.get(known["claim"]["api_url"]).status_code == 200


def test_several_texts_are_answered_in_their_order(client):
    results = send(client, {"texts": [TEXT, "", TEXT]}).json()["results"]
    assert [result["sentences"] for result in results] == [2, 0, 2]


def test_many_texts_cost_no_more_queries_than_a_sentence(client):
    assert count_queries(lambda: send(client, {"texts": [TEXT] * 20})) == 4


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (" ", 400),
        ("{", 400),
        ("[]", 400),
        ('"text"', 400),
        ("{}", 400),
        ({"text": 7}, 400),
        ({"texts": "a"}, 400),
        ({"texts": []}, 400),
        ({"texts": ["a"] * 51}, 400),
        ({"text": "a", "texts": ["a"]}, 400),
        ({"text": "a", "language": "en"}, 400),
        ('{"text": "\\ud800"}', 400),
        (b'{"text": "\xff"}', 400),
        ({"text": "a" * (match.LONGEST + 1)}, 413),
        ({"text": "桥" * (match.LONGEST // 3 + 1)}, 413),
        ("x" * 1_000_000, 413),
    ],
)
def test_what_is_no_text_is_a_problem(client, body, status):
    answer = send(client, body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_a_form_and_an_unknown_parameter_are_refused(client):
    assert send(client, b"text=a", FORM).status_code == 415
    assert client.post(f"{API}?x=1", "{}", content_type="application/json").status_code == 400
    assert client.get(API).status_code == 405


def test_too_many_are_told_to_wait(client, settings):
    settings.API_REQUESTS_PER_MINUTE = 1
    answers = [
        client.post(API, "{}", content_type="application/json", REMOTE_ADDR="192.0.2.77")
        for _ in range(2)
    ]
    assert answers[1].status_code == 429
    assert answers[1]["Retry-After"]


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_whatever_is_sent_has_an_answer(client, text):
    assert send(client, {"text": text}).status_code in {200, 413}
    assert paste(client, text).status_code in {200, 400, 413}


# --- The page ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "words"), [("", "Repeats this claim"), ("/zh-hans", "重复了这一说法")]
)
def test_a_pasted_text_is_shown_with_what_is_known(client, prefix, words):
    page = client.get(f"{prefix}/check/")
    assert page.status_code == 200
    answer = paste(client, TEXT, prefix)
    html = answer.content.decode()
    assert words in html
    assert f'href="{prefix}/claims/ferry/"' in html
    assert html.count('<p class="sentence">') == 2
    assert answer["Cache-Control"] == "private, no-store"
    assert "noindex" in html
    assert not answer.cookies


def test_what_was_pasted_is_shown_as_text(client):
    html = paste(client, '<script>alert("the ferry sank")</script>').content.decode()
    assert "<script>alert" not in html


@pytest.mark.parametrize(
    ("text", "status"), [("", 400), ("👍 …", 400), ("桥" * 40_000, 413), ("a" * 3_000_000, 413)]
)
def test_what_cannot_be_read_is_said(client, text, status):
    answer = paste(client, text)
    assert answer.status_code == status
    assert 'role="alert"' in answer.content.decode()


def test_a_form_of_another_kind_is_refused(client):
    assert client.post("/check/", {"text": "a"}).status_code == 415  # multipart
    assert client.post("/check/?x=1", "text=a", FORM).status_code == 400


def test_too_many_texts_have_to_wait(client):
    answers = [paste(client, "A word.", REMOTE_ADDR="192.0.2.78") for _ in range(31)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "60"
    assert "A word." in answers[-1].content.decode()


def test_search_leads_to_it(client):
    assert 'href="/check/"' in client.get("/claims/?q=ferry").content.decode()


def test_an_address_leads_to_what_is_published_of_it(client):
    source = json.loads(bytes(PublishedTerm.objects.filter(kind="article").first().document))
    answer = paste(client, f"  {source['url']}#part\n", "/zh-hans")
    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/zh-hans/articles/{source['slug']}/",
    )
    for unknown in ("https://nowhere.example/page", "https://[::1"):
        answer = paste(client, unknown)
        assert answer.status_code == 404
        assert "Paste its text" in answer.content.decode()
