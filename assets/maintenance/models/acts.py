"""What a person said of equipment in one tap, and the labels by which strangers report."""

from __future__ import annotations

import secrets
import uuid

from django.db import models

from assets.maintenance.models.base import person
from assets.maintenance.models.orders import WorkOrder
from assets.maintenance.words import ActKind


class Act(models.Model):
    """What a person said of an asset in one tap, with what came of it, so that it can be taken back as a whole."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, help_text="Sent again, it is done once.")
    asset = models.ForeignKey("assets.Asset", on_delete=models.CASCADE, related_name="acts")
    kind = models.CharField(max_length=8, choices=ActKind.choices)
    at = models.DateTimeField()
    by = person()
    statement = models.ForeignKey("assets.Statement", on_delete=models.SET_NULL, null=True, related_name="+")
    order = models.ForeignKey(WorkOrder, on_delete=models.SET_NULL, null=True, related_name="+")
    order_before = models.JSONField(
        default=dict, help_text="How its order was; empty if it was opened by this."
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["asset", "at"], name="act_asset_at")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.asset_id}"


def new_token() -> str:
    """Ninety-six bits that nobody guesses, in sixteen characters that fit a small label."""
    return secrets.token_urlsafe(12)


class ReportToken(models.Model):
    """What a label's QR code says instead of the asset's tag, so that a stranger can report and learn nothing."""

    asset = models.OneToOneField(
        "assets.Asset", on_delete=models.CASCADE, primary_key=True, related_name="report_token"
    )
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Report token of {self.asset_id}"
