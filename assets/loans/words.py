"""The words of loans, with what people see."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoanKind(models.TextChoices):
    """Who has whose equipment."""

    DEPARTMENT = "department", _("To a department")
    SITE = "site", _("To another site")
    HOME = "home", _("To a patient at home")
    LOANER = "loaner", _("Loaner of a vendor, to us")
    RENTAL = "rental", _("Rental, to us")


INBOUND = (LoanKind.LOANER, LoanKind.RENTAL)
"""Somebody else's equipment, in this hospital for a time."""


class LoanState(models.TextChoices):
    OUT = "out", _("On loan")
    LOST = "lost", _("Not to be found")
    RETURNED = "returned", _("Returned")
    STRUCK = "struck", _("Entered by mistake")


class Condition(models.TextChoices):
    """How it came back."""

    CLEAN = "clean", _("Clean")
    DIRTY = "dirty", _("Needs cleaning")
    DAMAGED = "damaged", _("Damaged")


NOTE_LENGTH = 200
REFERENCE_DIGITS = 5
"""Too few for a date of birth or the number of a patient's record."""
