"""What a shared link shows: the verdict in words, in a picture, and who publishes it."""

import io
import json
import re
from html import unescape
from pathlib import Path

import pytest
from django.core.cache import caches
from django.templatetags.static import static
from PIL import Image, ImageColor

from claims import publishing, transparency
from claims.dossier import reading
from claims.models import Claim
from claims.pages import cards, drawing
from factcheck import settings as wiring

from . import desk
from .dossier.test_emad_mostaque import FILE
from .helpers import count_queries

CARD = "/claims/bridge-cost/v/1/card.png"


def social(response):
    found = re.findall(
        r'<meta (property|name)="((?:og|article|twitter):[^"]+)" content="([^"]*)">',
        response.content.decode(),
    )
    return {name: unescape(content) for _attribute, name, content in found}


def markup_in(response):
    """All linked data in a page."""
    pattern = r'<script type="application/ld\+json">(.*?)</script>'
    return [json.loads(block) for block in re.findall(pattern, response.content.decode())]


def picture(response):
    assert response["Content-Type"] == "image/png"
    return Image.open(io.BytesIO(response.content)).convert("RGB")


def is_near(pixel, colour):
    """Few colours are kept, and rounded."""
    wanted = ImageColor.getrgb(colour)
    return all(abs(one - other) <= 8 for one, other in zip(pixel, wanted, strict=True))


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_shared_link_shows_the_verdict(client, published, settings, prefix):
    published()
    address = f"{prefix}/claims/bridge-cost/"
    page = client.get(address)
    found = social(page)
    title = {
        "": "Mostly false: The bridge cost 90 million.",
        "/zh-hans": "大体不实：bridge-cost 的说法。",
    }
    assert found["og:title"] == title[prefix]
    assert found["og:description"] == "It cost 41 million."
    assert found["og:url"] == settings.SITE_URL + address
    assert found["twitter:card"] == "summary_large_image"
    assert title[prefix] in found["og:image:alt"] == found["twitter:image:alt"]
    assert {found["og:locale"], found["og:locale:alternate"]} == {"en_GB", "zh_CN"}
    image = client.get(found["og:image"].removeprefix(settings.SITE_URL))
    size = (int(found["og:image:width"]), int(found["og:image:height"]))
    assert picture(image).size == size == (1200, 630)


def test_a_retracted_claim_is_shared_as_retracted(client, published, reviewer, settings):
    published()
    desk.retract(Claim.objects.get(), reason={"en": "Our source was forged."}, by=reviewer)
    found = social(client.get("/claims/bridge-cost/"))
    assert found["og:title"] == "Retracted: The bridge cost 90 million."
    assert found["og:description"] == "Our source was forged."
    assert found["og:image"].endswith("/claims/bridge-cost/v/2/card.png")
    assert picture(client.get("/claims/bridge-cost/v/2/card.png")).size == drawing.SIZE


def test_a_version_is_shared_as_it_was(client, published, reviewer, settings):
    published()
    claim = Claim.objects.get()
    claim.translations.filter(language="en").update(statement="It cost 91 million.")
    desk.correct(claim.verdicts.get(), by=reviewer)
    old, new = (social(client.get(f"/claims/bridge-cost/v/{number}/")) for number in (1, 2))
    assert old["og:title"] == "Mostly false: The bridge cost 90 million."
    assert new["og:title"] == "Mostly false: It cost 91 million."
    assert old["og:image"] != new["og:image"]
    assert client.get(CARD).content != client.get("/claims/bridge-cost/v/2/card.png").content


def test_a_draft_is_not_shared(client, approved):
    assert client.get(CARD).status_code == 404
    assert client.get("/claims/bridge-cost/v/7/card.png").status_code == 404


def test_the_picture_shows_the_verdict_by_its_place_on_the_meter_too(client, published):
    for number, rating in enumerate(["true", "mostly-true", "mixture", "mostly-false", "false"]):
        published(f"claim-{number}", rating_slug=rating)
        image = picture(client.get(f"/claims/claim-{number}/v/1/card.png"))
        step = drawing.CELL[0] + drawing.GAP
        cells = [image.getpixel((drawing.LEFT + 36 + step * cell, 190)) for cell in range(5)]
        full = [is_near(cell, drawing.TONES[rating]) for cell in cells]
        assert full == [True] * (5 - number) + [False] * number


def test_off_the_scale_there_is_no_meter(client, published):
    published(rating_slug="unproven")
    image = picture(client.get(CARD))
    assert is_near(image.getpixel((drawing.LEFT + 36, 190)), drawing.PAPER)
    assert is_near(image.getpixel((5, 5)), drawing.TONES["unproven"])


def test_a_picture_is_drawn_once(client, published, monkeypatch):
    published()
    first = client.get(CARD)
    monkeypatch.setattr(drawing, "draw", None)
    assert client.get(CARD).content == first.content
    again = client.get(CARD, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "public, max-age=86400"
    assert count_queries(lambda: client.get(CARD)) == 1
    assert client.get(f"{CARD}?size=huge").status_code == 400


def test_pictures_are_drawn_a_few_at_a_time(client, published, monkeypatch):
    monkeypatch.setattr(cards, "DRAWN_A_MINUTE", 2)
    for number in range(3):
        published(f"claim-{number}")
    answers = [client.get(f"/claims/claim-{number}/v/1/card.png") for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 503]
    assert answers[2]["Retry-After"] == "60"
    assert "ETag" not in answers[2]
    assert client.get("/claims/claim-0/v/1/card.png").status_code == 200  # drawn before


def test_nobody_waits_for_ever_behind_another_picture(client, published, monkeypatch):
    published()
    monkeypatch.setattr(cards, "PATIENCE", 0.01)
    with cards._one_at_a_time:
        assert client.get(CARD).status_code == 503
    assert client.get(CARD).status_code == 200


def test_pictures_do_not_push_counted_attempts_out_of_memory(client, published):
    published()
    caches["default"].set("attempts", 3)
    client.get(CARD)
    caches["cards"].clear()
    assert caches["default"].get("attempts") == 3
    locations = {name: cache["LOCATION"] for name, cache in wiring.CACHES.items()}
    assert locations["cards"] != locations["default"]


def test_what_was_sealed_or_merged_has_no_picture(client, published, reviewer):
    published()
    published("survivor")
    published("other")
    client.get(CARD)
    publishing.seal("bridge-cost", rule="Court order 12/26", by=reviewer)
    assert client.get(CARD).status_code == 410
    assert client.get("/claims/bridge-cost/v/2/card.png").status_code == 404
    survivor = Claim.objects.get(slug="survivor")
    publishing.merge(Claim.objects.get(slug="other"), into=survivor, by=reviewer)
    assert client.get("/claims/other/v/2/card.png").status_code == 404
    assert social(client.get("/claims/other/v/2/")) == {}


# --- The drawing itself ----------------------------------------------------------


def test_the_tones_are_those_of_the_pages():
    css = (Path(wiring.BASE_DIR) / "static" / "css" / "variables.css").read_text()
    paper = css.partition("@media")[0]
    for name, tone in drawing.TONES.items():
        assert f"--{name}: {tone};" in paper
    assert f"--paper: {drawing.PAPER};" in paper
    assert f"--ink: {drawing.INK};" in paper


def test_the_font_has_every_letter_of_the_dossier():
    for claim in reading.read(FILE)["claims"]:
        for text in claim["statement"].values():
            assert drawing._has_shapes(text), text


def test_what_the_font_has_no_letters_for_is_left_out():
    assert not drawing._has_shapes("عربي")
    arabic = drawing.Card("False", "✕", "false", None, "", "عربي", "عربي", "", "Facts", "x.org")
    assert drawing.draw(arabic) == drawing.draw(arabic._replace(statement="", said_by=""))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("It is so.", ["It is so."]),
        ("one two three four five six", ["one two ", "three four ", "five six"]),
        ("他在牛津大学获得硕士学位。", ["他在牛津大", "学获得硕士", "学位。"]),
        ("他在牛津大学，获得“学位”。", ["他在牛津大", "学，获得", "“学位”。"]),
        ("abcdefghijklmnopqrstuvwxyz", None),
    ],
)
def test_lines_break_as_english_and_chinese_break_them(text, lines):
    font = drawing._font(20, drawing.REGULAR)
    found = drawing.wrap(text, font, 105)
    assert "".join(found) == text
    assert all(font.getlength(line.rstrip()) <= 105 for line in found)
    if lines is not None:
        assert found == lines


def test_a_statement_without_end_costs_no_more_than_a_long_one(monkeypatch):
    card = drawing.Card("False", "", "false", None, "", "长" * 100_000, "", "", "Facts", "x.org")
    assert drawing.draw(card) == drawing.draw(card._replace(statement="长" * 1_000))


# --- Who publishes ---------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_home_says_who_publishes(client, published, reviewer, settings, prefix):
    published()
    transparency.publish_page(desk.make_page(owner=reviewer), by=reviewer)
    settings.SITE_SAME_AS = ["https://www.wikidata.org/wiki/Q1"]
    [found] = markup_in(client.get(f"{prefix}/"))
    assert found["@type"] == "NewsMediaOrganization"
    assert found["name"] == settings.SITE_NAME
    assert found["url"] == f"{settings.SITE_URL}/"
    assert found["sameAs"] == ["https://www.wikidata.org/wiki/Q1"]
    method = found["verificationFactCheckingPolicy"]
    assert method == f"{settings.SITE_URL}/about/method/"
    assert "ownershipFundingInfo" not in found  # no such page yet
    assert client.get(method.removeprefix(settings.SITE_URL)).status_code == 200
    assert found["logo"] == settings.SITE_URL + static("icon.svg")


def test_only_claims_in_force_carry_a_claimreview(client, published, reviewer):
    published(topics=[desk.make_topic("money")], subjects=[desk.make_subject("roe", name="Roe")])
    lists = ["/", "/claims/", "/topics/money/", "/subjects/roe/", "/sources/article/"]
    lists += ["/articles/article/", "/corrections/", "/ratings/", "/claims/bridge-cost/v/1/"]
    for path in lists:
        assert "ClaimReview" not in json.dumps(markup_in(client.get(path))), path
    [found] = markup_in(client.get("/claims/bridge-cost/"))
    assert found["@type"] == "ClaimReview"
    desk.retract(Claim.objects.get(), by=reviewer)
    assert markup_in(client.get("/claims/bridge-cost/")) == []
