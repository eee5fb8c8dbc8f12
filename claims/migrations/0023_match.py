"""Others' reviews get an index; words are looked up by how they begin and end; arrays that change often are not compressed.

Run `rebuild_record` after it: reviews that are there are not in the index before.
"""

import django.contrib.postgres.fields
import django.db.models.functions.text
from django.db import migrations, models

# Django makes an index for LIKE beside every key that is a text. Nobody asks the vocabulary so.
LIKE = [
    ("claims_searchterm", "term", "claims_searchterm_term_5d4f2c4c_like"),
    ("claims_searchword", "word", "claims_searchword_word_b49a9f27_like"),
]
POSTINGS = "ALTER TABLE claims_{}posting ALTER COLUMN entries SET STORAGE {}"


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0022_edition"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewEntry",
            fields=[
                (
                    "review",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="external review"
                    ),
                ),
                (
                    "terms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
            ],
            options={
                "verbose_name": "entry of a review",
                "verbose_name_plural": "entries of reviews",
                "ordering": ["review"],
            },
        ),
        migrations.CreateModel(
            name="ReviewPosting",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "term",
                        "block",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("term", models.TextField(db_collation="C", verbose_name="term")),
                ("block", models.IntegerField(verbose_name="block")),
                (
                    "entries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
            ],
            options={
                "verbose_name": "posting of reviews",
                "verbose_name_plural": "postings of reviews",
                "ordering": ["term", "block"],
            },
        ),
        migrations.CreateModel(
            name="ReviewTerm",
            fields=[
                (
                    "term",
                    models.TextField(
                        db_collation="C", primary_key=True, serialize=False, verbose_name="term"
                    ),
                ),
                ("claims", models.IntegerField(verbose_name="claims")),
            ],
            options={
                "verbose_name": "term of reviews",
                "verbose_name_plural": "terms of reviews",
                "ordering": ["term"],
            },
        ),
        migrations.RemoveIndex(
            model_name="searchword",
            name="claims_searchword_like",
        ),
        migrations.AddIndex(
            model_name="searchword",
            index=models.Index(
                django.db.models.functions.text.Length("word"),
                models.F("word"),
                name="claims_searchword_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="searchword",
            index=models.Index(
                django.db.models.functions.text.Length("word"),
                django.db.models.functions.text.Reverse("word"),
                name="claims_searchword_ends",
            ),
        ),
        *[
            migrations.RunSQL(
                f"DROP INDEX IF EXISTS {name}",
                f"CREATE INDEX {name} ON {table} ({column} text_pattern_ops)",
            )
            for table, column, name in LIKE
        ],
        *[
            migrations.RunSQL(POSTINGS.format(kind, "EXTERNAL"), POSTINGS.format(kind, "EXTENDED"))
            for kind in ("search", "review")
        ],
    ]
