"""What imaging machines reported of their work."""

from __future__ import annotations

from django.db import models

from collectors.models.sources import Source


class Procedure(models.Model):
    """One performed procedure step: a machine worked from then to then. Nothing in it leads to a person."""

    class Status(models.TextChoices):
        IN_PROGRESS = "IN PROGRESS", "In progress"
        COMPLETED = "COMPLETED", "Completed"
        DISCONTINUED = "DISCONTINUED", "Discontinued"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64, help_text="Digest of what the machine calls it.")
    station = models.CharField(max_length=16, help_text="The machine's AE title.")
    modality = models.CharField(max_length=16, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.IN_PROGRESS)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="procedure_once")]
        indexes = [
            models.Index(fields=["source", "station", "ended_at"], name="procedure_of_station"),
            models.Index(fields=["began_at"], name="procedure_began"),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.status}"
