"""Checklists: what is to be looked at, in which order, and within which limits; each version once and for all."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from assets.maintenance.models.base import person
from assets.procedures.queries import ProcedureQuerySet
from assets.procedures.words import KINDS, StepKind, VersionState

NAME_LENGTH = 120
WORDS_LENGTH = 200
HELP_LENGTH = 500
UNIT_LENGTH = 20
DIGITS, PLACES = 18, 6


def measure() -> Any:
    """A number in the unit beside it; nothing where there is none."""
    return models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True)


class Procedure(models.Model):
    """A checklist for work of one kind, on one model, on one category, or on any equipment."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    kind = models.CharField(max_length=12, choices=KINDS)
    category = models.ForeignKey(
        "assets.Category", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    model = models.ForeignKey(
        "assets.EquipmentModel", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(category__isnull=True) | Q(model__isnull=True),
                name="procedure_for_one_thing",
                violation_error_message="It is for a category or for a model.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("procedure", args=[self.pk])


class ProcedureVersion(models.Model):
    """The steps as they are or were. Only a draft is changed; ``edition`` grows with each change."""

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=VersionState.choices, default=VersionState.DRAFT)
    edition = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = person()
    changed_at = models.DateTimeField()
    changed_by = person()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = person()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["procedure", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_once"),
            models.UniqueConstraint(
                fields=["procedure"], condition=Q(state="draft"), name="procedure_one_draft"
            ),
            models.UniqueConstraint(
                fields=["procedure"], condition=Q(state="current"), name="procedure_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure}, version {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.state == VersionState.DRAFT


class Step(models.Model):
    """One thing to look at.

    ``low`` and ``high``: of a number or of a numeric reading, both included, in ``unit``. ``choices``: one of them is
    chosen; of a reading that is a state, those that are well. ``failing``: the choices that are not. ``reading``: its
    name in the vocabulary. ``max_age_min``: how old a reading may be.
    """

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=StepKind.choices)
    words = models.CharField(max_length=WORDS_LENGTH)
    help = models.CharField(max_length=HELP_LENGTH, blank=True)
    is_required = models.BooleanField(default=True)
    unit = models.CharField(max_length=UNIT_LENGTH, blank=True)
    low = measure()
    high = measure()
    choices = models.JSONField(default=list, blank=True)
    failing = models.JSONField(default=list, blank=True)
    reading = models.CharField(max_length=40, blank=True)
    max_age_min = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="step_once_per_position"),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(high__gte=F("low")),
                name="step_limits_in_order",
                violation_error_message="The upper limit is not below the lower one.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.words}"
