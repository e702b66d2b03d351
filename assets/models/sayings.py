"""What people say of an asset: its state, and its place."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from assets.models.register import Asset
from assets.words import Activity


class Statement(models.Model):
    """What a person said of an asset: cleaned, dirty or broken. Holds until stronger or newer evidence."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="statements")
    activity = models.CharField(
        max_length=12,
        choices=[(a.value, a.label) for a in (Activity.AVAILABLE, Activity.DIRTY, Activity.DOWN)],
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    before = models.JSONField(
        default=list, editable=False, help_text="What had been stated, when, and by what it was not clean."
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False, help_text="When its author took it back.")

    class Meta:
        ordering = ["asset", "-at"]
        permissions = [("state_asset", "Can say that equipment is broken, dirty or clean")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.activity}"


class Placement(models.Model):
    """What a person said of where an asset is: it is here, in this room. Strong at once, and fading."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="placements")
    zone = models.ForeignKey("locations.Zone", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["asset", "-at"]
        permissions = [("place_asset", "Can say in which room equipment is")]

    def __str__(self) -> str:
        return f"{self.asset_id} in {self.zone_id}"
