"""What is to be watched for, and how far the watching has come."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone

from assets.alerts.parameters import check_parameters
from assets.alerts.queries import RuleQuerySet
from assets.alerts.words import Kind, Severity
from assets.models import Asset
from locations.zones import ZoneKind

_DAY = 86400


class Rule(models.Model):
    """What to watch for, where, and how grave it is.

    An empty scope means everything. Zones are those that the rule is about, where its kind is about a place; else they
    are where the equipment belongs. ``parameters`` are those of its kind: see :mod:`assets.alerts.parameters`.
    """

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    parameters = models.JSONField(default=dict, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.WARNING)
    is_enabled = models.BooleanField(default=True)
    advice = models.CharField(max_length=200, blank=True, help_text="What to do. No patient names.")

    sites = models.ManyToManyField("locations.Site", blank=True, related_name="+")
    departments = models.ManyToManyField("locations.Department", blank=True, related_name="+")
    categories = models.ManyToManyField("assets.Category", blank=True, related_name="+")
    zones = models.ManyToManyField("locations.Zone", blank=True, related_name="+")
    zone_kinds = models.JSONField(default=list, blank=True)
    ownerships = models.JSONField(default=list, blank=True)

    reopen_within_s = models.PositiveIntegerField(
        default=900,
        validators=[MaxValueValidator(7 * _DAY)],
        help_text="What comes back within so many seconds is the same alert again.",
    )
    escalate_after_s = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(7 * _DAY)],
        help_text="Seconds without anybody acknowledging, after which whoever is on call is told.",
    )
    escalate_to = models.CharField(max_length=12, blank=True, help_text="The role whose person on call.")
    version = models.PositiveIntegerField(default=1, editable=False)
    in_force_from = models.DateTimeField(
        default=timezone.now, editable=False, help_text="What was over by then is not raised afterwards."
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        errors: dict[str, Any] = {}
        try:
            self.parameters = check_parameters(self.kind, self.parameters)
        except ValidationError as error:
            errors.update(error.message_dict)
        known = set(ZoneKind.values)
        if not isinstance(self.zone_kinds, list) or any(kind not in known for kind in self.zone_kinds):
            errors["zone_kinds"] = "There is no such kind of zone."
        if not isinstance(self.ownerships, list) or not set(self.ownerships) <= set(Asset.Ownership.values):
            errors["ownerships"] = "There is no such ownership."
        if (self.escalate_after_s is None) != (not self.escalate_to):
            errors["escalate_to"] = "Say both after which time and to whom, or neither."
        if errors:
            raise ValidationError(errors)


class RuleVersion(models.Model):
    """A rule as it was from ``at`` on, so that an alert can be read by the rule that raised it."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["rule", "-version"]
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="rule_version_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} v{self.version}"


class RuleState(models.Model):
    """What the evaluation of a rule has to remember of one asset, while there is something to remember.

    ``since`` is when the condition began that may become, or has become, an alert; ``due_at`` when the clock alone
    changes something.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="states")
    asset = models.ForeignKey("assets.Asset", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    is_raised = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "asset"], name="rule_state_once")]
        indexes = [models.Index(fields=["due_at"], name="rule_state_due")]

    def __str__(self) -> str:
        return f"{self.rule_id} on {self.asset_id} since {self.since:%F %T}"


class Touched(models.Model):
    """An asset whose history changed and that no rule has looked at since: written with that change.

    Rows are only added and taken away, so that recording never waits for the evaluation.
    """

    asset_id = models.BigIntegerField()
    since = models.DateTimeField(help_text="From when on its history may be another than it was.")

    class Meta:
        verbose_name_plural = "touched"

    def __str__(self) -> str:
        return str(self.asset_id)


class Turn(models.Model):
    """Work that one process does at a time: whose turn it is, and until when; see :mod:`assets.alerts.turns`."""

    name = models.CharField(max_length=20, primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
