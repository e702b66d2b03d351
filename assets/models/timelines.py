"""How far the timeline of each asset is folded, and the evidence that a late arrival is put among."""

from __future__ import annotations

from django.db import models

from assets.models.register import Asset


class TimelineHead(models.Model):
    """The recorder's working state of one asset: everything heard so far, folded (see assets/recording).

    It is of no use to anybody else; pages read :class:`AssetNow`. Times are microseconds since 1970.
    """

    asset = models.OneToOneField(Asset, on_delete=models.CASCADE, primary_key=True, related_name="+")
    state = models.TextField(
        help_text="Folded up to the last evidence, before what the clock alone decided since."
    )
    clock_us = models.BigIntegerField(
        null=True, help_text="Begin of the last interval that the clock alone opened."
    )
    revision = models.BigIntegerField(default=0)
    latest = models.TextField(
        default="[]",
        help_text="The latest of each reading, by source and time: see assets/recording/latest.py.",
    )

    def __str__(self) -> str:
        return f"{self.asset_id}, revision {self.revision}"


class Checkpoint(models.Model):
    """The folded state at an earlier moment, from which late evidence is folded in again."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+", db_index=False)
    at_us = models.BigIntegerField(help_text="Everything up to and at this moment is folded in.")
    state = models.TextField()
    is_lasting = models.BooleanField(
        default=False, help_text="Kept for the whole window, not only for minutes."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "at_us"], name="checkpoint_once")]
        indexes = [models.Index(fields=["at_us"], name="checkpoint_at")]

    def __str__(self) -> str:
        return f"{self.asset_id} at {self.at_us} µs"


class EvidenceLog(models.Model):
    """What was recorded lately, so that a replay is recognised and a late arrival finds its place.

    Kept for ``settings.EVIDENCE_WINDOW_S``; what the figures come from is kept for ever elsewhere.
    """

    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    at_us = models.BigIntegerField()
    source = models.CharField(max_length=64)
    payload = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "at_us", "source"], name="evidence_once")]
        indexes = [models.Index(fields=["at_us"], name="evidence_at")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.source} at {self.at_us} µs"
