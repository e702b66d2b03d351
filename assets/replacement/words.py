"""The words of replacement, with what people see."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Part(models.TextChoices):
    """What a score is made of; each is a weight of the site and from 0 to 100 points of a piece."""

    AGE = "age", _("Age")
    RELIABILITY = "reliability", _("Reliability")
    SUPPORT = "support", _("Maker's support")
    COST = "cost", _("Cost of service")
    RECALL = "recall", _("Recalls")
    RISK = "risk", _("Risk class")


USUAL = {
    Part.AGE: 25, Part.RELIABILITY: 20, Part.SUPPORT: 20, Part.COST: 15, Part.RECALL: 10, Part.RISK: 10,
}  # fmt: skip
"""The weights of a site that has set none."""


class Why(models.TextChoices):
    """Why a piece is wanted anew in a year: the earliest of what is known."""

    LIFE = "life", _("its expected life ends")
    SUPPORT = "support", _("its maker's support ends")
    SCORE = "score", _("its score is high")
