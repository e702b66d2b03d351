"""The words of service contracts, with what people see."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cover(models.TextChoices):
    """What the vendor does for the money."""

    FULL = "full", _("Everything: planned work, repairs and parts")
    LABOUR = "labour", _("Planned work and repairs, without parts")
    PLANNED = "planned", _("Planned work only")
    PARTS = "parts", _("Parts only")
    ON_CALL = "on_call", _("Repairs on call, at agreed rates")


class Standing(models.TextChoices):
    """How a contract stands on a day."""

    TO_COME = "to_come", _("To come")
    RUNNING = "running", _("Running")
    ENDING = "ending", _("To be renewed")
    OVER = "over", _("Over")


TOKENS = {
    Standing.TO_COME: "unknown",
    Standing.RUNNING: "available",
    Standing.ENDING: "dirty",
    Standing.OVER: "down",
}
"""The colour and shape that a standing borrows from an activity."""
