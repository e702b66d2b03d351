"""Searching a network for what is not read yet, and what was met there."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from collectors.models.endpoints import Credential, Endpoint, Segment
from collectors.queries import FindQuerySet


class Discovery(models.Model):
    """One search of a network, asked for by a person: who may be asked, how far it is, and how it ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="discoveries")
    network = models.CharField(max_length=50, help_text="In CIDR form, inside the segment's networks.")
    ports = models.JSONField(default=list, help_text="Ports that are tried at each address.")
    credentials = models.ManyToManyField(Credential, blank=True, related_name="+")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, help_text="When a collector began.")
    told_at = models.DateTimeField(null=True, help_text="When it last told how far it is.")
    stop_at = models.DateTimeField(null=True, help_text="When a person asked it to end early.")
    finished_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0, help_text="Places to ask: address and port.")
    asked = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    left_alone = models.PositiveIntegerField(
        default=0, help_text="Places that are read already, and so not asked."
    )
    detail = models.CharField(max_length=300, blank=True, help_text="Why it ended early, if it did.")

    class Meta:
        ordering = ["-requested_at"]
        verbose_name_plural = "discoveries"
        permissions = [("discover", "Can search networks and decide about what was met")]

    def __str__(self) -> str:
        return f"search of {self.network}"


class Find(models.Model):
    """A device that was met: proposed to a person, and nothing more until that person has decided.

    There is at most one that is undecided for each place.
    """

    class Kind(models.TextChoices):
        NEW = "new", "Not read yet"
        CHANGED = "changed", "Another device than before"

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", "Taken on"
        DISMISSED = "dismissed", "Left alone"
        RESOLVED = "resolved", "No longer so"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="finds")
    endpoint = models.ForeignKey(
        Endpoint,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="finds",
        help_text="The one that is read there already; of a new device, the one that was made for it.",
    )
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    unit_id = models.PositiveSmallIntegerField(default=1)
    protocol = models.CharField(max_length=16, choices=Endpoint.Protocol.choices)
    credential = models.ForeignKey(
        Credential, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    facts = models.JSONField(default=dict, help_text="What it says of itself: name → text.")
    profiles = models.JSONField(default=list, help_text="Names of profiles that fit, best first.")
    asset = models.ForeignKey(
        "assets.Asset",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The piece of equipment that it seems to be.",
    )
    known_by = models.CharField(max_length=60, blank=True, help_text="By what: serial number, MAC address …")
    first_seen_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = FindQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "host", "port", "unit_id", "kind"],
                condition=Q(decision=""),
                name="find_undecided_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.host}:{self.port}"
