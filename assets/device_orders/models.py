"""Which rules open orders, which steps of alerts still have to be looked at, and which orders came of which alerts."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.alerts.models import Alert, AlertTransition, Rule
from assets.alerts.words import OF_EQUIPMENT
from assets.maintenance.models import OrderTemplate, WorkOrder
from assets.maintenance.words import Kind, Priority, Team

KINDS = (Kind.CORRECTIVE, Kind.INSPECTION, Kind.PLANNED, Kind.CALIBRATION, Kind.CLEANING)


class WhenClear(models.TextChoices):
    """What becomes of the order when the alert is over. One that a person began stays theirs in any case."""

    ANNOTATE = "annotate", _("Write it to the order, nothing else")
    PROPOSE = "propose", _("Propose to close the order")
    CLOSE = "close", _("Close the order, if nobody has touched it")


class OrderRule(models.Model):
    """An alert rule that opens an order, once for each episode. A template says what is to be done, where there is
    one; without a priority it follows from risk and impact."""

    rule = models.OneToOneField(Rule, on_delete=models.CASCADE, primary_key=True, related_name="opens_order")
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=[(kind.value, kind.label) for kind in KINDS],
        default=Kind.CORRECTIVE,
    )
    template = models.ForeignKey(
        OrderTemplate, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("template"),
        help_text=_("What is to be done, and what it does to care. The kind above counts."),
    )  # fmt: skip
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        choices=Priority.choices,
        null=True,
        blank=True,
    )
    team = models.CharField(_("team"), max_length=12, choices=Team.choices, blank=True)
    when_clear = models.CharField(
        _("when it is over"), max_length=8, choices=WhenClear.choices, default=WhenClear.PROPOSE
    )

    def __str__(self) -> str:
        return f"{self.rule}: {self.get_kind_display()}"

    def clean(self) -> None:
        super().clean()
        if self.rule_id and self.rule.kind not in OF_EQUIPMENT:
            raise ValidationError({"rule": _("Rules of this kind are not about what equipment reports.")})


class Step(models.Model):
    """A step of an alert that may concern an order: written with the step itself, and looked at once."""

    transition = models.OneToOneField(
        AlertTransition, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["transition"], condition=Q(done_at__isnull=True), name="device_step_to_do")
        ]

    def __str__(self) -> str:
        return f"Step {self.transition_id}"


class Told(models.Model):
    """An alert and the order that it opened (``is_opener``), or that was open already and had it written to it."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="orders")
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="told_by")
    is_opener = models.BooleanField()
    at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, help_text="Since when it is over.")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["alert", "order"], name="device_told_once")]

    def __str__(self) -> str:
        return f"Order {self.order_id}, alert {self.alert_id}"
