"""Who polls what: chunks of endpoints, their leases, and what their holders hear of."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Chunk(models.Model):
    """Endpoints of one segment that one worker polls at a time: what is handed out, held, and handed on.

    A worker holds a chunk while ``held_until`` lies ahead, and renews that as long as it lives. ``generation``
    goes up with each hand-out; a message of an older one is void. All endpoints at one address share a chunk.
    """

    segment = models.ForeignKey("collectors.Segment", on_delete=models.CASCADE, related_name="chunks")
    generation = models.PositiveBigIntegerField(default=0)
    offered_at = models.DateTimeField(null=True, help_text="When it was last put into its segment's queue.")
    holder = models.CharField(max_length=120, blank=True, help_text="The worker: host, process, start.")
    held_since = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    size = models.PositiveIntegerField(default=0, help_text="Its endpoints, when they were last dealt out.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"chunk {self.pk}"


class HandOut(models.Model):
    """The one row about handing out chunks: when that was last done, all by the database's clock."""

    at = models.DateTimeField(help_text="When chunks were last handed out.")
    counts_from = models.DateTimeField(
        help_text="After a gap nobody loses a chunk before a whole lease has passed since this."
    )
    dealt = models.CharField(
        max_length=60, blank=True, help_text="The state of the notices when endpoints were last dealt out."
    )

    def __str__(self) -> str:
        return f"handed out at {self.at:%F %T}"


class Notice(models.Model):
    """What holders of chunks are to hear of. Triggers in the database write it, so that no change is missed.

    It concerns a chunk (0: endpoints in none), or all chunks of a segment, or all there are if neither is named;
    with ``endpoint_id`` it asks to poll that endpoint soon. Rows are plain numbers, and deleted after an hour.
    """

    chunk_id = models.BigIntegerField(null=True)
    segment_id = models.BigIntegerField(null=True)
    endpoint_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"notice {self.pk}"


class CollectorState(models.Model):
    """How a collector process does, told by itself every few seconds; one that stays silent is gone."""

    holder = models.CharField(
        max_length=120, primary_key=True, help_text="Host, process, start; as in Chunk."
    )
    started_at = models.DateTimeField()
    at = models.DateTimeField(help_text="When it last told.")
    stopped_at = models.DateTimeField(
        null=True, help_text="When it ended in order, or was succeeded on its host."
    )
    segments = models.JSONField(default=list, help_text="Names of the segments it serves; empty for all.")
    queue_length = models.PositiveIntegerField(default=0, help_text="Polls that wait to be recorded.")
    lag_s = models.FloatField(null=True, help_text="From a device's reply to the commit, lately.")
    recorded = models.PositiveBigIntegerField(default=0, help_text="Observations recorded since its start.")
    rejected = models.PositiveBigIntegerField(default=0, help_text="Observations that can never be recorded.")
    spool_bytes = models.PositiveBigIntegerField(default=0)
    spool_records = models.PositiveBigIntegerField(default=0)
    spool_oldest_at = models.DateTimeField(null=True)
    dropped = models.PositiveBigIntegerField(
        default=0, help_text="Records given up because the spool was full."
    )
    torn = models.PositiveBigIntegerField(default=0, help_text="Records that were damaged on disk.")
    refused = models.JSONField(default=dict, help_text="Datagrams that were not believed: reason → count.")

    class Meta:
        ordering = ["holder"]

    def __str__(self) -> str:
        return self.holder
