"""The words of alerts, with what people see: kinds of rule, severities, states and transitions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a rule watches for. Those of :data:`TOLD` are found elsewhere and told to us; all else is evaluated."""

    ENTERS = "enters", _("Enters a zone")
    LEAVES = "leaves", _("Leaves its zones")
    STAYS = "stays", _("Stays longer than")
    MISSING = "missing", _("Not heard of")
    LEAVES_BUILDING = "leaves_building", _("Leaves the building")
    WASTE = "waste", _("In laundry or waste")
    READING = "reading", _("Reading above or below")
    TEMPERATURE = "temperature", _("Temperature excursion")
    FAULT = "fault", _("Device fault")
    BATTERY = "battery", _("Battery low")
    RENTAL = "rental", _("Rental past its return")
    CONTRACT = "contract", _("Contract to be renewed")
    LOAN = "loan", _("Loan past its return")
    ENDPOINT = "endpoint", _("Endpoint silent")
    SEGMENT = "segment", _("Segment silent")
    PAR_CRITICAL = "par_critical", _("Par level below critical")
    PAR_MAXIMUM = "par_maximum", _("Par level above maximum")


TOLD = frozenset(
    {
        Kind.ENDPOINT,
        Kind.SEGMENT,
        Kind.PAR_CRITICAL,
        Kind.PAR_MAXIMUM,
        Kind.RENTAL,
        Kind.CONTRACT,
        Kind.LOAN,
    }
)
"""Kinds whose alerts are raised by whoever finds the fact: collecting, the par board, the register, loans."""
TECHNICAL = frozenset({Kind.ENDPOINT, Kind.SEGMENT})
"""Kinds that concern those who look after collecting, and nobody on a ward."""
OF_THE_HOUSE = frozenset({Kind.CONTRACT})
"""Kinds that concern those who answer for every unit, and nobody on a ward."""


OF_EQUIPMENT = frozenset({Kind.FAULT, Kind.BATTERY, Kind.TEMPERATURE, Kind.READING, Kind.MISSING})
"""Kinds that are about what a piece of equipment itself reports, or that it reports nothing: work may come of them."""
SILENCES = frozenset({Kind.MISSING, Kind.ENDPOINT, Kind.SEGMENT})
"""Kinds that another alert may explain: what stands behind a silent segment is silent for its sake."""
OUTAGES = frozenset({Kind.MISSING, Kind.ENDPOINT, Kind.FAULT})
"""Kinds that explain the silence of what gets its power from the equipment they are about."""


class Severity(models.TextChoices):
    INFO = "info", _("Information")
    WARNING = "warning", _("Warning")
    CRITICAL = "critical", _("Critical")

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


def at_least(severity: str) -> list[str]:
    """This severity and all that are graver."""
    return [each.value for each in Severity if each.rank >= Severity(severity).rank]


class State(models.TextChoices):
    NEW = "new", _("New")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    RESOLVED = "resolved", _("Resolved")


class Step(models.TextChoices):
    """What happened to an alert."""

    RAISED = "raised", _("Raised")
    REOPENED = "reopened", _("Raised again")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    UNACKNOWLEDGED = "unacknowledged", _("Acknowledgement taken back")
    ESCALATED = "escalated", _("Escalated")
    RELEASED = "released", _("No longer held back")
    RESOLVED = "resolved", _("Resolved")


class Hold(models.TextChoices):
    """Why nobody is told of an alert for now."""

    NONE = "", _("Not held back")
    PARENT = "parent", _("Its cause is alerted already")
    MAINTENANCE = "maintenance", _("Planned maintenance")


class ChannelKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PUSH = "push", _("Notification on a phone or computer")
    WEBHOOK = "webhook", _("Webhook")
    GATEWAY = "gateway", _("SMS or chat gateway")
