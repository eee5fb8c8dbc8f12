"""The workbench: the text as text, the marks in it, and no word lost on the way."""

import re

import pytest
from django.urls import reverse

from claims.admin.marks import Mark, pieces, render
from claims.appearances import Place
from claims.models import Appearance, Claim
from sources.models import Source

from . import article, desk
from .admin_forms import make_editor, messages, page
from .article import TEXT
from .helpers import count_queries

AT = TEXT.index("300 metres long")
NEW = {"statement": "It is 300 m long.", "language": "en", "kind": "documentary", "slug": "length"}


@pytest.fixture
def source(db):
    return article.make_article()


@pytest.fixture
def snapshot(source):
    return article.store(source)


@pytest.fixture
def editor(client, db):
    user = make_editor()
    client.force_login(user)
    return user


def address(source):
    return reverse("admin:sources_source_workbench", args=[source.pk])


def selection(snapshot, words="300 metres long", start=None):
    start = snapshot.text.index(words) if start is None else start
    return {"snapshot": snapshot.pk, "start": start, "end": start + len(words), "quote": words}


def shown(client, source):
    return client.get(address(source)).content.decode()


def errors(response):
    return " ".join(map(str, response.context["form"].errors.values()))


# --- What is shown ---


def mark(pk, start, end):
    return Mark(pk, start, end, "false", "✕", "draft", f"claim {pk}")


def test_pieces_have_no_gaps_and_know_their_marks():
    text = "0123\u202e56\r\n9"
    found = list(pieces(text, [mark(1, 0, 3), mark(2, 2, 8), mark(3, 2, 3)]))
    assert "".join(piece for _start, piece, _on, _begun in found) == text
    keys = [(piece, [m.pk for m in on], [m.pk for m in begun]) for _, piece, on, begun in found]
    assert keys == [
        ("01", [1], [1]),
        ("2", [3, 1, 2], [2, 3]),
        ("3", [2], []),
        ("\u202e", [2], []),
        ("56", [2], []),
        ("\r", [2], []),
        ("\n9", [], []),
    ]  # fmt: skip


def test_the_text_is_shown_as_text():
    html = render(TEXT, [])
    assert "&lt;script&gt;alert(&quot;It cost 41 million&quot;)&lt;/script&gt;" in html
    assert "\u202e" not in html
    assert 'title="U+202E RIGHT-TO-LEFT OVERRIDE">U+202E</span>' in html
    assert "\x07" not in html
    at = TEXT.index("reversed")
    assert f'<span data-at="{at}">reversed</span>' in html


def test_marks_have_colour_symbol_and_status(client, editor, source, snapshot, author):
    row = article.marked(source, "length", snapshot, "300 metres long")
    bare = article.marked(source, "bare", snapshot, "“90 million”")
    desk.make_draft(row.claim, author=author, rating_slug="false")
    html = shown(client, source)
    assert f'<i id="mark-{row.pk}" class="sign rating-false mark-draft" data-sign="✕">' in html
    assert f'<i id="mark-{bare.pk}" class="sign rating-none mark-none" data-sign="○">' in html
    assert 'title="Statement of length. (False, draft)"' in html
    assert html.index(f'id="at-{bare.pk}"') < html.index(f'id="at-{row.pk}"')


def test_a_source_without_a_text_says_so(client, editor, source):
    assert "There is no text of this source yet." in shown(client, source)
    assert client.post(address(source), NEW).status_code == 200


def test_the_ways_in(client, editor, source, snapshot):
    row = article.marked(source, "length", snapshot, "300 metres long")
    here = address(source)
    assert here in client.get(page(Source, "change", source.pk)).content.decode()
    assert (
        f"{here}#mark-{row.pk}" in client.get(page(Claim, "change", row.claim_id)).content.decode()
    )


# --- Making claims ---


def test_a_claim_is_made_of_selected_words(client, editor, source, snapshot):
    response = client.post(address(source), selection(snapshot) | NEW | {"new": "1"}, follow=True)
    row = Appearance.objects.select_related("claim").get()
    assert (row.start, row.exact, row.section) == (AT, "300 metres long", "2.1")
    assert (row.claim.slug, row.claim.original_language) == ("length", "en")
    assert messages(response) == ["New claim: It is 300 m long."]
    assert f'<i id="mark-{row.pk}"' in response.content.decode()
    assert response.redirect_chain == [(f"{address(source)}#mark-{row.pk}", 302)]


def test_one_can_go_on_in_the_claims_own_form(client, editor, source, snapshot):
    response = client.post(address(source), selection(snapshot) | NEW | {"open": "1"})
    assert response.url == page(Claim, "change", Claim.objects.get().pk)


def test_words_without_a_position_must_occur_once(client, editor, source, snapshot):
    typed = NEW | {"quote": "300 metres long", "new": "1"}
    assert client.post(address(source), typed).status_code == 302
    assert Appearance.objects.get().start == AT


def test_the_second_of_two_is_marked_when_it_was_selected(client, editor, source, snapshot):
    words = "Everybody says so."
    start = TEXT.rindex(words)
    client.post(address(source), selection(snapshot, words, start) | NEW | {"new": "1"})
    assert Appearance.objects.get().start == start


BAD = {
    "twice": ({"quote": "Everybody says so.", "start": "", "end": ""}, "occur 2 times"),
    "never": ({"quote": "Nobody says so.", "start": "", "end": ""}, "do not occur"),
    "other words": ({"quote": "cost “90 million”"}, "other words at this position"),
    "shifted": ({"start": AT + 1, "end": AT + 16}, "other words at this position"),
    "beyond": ({"end": 10**9}, "other words at this position"),
    "no number": ({"start": "x"}, "Enter a whole number"),
    "another text": ({"snapshot": "0"}, "A newer text of this source has come in"),
    "override": ({"start": "", "quote": "\u202ereversed"}, "U+202E RIGHT-TO-LEFT OVERRIDE"),
    "NUL": ({"statement": "It is\0long."}, "Null characters are not allowed"),
    "control": ({"statement": "It is \x07long."}, "behind “It is”: U+0007"),
    "override in it": ({"statement": "It is \u202egnol"}, "behind “It is”: U+202E"),
    "long": ({"statement": "x" * 1001}, "at most 1000 characters"),
    "large": ({"statement": "x" * 2_000_000}, "at most 1000 characters"),
    "long quote": ({"quote": "x" * 301}, "at most 300 characters"),
    "no statement": ({"statement": ""}, "This field is required"),
    "slug": ({"slug": "Not a slug"}, "valid"),
    "slug of another": ({"slug": "known"}, "already exists"),
    "language": ({"language": "english"}, "BCP 47"),
    "kind": ({"kind": "x"}, "not one of the available choices"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_bad_input_is_refused_and_nothing_typed_is_lost(
    client, editor, source, snapshot, change, message
):
    desk.make_claim("known")
    typed = selection(snapshot) | NEW | {"section": "mine", "new": "1"} | change
    response = client.post(address(source), typed)
    assert response.status_code == 200
    assert message in errors(response)
    assert not Appearance.objects.exists()
    assert Claim.objects.count() == 1
    form = response.context["form"]
    for name in ("quote", "section", *NEW):
        assert form[name].value() == typed[name]
    assert "<script>alert(" not in response.content.decode()


def test_what_is_typed_comes_back_as_text(client, editor, source, snapshot):
    typed = selection(snapshot) | NEW | {"statement": "</textarea><script>alert(1)", "slug": ""}
    html = client.post(address(source), typed).content.decode()
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in html


# --- Known claims ---


def test_selected_words_are_attached_to_a_known_claim(client, editor, source, snapshot):
    claim = desk.make_claim()
    typed = selection(snapshot) | {
        "claim": claim.pk,
        "attach": "1",
        "slug": "half a sl",
        "kind": "?",
    }
    assert client.post(address(source), typed).status_code == 302
    typed = selection(snapshot, "“90 million”") | {"attach_to": claim.pk}
    assert client.post(address(source), typed).status_code == 302
    assert set(claim.appearances.values_list("exact", flat=True)) == {
        "300 metres long",
        "“90 million”",
    }
    response = client.post(address(source), typed)
    assert "has a mark at the same words already" in errors(response)


@pytest.mark.parametrize("key", ["", "0", "x", "9" * 30, "²"])
def test_a_claim_that_is_none_is_refused(client, editor, source, snapshot, key):
    response = client.post(address(source), selection(snapshot) | {"claim": key, "attach": "1"})
    assert response.status_code == 200
    assert "claim" in response.context["form"].errors


def test_an_error_comes_with_what_is_like_the_words(client, editor, source, snapshot):
    claim = desk.make_claim(statement="The bridge is 300 m long.")
    typed = selection(snapshot) | NEW | {"slug": "", "statement": "The bridge is 300 m long"}
    html = client.post(address(source), typed).content.decode()
    assert f'<button name="attach_to" value="{claim.pk}">' in html


# --- A newer text ---


@pytest.fixture
def newer(source, snapshot):
    """One quote is still there once, one twice, one never."""
    rows = {
        name: article.marked(source, name, snapshot, words)
        for name, words in [
            ("kept", "300 metres long"),
            ("doubled", "says the mayor"),
            ("gone", "“90 million”"),
        ]
    }
    text = "It is 300 metres long, says the mayor. So says the mayor."
    return rows | {"text": article.store(source, text)}


def test_lost_marks_are_listed_and_never_moved(client, editor, source, newer):
    html = shown(client, source)
    assert html.count('class="sign') == 1
    assert f'<i id="mark-{newer["kept"].pk}"' in html
    needs = html[html.index("adrift-heading") : html.index("listed-heading")]
    assert "Occurs 2 times." in needs
    assert "Does not occur." in needs
    assert needs.count("Last placed in the text of 2026-01-01.") == 2
    before = list(Appearance.objects.order_by("pk").values("start", "snapshot"))
    client.post(address(source), {"carry": "1"})
    after = list(Appearance.objects.order_by("pk").values("start", "snapshot"))
    assert after == [{"start": 6, "snapshot": newer["text"].pk}, *before[1:]]


def test_a_person_places_a_lost_mark_or_gives_it_up(client, editor, source, newer):
    words = "says the mayor"
    chosen = selection(newer["text"], words, newer["text"].text.rindex(words))
    client.post(address(source), chosen | {"anchor": newer["doubled"].pk})
    newer["doubled"].refresh_from_db()
    assert newer["doubled"].start == chosen["start"]
    client.post(address(source), {"detach": newer["gone"].pk})
    newer["gone"].refresh_from_db()
    assert newer["gone"].snapshot is None
    html = shown(client, source)
    assert "adrift-heading" not in html
    assert "unplaced-heading" in html


def test_only_marks_of_this_source_can_be_moved(client, editor, source, snapshot):
    other = article.quoted(desk.make_source("other"), "else", "words")
    for key in (other.pk, "x", ""):
        typed = selection(snapshot) | {"anchor": key}
        assert client.post(address(source), typed).status_code == 404


# --- Who may, and at what cost ---


def test_the_workbench_is_for_editors(client, source, snapshot):
    assert client.get(address(source)).status_code == 302
    client.force_login(desk.make_user("vic", "claims.change_verdict"))  # sees no source, no claim
    assert client.get(address(source)).status_code == 403


def test_who_may_only_look_finds_no_form_and_no_way(client, source, snapshot):
    looks = ["sources.view_source", "claims.view_claim", "claims.view_appearance"]
    client.force_login(desk.make_user("lou", *looks))
    row = article.marked(source, "length", snapshot, "300 metres long")
    html = shown(client, source)
    assert f'<i id="mark-{row.pk}"' in html
    assert "mark-form" not in html
    attach = {"attach": "1", "claim": row.claim_id}
    for step in [{"new": "1"}, attach, {"anchor": row.pk}, {"detach": row.pk}, {"carry": "1"}]:
        typed = selection(snapshot, "“90 million”") | NEW | step
        assert client.post(address(source), typed).status_code == 403
    assert Claim.objects.count() == 1


def test_the_number_of_queries_does_not_grow(client, editor, author):
    counts = []
    for number in (10, 500):
        source = article.make_article() if not counts else desk.make_source("long")
        article.make_long(source, number) if not counts else _more(source, number)
        for row in source.appearances.all()[:10]:
            desk.make_draft(row.claim, author=author)
        client.get(address(source))
        counts.append(count_queries(lambda source=source: client.get(address(source))))
    assert counts[0] == counts[1]


def _more(source, number):
    snapshot = article.store(source, "".join(f"Sentence {n:03}.\n" for n in range(number)))
    for n in range(number):
        article.marked(source, f"more-{n}", snapshot, f"Sentence {n:03}.")


def test_a_place_knows_its_words(snapshot):
    place = Place(snapshot, AT, AT + 3)
    assert (place.exact, place.section) == ("300", "2.1")
    assert re.search("data-at", render(place.exact, []))
