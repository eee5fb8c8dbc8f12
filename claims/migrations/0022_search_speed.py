"""Words are looked up by how they begin and end; arrays that change often are not compressed."""

import django.db.models.functions.text
from django.db import migrations, models

# Django makes an index for LIKE beside every key that is a text. Nobody asks the vocabulary so.
LIKE = [
    ("claims_searchterm", "term", "claims_searchterm_term_5d4f2c4c_like"),
    ("claims_searchword", "word", "claims_searchword_word_b49a9f27_like"),
]
POSTINGS = "ALTER TABLE claims_searchposting ALTER COLUMN entries SET STORAGE {}"


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0021_webhook_kinds"),
    ]

    operations = [
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
        migrations.RunSQL(POSTINGS.format("EXTERNAL"), POSTINGS.format("EXTENDED")),
    ]
