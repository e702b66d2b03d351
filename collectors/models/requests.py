"""What people ask of collectors: to hold back, or to poll now."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from collectors.models.endpoints import Endpoint, Segment
from collectors.queries import PauseQuerySet


class Pause(models.Model):
    """Polling held back by a person: of one endpoint, of one segment, or of everything when neither is named.

    Over when ``ended_at`` is set, or when ``until`` has passed.
    """

    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    reason = models.CharField(max_length=200)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    until = models.DateTimeField(null=True, blank=True, help_text="When it ends by itself; empty for never.")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at"]
        permissions = [("pause_polling", "Can pause and resume polling")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(segment__isnull=True) | models.Q(endpoint__isnull=True),
                name="pause_of_one_thing",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="pause_has_reason"),
        ]

    def __str__(self) -> str:
        return f"pause of {self.endpoint or self.segment or 'everything'}"


class ManualPoll(models.Model):
    """A person's request for one poll now, and what came back: decoded beside raw.

    The collector that owns the endpoint takes it, so that a device never has two requests under way.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="manual_polls")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, help_text="When a collector took it.")
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(null=True)

    class Meta:
        ordering = ["-requested_at"]
        indexes = [
            models.Index(
                fields=["requested_at"],
                condition=models.Q(finished_at__isnull=True),
                name="manual_poll_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.requested_at:%F %T}"
