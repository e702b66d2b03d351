"""Safety tests and calibrations: what was measured, with what, within which limits, and what came of it."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from assets.maintenance.models import NOTE_LENGTH
from assets.maintenance.models.base import person
from assets.maintenance.models.orders import WorkOrder
from assets.procedures.models.procedures import UNIT_LENGTH, measure
from assets.procedures.queries import RecordQuerySet
from assets.procedures.words import PREFIXES, AppliedPart, Cord, Method, ProtectionClass, RecordKind

MOST_MONTHS = 120


def months() -> Any:
    return models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)], help_text="Months until the next."
    )


class Requirement(models.Model):
    """That a category, or one model, has to be tested or calibrated, and how often."""

    kind = models.CharField(max_length=12, choices=RecordKind.choices)
    category = models.ForeignKey(
        "assets.Category", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    model = models.ForeignKey(
        "assets.EquipmentModel", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    every_months = months()

    class Meta:
        ordering = ["kind", "category", "model"]
        constraints = [
            models.CheckConstraint(
                condition=Q(category__isnull=True, model__isnull=False)
                | Q(category__isnull=False, model__isnull=True),
                name="requirement_of_one_thing",
                violation_error_message="It is for a category or for a model.",
            ),
            models.UniqueConstraint(
                fields=["kind", "category"], name="requirement_once_per_category",
                violation_error_message="There is one for this category already.",
            ),
            models.UniqueConstraint(
                fields=["kind", "model"], name="requirement_once_per_model",
                violation_error_message="There is one for this model already.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.category or self.model}, {self.every_months}"


class TestRecord(models.Model):
    """A safety test or a calibration that was done, with its certificate. Never changed; struck out where it was wrong.

    ``is_latest``: the last of its kind that stands, of its asset: what the register and whoever measures with it ask.
    ``due_on``: the last day on which it holds; empty where it failed.
    """

    __test__ = False

    kind = models.CharField(max_length=12, choices=RecordKind.choices)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="test_records")
    asset = models.ForeignKey("assets.Asset", on_delete=models.PROTECT, related_name="test_records")
    at = models.DateTimeField()
    by = person()
    done_on = models.DateField(help_text="In the clock of the site.")
    has_passed = models.BooleanField()
    every_months = months()
    due_on = models.DateField(null=True, blank=True)
    is_latest = models.BooleanField(default=True)
    protection = models.CharField(max_length=2, choices=ProtectionClass.choices, blank=True)
    applied_part = models.CharField(max_length=4, choices=AppliedPart.choices, blank=True)
    method = models.CharField(max_length=12, choices=Method.choices, blank=True)
    cord = models.CharField(max_length=8, choices=Cord.choices, blank=True)
    laboratory = models.CharField(max_length=120, blank=True, help_text="Who did it, if it was done outside.")
    reference = models.CharField(max_length=80, blank=True, help_text="The laboratory's own number of it.")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = person()
    struck_why = models.CharField(max_length=NOTE_LENGTH, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "kind"], condition=Q(is_latest=True), name="record_one_latest"
            ),
            models.CheckConstraint(
                condition=Q(is_latest=False) | Q(struck_at__isnull=True), name="record_latest_stands"
            ),
            models.CheckConstraint(
                condition=Q(has_passed=True, due_on__isnull=False) | Q(has_passed=False, due_on__isnull=True),
                name="record_due_if_passed",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "due_on"], condition=Q(is_latest=True), name="record_due"),
            models.Index(fields=["asset", "kind", "-at"], name="record_asset"),
        ]
        permissions = [("record_test", "Can record safety tests and calibrations")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("certificate", args=[self.pk])

    @property
    def number(self) -> str:
        """As on the certificate: ``CAL-2026-000012``."""
        return f"{PREFIXES[self.kind]}-{self.done_on:%Y}-{self.pk:06d}"


class Measurement(models.Model):
    """One value of a record with its limits as they were then, both included, in ``unit``.

    Of an inspection, ``measured`` is empty. ``uncertainty``: as told, of the measured value, at 95 %.
    """

    record = models.ForeignKey(TestRecord, on_delete=models.PROTECT, related_name="measurements")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=24, blank=True, help_text="Which of the standard's, for a safety test.")
    words = models.CharField(max_length=120)
    unit = models.CharField(max_length=UNIT_LENGTH, blank=True)
    nominal = measure()
    tolerance = measure()
    low = measure()
    high = measure()
    measured = measure()
    uncertainty = measure()
    has_passed = models.BooleanField()

    class Meta:
        ordering = ["record", "position"]
        constraints = [models.UniqueConstraint(fields=["record", "position"], name="measurement_once")]

    def __str__(self) -> str:
        return f"{self.words}: {self.measured} {self.unit}"


class Instrument(models.Model):
    """What was measured with, and how its own calibration stood then."""

    record = models.ForeignKey(TestRecord, on_delete=models.PROTECT, related_name="instruments")
    asset = models.ForeignKey("assets.Asset", on_delete=models.PROTECT, related_name="+")
    calibration = models.ForeignKey(TestRecord, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["record", "pk"]
        constraints = [models.UniqueConstraint(fields=["record", "asset"], name="instrument_once")]

    def __str__(self) -> str:
        return f"{self.asset_id} for {self.record_id}"
