"""Each time that planned work falls due for a piece, and who came for it in vain."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import F, Q

from assets.maintenance.models import NOTE_LENGTH
from assets.maintenance.models.base import person
from assets.maintenance.queries import AppendOnlyQuerySet, HistoryError
from assets.planning.models.plans import Plan
from assets.planning.queries import OccurrenceQuerySet
from assets.planning.words import Standing, Why


class Occurrence(models.Model):
    """Once of a plan for one piece. Days are those of its site.

    ``scheduled_on``: its slot in the calendar, from which a fixed plan counts on; nothing by a meter alone. ``due_on``:
    the slot, or the day on which the meter was there first; nothing while only a meter decides and is not there.
    ``planned_on``: when it is to be done, which people move about within the window.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="occurrences")
    asset = models.ForeignKey("assets.Asset", on_delete=models.PROTECT, related_name="occurrences")
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.PLANNED)
    scheduled_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    opens_on = models.DateField(null=True, blank=True)
    closes_on = models.DateField(null=True, blank=True)
    late_from = models.DateField(
        null=True, blank=True, help_text="The day from which it is out of compliance."
    )
    planned_on = models.DateField(null=True, blank=True)
    order = models.ForeignKey(
        "maintenance.WorkOrder", on_delete=models.PROTECT, null=True, blank=True, related_name="occurrences"
    )
    done_on = models.DateField(null=True, blank=True)
    meter_base = models.FloatField(null=True, blank=True, help_text="The reading from which it counts.")
    meter_due = models.FloatField(null=True, blank=True)
    is_by_meter = models.BooleanField(default=False, help_text="The meter was there first.")
    made_at = models.DateTimeField()

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        ordering = ["planned_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "asset", "scheduled_on"],
                condition=Q(standing=Standing.PLANNED),
                name="occurrence_once",
                violation_error_message="It is planned for that day already.",
            ),
            models.UniqueConstraint(
                fields=["plan", "asset"],
                condition=Q(standing=Standing.PLANNED, scheduled_on__isnull=True),
                name="occurrence_by_meter_once",
                violation_error_message="It waits for its meter already.",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True)
                | Q(
                    opens_on__lte=F("due_on"), closes_on__gte=F("due_on"), late_from__gt=F("due_on"),
                    planned_on__isnull=False,
                ),
                name="occurrence_in_window",
                violation_error_message="It is due inside its window.",
            ),
            models.CheckConstraint(
                condition=Q(standing=Standing.DONE, done_on__isnull=False)
                | (~Q(standing=Standing.DONE) & Q(done_on__isnull=True)),
                name="occurrence_done_on_a_day",
                violation_error_message="What is done was done on a day.",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["plan", "asset", "id"], name="occurrence_last"),
            models.Index(
                fields=["planned_on"], condition=Q(standing=Standing.PLANNED), name="occurrence_planned"
            ),
            models.Index(fields=["due_on"], name="occurrence_due"),
            models.Index(fields=["asset", "due_on"], name="occurrence_asset"),
        ]
        permissions = [
            ("make_plan", "Can make, change and end plans"),
            ("walk_plans", "Can move planned work within its window, and log attempts"),
        ]

    def __str__(self) -> str:
        return f"Plan {self.plan_id}, asset {self.asset_id}: {self.due_on}"


class Attempt(models.Model):
    """Somebody came for it and could not do it. Added, never changed: figures count on it."""

    occurrence = models.ForeignKey(Occurrence, on_delete=models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    day = models.DateField(help_text="At the site.")
    by = person()
    why = models.CharField(max_length=10, choices=Why.choices)
    zone = models.ForeignKey(
        "locations.Zone", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Where somebody looked for it.",
    )  # fmt: skip
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.occurrence_id}: {self.get_why_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryError("an attempt is never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise HistoryError("an attempt is never deleted")


class PlanningRun(models.Model):
    """The one row that says when all was planned last, and what that came to."""

    ended_at = models.DateTimeField(null=True)
    made = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.made} made, {self.opened} opened"
