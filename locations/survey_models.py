"""What a survey recorded: how strongly each receiver hears a tag at points whose place is known."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from locations.queries import SurveyPointQuerySet

Signals = dict[str, list[float]]
"""Receiver → sightings, mean, spread, weakest and strongest, in dBm."""


class Survey(models.Model):
    """One walk over a floor by one person with one device, or one file."""

    floor = models.ForeignKey("locations.Floor", on_delete=models.PROTECT, related_name="surveys")
    device = models.CharField(
        max_length=64, help_text="Identifier of the tag that was carried, or the name of the file."
    )
    begun_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["floor", "-begun_at"]
        permissions: ClassVar = [("record_survey", "Can record where receivers hear tags")]

    def __str__(self) -> str:
        return f"{self.floor}, {self.device}"


class SurveyPoint(models.Model):
    """Where somebody stood, and what was heard there. Metres; ``z`` above the floor, where known.

    ``signals``: receiver → [sightings, mean, spread, weakest, strongest] in dBm. A receiver that is not in it did not
    hear the tag there. A point that was taken away is kept, so that this can be undone.
    """

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="points")
    x = models.FloatField()
    y = models.FloatField()
    z = models.FloatField(null=True, blank=True)
    signals = models.JSONField(default=dict)
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = SurveyPointQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["survey", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.survey}: {self.x:g} / {self.y:g} m"
