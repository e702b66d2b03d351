"""What was done for an order: hours, parts, vendors' visits, files and signatures."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from assets.maintenance.models.base import NOTE_LENGTH, Entry, person
from assets.maintenance.models.orders import WorkOrder

MOST_MINUTES = 24 * 60
_not_negative = MinValueValidator(Decimal(0))


def _money() -> Any:
    """In the hospital's currency; nothing where nobody told it."""
    return models.DecimalField(
        max_digits=12,
        decimal_places=2,
        validators=[_not_negative],
        null=True,
        blank=True,
        help_text="In the hospital's currency.",
    )


class Labour(Entry):
    """Minutes that somebody worked on one day. Shown as labour, never as time to restore."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="labour")
    who = person()
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)]
    )
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=MOST_MINUTES),
                name="labour_of_one_day",
                violation_error_message="A day has 1 to 1,440 minutes.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min, order {self.order_id}"


class PartUsed(Entry):
    """What was built in, and what each cost; nothing where nobody knows."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="parts")
    name = models.CharField(max_length=120)
    part_number = models.CharField(max_length=80, blank=True)
    quantity = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    unit_cost = _money()

    class Meta(Entry.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1), name="part_used_at_least_once",
                violation_error_message="At least one.",
            ),
            models.CheckConstraint(
                condition=Q(unit_cost__isnull=True) | Q(unit_cost__gte=0), name="part_cost_not_negative",
                violation_error_message="A cost is not negative.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    @property
    def cost(self) -> Decimal | None:
        return None if self.unit_cost is None else self.unit_cost * self.quantity


class VendorVisit(Entry):
    """Somebody from outside worked on it."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="visits")
    vendor = models.CharField(max_length=120)
    day = models.DateField()
    reference = models.CharField(max_length=80, blank=True, help_text="The vendor's own number of it.")
    cost = _money()
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0), name="visit_cost_not_negative",
                violation_error_message="A cost is not negative.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.vendor}, {self.day:%F}"


class WorkPhoto(models.Model):
    """A photo to an order, written anew by :mod:`assets.maintenance.photos`; in the database, so that any web
    process has it and no file server does."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="photos")
    at = models.DateTimeField()
    by = person()
    is_unverified = models.BooleanField(default=False)
    content = models.BinaryField()
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"Photo to order {self.order_id}"


class WorkFile(models.Model):
    """A PDF to an order: a vendor's report, a certificate. Handed out as a file to save, never shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="files")
    at = models.DateTimeField()
    by = person()
    name = models.CharField(max_length=120)
    content = models.BinaryField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.name


class WorkSignature(models.Model):
    """Who says that the work is done: the name as typed or, besides, as drawn. Never changed."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="signatures")
    at = models.DateTimeField()
    by = person()
    name = models.CharField(max_length=120)
    drawing = models.BinaryField(null=True, help_text="A PNG of ours.")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.name}, {self.at:%F %H:%M}"
