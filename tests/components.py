"""docs/components.html: every part that pages are made of, from the templates themselves.

tests/test_components.py says when it is out of date, and writes it when asked to.
"""

import datetime
from pathlib import Path

from django.template import engines
from django.utils.translation import override

from claims.pages.article import STRIP_HEIGHT, _strip, _table
from claims.pages.reading import counted, distribution
from claims.pages.timeline import timeline
from claims.pages.tips import TipForm

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "components.html"
STYLES = ["variables", "base", "components", "pages", "forms"]
SCALE = [
    ("true", "True", "属实", 5, "✓"),
    ("mostly-true", "Mostly true", "大体属实", 4, "◕"),
    ("mixture", "Mixture", "真假参半", 3, "◑"),
    ("mostly-false", "Mostly false", "大体不实", 2, "◔"),
    ("false", "False", "不实", 1, "✕"),
    ("misleading", "Misleading", "误导", None, "▲"),
    ("unproven", "Unproven", "未证实", None, "?"),
    ("outdated", "Outdated", "已过时", None, "↺"),
]
RATINGS = [
    {
        "slug": slug,
        "label": {"en": english, "zh-Hans": chinese},
        "value": value,
        "best": 5,
        "worst": 1,
        "color": slug,
        "symbol": symbol,
        "order": order,
    }
    for order, (slug, english, chinese, value, symbol) in enumerate(SCALE)
]
SOURCE = {
    "slug": "county-accounts",
    "title": "Comptes du comté, 2023",
    "translated_title": {"en": "Accounts of the county, 2023", "zh-Hans": "郡政府 2023 年账目"},
    "publisher": {"slug": "county", "name": "County Records", "interests": "Paid by the county."},
    "authors": ["Jo Roe"],
    "published_on": {"date": "2024-02", "precision": "month"},
    "language": "fr",
    "type": "government",
    "proximity": "primary",
    "url": "https://example.org/accounts",
    "copies": [],
    "link_state": "dead",
    "archived": [{"url": "https://archive.example/1", "archived_at": "2024-03-01T00:00:00Z"}],
    "claims": 3,
    "opened": True,
}
EVIDENCE = {
    "number": 1,
    "stance": "refutes",
    "source": SOURCE,
    "opened": False,
    "locator": "page 12",
    "finding": {"en": "The bridge cost 41 million.", "zh-Hans": "该桥耗资四千一百万。"},
    "quote": {"exact": "Coût total : 41 millions", "state": "verified"},
}
CARDS = [
    {
        "slug": f"claim-{place}",
        "statement": {"en": "The bridge cost 90 million.", "zh-Hans": "该桥耗资九千万。"},
        "summary": {"en": "It cost 41 million.", "zh-Hans": "实际耗资四千一百万。"},
        "rating": RATINGS[place],
        "about": {"from": str(2019 + place % 4), "until": None, "precision": "year"},
        "met": {"section": str(1 + place // 4)},
    }
    for place in range(8)
]
NUMBERS = distribution([rating | {"claims": 9 - place} for place, rating in enumerate(RATINGS)])
CORRECTION = {
    "kind": "substantial",
    "at": "2026-05-04T00:00:00Z",
    "revision": 2,
    "text": {"en": "We had left out the ramp.", "zh-Hans": "我们漏计了引桥。"},
    "rating_before": RATINGS[3],
    "rating_after": RATINGS[4],
}
REVIEW = {
    "url": "https://example.net/1",
    "publisher_name": "Les Vérificateurs",
    "rating_label": "Plutôt faux",
    "language": "fr",
    "reviewed_on": datetime.date(2026, 3, 9),
}
CLAIM = {"slug": "claim-1", "revision": 2, "corrections": [CORRECTION]}
VERDICT = {"confidence": "high", "summary": CARDS[4]["summary"], "analysis": {}}

TYPE = """
<h1>Heading 1: what was claimed</h1><h2>Heading 2</h2><h3>Heading 3</h3>
<p class="lead">A lead says in one sentence what the page is.</p>
<p class="text">Text, with <a href="#">a link</a>, <em>stress</em>, <code>code</code> and
<cite>a title</cite>. <small>Small print.</small></p>
<p class="meta dots"><span>facts</span> <span>in a row</span> <span>with dots</span></p>
"""
TYPE_CHINESE = """
<div lang="zh-Hans"><h2>标题二：说法与结论</h2>
<p class="text">正文：据该报称，“桥梁耗资九千万”，账目则为 4100 万。
<em>着重</em>不用斜体。</p></div>
"""
# Title, the template's source, and what it needs.
INCLUDE = '{{% include "claims/includes/_{}.html" {} %}}'
EACH = "<ul class='row'>{{% for rating in ratings %}}<li>{}</li>{{% endfor %}}</ul>"
PARTS = [
    ("Type", TYPE, {}),
    ("Type in Chinese", TYPE_CHINESE, {}),
    ("Verdicts", EACH.format(INCLUDE.format("verdict", "")), {"ratings": RATINGS}),
    ("Place on the scale", EACH.format(INCLUDE.format("scale", "")), {"ratings": RATINGS[:5]}),
    (
        "The answer",
        INCLUDE.format("claim_verdict", ""),
        {"verdict": VERDICT, "rating": RATINGS[4]},
    ),
    ("A claim in a list", INCLUDE.format("claim_row", ""), {"claim": CARDS[1]}),
    (
        "Notices",
        INCLUDE.format("claim_notices", ""),
        {
            "claim": CLAIM,
            "notices": [CORRECTION],
            "verdict_changed": True,
            "is_old": True,
            "latest": 3,
        },
    ),
    (
        "Evidence by side",
        INCLUDE.format("claim_evidence", ""),
        {"evidence": {"refutes": [EVIDENCE], "supports": [EVIDENCE | {"number": 2}]}},
    ),
    (
        "A source in a list",
        f'<ul class="source-list"><li>{INCLUDE.format("source_row", "")}</li></ul>',
        {"source": SOURCE},
    ),
    (
        "Checked by others",
        INCLUDE.format("claim_elsewhere", ""),
        {"elsewhere": [REVIEW], "checkers": 1},
    ),
    (
        "How verdicts fall",
        INCLUDE.format("distribution", ""),
        {"distribution": NUMBERS, "base": "#", "chosen": ["false"]},
    ),
    (
        "An article at a glance",
        INCLUDE.format("strip", "") + INCLUDE.format("strip_table", ""),
        {
            "strip": _strip(CARDS, {card["slug"] for card in CARDS[:6]}),
            "strip_height": STRIP_HEIGHT,
            "table": _table(CARDS, counted(CARDS)),
            "distribution": counted(CARDS),
        },
    ),
    ("Claims over time", INCLUDE.format("timeline", ""), {"timeline": timeline(CARDS)}),
    ("A form, refused", '{% include "tips/_form.html" %}', {}),
    ("Pages of a list", INCLUDE.format("pager", ""), {"next": "#", "first": "#"}),
]
PAGE = """{% load reading %}<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Components</title>
    {% for name in styles %}<link rel="stylesheet" href="../static/css/{{ name }}.css">
    {% endfor %}
  </head>
  <body>
    <main class="wrap">
      <h1>Components</h1>
      <p class="lead">What pages are put together from, made from the templates by
      <code>UPDATE=1 python -m pytest tests/test_components.py</code>.
      Colours follow the system’s scheme.</p>
      {% for title, html in parts %}
      <section class="part" aria-label="{{ title }}">
        <p class="eyebrow">{{ title }}</p>
{{ html }}
      </section>
      {% endfor %}
    </main>
  </body>
</html>
"""


def refused_form():
    form = TipForm("claim", {"text": "😀", "email": "nobody"})
    form.stamp = "signed"
    return form


def page():
    django = engines["django"]
    with override("en"):
        parts = [
            (title, django.from_string(source).render(needs | {"form": refused_form()}))
            for title, source, needs in PARTS
        ]
        html = django.from_string(PAGE).render({"parts": parts, "styles": STYLES})
    lines = (line.rstrip() for line in html.splitlines())
    return "\n".join(line for line in lines if line) + "\n"
