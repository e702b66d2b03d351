"""Clock work of the equipment's house: thin tasks, each calling one function."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from assets import retention, sweep


@shared_task(name="assets.sweep_silence", expires=10)
def sweep_silence() -> None:
    sweep.sweep_silence(now=timezone.now())


@shared_task(name="assets.complete_current_rows", expires=30)
def complete_current_rows() -> None:
    sweep.complete_current_rows(now=timezone.now())


@shared_task(name="assets.trim_evidence")
def trim_evidence() -> None:
    retention.trim_evidence(now=timezone.now())


@shared_task(name="assets.trim_readings")
def trim_readings() -> None:
    retention.trim_readings(now=timezone.now())
