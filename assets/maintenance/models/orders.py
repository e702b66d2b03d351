"""Work orders as data: each as it is now, what happened to it, and who was named in it."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from assets.maintenance.models.base import NOTE_LENGTH, person
from assets.maintenance.queries import AppendOnlyQuerySet, HistoryError, WorkOrderQuerySet
from assets.maintenance.words import (
    ONE_AT_A_TIME,
    Happening,
    Impact,
    Kind,
    Outcome,
    Priority,
    State,
    Team,
    WaitsFor,
)


class WorkOrder(models.Model):
    """A piece of work on one asset. It moves by :func:`assets.maintenance.moving.move_work_order` alone.

    ``version`` grows with whatever somebody else has to know before they decide: moves, priority, who has it, downtime.
    ``due_at``: by when it is to be done; empty while its clock stands still, which then has ``left``.
    """

    number = models.BigAutoField(primary_key=True)
    asset = models.ForeignKey("assets.Asset", on_delete=models.PROTECT, related_name="work_orders")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.REQUEST)
    team = models.CharField(max_length=12, choices=Team.choices)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    asked_by = person(help_text="Nobody, where it was reported without an account.")
    is_unverified = models.BooleanField(
        default=False, help_text="Reported without an account; it decides nothing until staff looked."
    )
    is_by_device = models.BooleanField(
        default=False, help_text="Opened by a rule, from what the equipment itself reported."
    )
    assigned_to = person()
    version = models.PositiveIntegerField(default=1)
    waits_for = models.CharField(max_length=8, choices=WaitsFor.choices, blank=True)
    impact = models.CharField(max_length=8, choices=Impact.choices, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    down_percent = models.PositiveSmallIntegerField(
        default=0, help_text="How far it holds the equipment out of service now."
    )
    cause = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="consequences",
        help_text="The order in which this was found.",
    )  # fmt: skip
    respond_by = models.DateTimeField(null=True, blank=True)
    responded_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    left = models.DurationField(
        null=True, blank=True, help_text="What its clock has left while it stands still."
    )
    done_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, help_text="What is wrong. No patient names.")

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "kind"],
                condition=Q(closed_at__isnull=True, kind__in=ONE_AT_A_TIME),
                name="order_one_open_per_asset_and_kind",
                violation_error_message="There is an open order of this kind for it already.",
            )
        ]
        indexes = [
            models.Index(
                fields=["priority", "opened_at", "number"],
                condition=Q(closed_at__isnull=True),
                name="order_open",
            ),
            models.Index(
                fields=["assigned_to", "priority", "opened_at"],
                condition=Q(closed_at__isnull=True),
                name="order_open_of",
            ),
            models.Index(
                fields=["state", "-closed_at", "-number"],
                condition=Q(closed_at__isnull=False),
                name="order_closed",
            ),
            models.Index(fields=["opened_at", "number"], name="order_opened"),
            models.Index(fields=["asset", "-opened_at"], name="order_asset"),
            models.Index(fields=["asset"], condition=Q(closed_at__isnull=True), name="order_open_asset"),
        ]
        permissions = [
            ("report_fault", "Can report equipment as broken or in need of cleaning"),
            ("move_workorder", "Can work on orders: take in, assign, begin, wait, finish, verify"),
        ]

    def __str__(self) -> str:
        return f"Order {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("work-order", args=[self.number])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class WorkEvent(models.Model):
    """What happened to an order, once and for all: who, when, what."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = person()
    what = models.CharField(max_length=16, choices=Happening.choices)
    transition = models.CharField(max_length=16, blank=True, help_text="Which, where it moved.")
    source = models.CharField(max_length=12, choices=State.choices, blank=True)
    target = models.CharField(max_length=12, choices=State.choices, blank=True)
    version = models.PositiveIntegerField(default=0, help_text="Of the order, after it.")
    is_unverified = models.BooleanField(default=False, help_text="Told by somebody without an account.")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_what_display()}, order {self.order_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryError("what happened to an order is never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise HistoryError("what happened to an order is never deleted")


class Mention(models.Model):
    """Somebody was named with an @ in what happened to an order, and is to be told."""

    event = models.ForeignKey(WorkEvent, on_delete=models.PROTECT, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions")
    seen_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="mention_once")]
        indexes = [
            models.Index(fields=["person"], condition=Q(seen_at__isnull=True), name="mention_unseen"),
            models.Index(fields=["id"], condition=Q(told_at__isnull=True), name="mention_untold"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in event {self.event_id}"
