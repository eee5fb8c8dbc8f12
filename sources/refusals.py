"""What the database refuses, as sentences for editors.

Forms check what they can. Triggers, deferred rules and whatever happens between a form's check and
its save are the database's own, and must not end on an error page.
"""

from django.apps import apps
from django.db import DataError, IntegrityError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

REFUSALS = (DataError, IntegrityError, OperationalError)
UNIQUE, FOREIGN_KEY, CHECK = "23505", "23503", "23514"
TOO_LARGE = "54000"
GONE = ("08", "57P")  # classes of states: the connection, the server at its other end
BUSY = {"40P01", "40001", "55P03", "57014"}  # deadlock, serialisation, lock, time limit


def sentence(error):
    """Why the database refused, in words that an editor can act on."""
    if isinstance(error, ProtectedError | RestrictedError):
        return _("Something still needs it.")
    facts = getattr(error.__cause__, "diag", None)
    state = getattr(facts, "sqlstate", None)
    if isinstance(error, OperationalError) and (state is None or state.startswith(GONE)):
        # Perhaps between the commit and its answer.
        return _("The database went away meanwhile. Look whether it was done; if not, try again.")
    if state is None:
        return _("This cannot be stored: %(reason)s") % {"reason": error}
    if known := _message_of_constraint(facts.constraint_name):
        return known
    if state == CHECK:  # a trigger of ours, which speaks to editors
        return _as_sentence(facts.message_primary)
    if state == UNIQUE:
        return _("Somebody has just saved the same: %(detail)s") % {"detail": facts.message_detail}
    if state == FOREIGN_KEY:
        return _("Something that this belongs to is gone, or something still needs it.")
    if state == TOO_LARGE:
        return _("A text is too long to be stored where it stands.")
    if state in BUSY:
        return _("Somebody else was saving the same just now. Save again.")
    return _("This cannot be stored: %(reason)s") % {"reason": facts.message_primary}


def _message_of_constraint(name):
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.get_violation_error_message())
    return None


def _as_sentence(text):
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
