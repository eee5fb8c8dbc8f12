"""The order of the desk's start page: what is worked on first, and the record apart."""

from django.utils.translation import gettext_lazy as _

DESK = [
    "Claim",
    "Verdict",
    "Correction",
    "Evidence",
    "Appearance",
    "Submission",
    "Subject",
    "Topic",
    "Page",
]
LAST = ["AccessKey", "Webhook", "Delivery", "Job"]
RECORD = ["PublishedClaim", "Revision", "PublishedTerm", "ClaimRedirect", "PublishedPage"]
RECORD += ["Timestamp"]


def in_order(app_list, request, app_label=None):
    """Django's list of apps, with ours in front and the record as a section of its own."""
    sections = []
    for app in app_list(request, app_label):
        if app["app_label"] != "claims":
            sections.append(app)
            continue
        models = {model["object_name"]: model for model in app["models"]}
        record = [models.pop(name) for name in RECORD if name in models]
        desk = [models.pop(name) for name in DESK if name in models]
        last = [models.pop(name) for name in LAST if name in models]
        sections.append(app | {"models": [*desk, *models.values(), *last]})
        if record:
            sections.append(app | {"name": _("The record (read only)"), "models": record})
    return sorted(sections, key=lambda app: app["app_label"] == "auth")
