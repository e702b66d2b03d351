"""What people say while they fetch equipment: this one is mine for some minutes, it is not here, I looked for it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class ClaimQuerySet(models.QuerySet["Claim"]):
    def holding(self, now: datetime) -> ClaimQuerySet:
        """Claims that hold at ``now``: neither ended by a person nor run out."""
        return self.filter(ended_at__isnull=True, until__gt=now)


class Claim(models.Model):
    """Somebody is on the way to fetch it, until then: others take another one.

    It runs out by the clock alone. A row that has run out stays open until the next claim of the same asset closes
    it, so that the constraint, and nothing else, decides between two who claim at once.
    """

    class Ending(models.TextChoices):
        FETCHED = "fetched", "Fetched"
        RELEASED = "released", "Released"
        NOT_THERE = "not_there", "Not found there"
        RAN_OUT = "ran_out", "Ran out"

    asset = models.ForeignKey("assets.Asset", on_delete=models.CASCADE, related_name="claims")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    unit = models.ForeignKey("locations.Zone", on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=12, choices=Ending.choices, blank=True)

    objects: ClassVar = ClaimQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at"]
        permissions: ClassVar = [
            ("claim_asset", "Can claim equipment and say that it is not where it is shown")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["asset"],
                condition=Q(ended_at__isnull=True),
                name="claim_one_open_per_asset",
                violation_error_message="Somebody has claimed it already.",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="claim_lasts"),
        ]
        indexes: ClassVar = [models.Index(fields=["until"], name="claim_until")]

    def __str__(self) -> str:
        return f"{self.asset_id} until {self.until:%H:%M}"


class NotHere(models.Model):
    """A person stood in the room where it was shown, and did not see it."""

    asset = models.ForeignKey("assets.Asset", on_delete=models.CASCADE, related_name="not_here")
    zone = models.ForeignKey("locations.Zone", on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    unit = models.ForeignKey("locations.Zone", on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at"]
        verbose_name_plural = "not here"
        indexes: ClassVar = [
            models.Index(fields=["at"], name="not_here_at"),
            models.Index(fields=["asset", "-at"], name="not_here_asset"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} not in {self.zone_id}"


class LocateAttempt(models.Model):
    """Somebody went to look for it, through these rooms, and found it or did not.

    At least two attempts without success make it "could not be located" (definitions, 4).
    """

    class Outcome(models.TextChoices):
        FOUND = "found", "Found"
        NOT_FOUND = "not_found", "Not found"

    asset = models.ForeignKey("assets.Asset", on_delete=models.CASCADE, related_name="locate_attempts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    zone = models.ForeignKey(
        "locations.Zone",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where it was found.",
    )
    looked_in: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        "locations.Zone", blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-at"]
        permissions: ClassVar = [
            ("locate_asset", "Can look for equipment that is not found, and see its last places")
        ]
        indexes: ClassVar = [models.Index(fields=["asset", "-at"], name="locate_asset_at")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.outcome}"


class Search(models.Model):
    """That somebody looked for something with Find, and what there was: never who. See :mod:`assets.searches`."""

    at = models.DateTimeField()
    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+", db_index=False)
    unit = models.ForeignKey("locations.Zone", on_delete=models.SET_NULL, null=True, related_name="+")
    category = models.ForeignKey(
        "assets.Category",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="What the words name, if that is one category.",
    )
    words = models.CharField(
        max_length=60, blank=True, help_text="Of what nothing was found for; numbers are left out."
    )
    found = models.PositiveIntegerField(help_text="How many pieces.")
    ready = models.PositiveIntegerField(help_text="How many of those could be taken.")

    class Meta:
        ordering: ClassVar = ["-at"]
        verbose_name_plural = "searches"
        indexes: ClassVar = [models.Index(fields=["site", "at"], name="search_site_at")]

    def __str__(self) -> str:
        return f"{self.category_id or self.words or 'a number'} at {self.at:%F %H:%M}"
