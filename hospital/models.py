"""Accounts of people, their attempts to sign in, and the trail of what they did."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models

from hospital.audit.models import AuditRecord
from hospital.roles import Role

__all__ = ["AuditRecord", "Display", "HomeChoice", "PlanUpload", "SentOnce", "SignInAttempts", "User"]


class User(AbstractUser):
    """A person's account: one role, and the sites whose equipment the person may see."""

    role = models.CharField(max_length=12, choices=Role.choices, default=Role.NURSE)
    sites = models.ManyToManyField("locations.Site", blank=True, related_name="+")
    all_sites = models.BooleanField(default=False, help_text="Sees every site, also those added later.")
    home_zone = models.ForeignKey(
        "locations.Zone",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The unit that distances are counted from until the person names another.",
    )
    language = models.CharField(
        max_length=10, blank=True, editable=False, help_text="The language that the person chose to read."
    )
    is_demo = models.BooleanField(
        default=False, editable=False, help_text="May sign in only while the server listens on loopback."
    )

    @property
    def sees_all_sites(self) -> bool:
        return self.all_sites or self.is_superuser

    @property
    def floors_only(self) -> models.QuerySet[Any] | None:
        """The floors of a wall display, which sees nothing besides; ``None`` for people, whose sites count."""
        if self.role != Role.DISPLAY:
            return None
        return Display.floors.through.objects.filter(display__account=self).values("floor")


class HomeChoice(models.Model):
    """What a person's own home page shows, where that is not what every role begins with."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="home_choice")
    tiles = models.JSONField(
        default=list, help_text="Slugs of categories, in order; none: what the unit asks for most."
    )
    panels = models.JSONField(
        default=list, help_text="Names of panels, in order; see hospital/home_panels.py."
    )

    def __str__(self) -> str:
        return f"Home of {self.user_id}"


class Display(models.Model):
    """A screen on a wall: an account that looks at some floors; see :mod:`hospital.displays`."""

    name = models.CharField(max_length=80, help_text="Where it hangs.")
    account = models.OneToOneField(User, on_delete=models.CASCADE, editable=False)
    floors = models.ManyToManyField("locations.Floor", related_name="+")
    digest = models.CharField(max_length=64, blank=True, editable=False)
    code_until = models.DateTimeField(
        null=True, editable=False, help_text="Its code may be used until then, once."
    )

    class Meta:
        verbose_name = "wall display"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SignInAttempts(models.Model):
    """Recent wrong attempts, by keyed hash of account and address; see :mod:`hospital.throttle`."""

    key = models.CharField(max_length=64, primary_key=True)
    attempts = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "sign-in attempts"
        indexes = [models.Index(fields=["last_at"], name="sign_in_attempts_last")]

    def __str__(self) -> str:
        return f"{self.attempts} until {self.last_at:%F %T}"


class PlanUpload(models.Model):
    """A file with a floor plan that somebody is looking over; see :mod:`hospital.plan_uploads`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    uploaded_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    uploaded_at = models.DateTimeField(db_index=True)
    file_name = models.CharField(max_length=120)
    content = models.BinaryField()
    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    building = models.SlugField()
    building_name = models.CharField(max_length=120)
    options = models.JSONField(default=dict)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.file_name


class SentOnce(models.Model):
    """What somebody sent under a name of the sender's own, and how it was answered; see :mod:`hospital.sent_once`."""

    digest = models.CharField(
        max_length=64, unique=True, help_text="Of the account, the address and the name."
    )
    body = models.CharField(max_length=64, help_text="Digest of what was sent.")
    at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(default=0)
    content_type = models.CharField(max_length=80, blank=True)
    content = models.BinaryField(default=bytes)

    class Meta:
        verbose_name_plural = "sent once"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.status} at {self.at:%F %T}"
