"""Files of notices, from the moment they are handed in until all of them is taken in."""

from __future__ import annotations

import uuid

from django.db import models
from django.urls import reverse

from assets.recalls.models.notices import person
from assets.recalls.words import RunState, Source


class ImportRun(models.Model):
    """One file: what it is, how far it is, and which of its rows could not be taken."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=200)
    source = models.CharField(max_length=12, choices=Source.choices, blank=True)
    mapping = models.JSONField(default=dict, blank=True, help_text="Field → column of a table.")
    authority = models.CharField(max_length=40, blank=True, help_text="For rows that do not name theirs.")
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.WAITING)
    by = person()
    at = models.DateTimeField()
    beat_at = models.DateTimeField(null=True, help_text="When it got on last.")
    ended_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    matches = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, help_text="Row, field and words of each that was left out.")
    problem_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("recall-import-run", args=[self.pk])

    @property
    def is_under_way(self) -> bool:
        return self.state in {RunState.WAITING, RunState.RUNNING}

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


class ImportFile(models.Model):
    """What is in a file that is not taken in yet; beside its run, so that the trail of changes does not hold it."""

    run = models.OneToOneField(ImportRun, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"Content of {self.run_id}"
