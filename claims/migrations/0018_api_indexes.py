import datetime
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0017_webhooks"),
    ]

    operations = [
        migrations.AddField(
            model_name="publishedterm",
            name="addresses",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                blank=True,
                default=list,
                size=None,
                verbose_name="addresses",
            ),
        ),
        migrations.AddIndex(
            model_name="publishedclaim",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["claimant", "-modified_at", "-revision"],
                name="claims_head_claimant",
            ),
        ),
        migrations.AddIndex(
            model_name="publishedclaim",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["language", "-modified_at", "-revision"],
                name="claims_head_language",
            ),
        ),
        migrations.AddIndex(
            model_name="publishedclaim",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["normalized", "-modified_at", "-revision"],
                name="claims_head_normalized",
            ),
        ),
        migrations.AddIndex(
            model_name="publishedclaim",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["-modified_at", "-revision"],
                name="claims_head_modified",
            ),
        ),
        migrations.AddIndex(
            model_name="publishedclaim",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["-published_at", "-slug"],
                name="claims_head_published",
            ),
        ),
        migrations.AddIndex(
            model_name="publishedclaim",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["claimed_on"],
                name="claims_head_claimed",
            ),
        ),
        migrations.AddIndex(
            model_name="publishedclaim",
            index=models.Index(
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce(
                        "claimed_on", models.Value(datetime.date(9999, 12, 31))
                    )
                ),
                models.OrderBy(models.F("slug")),
                condition=models.Q(("state", "published")),
                name="claims_head_oldest_claim",
            ),
        ),
        migrations.AddIndex(
            model_name="publishedclaim",
            index=models.Index(
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce(
                        "claimed_on", models.Value(datetime.date(1, 1, 1))
                    ),
                    descending=True,
                ),
                models.OrderBy(models.F("slug"), descending=True),
                condition=models.Q(("state", "published")),
                name="claims_head_newest_claim",
            ),
        ),
        migrations.AddIndex(
            model_name="publishedterm",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["addresses"], name="claims_publishedterm_address"
            ),
        ),
    ]
