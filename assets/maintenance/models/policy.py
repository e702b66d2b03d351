"""What the hospital decided beforehand: how risky each category is, how soon which priority is answered, templates."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from assets.maintenance.models.base import NOTE_LENGTH
from assets.maintenance.words import Impact, Kind, Priority, Risk


class RiskClass(models.Model):
    """Of a whole category. One without a row counts as of medium risk."""

    category = models.OneToOneField(
        "assets.Category", on_delete=models.CASCADE, primary_key=True, related_name="risk_class"
    )
    risk = models.CharField(max_length=8, choices=Risk.choices)

    class Meta:
        verbose_name_plural = "risk classes"

    def __str__(self) -> str:
        return f"{self.category}: {self.get_risk_display()}"


class ServiceLevel(models.Model):
    """How soon an order of a priority is to be taken on, and to be done. Without a row, see
    :data:`assets.maintenance.clocks.TARGETS`."""

    priority = models.PositiveSmallIntegerField(choices=Priority.choices, primary_key=True)
    response_min = models.PositiveIntegerField(help_text="Minutes until somebody has taken it on.")
    resolution_min = models.PositiveIntegerField(
        help_text="Minutes until it is done, without those it waited."
    )

    class Meta:
        ordering = ["priority"]
        constraints = [
            models.CheckConstraint(
                condition=Q(response_min__gte=1, resolution_min__gte=F("response_min")),
                name="service_level_in_order",
                violation_error_message="It is to be taken on before it is to be done.",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_priority_display())


class OrderTemplate(models.Model):
    """What is asked for again and again."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    impact = models.CharField(max_length=8, choices=Impact.choices, blank=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, help_text="No patient names.")
    due_days = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    is_current = models.BooleanField(default=True, help_text="Whether it is offered.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
