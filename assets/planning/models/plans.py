"""What is to be done to a piece, or to every piece of a model, and how often."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.maintenance.models import NOTE_LENGTH
from assets.maintenance.models.base import person
from assets.maintenance.words import Kind
from assets.planning.calendar import Rule
from assets.planning.queries import PlanQuerySet
from assets.planning.words import KIND_CHOICES, Meter, Nth, Unit, Weekday

MOST_AHEAD = 90


def _days(most: int, **extra: Any) -> Any:
    return models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(most)], **extra
    )


class Plan(models.Model):
    """Work that comes again, for one asset or for all of a model; by calendar, by a meter, or whichever comes first.

    It is ended, never deleted: what fell due by it stays.
    """

    asset = models.ForeignKey(
        "assets.Asset", on_delete=models.PROTECT, null=True, blank=True, related_name="plans"
    )
    model = models.ForeignKey(
        "assets.EquipmentModel", on_delete=models.PROTECT, null=True, blank=True, related_name="plans"
    )
    name = models.CharField(_("what is done"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=KIND_CHOICES, default=Kind.PLANNED)
    note = models.CharField(_("note"), max_length=NOTE_LENGTH, blank=True)

    unit = models.CharField(_("calendar"), max_length=8, choices=Unit.choices, blank=True)
    every = models.PositiveSmallIntegerField(
        _("every"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    nth = models.SmallIntegerField(_("which in the month"), choices=Nth.choices, default=Nth.FIRST)
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices, default=Weekday.MONDAY)
    begins_on = models.DateField(_("first due"), help_text=_("Later dates count from this one."))
    is_floating = models.BooleanField(
        _("counts from when it was done"),
        default=False,
        help_text=_("Else from the date that was planned."),
    )
    meter = models.CharField(_("meter"), max_length=20, choices=Meter.choices, blank=True)
    meter_every = models.FloatField(_("each time that the meter has grown by"), null=True, blank=True)

    days_before = _days(365, verbose_name=_("window: days before"))
    days_after = _days(365, verbose_name=_("window: days after"))
    late_days = _days(730, verbose_name=_("out of compliance: days after due"))
    days_ahead = models.PositiveSmallIntegerField(
        _("order opened so many days ahead"), default=14, validators=[MaxValueValidator(MOST_AHEAD)]
    )

    made_at = models.DateTimeField()
    made_by = person()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(asset__isnull=True, model__isnull=False)
                | Q(asset__isnull=False, model__isnull=True),
                name="plan_of_asset_or_model",
                violation_error_message="A plan is for one asset or for one model.",
            ),
            models.CheckConstraint(
                condition=(Q(unit="", every__isnull=True) & ~Q(meter=""))
                | (~Q(unit="") & Q(every__isnull=False, every__gte=1)),
                name="plan_has_a_rule",
                violation_error_message="A plan goes by the calendar, by a meter, or both.",
            ),
            models.CheckConstraint(
                condition=Q(meter="", meter_every__isnull=True)
                | (~Q(meter="") & Q(meter_every__isnull=False, meter_every__gt=0)),
                name="plan_meter_grows",
                violation_error_message="The meter has to grow by more than nothing.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("maintenance-plan", args=[self.pk])

    @property
    def is_current(self) -> bool:
        return self.ended_at is None

    @property
    def rule(self) -> Rule | None:
        """By the calendar; nothing for plans that go by a meter alone."""
        if not self.unit or self.every is None:
            return None
        return Rule(Unit(self.unit), self.every, Nth(self.nth), self.weekday)
