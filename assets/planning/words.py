"""The words of planning, with what people see."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assets.maintenance.words import Kind


class Unit(models.TextChoices):
    """What ``every`` counts."""

    DAY = "day", _("Days")
    WEEK = "week", _("Weeks")
    MONTH = "month", _("Months")
    WEEKDAY = "weekday", _("Months, on a weekday")


class Nth(models.IntegerChoices):
    FIRST = 1, _("First")
    SECOND = 2, _("Second")
    THIRD = 3, _("Third")
    FOURTH = 4, _("Fourth")
    LAST = -1, _("Last")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Meter(models.TextChoices):
    """Readings that only grow, by which work falls due; names of the vocabulary."""

    HOURS = "operating_hours", _("Operating hours")
    SWITCHINGS = "switchings", _("Switchings")
    DOORS = "door_openings", _("Door openings")
    PAGES = "pages_printed", _("Pages printed")


class Standing(models.TextChoices):
    """How an occurrence stands. Whether it was in time is a question of its dates."""

    PLANNED = "planned", _("Planned")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Cancelled")
    WITHDRAWN = "withdrawn", _("No longer planned")


class Why(models.TextChoices):
    """Why somebody who came for it went away again."""

    IN_USE = "in_use", _("In use")
    NOT_FOUND = "not_found", _("Could not be located")


KINDS = (Kind.PLANNED, Kind.INSPECTION, Kind.CALIBRATION)
"""The kinds of order that plans open."""
KIND_CHOICES = [(kind.value, kind.label) for kind in KINDS]
