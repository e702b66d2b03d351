"""When equipment was out of service, by which order, how far and why."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from assets.maintenance.models.base import NOTE_LENGTH, Entry
from assets.maintenance.models.orders import WorkOrder
from assets.maintenance.queries import DowntimeQuerySet
from assets.maintenance.words import DownReason, Percent


class Downtime(Entry):
    """From “needs attention” to “available for clinical service”; the open one has no end.

    Those of one order never overlap: looked at under a lock, and on PostgreSQL a constraint of the database besides.
    Two orders may hold the same asset: what it was down for is their union (``assets.maintenance.downtime.weighted``).
    """

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="downtimes")
    asset = models.ForeignKey("assets.Asset", on_delete=models.PROTECT, related_name="downtimes")
    begin = models.DateTimeField()
    end = models.DateTimeField(null=True, blank=True)
    percent = models.PositiveSmallIntegerField(choices=Percent.choices, default=Percent.ALL)
    reason = models.CharField(max_length=8, choices=DownReason.choices)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    objects = DowntimeQuerySet.as_manager()

    class Meta:
        ordering = ["begin", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("begin")),
                name="downtime_has_length",
                violation_error_message="It ends after it begins.",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(end__isnull=True, struck_at__isnull=True),
                name="downtime_one_open_per_order",
                violation_error_message="This order holds it out of service already.",
            ),
        ]
        indexes = [models.Index(fields=["asset", "begin"], name="downtime_asset")]

    def __str__(self) -> str:
        return f"Order {self.order_id}: {self.percent} % from {self.begin:%F %H:%M}"
