"""The first article: every claim of the research, with its verdict, its evidence and its care."""

import re
from collections import Counter
from pathlib import Path

import pytest

from claims import dossier as package
from claims.dossier import dump, reading
from claims.markdown import CITATION

FILE = Path(package.__file__).with_name("emad-mostaque.yaml")

VERDICTS = {
    "unproven": 41,
    "mostly-true": 36,
    "true": 18,
    "mixture": 11,
    "misleading": 9,
    "false": 3,
    "outdated": 3,
    "mostly-false": 2,
}
SOME = {
    "adhd-one-per-thousand": "false",
    "asperger-is-adhd": "false",
    "publishing-hundreds-of-mb": "false",
    "oxford-ma-automatic": "mostly-false",
    "rombach-not-paper": "mostly-false",
    "now-is-august": "outdated",
    "runway-less-valued": "outdated",
    "two-lawsuits": "outdated",
    "press-releases-silent": "misleading",
    "code-by-others": "true",
    "runway-deceived": "unproven",
    "embezzlement-label": "unproven",
    "un-who-denials": "mixture",
    "no-masters-degree": "mostly-true",
}


@pytest.fixture(scope="module")
def dossier():
    return reading.read(FILE)


def public_texts(dossier):
    """What readers may see, with its place."""
    for claim in dossier["claims"]:
        slug = claim["slug"]
        for key in ("statement", "speaker", "summary", "analysis"):
            yield from ((f"{slug} {key}", text) for text in claim.get(key, {}).values())
        for row in claim.get("evidence", []):
            place = f"{slug} {row['source']}"
            yield from ((place, text) for text in row["finding"].values())
            yield from ((place, row[key]) for key in ("locator", "quote") if key in row)
    for row in dossier["publishers"]:
        yield (row["slug"], row.get("interests", ""))
    for row in dossier["sources"]:
        yield (row["slug"], row["title"])


def test_every_claim_of_the_research_is_there_with_its_verdict(dossier):
    claims = {claim["slug"]: claim["rating"] for claim in dossier["claims"]}
    assert len(claims) == 123
    assert Counter(claims.values()) == VERDICTS
    assert {slug: claims[slug] for slug in SOME} == SOME
    confidence = Counter(claim["confidence"] for claim in dossier["claims"])
    assert confidence == {"high": 52, "medium": 53, "low": 18}
    sections = Counter(claim["section"] for claim in dossier["claims"])
    assert sections == {"1": 7, "2": 16, "3": 15, "4": 13, "5": 37, "6": 30, "7": 5}
    assert sum(len(claim.get("evidence", [])) for claim in dossier["claims"]) == 260


def test_every_public_text_stands_in_both_languages(dossier):
    for claim in dossier["claims"]:
        for key in ("statement", "summary", "speaker", "analysis"):
            assert set(claim[key]) == {"en", "zh-Hans"}, claim["slug"]
        for row in claim.get("evidence", []):
            assert set(row["finding"]) == {"en", "zh-Hans"}, claim["slug"]


def test_the_chinese_keeps_one_spelling(dossier):
    """A title has its marks, a thing one name, and Chinese its own points and spaces."""
    other = re.compile(
        r"(?<!《)福布斯|联合创办人|课题组|匿名改写|Holz|[0-9],[0-9]{3} 万"
        r"|[一-鿿][,;:!?()]|[,;:!?()][一-鿿]|[一-鿿][A-Za-z0-9]|[A-Za-z0-9%][一-鿿]"
    )
    found = [
        (claim["slug"], text)
        for claim in dossier["claims"]
        for row in (claim, *claim.get("evidence", []))
        for key in ("statement", "speaker", "summary", "analysis", "finding")
        if other.search(text := row.get(key, {}).get("zh-Hans", ""))
    ]
    assert found == []


def test_both_languages_cite_the_same_evidence_inside_the_sentence(dossier):
    cited = 0
    for claim in dossier["claims"]:
        english, chinese = (
            sorted(found[1] for found in CITATION.finditer(claim["analysis"][tag]))
            for tag in ("en", "zh-Hans")
        )
        assert english == chinese, claim["slug"]
        for text in claim["analysis"].values():
            assert not re.search(r"\s\[[0-9]|[.。]\[[0-9]", text), claim["slug"]
        cited += len(english)
    assert cited > 200


def test_the_file_is_its_own_canonical_spelling(dossier):
    assert dump.render(dossier.data) == FILE.read_text(encoding="utf-8")


def test_paywalled_originals_are_named_and_their_copies_marked(dossier):
    sources = {row["slug"]: row for row in dossier["sources"]}
    copies = {slug: row["copy_of"] for slug, row in sources.items() if "copy_of" in row}
    assert copies["forbes-mirror-yourai"] == "forbes-2023-06-04"
    assert copies["ft-mirror-2024"] == "ft-2024-03"
    assert copies["fortune-mirror"] == "fortune-2024"
    for copy, original in copies.items():
        assert "(copy" not in sources[original]["title"]
        assert sources[original]["publisher"] != sources[copy]["publisher"]
    paywalled = {"forbes", "fortune", "financial-times", "bloomberg", "new-york-times"}
    for row in sources.values():
        if row["publisher"] in paywalled | {"the-information"}:
            assert row["paywalled"], row["slug"]


def test_no_public_text_speaks_of_how_it_was_made(dossier):
    shop = re.compile(
        r"\b(stored|corpora|corpus|this dataset|local file|lines? \d|recollected|remembered)\b"
        r"|存档|此处|据记忆",
        re.IGNORECASE,
    )
    allowed = {"released-in-stability-name compvis-sd-repo"}  # a line of the licence
    found = [
        (place, text)
        for place, text in public_texts(dossier)
        if shop.search(text) and place not in allowed
    ]
    assert found == []


def test_what_is_cited_from_memory_says_so(dossier):
    sources = {row["slug"]: row for row in dossier["sources"]}
    for claim in dossier["claims"]:
        for row in claim.get("evidence", []):
            if not sources[row["source"]].get("retrieved", True):
                assert "not opened" in row["finding"]["en"], (claim["slug"], row["source"])
                assert "未打开" in row["finding"]["zh-Hans"], (claim["slug"], row["source"])
