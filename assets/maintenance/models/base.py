"""What the rows of maintenance have in common."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

NOTE_LENGTH = 500


def person(**extra: Any) -> Any:
    """A foreign key to somebody's account, which may be gone."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", **extra
    )


class Entry(models.Model):
    """Something written to an order. It is struck out, never deleted: who reads the order later sees both."""

    at = models.DateTimeField()
    by = person()
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = person()

    class Meta:
        abstract = True
        ordering = ["at", "pk"]
