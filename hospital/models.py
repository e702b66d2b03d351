"""Accounts of people."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from hospital.roles import Role


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
