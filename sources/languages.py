"""Texts by language: one row per (object, language), keyed by BCP 47 tags."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from .constraints import PREFIX, language_format


class Translation(models.Model):
    """What one object says in one language. A child names its object `of`."""

    language = models.CharField(
        _("language"), max_length=12, help_text=_("BCP 47 tag, such as en or zh-Hans.")
    )

    class Meta:
        abstract = True
        ordering = ["language", "pk"]
        constraints = [
            language_format(),
            models.UniqueConstraint(
                fields=["of", "language"],
                name=f"{PREFIX}_once",
                violation_error_message=_("There is a text in this language already."),
            ),
        ]

    def __str__(self):
        return self.language


def texts(translations, field):
    """{tag: text} of one field, without the languages that leave it empty."""
    return {row.language: text for row in translations if (text := getattr(row, field)).strip()}


_MISSING = """
    RAISE EXCEPTION 'a text is needed in at least one language'
    USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
"""


def needs_translation(translations):
    """One language may be missing, never all: held at commit, on the object's own table."""
    return pgtrigger.Trigger(
        name="needs_translation",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        func=pgtrigger.Func(f"""
            IF EXISTS (SELECT FROM {{meta.db_table}} WHERE id = NEW.id)
               AND NOT EXISTS (SELECT FROM {translations} WHERE of_id = NEW.id) THEN
                {_MISSING}
            END IF;
            RETURN NULL;
        """),
    )


def last_translation_stays(parent):
    """The other half of `needs_translation`, on the table of the texts."""
    return pgtrigger.Trigger(
        name="last_stays",
        when=pgtrigger.After,
        operation=pgtrigger.Delete | pgtrigger.UpdateOf("of_id"),
        timing=pgtrigger.Deferred,
        # The parent is locked first, or two editors could each delete the other's last text.
        func=pgtrigger.Func(f"""
            PERFORM FROM {parent} WHERE id = OLD.of_id FOR UPDATE;
            IF EXISTS (SELECT FROM {parent} WHERE id = OLD.of_id)
               AND NOT EXISTS (SELECT FROM {{meta.db_table}} WHERE of_id = OLD.of_id) THEN
                {_MISSING}
            END IF;
            RETURN NULL;
        """),
    )
