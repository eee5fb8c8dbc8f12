"""The readers' pages, one address for each template, and a site on which they have much to show."""

from pathlib import Path

import yaml

from claims import dossier, exports, transparency
from claims.chain import sha256
from claims.models import Claim, Submission
from sources.models import Source
from tests import desk

PATHS = [
    "/",
    "/claims/",
    "/claims/?rating=mostly-false",
    "/claims/?ratng=x",
    "/claims/?q=donaudampfschiffahrtsgesellschaftskapitänswitwe+measured+money",
    "/claims/?q=nobody+knows&rating=false&year=2020",
    "/claims/?q=zanzibar",
    "/claims/bridge-cost/",
    "/claims/bridge-cost/v/1/",
    "/claims/tunnel-length/",
    "/claims/tunnel-length/history/",
    "/claims/ferry-price/",
    "/check/",
    "/subjects/",
    "/subjects/jane-roe/",
    "/topics/",
    "/topics/money/",
    "/sources/",
    "/sources/bridge-cost-refutes/",
    "/publishers/",
    "/publishers/county-records/",
    "/claims/?q=https://nowhere.example/",
    "/articles/",
    "/articles/article/",
    "/articles/article/?rating=unproven",
    "/corrections/",
    "/submit/",
    "/claims/bridge-cost/report/",
    "/submit/received/",
    "/submit/declined/",
    "/submit/done/",
    "/exports/",
    "/tools/claimreview/",
    "/ratings/",
    "/about/",
    "/about/method/",
    "/nowhere/",
]
DOSSIER = Path(dossier.__file__).with_name("emad-mostaque.yaml")
# One word as wide as a screen, and a sentence without a place to break.
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwe said so. " + "据称该桥耗资九千万" * 14


def longest():
    """The longest statement of the dossier."""
    claims = yaml.load(DOSSIER.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return max((claim["statement"]["en"] for claim in claims["claims"]), key=len)


def publish(published, author, reviewer):
    long = (LONG, f"# {LONG}\n\n| a | b |\n| --- | --- |\n| {LONG} | {LONG} |")
    transparency.publish_page(desk.make_page(owner=reviewer, en=long), by=reviewer)
    refuting = desk.make_source(
        "bridge-cost-refutes",
        title="A_title_without_a_single_space_in_it_as_files_have_them_" * 2,
        url=f"https://example.org/{'path/' * 30}",
        language="fr",
        link_state="dead",
    )
    archive(refuting)
    topic, subject = desk.make_topic("money"), desk.make_subject("jane-roe", name="Jane Roe")
    known = {"topics": [topic], "subjects": [subject]}
    about = {"about_precision": "year", "about_from": "2021-01-01"}
    published(statement=LONG, summary=LONG, **known, **about)
    about["about_from"] = "2023-01-01"
    others = desk.make_external_review(rating_label=LONG, reviewed_on="2026-03-09")
    others.same.create(claim_id="bridge-cost")
    published(
        "tunnel-length",
        statement=longest(),
        rating_slug="unproven",
        claimant=subject,
        **known,
        **about,
    )
    desk.new_scale("2026.2", "mostly-false", LONG)
    published("toll-price", **known)
    published("ferry-price", rating_slug="false", **known)
    claim = Claim.objects.get(slug="tunnel-length")
    archive(Source.objects.get(slug="tunnel-length-refutes"))
    draft = desk.make_draft(claim, author=author, rating_slug="false", summary="Nobody knows.")
    draft.translations.update(analysis="They say so [1], others not [2].")
    draft.evidence.filter(stance="supports").update(quote="It is that long.")
    text = {"en": "It had been measured twice."}
    desk.correct(desk.approve(draft, by=reviewer), kind="substantial", text=text, by=reviewer)
    desk.retract(Claim.objects.get(slug="ferry-price"), by=reviewer)
    exports.write()
    send_in()


def send_in():
    """Three tips, whose links end with their states."""
    claim = Claim.objects.get(slug="bridge-cost")
    said = {
        "received": {"email": "jo@example.org"},
        "declined": {"reason": "stands", "answer": LONG, "language": "zh-Hans"},
        "done": {"result": claim, "answer": LONG, "language": "en"},
    }
    for state, more in said.items():
        about = {"kind": "error", "claim": claim.slug, "text": LONG, "state": state}
        Submission.objects.create(token_hash=sha256(state.encode()), **about, **more)


def archive(source):
    moments = {"requested_at": "2026-01-01T00:00Z", "archived_at": "2026-01-02T00:00Z"}
    address = f"https://archive.example/{source.slug}/{'path/' * 30}"
    source.archive_copies.create(service="example", url=address, state="archived", **moments)
