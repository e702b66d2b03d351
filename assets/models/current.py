"""Where each asset is, what it does and what it reports, as of now: one row each, written as news comes."""

from __future__ import annotations

from copy import copy
from datetime import datetime

from django.db import models

from assets.models.register import Asset
from assets.words import Activity, Basis, Quality


class AssetNow(models.Model):
    """The current row: one per asset, narrow, written in bulk by the recorder alone."""

    asset = models.OneToOneField(Asset, on_delete=models.CASCADE, primary_key=True, related_name="now")
    revision = models.BigIntegerField(
        default=0, help_text="Grows with each change, so that late frames are dropped."
    )

    activity = models.CharField(max_length=12, choices=Activity.choices, default=Activity.UNKNOWN)
    basis = models.CharField(max_length=12, choices=Basis.choices, default=Basis.SILENCE)
    since = models.DateTimeField(null=True)

    floor = models.ForeignKey("locations.Floor", on_delete=models.SET_NULL, null=True, related_name="+")
    zone = models.ForeignKey("locations.Zone", on_delete=models.SET_NULL, null=True, related_name="+")
    zone_since = models.DateTimeField(null=True)
    x = models.FloatField(null=True)
    y = models.FloatField(null=True)
    position_at = models.DateTimeField(null=True)
    position_error_m = models.FloatField(null=True)
    position_confidence = models.FloatField(null=True, help_text="0 to 1: how sure the zone is.")
    position_receiver = models.CharField(
        max_length=64, null=True, help_text="Identifier of what heard it there, if something did."
    )
    position_rssi_dbm = models.FloatField(null=True, help_text="How strongly, if that was told.")
    position_means = models.CharField(
        max_length=16, null=True, help_text="By what it is known, where that is more than one receiver."
    )
    position_receivers = models.SmallIntegerField(null=True, help_text="How many receivers heard it there.")

    battery_percent = models.FloatField(null=True)
    heard_at = models.DateTimeField(null=True, help_text="When it was last heard of, at the device.")
    stale_at = models.DateTimeField(null=True, help_text="When silence makes it unknown.")
    decide_at = models.DateTimeField(null=True, help_text="When the clock alone may change its activity.")

    class Meta:
        verbose_name_plural = "current rows"
        # None on what changes with every poll: an index there makes each poll several times as dear, and the few
        # who ask by time read all of this small table.
        indexes = [models.Index(fields=["floor"], name="now_floor")]

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.activity}"

    def as_of(self, moment: datetime) -> AssetNow:
        """The row as it is to be shown at ``moment``: silence makes unknown at once, however late the sweep comes.

        What a person said stands: it does not rest on hearing the equipment.
        """
        is_silent = self.stale_at is not None and self.stale_at <= moment
        if not is_silent or self.basis == Basis.PERSON or self.activity == Activity.UNKNOWN:
            return self
        shown = copy(self)
        shown.activity, shown.basis, shown.since = Activity.UNKNOWN, Basis.SILENCE, self.stale_at
        return shown


class ReadingNow(models.Model):
    """The latest of each reading of an asset, failed ones included: a failure has a quality and no value.

    A view over what the recorder keeps in :attr:`TimelineHead.latest`: to read, not to write. A migration that
    changes that table drops the view first and makes it again.
    """

    id = models.CharField(max_length=64, primary_key=True)
    asset = models.ForeignKey(
        Asset, on_delete=models.DO_NOTHING, db_constraint=False, related_name="readings_now"
    )
    name = models.CharField(max_length=40, help_text="A name of the vocabulary.")
    number = models.FloatField(null=True)
    text = models.CharField(max_length=200, null=True)
    quality = models.CharField(max_length=16, choices=Quality.choices, default=Quality.GOOD)
    at = models.DateTimeField()
    good_at = models.DateTimeField(
        null=True, help_text="When it last had a value; that value is in the history."
    )
    source = models.CharField(max_length=64)

    class Meta:
        managed = False
        db_table = "assets_readingnow"

    def __str__(self) -> str:
        return f"{self.asset_id} {self.name}"
