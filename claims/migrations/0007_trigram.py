"""Similar statements are found by their trigrams."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0006_workflow"),
    ]

    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            model_name="claimtranslation",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["statement"],
                name="claims_statement_trigrams",
                opclasses=["gist_trgm_ops(siglen=256)"],
            ),
        ),
        migrations.AddIndex(
            model_name="externalreview",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["claim_reviewed"],
                name="claims_reviewed_trigrams",
                opclasses=["gist_trgm_ops(siglen=256)"],
            ),
        ),
    ]
