"""Alerts, and every step that they took."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q

from assets.alerts.models.rules import Rule
from assets.alerts.queries import AlertQuerySet
from assets.alerts.sayings import say
from assets.alerts.words import Hold, Kind, Severity, State, Step


class Alert(models.Model):
    """One episode of something that a rule watches for, about one subject; reopened where it comes back soon.

    ``subject`` is a key as in ``asset:12`` or ``par:3``, ``key`` names the episode. Times ``began_at`` and
    ``ended_at`` are those of the fact; ``raised_at`` is when it was found.
    """

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="alerts")
    rule_version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    subject = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=160, help_text="What it is about, as it was called at that moment.")
    words = models.CharField(max_length=300, blank=True, help_text="What is the matter.")
    saying = models.JSONField(
        default=dict, blank=True, help_text="The same for every language: an id and values."
    )
    address = models.CharField(max_length=200, blank=True, help_text="Page that shows what it is about.")
    asset = models.ForeignKey(
        "assets.Asset", on_delete=models.CASCADE, null=True, blank=True, related_name="alerts"
    )
    zone = models.ForeignKey(
        "locations.Zone", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    department = models.ForeignKey(
        "locations.Department", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children"
    )

    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    held = models.CharField(max_length=12, choices=Hold.choices, default=Hold.NONE, blank=True)
    began_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    flaps = models.PositiveIntegerField(default=0, help_text="How often it came back.")
    escalated_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "-pk"]
        permissions = [
            ("acknowledge_alert", "Can acknowledge and resolve alerts"),
            ("view_every_unit", "Sees the alerts of every unit"),
            ("view_technical", "Sees alerts about collecting"),
            ("view_fatigue", "Sees how tiring alerts are"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject"],
                condition=~Q(state=State.RESOLVED),
                name="alert_open_once",
                violation_error_message="This rule has an open alert about that already.",
            ),
            models.UniqueConstraint(
                fields=["rule", "subject", "key"],
                name="alert_episode_once",
                violation_error_message="This episode has been raised already.",
            ),
            models.CheckConstraint(
                condition=Q(state=State.RESOLVED, resolved_at__isnull=False)
                | ~Q(state=State.RESOLVED) & Q(resolved_at__isnull=True),
                name="alert_resolved_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "raised_at"], name="alert_state_raised"),
            models.Index(fields=["raised_at"], name="alert_raised"),
            models.Index(fields=["asset", "raised_at"], name="alert_asset_raised"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.words}"

    @property
    def said(self) -> str:
        """What is the matter, in the language that is active."""
        return say(self.saying) or self.words

    @property
    def is_open(self) -> bool:
        return self.state != State.RESOLVED


class AppendOnlyError(Exception):
    """Somebody tried to change or delete a step that was taken."""


def _refuse() -> NoReturn:
    raise AppendOnlyError("the steps of an alert are never changed or deleted")


class TransitionQuerySet(models.QuerySet["AlertTransition"]):
    def update(self, **_kwargs: Any) -> int:
        _refuse()

    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse()


class AlertTransition(models.Model):
    """One step of an alert. Rows are only ever added: they are the outbox from which people are told.

    ``at`` is when it was so; ``noted_at`` when it was written down.
    """

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="transitions")
    step = models.CharField(max_length=16, choices=Step.choices)
    at = models.DateTimeField()
    noted_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)

    objects = TransitionQuerySet.as_manager()

    class Meta:
        ordering = ["alert", "pk"]
        indexes = [models.Index(fields=["noted_at"], name="alert_transition_noted")]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.step} {self.at:%F %T}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)


class Cover(models.Model):
    """A subject whose silence an alert explains: while that is open, nobody is told of the subject besides."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="covers")
    subject = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "subject"], name="cover_once")]
        indexes = [models.Index(fields=["subject"], name="cover_subject")]

    def __str__(self) -> str:
        return f"{self.alert_id} covers {self.subject}"
