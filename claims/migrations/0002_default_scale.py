import datetime

from django.db import migrations

VERSION = "2026.1"

# slug, value, normalized, symbol, needs evidence, then label and meaning in each language
RATINGS = [
    (
        "true", 5, "true", "✓", True,
        "True", "The evidence bears the claim out, and nothing important is missing.",
        "属实", "证据支持这一说法，且没有遗漏重要信息。",
    ),
    (
        "mostly-true", 4, "true", "◕", True,
        "Mostly true", "Right in substance; a detail is wrong, unclear or missing.",
        "大体属实", "主要内容正确，个别细节有误、含糊或缺失。",
    ),
    (
        "mixture", 3, "mixed", "◑", True,
        "Mixture", "Partly right and partly wrong, in parts that matter about equally.",
        "真假参半", "一部分正确，一部分错误，两者分量相当。",
    ),
    (
        "mostly-false", 2, "false", "◔", True,
        "Mostly false", "Something in it is right, but the claim as a whole is not.",
        "大体不实", "含有正确成分，但整体说法不成立。",
    ),
    (
        "false", 1, "false", "✕", True,
        "False", "The evidence contradicts the claim.",
        "不实", "证据与这一说法相矛盾。",
    ),
    (
        "misleading", None, "mixed", "▲", True,
        "Misleading", "The words may be right, but they leave an impression that the evidence does not bear out.",
        "误导", "字面未必有错，但给人的印象与证据不符。",
    ),
    (
        "unproven", None, "other", "?", False,
        "Unproven", "We found no evidence strong enough to say whether it is right or wrong.",
        "未证实", "没有找到足以判断对错的证据。",
    ),
    (
        "outdated", None, "other", "↺", True,
        "Outdated", "It was right once, and was no longer so when it was published.",
        "已过时", "曾经正确，但发表时已不再成立。",
    ),
]  # fmt: skip


def add_scale(apps, schema_editor):
    RatingScale = apps.get_model("claims", "RatingScale")
    if RatingScale.objects.filter(version=VERSION).exists():
        return
    scale = RatingScale.objects.create(
        version=VERSION, in_force_from=datetime.date(2026, 11, 1), note="The first scale."
    )
    Rating = apps.get_model("claims", "Rating")
    RatingTranslation = apps.get_model("claims", "RatingTranslation")
    for order, row in enumerate(RATINGS):
        slug, value, normalized, symbol, needs_evidence, *texts = row
        rating = Rating.objects.create(
            scale=scale,
            slug=slug,
            value=value,
            normalized=normalized,
            color=slug,
            symbol=symbol,
            needs_evidence=needs_evidence,
            order=order,
        )
        for tag, label, meaning in [("en", *texts[:2]), ("zh-Hans", *texts[2:])]:
            RatingTranslation.objects.create(of=rating, language=tag, label=label, meaning=meaning)


def remove_scale(apps, schema_editor):
    """Without Django's collector: it mixes up the models of two states of the history."""
    using = schema_editor.connection.alias
    ratings = apps.get_model("claims", "Rating").objects.filter(scale__version=VERSION)
    keys = list(ratings.values_list("pk", flat=True))
    if apps.get_model("claims", "Verdict").objects.filter(rating_id__in=keys).exists():
        return  # verdicts say it; on the way up it is found again
    for name, lookup in [
        ("RatingTranslation", {"of_id__in": keys}),
        ("Rating", {"pk__in": keys}),
        ("RatingScale", {"version": VERSION}),
    ]:
        apps.get_model("claims", name).objects.filter(**lookup)._raw_delete(using)


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial")]
    operations = [migrations.RunPython(add_scale, remove_scale)]
