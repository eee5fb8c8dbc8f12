from django.db import models
from django.utils.translation import gettext_lazy as _


class Precision(models.TextChoices):
    """How much of a date is known. A date known to the month is stored as its first day."""

    YEAR = "year", _("year")
    MONTH = "month", _("month")
    DAY = "day", _("day")


class PublisherKind(models.TextChoices):
    NEWS = "news", _("news organisation")
    COURT = "court", _("court")
    GOVERNMENT = "government", _("government body")
    COMPANY = "company", _("company")
    UNIVERSITY = "university", _("university or research body")
    PLATFORM = "platform", _("platform")
    INDIVIDUAL = "individual", _("individual")
    OTHER = "other", _("other")


class SourceType(models.TextChoices):
    """What a source is, in the trade's words. The values are public."""

    COURT_RECORD = "court-record", _("court record")
    PRESS_RELEASE = "press-release", _("press release")
    NEWS = "news", _("news")
    PAPER = "paper", _("paper")
    CODE_REPOSITORY = "code-repository", _("code repository")
    GOVERNMENT = "government", _("government publication")
    COMPANY_REGISTRY = "company-registry", _("company registry")
    INTERVIEW = "interview", _("interview")
    DATASET = "dataset", _("dataset")
    BLOG = "blog", _("blog")
    ENCYCLOPEDIA = "encyclopedia", _("encyclopedia")
    OTHER = "other", _("other")


class Proximity(models.TextChoices):
    """How near a source stands to what it reports (IFCN principle 3.2)."""

    PRIMARY = "primary", _("primary")
    SECONDARY = "secondary", _("secondary")
    TERTIARY = "tertiary", _("tertiary")


class LinkState(models.TextChoices):
    """What the last check of an address found. Blocked to us says nothing about the page."""

    UNKNOWN = "unknown", _("not checked")
    OK = "ok", _("works")
    REDIRECTED = "redirected", _("redirected")
    CHANGED = "changed", _("changed")
    SOFT_404 = "soft-404", _("says “not found”")
    DEAD = "dead", _("dead")
    BLOCKED = "blocked", _("blocked to us")


class CaptureMethod(models.TextChoices):
    FETCHED = "fetched", _("fetched")
    UPLOADED = "uploaded", _("uploaded")
    PASTED = "pasted", _("pasted")


class ArchiveState(models.TextChoices):
    """Requested is not archived: the two are kept apart."""

    REQUESTED = "requested", _("requested")
    ARCHIVED = "archived", _("archived")
    REFUSED = "refused", _("refused")
