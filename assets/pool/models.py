"""The equipment pool as data: reservations, requests for delivery with what happened to each, and hand-overs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from assets.pool.queries import DeliveryQuerySet, ReservationQuerySet
from assets.pool.words import MOST_PIECES, NOTE_LENGTH, DeliveryState


def _person() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )


def _zone(**extra: Any) -> Any:
    return models.ForeignKey("locations.Zone", on_delete=models.PROTECT, related_name="+", **extra)


class Reservation(models.Model):
    """One asset, or one of a category for a unit, kept for somebody from ``begin`` to ``end``.

    No two of one asset overlap: looked at under a lock, and on PostgreSQL a constraint of the database besides.
    """

    site = models.ForeignKey("locations.Site", on_delete=models.PROTECT, related_name="+")
    asset = models.ForeignKey(
        "assets.Asset", on_delete=models.PROTECT, null=True, blank=True, related_name="reservations"
    )
    category = models.ForeignKey("assets.Category", on_delete=models.PROTECT, related_name="reservations")
    unit = _zone(null=True, blank=True, help_text="For which unit.")
    begin = models.DateTimeField()
    end = models.DateTimeField()
    by = _person()
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, help_text="What for. No patient names.")
    made_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = _person()
    cancel_reason = models.CharField(max_length=NOTE_LENGTH, blank=True, help_text="No patient names.")
    key = models.UUIDField(
        null=True, blank=True, unique=True, editable=False, help_text="Names it: sent again, it is made once."
    )

    objects = ReservationQuerySet.as_manager()

    class Meta:
        ordering = ["begin", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("begin")), name="reservation_has_length"),
            models.CheckConstraint(
                condition=Q(asset__isnull=False) | Q(unit__isnull=False), name="reservation_of_kind_has_unit"
            ),
        ]
        indexes = [
            models.Index(fields=["category", "begin"], name="reservation_category"),
            models.Index(fields=["asset", "begin"], name="reservation_asset"),
        ]
        permissions = [("reserve_equipment", "Can reserve equipment for a time")]

    def __str__(self) -> str:
        return f"{self.asset or self.category}, {self.begin:%F %H:%M} to {self.end:%F %H:%M}"


class DeliveryRequest(models.Model):
    """Somebody needs so many of a category in a room. It moves by :func:`assets.pool.deliveries.move_delivery`."""

    category = models.ForeignKey("assets.Category", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_PIECES)]
    )
    to_zone = _zone()
    needed_by = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, help_text="No patient names.")
    state = models.CharField(max_length=12, choices=DeliveryState.choices, default=DeliveryState.ASKED)
    asked_by = _person()
    asked_at = models.DateTimeField()
    accepted_by = _person()
    assets = models.ManyToManyField(
        "assets.Asset", blank=True, related_name="+", help_text="What is brought."
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_PIECES), name="delivery_quantity"
            )
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="delivery_state")]
        permissions = [
            ("ask_delivery", "Can ask for equipment to be brought, and confirm that it came"),
            ("serve_delivery", "Can bring equipment that was asked for"),
        ]

    def __str__(self) -> str:
        kind = self.category.name if self.quantity == 1 else self.category.plural
        return f"{self.quantity} {kind} to {self.to_zone.name}"

    def get_absolute_url(self) -> str:
        return reverse("request", args=[self.pk])


class DeliveryEvent(models.Model):
    """One step of a request, once and for all."""

    request = models.ForeignKey(DeliveryRequest, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = _person()
    target = models.CharField(max_length=12, choices=DeliveryState.choices)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_target_display()}, request {self.request_id}"


class HandOver(models.Model):
    """An asset went from unit to unit, by the word of who brought it."""

    asset = models.ForeignKey("assets.Asset", on_delete=models.PROTECT, related_name="hand_overs")
    from_zone = _zone(null=True, help_text="Where it was known to be; nothing, if that was not known.")
    to_zone = _zone()
    at = models.DateTimeField()
    by = _person()
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    request = models.ForeignKey(
        DeliveryRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="hand_overs"
    )

    class Meta:
        ordering = ["-at", "-pk"]
        permissions = [("hand_over", "Can hand equipment over from unit to unit")]

    def __str__(self) -> str:
        return f"{self.asset_id} to {self.to_zone_id}"
