"""The words of maintenance, with what people see."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    CORRECTIVE = "corrective", _("Repair")
    CLEANING = "cleaning", _("Cleaning")
    PLANNED = "planned", _("Planned maintenance")
    INSPECTION = "inspection", _("Inspection")
    CALIBRATION = "calibration", _("Calibration")
    RECALL = "recall", _("Recall")
    INSTALLATION = "installation", _("Installation")
    INCIDENT = "incident", _("Incident")


ONE_AT_A_TIME = (Kind.CORRECTIVE, Kind.CLEANING)
"""What is reported again is added to the open order of that kind; of the others an asset may have several."""
CLOCKED = (Kind.CORRECTIVE, Kind.CLEANING, Kind.INCIDENT)
"""Somebody waits for these: their clocks run from the opening. The others have a day by which they are due, or none."""
REPAIRS = (Kind.CORRECTIVE, Kind.INCIDENT)
"""These end with what was the matter."""


class Team(models.TextChoices):
    BIOMED = "biomed", _("Biomedical engineering")
    POOL = "pool", _("Equipment pool")


TEAMS: dict[str, Team] = {kind: Team.POOL if kind == Kind.CLEANING else Team.BIOMED for kind in Kind}
"""Whose work an order of a kind is at first."""


class State(models.TextChoices):
    REQUEST = "request", _("Requested")
    TRIAGE = "triage", _("Looked at")
    ASSIGNED = "assigned", _("Assigned")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    VERIFIED = "verified", _("Verified")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CANCELLED = "cancelled", _("Cancelled")


UNDONE = (State.REQUEST, State.TRIAGE, State.ASSIGNED, State.IN_PROGRESS, State.WAITING)
OPEN = (*UNDONE, State.DONE)
"""The columns of the board: work that is to be done, or to be looked over."""


class WaitsFor(models.TextChoices):
    PARTS = "parts", _("Parts")
    VENDOR = "vendor", _("Vendor")
    LOCATION = "location", _("The equipment itself")


class Risk(models.TextChoices):
    """What comes of a failure, for a whole category."""

    LIFE_SUPPORT = "life", _("Life support")
    HIGH = "high", _("High risk")
    MEDIUM = "medium", _("Medium risk")
    LOW = "low", _("Low risk")


class Impact(models.TextChoices):
    """What this fault does to care now."""

    STOPS = "stops", _("Care stops without it")
    HINDERS = "hinders", _("Care is hindered")
    NONE = "none", _("No effect on care")


class Outcome(models.TextChoices):
    """What was the matter. Only the first counts as a failure of the equipment."""

    FAILURE = "failure", _("Equipment failure")
    USE_ERROR = "use_error", _("Use error")
    NOT_REPRODUCED = "not_found", _("Could not be reproduced")
    DAMAGE = "damage", _("Physical damage")


class DownReason(models.TextChoices):
    FAULT = "fault", _("Fault")
    SAFETY = "safety", _("Failed safety test")
    PLANNED = "planned", _("Planned work")
    RECALL = "recall", _("Recall")
    INCIDENT = "incident", _("Incident")
    OTHER = "other", _("Other")


DOWN_REASONS: dict[str, DownReason] = {
    Kind.CORRECTIVE: DownReason.FAULT,
    Kind.RECALL: DownReason.RECALL,
    Kind.INCIDENT: DownReason.INCIDENT,
}
"""Why an order of a kind takes equipment out of service, unless something else is said; the rest is planned work."""


class Percent(models.IntegerChoices):
    """How much of the equipment's use is lost."""

    ALL = 100, _("Out of service")
    PARTLY = 50, _("Partly usable")


class Priority(models.IntegerChoices):
    """The lower, the sooner."""

    URGENT = 1, _("Urgent")
    HIGH = 2, _("High")
    NORMAL = 3, _("Normal")
    LOW = 4, _("Low")


class ActKind(models.TextChoices):
    """What a person does with the equipment before them, in one tap."""

    BROKEN = "broken", _("Broken")
    DIRTY = "dirty", _("Needs cleaning")
    CLEANED = "cleaned", _("Cleaned")


class Happening(models.TextChoices):
    """What an entry in the history of an order tells."""

    OPENED = "opened", _("Opened")
    REPORTED_AGAIN = "reported_again", _("Reported again")
    MOVED = "moved", _("Moved")
    COMMENT = "comment", _("Comment")
    PHOTO = "photo", _("Photo")
    PRIORITY = "priority", _("Priority")
    TAKEN_BACK = "taken_back", _("Taken back")
    ASSIGNED = "assigned", _("Assigned")
    DOWN = "down", _("Out of service")
    UP = "up", _("Back in service")
    LABOUR = "labour", _("Work time")
    PART = "part", _("Part used")
    VISIT = "visit", _("Vendor visit")
    FILE = "file", _("File")
    STRUCK = "struck", _("Struck out")
    DEVICE = "device", _("The equipment reported")
