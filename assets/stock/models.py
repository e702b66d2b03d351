"""Parts, where they are kept and how few are too few, and every movement of them: what there is is their sum."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NoReturn

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.stock.queries import PartQuerySet, StockQuerySet

MOST = 1_000_000
"""Of one part in one store."""
NOTE_LENGTH = 200


class Part(models.Model):
    """A kind of spare part or consumable. It is not deleted: one that is not used any more is not current."""

    number = models.CharField(_("part number"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    maker = models.CharField(_("maker"), max_length=80, blank=True)
    unit = models.CharField(_("unit"), max_length=20, default="piece", help_text=_("Piece, metre, box."))
    unit_cost = models.DecimalField(
        _("cost of one"), max_digits=12, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal(0))], help_text=_("In the hospital's currency; empty if nobody knows."),
    )  # fmt: skip
    is_current = models.BooleanField(_("in use"), default=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["name", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit_cost__isnull=True) | Q(unit_cost__gte=0), name="stock_part_cost_not_negative",
                violation_error_message=_("A cost is not negative."),
            )
        ]  # fmt: skip
        permissions = [("move_stock", "Can take in, use, return and count parts")]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    def get_absolute_url(self) -> str:
        return reverse("part", args=[self.pk])


class Stock(models.Model):
    """A part in a store: in which bin, and at how few it is ordered anew."""

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="stocks")
    store = models.ForeignKey("locations.Zone", on_delete=models.PROTECT, related_name="+")
    bin = models.CharField(_("bin"), max_length=40, blank=True)
    minimum = models.PositiveIntegerField(_("minimum"), null=True, blank=True)
    reorder_to = models.PositiveIntegerField(_("order up to"), null=True, blank=True)

    objects = StockQuerySet.as_manager()

    class Meta:
        ordering = ["part", "store"]
        constraints = [
            models.UniqueConstraint(fields=["part", "store"], name="stock_once"),
            models.CheckConstraint(
                condition=Q(reorder_to__isnull=True) | Q(minimum__isnull=False, reorder_to__gte=F("minimum")),
                name="stock_reorder_above_minimum",
                violation_error_message=_("It is ordered up to the minimum at least."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} in {self.store.name}"


class Why(models.TextChoices):
    RECEIVED = "received", _("Received")
    USED = "used", _("Used")
    RETURNED = "returned", _("Returned")
    COUNTED = "counted", _("Counted")


class HistoryError(Exception):
    """Somebody tried to change or delete a movement."""


class Movement(models.Model):
    """So many came or went. Rows are only added; what was wrong is counted."""

    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="movements")
    why = models.CharField(max_length=8, choices=Why.choices)
    change = models.IntegerField(help_text="Negative where they went.")
    counted = models.PositiveIntegerField(
        null=True, help_text="How many there were, where they were counted."
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    entry = models.ForeignKey(
        "maintenance.PartUsed", on_delete=models.PROTECT, null=True, related_name="movements",
        help_text="What was built in by which order.",
    )  # fmt: skip
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(why="used", change__lt=0) | Q(why__in=["received", "returned"], change__gt=0)
                | Q(why="counted", counted__isnull=False),
                name="movement_goes_its_way",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.change:+} of stock {self.stock_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryError("a movement is never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise HistoryError("a movement is never deleted")
