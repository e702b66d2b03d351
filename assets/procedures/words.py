"""The words of procedures, safety tests and calibrations, with what people see."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assets.maintenance.words import Kind

KINDS = [(kind.value, kind.label) for kind in Kind if kind != Kind.CLEANING]
"""Of work that a procedure can be for."""


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    CURRENT = "current", _("In use")
    RETIRED = "retired", _("Replaced")


class StepKind(models.TextChoices):
    CHECK = "check", _("Pass or fail")
    NUMBER = "number", _("Number")
    CHOICE = "choice", _("Choice")
    TEXT = "text", _("Text")
    PHOTO = "photo", _("Photo")
    READING = "reading", _("Reading of the device")


class Verdict(models.TextChoices):
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")
    NOTED = "noted", _("Noted")
    NOT_FOR_IT = "na", _("Does not apply")


class RecordKind(models.TextChoices):
    SAFETY = "safety", _("Electrical safety test")
    CALIBRATION = "calibration", _("Calibration")


PREFIXES: dict[str, str] = {RecordKind.SAFETY: "EST", RecordKind.CALIBRATION: "CAL"}
"""How the numbers of certificates begin."""


class ProtectionClass(models.TextChoices):
    ONE = "I", _("Class I")
    TWO = "II", _("Class II")


class AppliedPart(models.TextChoices):
    NONE = "none", _("None")
    B = "B", _("Type B")
    BF = "BF", _("Type BF")
    CF = "CF", _("Type CF")


class Method(models.TextChoices):
    ALTERNATIVE = "alternative", _("Alternative")
    DIRECT = "direct", _("Direct or differential")


class Cord(models.TextChoices):
    """How the protective earth was measured."""

    WITH = "with", _("With its power cord")
    WITHOUT = "without", _("Without power cord")


class Standing(models.TextChoices):
    """How a piece of equipment stands in the register."""

    RED = "red", _("Overdue, failed or never done")
    AMBER = "amber", _("Due within 30 days")
    GREEN = "green", _("In date")
