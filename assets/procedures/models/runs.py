"""What was found by a procedure: answers, each kept once and for all, and the orders that came of what failed."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.urls import reverse

from assets.maintenance.models import NOTE_LENGTH
from assets.maintenance.models.base import person
from assets.maintenance.models.orders import WorkOrder
from assets.maintenance.models.work import WorkPhoto
from assets.maintenance.queries import AppendOnlyQuerySet, HistoryError
from assets.procedures.models.procedures import ProcedureVersion, Step, measure
from assets.procedures.queries import RunQuerySet
from assets.procedures.words import Verdict

ANSWER_LENGTH = 500


class Run(models.Model):
    """One version of a procedure, gone through for one order."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="procedure_runs")
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="runs")
    begun_at = models.DateTimeField()
    begun_by = person()
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = person()
    struck_why = models.CharField(max_length=NOTE_LENGTH, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "version"], condition=Q(struck_at__isnull=True), name="run_once_per_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version}, order {self.order_id}"

    def get_absolute_url(self) -> str:
        return reverse("procedure-run", args=[self.pk])


class Answer(models.Model):
    """What somebody answered to a step. It is answered anew, never changed: the one of the highest number counts.

    ``value`` is as people read it, without the unit; ``number`` besides where it is one. ``read_at``: when the device
    told it.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="answers")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="answers")
    attempt = models.PositiveSmallIntegerField(help_text="From 1.")
    at = models.DateTimeField()
    by = person()
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    value = models.CharField(max_length=ANSWER_LENGTH, blank=True)
    number = measure()
    read_at = models.DateTimeField(null=True, blank=True)
    photo = models.ForeignKey(WorkPhoto, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["run", "step", "attempt"]
        constraints = [models.UniqueConstraint(fields=["run", "step", "attempt"], name="answer_once")]

    def __str__(self) -> str:
        return f"Run {self.run_id}, step {self.step_id}: {self.verdict}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryError("an answer is never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise HistoryError("an answer is never deleted")


class Finding(models.Model):
    """The order that came of a step that failed, or of a test; opened once, however often it is answered anew."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="findings")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    record = models.OneToOneField(
        "procedures.TestRecord", on_delete=models.PROTECT, null=True, blank=True, related_name="finding"
    )
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="findings")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "step"], name="finding_once_per_step"),
            models.CheckConstraint(
                condition=Q(run__isnull=False, step__isnull=False, record__isnull=True)
                | Q(run__isnull=True, step__isnull=True, record__isnull=False),
                name="finding_of_a_step_or_a_test",
            ),
        ]

    def __str__(self) -> str:
        return f"Order {self.order_id}"
