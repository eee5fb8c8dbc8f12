import django.db.models.deletion
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

# Whoever works for all of the desk sees what its worker did, and why it failed.
ROLES = ["editor", "reviewer", "administrator"]
RIGHTS = ["view_job", "view_joberror", "view_procrastinateevent"]


def let_see(apps, schema_editor):
    for label in ("procrastinate", "claims"):
        app = apps.get_app_config(label)
        app.models_module = True  # what create_permissions takes for "this app has models"
        create_permissions(app, verbosity=0, using=schema_editor.connection.alias, apps=apps)
        app.models_module = None
    for group in apps.get_model("auth", "Group").objects.filter(name__in=ROLES):
        group.permissions.add(*rights(apps))


def take_back(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name__in=ROLES):
        group.permissions.remove(*rights(apps))


def rights(apps):
    return apps.get_model("auth", "Permission").objects.filter(codename__in=RIGHTS)


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0010_corrections_index"),
        ("procrastinate", "0041_post_retry_failed_job"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="verdict",
            name="publish_at",
            field=models.DateTimeField(
                blank=True,
                help_text="An embargo: until then nobody can publish it.",
                null=True,
                verbose_name="not before",
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="schedule_refusal",
            field=models.TextField(
                blank=True, editable=False, verbose_name="why it did not go out by itself"
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="scheduled_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="goes out by itself, in the name of",
            ),
        ),
        migrations.AddIndex(
            model_name="verdict",
            index=models.Index(
                condition=models.Q(("scheduled_by__isnull", False), ("status", "approved")),
                fields=["publish_at"],
                name="claims_verdict_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scheduled_by__isnull", True),
                    models.Q(
                        ("publish_at__isnull", False),
                        ("status__in", ["approved", "published", "superseded", "retracted"]),
                    ),
                    _connector="OR",
                ),
                name="claims_verdict_scheduled_is_signed",
                violation_error_message="Only an approved verdict goes out, and at a moment.",
            ),
        ),
        migrations.CreateModel(
            name="JobError",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="error",
                        serialize=False,
                        to="procrastinate.procrastinatejob",
                        verbose_name="job",
                    ),
                ),
                ("text", models.TextField(verbose_name="error")),
                ("at", models.DateTimeField(auto_now=True, verbose_name="at")),
            ],
            options={
                "verbose_name": "error of a job",
                "verbose_name_plural": "errors of jobs",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs of the worker",
                "ordering": ["-pk"],
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("procrastinate.procrastinatejob",),
        ),
        migrations.RunPython(let_see, take_back),
    ]
