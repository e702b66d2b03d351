"""What authorities say, and which pieces of ours it is about."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.recalls.matching.ladder import Told
from assets.recalls.queries import MatchQuerySet, NoticeQuerySet
from assets.recalls.words import Certainty, Class, Decision, Rung, Status

NOTE_LENGTH = 500


def person(**extra: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", **extra
    )


class Notice(models.Model):
    """A recall or advisory of an authority, as its latest version says. Its text is public and the same for all."""

    authority = models.CharField(max_length=40)
    number = models.CharField(max_length=60, help_text="The authority's own, as in Z-0053-2020.")
    description = models.TextField(help_text="The product, in the authority's words.")
    firm = models.CharField(max_length=200, blank=True, help_text="Who recalls.")
    reason = models.TextField(blank=True)
    action = models.TextField(blank=True, help_text="What is to be done.")
    codes = models.TextField(blank=True, help_text="Lots, serial numbers and device identifiers, as told.")
    product_codes = models.JSONField(default=list, blank=True)
    classification = models.PositiveSmallIntegerField(choices=Class.choices, null=True, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    event = models.CharField(max_length=60, blank=True, help_text="What several notices belong to.")
    address = models.URLField(max_length=500, blank=True)
    initiated_on = models.DateField(null=True, blank=True)
    posted_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    told = models.JSONField(default=dict, help_text="What each kind of file says of it; together, the above.")
    version = models.PositiveIntegerField(default=1)
    brought_at = models.DateTimeField(help_text="When it came here first.")
    changed_at = models.DateTimeField(help_text="When a file said something new of it last.")
    matched_at = models.DateTimeField(null=True, help_text="When all equipment was compared with it.")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-brought_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "number"],
                name="notice_once_per_authority",
                violation_error_message="This authority has a notice of that number already.",
            )
        ]
        indexes = [models.Index(fields=["status", "classification"], name="notice_status")]
        permissions = [("import_notice", "Can bring in recalls and advisories")]

    def __str__(self) -> str:
        return f"{self.authority} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("recall", args=[self.pk])

    def to_match(self) -> Told:
        return Told(self.firm, self.description, self.codes, frozenset(self.product_codes))


class NoticeVersion(models.Model):
    """What a notice said from ``at`` until its next version. Added, never changed."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = person()
    content = models.JSONField()

    class Meta:
        ordering = ["notice", "-version"]
        constraints = [models.UniqueConstraint(fields=["notice", "version"], name="notice_version_once")]

    def __str__(self) -> str:
        return f"{self.notice_id}, version {self.version}"


class Match(models.Model):
    """That a notice is, or may be, about a piece of equipment; what a person decided of it."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="matches")
    asset = models.ForeignKey("assets.Asset", on_delete=models.PROTECT, related_name="recall_matches")
    certainty = models.PositiveSmallIntegerField(choices=Certainty.choices)
    rung = models.CharField(max_length=8, choices=Rung.choices)
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField()
    decision = models.CharField(
        max_length=10, choices=Decision.choices, blank=True, default=Decision.UNDECIDED
    )
    decided_by = person()
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, help_text="Why it was decided so.")
    is_outdated = models.BooleanField(
        default=False, help_text="The notice, or the equipment, says something else since it was decided."
    )

    objects = MatchQuerySet.as_manager()

    class Meta:
        ordering = ["certainty", "asset__asset_tag"]
        verbose_name_plural = "matches"
        constraints = [
            models.UniqueConstraint(fields=["notice", "asset"], name="match_once_per_notice_and_asset")
        ]
        indexes = [models.Index(fields=["notice", "decision", "certainty"], name="match_decision")]
        permissions = [("decide_match", "Can say whether a recall is about a piece of equipment")]

    def __str__(self) -> str:
        return f"Notice {self.notice_id}, asset {self.asset_id}"


class DeviceRecord(models.Model):
    """What a device database says of a device identifier: the product codes and names that notices use."""

    device = models.CharField("UDI-DI", max_length=40, primary_key=True)
    company = models.CharField(max_length=200, blank=True)
    brand = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=200, blank=True)
    catalogue = models.CharField(max_length=200, blank=True)
    product_codes = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["device"]

    def __str__(self) -> str:
        return self.device


class Production(models.Model):
    """How a piece was made, where recalls ask for it: its lot."""

    asset = models.OneToOneField(
        "assets.Asset", on_delete=models.CASCADE, primary_key=True, related_name="production"
    )
    lot = models.CharField(_("lot"), max_length=80)

    def __str__(self) -> str:
        return self.lot


class Looked(models.Model):
    """That a piece was compared with the open notices, and as what: told otherwise of it, it is compared anew."""

    asset = models.OneToOneField(
        "assets.Asset", on_delete=models.CASCADE, primary_key=True, related_name="looked"
    )
    identity = models.TextField(help_text="Model, UDI-DI, serial number and lot, as they were.")

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.identity}"
