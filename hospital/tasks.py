"""Clock work of the roof."""

from __future__ import annotations

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone


@shared_task(name="hospital.forget_sessions")
def forget_sessions() -> None:
    """Sessions that are over are deleted, not only ignored."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
