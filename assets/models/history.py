"""What happened to each asset: the intervals that every figure comes from, and what it reported."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from assets.models.register import Asset
from assets.queries import HistoryQuerySet
from assets.words import Activity, Basis


class ActivityInterval(models.Model):
    """What an asset did from ``begin`` to ``end``; the open one has no end. Kept for ever."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="intervals")
    activity = models.CharField(max_length=12, choices=Activity.choices)
    basis = models.CharField(max_length=12, choices=Basis.choices)
    source = models.CharField(max_length=64, blank=True)
    begin = models.DateTimeField()
    end = models.DateTimeField(null=True, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        ordering = ["asset", "begin"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "begin"], name="interval_once"),
            models.UniqueConstraint(
                fields=["asset"], condition=Q(end__isnull=True), name="interval_one_open_per_asset"
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("begin")), name="interval_has_length"
            ),
        ]
        indexes = [
            models.Index(
                fields=["end", "asset", "begin"],
                condition=Q(activity=Activity.IN_USE),
                name="interval_in_use",
            )
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.activity} {self.begin:%F %T}"


class Stay(models.Model):
    """An uninterrupted presence in one zone, after the room filter. Kept for ever."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="stays")
    zone = models.ForeignKey("locations.Zone", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=64, blank=True)
    begin = models.DateTimeField()
    end = models.DateTimeField(null=True, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        ordering = ["asset", "begin"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "begin"], name="stay_once"),
            models.UniqueConstraint(
                fields=["asset"], condition=Q(end__isnull=True), name="stay_one_open_per_asset"
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("begin")), name="stay_has_length"
            ),
        ]
        indexes = [models.Index(fields=["zone", "begin"], name="stay_zone_begin")]

    def __str__(self) -> str:
        return f"{self.asset_id} in {self.zone_id} {self.begin:%F %T}"


class Waypoint(models.Model):
    """Where an asset was estimated to be, kept where that says something new (see assets/recording/waypoints.py).

    It stands until the asset's next one; that one says from when on nothing was reported in between. Kept for
    ``settings.TRAIL_KEPT_DAYS``, and the latest before that; stays are kept for ever.
    """

    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="waypoints", db_index=False, db_constraint=False
    )
    at_us = models.BigIntegerField(help_text="Microseconds since 1970.")
    floor = models.ForeignKey(
        "locations.Floor", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    zone = models.ForeignKey(
        "locations.Zone",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    x = models.FloatField()
    y = models.FloatField()
    error_m = models.FloatField()
    confidence = models.FloatField(help_text="0 to 1: how sure the zone is.")
    silent_since_us = models.BigIntegerField(
        null=True, help_text="From then until this one, nothing was reported."
    )

    class Meta:
        ordering = ["asset", "at_us"]
        constraints = [models.UniqueConstraint(fields=["asset", "at_us"], name="waypoint_once")]
        indexes = [models.Index(fields=["floor", "at_us"], name="waypoint_floor_at")]

    def __str__(self) -> str:
        return f"{self.asset_id} at {self.x}, {self.y}, {self.at_us} µs"


class Reading(models.Model):
    """Numeric history: on change beyond the deadband or at the heartbeat, never every poll."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="readings", db_index=False)
    name = models.CharField(max_length=40)
    at = models.DateTimeField()
    value = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "name", "at"], name="reading_once")]
        indexes = [models.Index(fields=["at"], name="reading_at")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.name} {self.value}"
