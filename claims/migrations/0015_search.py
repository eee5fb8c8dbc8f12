"""The index for search. It comes empty: `rebuild_record` fills it where claims are published."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

FILL = """
    UPDATE claims_publishedclaim AS head
    SET entry = (SELECT min(seq) FROM claims_revision WHERE claim = head.slug),
        claimant = coalesce(
            convert_from(card, 'UTF8')::jsonb #>> '{claimant,subject,slug}', ''
        )
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0014_tips"),
    ]

    operations = [
        migrations.AddField(
            model_name="publishedclaim",
            name="entry",
            field=models.IntegerField(null=True, verbose_name="entry"),
        ),
        migrations.AddField(
            model_name="publishedclaim",
            name="claimant",
            field=models.SlugField(
                blank=True, db_index=False, default="", max_length=80, verbose_name="claimant"
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="SearchPosting",
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
                "verbose_name": "posting",
                "verbose_name_plural": "postings",
                "ordering": ["term", "block"],
            },
        ),
        migrations.CreateModel(
            name="SearchTerm",
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
                "verbose_name": "term",
                "verbose_name_plural": "terms",
                "ordering": ["term"],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "word",
                    models.TextField(
                        db_collation="C", primary_key=True, serialize=False, verbose_name="word"
                    ),
                ),
                ("term", models.TextField(db_collation="C", verbose_name="term")),
                ("claims", models.IntegerField(verbose_name="claims")),
            ],
            options={
                "verbose_name": "word",
                "verbose_name_plural": "words",
                "ordering": ["word"],
            },
        ),
        migrations.AlterField(
            model_name="publishedclaim",
            name="entry",
            field=models.IntegerField(unique=True, verbose_name="entry"),
        ),
        migrations.AddIndex(
            model_name="publishedclaim",
            index=models.Index(fields=["claimant", "-revision"], name="claims_published_claimant"),
        ),
        migrations.AddIndex(
            model_name="searchword",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["word"], name="claims_searchword_like", opclasses=["gin_trgm_ops"]
            ),
        ),
    ]
