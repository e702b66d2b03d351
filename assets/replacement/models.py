"""Weights and budgets of a site, which people set, and what the clock works out with them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assets.replacement.queries import ScoreQuerySet
from assets.replacement.words import USUAL, Part, Why


def weight(part: Part) -> Any:
    return models.PositiveSmallIntegerField(
        part.label, default=USUAL[part], validators=[MaxValueValidator(100)]
    )


class Weights(models.Model):
    """How much each part counts at a site. One without a row has the usual ones."""

    site = models.OneToOneField(
        "locations.Site", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    age = weight(Part.AGE)
    reliability = weight(Part.RELIABILITY)
    support = weight(Part.SUPPORT)
    cost = weight(Part.COST)
    recall = weight(Part.RECALL)
    risk = weight(Part.RISK)

    class Meta:
        verbose_name_plural = "weights"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(age__gt=0) | Q(reliability__gt=0) | Q(support__gt=0) | Q(cost__gt=0) | Q(recall__gt=0)
                | Q(risk__gt=0),
                name="weights_not_all_nought", violation_error_message=_("Something has to count."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Weights of {self.site}"

    def by_part(self) -> dict[Part, int]:
        return {part: getattr(self, part.value) for part in Part}


class Budget(models.Model):
    """What a site may spend on replacements in a year; a year without a row has no end of it."""

    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField(validators=[MinValueValidator(2000), MaxValueValidator(2200)])
    amount = models.DecimalField(max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])

    class Meta:
        ordering = ["site", "year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "year"], name="budget_once_a_year"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.year}: {self.amount}"


class Score(models.Model):
    """Of one piece, as it was worked out last. ``points`` and ``facts`` by name, for people to look into.

    ``rank``: the score where enough is known to put pieces in order by it. ``planned_year``: when the budgets allow it;
    ``passed``: years that had too little left, each with what.
    """

    asset = models.OneToOneField(
        "assets.Asset", on_delete=models.CASCADE, primary_key=True, related_name="replacement"
    )
    at = models.DateTimeField()
    value = models.FloatField(null=True)
    known = models.FloatField(help_text="Of the weights, from 0 to 1.")
    rank = models.FloatField(null=True)
    points = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    wanted_year = models.PositiveSmallIntegerField(null=True)
    why = models.CharField(max_length=8, choices=Why.choices, blank=True)
    planned_year = models.PositiveSmallIntegerField(null=True)
    passed = models.JSONField(default=list)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering = [F("rank").desc(nulls_last=True), "asset__asset_tag"]
        indexes: ClassVar = [
            models.Index(fields=["-rank"], name="score_rank"),
            models.Index(fields=["planned_year", "wanted_year"], name="score_planned"),
        ]
        permissions: ClassVar = [("set_budget", "Can set the weights and budgets of replacement")]

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.value}"

    @property
    def is_moved(self) -> bool:
        return bool(self.passed)


class ScoringRun(models.Model):
    """When a site's scores were worked out last, and whether they are to be again."""

    site = models.OneToOneField(
        "locations.Site", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    scored_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True, help_text="Since when weights or budgets are others.")
    busy_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.site_id} at {self.scored_at}"

    @property
    def is_asked(self) -> bool:
        return self.asked_at is not None and (self.scored_at is None or self.asked_at > self.scored_at)
