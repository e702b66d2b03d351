"""What devices told unasked."""

from __future__ import annotations

from django.db import models

from collectors.models.endpoints import Endpoint

MOST_OID = 255


class Trap(models.Model):
    """That a device sent a trap: what made us look, never what we found. The last few of each endpoint are kept."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="traps", db_index=False)
    at = models.DateTimeField(help_text="When it came.")
    oid = models.CharField(max_length=MOST_OID, help_text="Which trap: its identifier.")
    version = models.CharField(max_length=3, help_text="Of SNMP: v1, v2c or v3.")
    is_inform = models.BooleanField(default=False)
    is_authenticated = models.BooleanField(
        default=False, help_text="Whether its sender proved with a key who it is."
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["endpoint", "-id"], name="trap_of_endpoint")]

    def __str__(self) -> str:
        return f"{self.oid} of {self.endpoint_id}"
