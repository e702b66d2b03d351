"""How polling goes."""

from __future__ import annotations

from django.db import models

from assets.words import Quality
from collectors.models.endpoints import Endpoint, Segment
from collectors.models.sources import Source
from collectors.queries import DisturbanceQuerySet


class EndpointHealth(models.Model):
    """How polling an endpoint goes: written in bulk by the collector alone."""

    endpoint = models.OneToOneField(
        Endpoint, on_delete=models.CASCADE, primary_key=True, related_name="health"
    )
    attempted_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    latency_ms = models.FloatField(null=True)
    quality = models.CharField(max_length=16, choices=Quality.choices, null=True)
    detail = models.CharField(max_length=300, blank=True, help_text="The last failure, in words.")
    failing_since = models.DateTimeField(null=True)
    failures_in_a_row = models.PositiveIntegerField(default=0)
    polls = models.PositiveBigIntegerField(default=0)
    answers = models.PositiveBigIntegerField(default=0)
    next_poll_at = models.DateTimeField(null=True)
    recovered_at = models.DateTimeField(null=True, help_text="When it last came back.")
    typical_ms = models.FloatField(null=True, help_text="What its latency usually is: a running mean.")
    refused = models.JSONField(
        default=dict, help_text="Datagrams in its name that were not believed: reason → count."
    )
    marked_at = models.DateTimeField(null=True, help_text="When the two counts after this were noted.")
    marked_polls = models.PositiveBigIntegerField(default=0)
    marked_answers = models.PositiveBigIntegerField(default=0)
    earlier_at = models.DateTimeField(null=True, help_text="The mark before that, about a day older.")
    earlier_polls = models.PositiveBigIntegerField(default=0)
    earlier_answers = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.endpoint_id}: {self.quality or 'never polled'}"


class Disturbance(models.Model):
    """Something in collecting that was not as it should be, from when to when: both ends are state changes.

    Written by one sweep alone (:mod:`collectors.disturbances`). What still lasts has no ``end``.
    """

    class Kind(models.TextChoices):
        ENDPOINT = "endpoint", "Endpoint does not answer"
        SEGMENT = "segment", "Segment is silent"
        UNSERVED = "unserved", "No collector polls"
        SPOOL = "spool", "Observations wait on disk"
        SPOOL_FULL = "spool_full", "Observations were given up"
        WORKER = "worker", "Collector lost"
        SOURCE = "source", "Way in does not work"
        QUIET = "quiet", "Way in is silent"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    subject = models.CharField(max_length=160, help_text="What it is about, as a key: endpoint:12.")
    title = models.CharField(max_length=160, help_text="What it was called at that moment.")
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, null=True, blank=True, related_name="disturbances"
    )
    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, null=True, blank=True, related_name="disturbances"
    )
    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, null=True, blank=True, related_name="disturbances"
    )
    words = models.CharField(max_length=300)
    begin = models.DateTimeField()
    end = models.DateTimeField(null=True)

    objects = DisturbanceQuerySet.as_manager()

    class Meta:
        ordering = ["-begin", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(end__isnull=True),
                name="disturbance_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["begin"], name="disturbance_begin"),
            models.Index(fields=["end"], name="disturbance_end"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.words}"
