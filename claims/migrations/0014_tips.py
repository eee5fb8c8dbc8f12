import django.db.models.deletion
from django.db import migrations, models

import claims.models.tips

# No page has shown a token yet. What was answered before there were reasons and results gets what
# says the same: the answer as the reason; looked at, where no claim is named.
FILL = """
    UPDATE claims_submission SET
        token_hash = encode(sha256(convert_to(token_hash, 'UTF8')), 'hex'),
        kind = CASE WHEN claim = '' THEN 'claim' ELSE 'error' END,
        reason = CASE WHEN state = 'declined' THEN 'other' ELSE '' END,
        state = CASE WHEN state = 'done' THEN 'accepted' ELSE state END
"""
# A hash has no way back: the links are dead then, for want of a page that opens them.
EMPTY = """
    UPDATE claims_submission SET
        token_hash = left(token_hash, 40),
        answer = CASE WHEN state = 'declined' AND answer = '' THEN reason ELSE answer END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0013_submitted_by"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="submission",
            name="claims_submission_declined_has_answer",
        ),
        migrations.RenameField("submission", "token", "token_hash"),
        migrations.AddField(
            model_name="submission",
            name="answered_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="last answered at"
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="erased_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="address erased at"
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("opinion", "It is an opinion or a forecast, and no evidence can settle it."),
                    ("private", "It is about somebody's private life, which we leave alone."),
                    (
                        "unclear",
                        "What it says is too little, or too unclear, to look for evidence.",
                    ),
                    ("scope", "It is not a matter of public interest, which is what we check."),
                    ("stands", "We looked at it again, and what we published stands."),
                    ("other", "For the reason that our answer gives."),
                ],
                help_text="The sender reads it in the language of the status page.",
                max_length=20,
                verbose_name="why it is declined",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="result",
            field=models.ForeignKey(
                blank=True,
                help_text="A published claim: the status page leads to it once the state is “done”.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="claims.claim",
                verbose_name="where the answer stands",
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="token_hash",
            field=models.CharField(
                default=claims.models.tips.new_token,
                editable=False,
                max_length=64,
                unique=True,
                verbose_name="hash of the sender's link",
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="answer",
            field=models.TextField(
                blank=True,
                help_text="The sender reads it on the status page: write it in the sender's language.",
                verbose_name="answer",
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="state",
            field=models.CharField(
                choices=[
                    ("received", "received"),
                    ("accepted", "being looked at"),
                    ("declined", "declined"),
                    ("done", "done"),
                ],
                default="received",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="url",
            field=models.CharField(
                blank=True, max_length=2000, verbose_name="where it stands, or what shows it"
            ),
        ),
        migrations.RunSQL(FILL, EMPTY),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("email", ""), _negated=True),
                fields=["received_at"],
                name="claims_submission_has_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        ["opinion", "private", "unclear", "scope", "stands", "other", ""],
                    )
                ),
                name="claims_submission_reason_known",
                violation_error_message="Choose one of the values offered.",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(("token_hash__regex", "^[0-9a-f]{64}$")),
                name="claims_submission_token_hash_format",
                violation_error_message="A SHA-256 has 64 hexadecimal digits.",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("claim", ""), ("kind", "claim")),
                    models.Q(("kind", "error"), models.Q(("claim", ""), _negated=True)),
                    _connector="OR",
                ),
                name="claims_submission_error_has_claim",
                violation_error_message="An error is reported of a claim.",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "declined"), models.Q(("reason", ""), _negated=True)),
                    models.Q(models.Q(("state", "declined"), _negated=True), ("reason", "")),
                    _connector="OR",
                ),
                name="claims_submission_declined_has_reason",
                violation_error_message="Say why it is declined.",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", "other"), _negated=True),
                    models.Q(("answer", ""), _negated=True),
                    _connector="OR",
                ),
                name="claims_submission_other_reason_has_answer",
                violation_error_message="Give the reason in the answer.",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    ("result__isnull", False),
                    _connector="OR",
                ),
                name="claims_submission_done_has_result",
                violation_error_message="Say which claim answers it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(("erased_at__isnull", True), ("email", ""), _connector="OR"),
                name="claims_submission_erased_stays_erased",
                violation_error_message="The address has been erased.",
            ),
        ),
    ]
