"""Accounts of people, their attempts to sign in, and the trail of what they did."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models

from hospital.audit.models import AuditRecord
from hospital.roles import Role

__all__ = ["AuditRecord", "PlanUpload", "SignInAttempts", "User"]


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
    is_demo = models.BooleanField(
        default=False, editable=False, help_text="May sign in only while the server listens on loopback."
    )

    @property
    def sees_all_sites(self) -> bool:
        return self.all_sites or self.is_superuser


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
