import django.db.models.deletion
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

# What is written on the desk. What is written once, or through a door, is only looked at.
DESK = {
    "sources": ["publisher", "source", "sourcetranslation", "archivecopy"],
    "claims": [
        "claim", "claimtranslation", "appearance", "claimrelation",
        "verdict", "verdicttranslation", "evidence", "evidencetranslation", "contact",
        "subject", "subjecttranslation", "topic", "topictranslation",
        "rating", "ratingtranslation", "ratingscale", "externalreview", "submission", "page", "pagetranslation",
    ],
}  # fmt: skip
LOOKED_AT = {
    "sources": ["snapshot", "linkcheck"],
    "claims": [
        "comment", "correction", "correctiontranslation",
        "revision", "publishedclaim", "publishedterm", "claimredirect", "publishedpage",
    ],
}  # fmt: skip
# The right to add is the right to write one's own (claims/rules.py). Parts go with their whole.
OWN = {"sources": ["publisher", "source"], "claims": ["subject", "claim", "verdict"]}
PEOPLE = {"auth": ["user", "group"]}
# Readers leave their addresses with what they send in.
PRIVATE = {"claims": ["submission"]}


def named(models, *actions):
    return {
        f"{app}.{action}_{model}" for app in models for model in models[app] for action in actions
    }


CONTRIBUTOR = (
    named(DESK, "view") | named(LOOKED_AT, "view") | named(OWN, "add")
) - named(PRIVATE, "view")  # fmt: skip
EDITOR = CONTRIBUTOR | named(DESK, "view", "add", "change")
REVIEWER = EDITOR | {
    "claims.approve_verdict",
    "claims.publish_verdict",
    "claims.correct_verdict",
    "claims.retract_verdict",
    "claims.merge_claim",
    "claims.publish_page",
}
ADMINISTRATOR = (
    REVIEWER
    | {"claims.seal_claim"}
    | named(DESK, "delete")
    | named(PEOPLE, "view", "add", "change", "delete")
)
ROLES = {
    "contributor": CONTRIBUTOR,
    "editor": EDITOR,
    "reviewer": REVIEWER,
    "administrator": ADMINISTRATOR,
}


def add_roles(apps, schema_editor):
    found = permissions(apps, schema_editor.connection.alias)
    Group = apps.get_model("auth", "Group")
    for name, wanted in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*(found[permission] for permission in sorted(wanted)))


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


def permissions(apps, using):
    """Every permission by name; Django itself makes them only after the last migration."""
    for label in ("auth", "sources", "claims"):
        app = apps.get_app_config(label)
        app.models_module = True  # what create_permissions takes for "this app has models"
        create_permissions(app, verbosity=0, using=using, apps=apps)
        app.models_module = None
    rows = apps.get_model("auth", "Permission").objects.select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}": row for row in rows}


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sources", "0003_source_created_by"),
        ("claims", "0008_pages"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        migrations.RunPython(add_roles, remove_roles),
    ]
